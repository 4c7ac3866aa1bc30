# Keys, certificates and requests as other tools make them, for the cases. Runs in an empty folder.
exec 2>openssl.log

openssl ecparam -name prime256v1 -genkey -noout -out sec1.pem
openssl pkcs8 -topk8 -nocrypt -in sec1.pem -out p256.pem
openssl ec -in sec1.pem -outform DER -out sec1.der
openssl pkcs8 -topk8 -nocrypt -in sec1.pem -outform DER -out p256.der
openssl pkcs8 -topk8 -in sec1.pem -passout pass:secret -out encrypted.pem
openssl pkey -in sec1.pem -pubout -out public.pem
openssl pkey -in sec1.pem -pubout -outform DER -out public.der
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521.pem
openssl genpkey -algorithm ED25519 -out ed25519.pem
openssl genrsa -traditional -out pkcs1.pem 2048
openssl rsa -in pkcs1.pem -outform DER -out pkcs1.der
openssl pkcs8 -topk8 -nocrypt -in pkcs1.pem -out rsa.pem
openssl rsa -in pkcs1.pem -RSAPublicKey_out -out rsa-public-pkcs1.pem
openssl genpkey -algorithm X25519 -out x25519.pem

# A root, an intermediate, a leaf: chain.pem is in order, shuffled.pem is not.
openssl req -x509 -new -key p384.pem -subj '/CN=other root' -days 3650 -set_serial 1 -out root.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
openssl req -new -key p521.pem -subj '/CN=other issuing CA' -out intermediate.csr
openssl x509 -req -in intermediate.csr -CA root.pem -CAkey p384.pem -set_serial 2 -days 900 -out intermediate.pem \
  -extfile <(echo basicConstraints=critical,CA:TRUE)
openssl req -new -key p256.pem -subj '/CN=other issuing CA 2' -out sub.csr
openssl x509 -req -in sub.csr -CA root.pem -CAkey p384.pem -set_serial 6 -days 900 -out sub.pem \
  -extfile <(echo basicConstraints=critical,CA:TRUE)
openssl req -new -key rsa.pem -subj '/O=Other/CN=leaf.example.com' -out leaf.csr
openssl req -in leaf.csr -outform DER -out leaf-csr.der
openssl x509 -req -in leaf.csr -CA intermediate.pem -CAkey p521.pem -set_serial 3 -days 400 -out leaf.pem \
  -extfile <(printf '%s\n' subjectAltName=DNS:leaf.example.com extendedKeyUsage=serverAuth keyUsage=digitalSignature)
openssl x509 -in leaf.pem -outform DER -out leaf.der
cat leaf.pem intermediate.pem root.pem > chain.pem
cat root.pem leaf.pem intermediate.pem > shuffled.pem

# No names, no usages; and a name that would paint the terminal.
openssl req -x509 -new -key ed25519.pem -subj '/CN=bare' -days 365 -set_serial 4 -out bare.pem \
  -addext basicConstraints=CA:FALSE
openssl req -x509 -new -key ed25519.pem -utf8 -subj $'/CN=red\e[31m\aname' -days 365 -set_serial 5 -out escape.pem \
  -addext "subjectAltName=email:a\\@b.example"
