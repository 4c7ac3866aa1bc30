#!/bin/sh
# Makes the fixtures of this directory anew, with OpenSSL 3. The private keys are public: they protect nothing.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.der pins.txt

genkey() { # FILE ALGORITHM [OPTION]
  openssl genpkey -out "$1" -algorithm "$2" ${3:+-pkeyopt "$3"} 2>/dev/null
}

# Keys: p256 is the key of every root below.
genkey p256.pkcs8.pem EC ec_paramgen_curve:P-256
genkey p384.pkcs8.pem EC ec_paramgen_curve:P-384
genkey p521.pkcs8.pem EC ec_paramgen_curve:P-521
genkey ed25519.pkcs8.pem ED25519
genkey rsa.pkcs8.pem RSA rsa_keygen_bits:2048
for key in p256 p384 p521 rsa; do
  openssl pkey -in $key.pkcs8.pem -traditional -out $key.traditional.pem
done
openssl rsa -in rsa.pkcs8.pem -traditional -outform DER -out rsa.traditional.der 2>/dev/null
for key in p256 p384 p521; do
  openssl ec -in $key.pkcs8.pem -outform DER -out $key.traditional.der 2>/dev/null
  openssl ec -in $key.pkcs8.pem -no_public -out $key.nopublic.pem 2>/dev/null
done
for key in p256 p384 p521 ed25519 rsa; do
  openssl pkcs8 -topk8 -nocrypt -in $key.pkcs8.pem -outform DER -out $key.pkcs8.der
  openssl pkey -in $key.pkcs8.pem -pubout -out $key.public.pem
  openssl pkey -in $key.pkcs8.pem -pubout -outform DER -out $key.public.der
  openssl req -new -key $key.pkcs8.pem -subj "/CN=$key" -out $key.csr.pem
  openssl req -in $key.csr.pem -outform DER -out $key.csr.der
  openssl req -x509 -key $key.pkcs8.pem -subj "/CN=$key" -days 36500 -out $key.cert.pem
  openssl x509 -in $key.cert.pem -outform DER -out $key.cert.der
done
openssl rsa -in rsa.pkcs8.pem -RSAPublicKey_out -out rsa.pkcs1public.pem 2>/dev/null
openssl rsa -in rsa.pkcs8.pem -RSAPublicKey_out -outform DER -out rsa.pkcs1public.der 2>/dev/null
openssl x509 -in p256.cert.pem -trustout -addtrust serverAuth -setalias natscert -out p256.trusted.pem
for file in p*.pem p*.der ed25519.* rsa.*; do
  key=${file%%.*}
  hash=$(openssl pkey -in $key.pkcs8.pem -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
  echo "$hash $file" >>pins.txt
done

# Encrypted keys: refused, never decrypted.
openssl pkcs8 -topk8 -in p256.pkcs8.pem -passout pass:secret -out encrypted.pkcs8.pem
openssl pkcs8 -topk8 -in p256.pkcs8.pem -passout pass:secret -outform DER -out encrypted.pkcs8.der
openssl pkey -in p256.pkcs8.pem -traditional -aes128 -passout pass:secret -out encrypted.traditional.pem

# Roots, all with the key p256.
config() {
  printf '%s\n' '[req]' 'prompt=no' 'utf8=yes' 'string_mask=MASK:0x2002' 'distinguished_name=dn' \
    '[dn]' '0.DC=com' '1.DC=example' 'O=Plain O' '0.OU=Zürich' '1.OU=Eng' "CN=$1" '[v3]'
}
root() { # FILE CN EXTENSION…
  file=$1 cn=$2; shift 2
  { config "$cn"; printf '%s\n' "$@"; } >openssl.cnf
  openssl req -x509 -config openssl.cnf -extensions v3 -key p256.pkcs8.pem -days 36500 -out "$file"
  rm openssl.cnf
}
ca='basicConstraints=critical,CA:TRUE' ku='keyUsage=critical,keyCertSign,cRLSign'
root root-foreign-ski.pem 'Foreign SKI' "$ca" "$ku" subjectKeyIdentifier=0102030405060708
root root-no-ski.pem 'No SKI' "$ca" "$ku" subjectKeyIdentifier=none authorityKeyIdentifier=none
root root-no-ku.pem 'No key usage' "$ca" subjectKeyIdentifier=hash
root not-ca.pem 'Not a CA' basicConstraints=critical,CA:FALSE "$ku"
root no-basic.pem 'No basicConstraints' "$ku" subjectKeyIdentifier=hash
root no-certsign.pem 'No keyCertSign' "$ca" keyUsage=critical,digitalSignature
root root-constrained.pem 'Constrained' "$ca" "$ku" subjectKeyIdentifier=hash \
  'nameConstraints=critical,permitted;DNS:.example.com,permitted;DNS:example.org,excluded;DNS:bad.example.org,permitted;URI:.example.com,permitted;email:.example.com,excluded;IP:10.0.0.0/255.0.0.0'
printf '%s\n' "$ca" "$ku" subjectKeyIdentifier=hash authorityKeyIdentifier=keyid >ext.cnf
openssl x509 -req -in p384.csr.pem -CA root-foreign-ski.pem -CAkey p256.pkcs8.pem -days 36500 \
  -extfile ext.cnf -out intermediate.pem 2>/dev/null
printf '%s\n' "$ca" "$ku" >ext.cnf
openssl x509 -req -in p521.csr.pem -signkey p521.pkcs8.pem -days 36500 -extfile ext.cnf -out root-p521.pem 2>/dev/null
rm ext.cnf
