# The lowest floor of all houses, made once per run of the tests: $1 natscert, $2 Judge.java, $3 a
# file that marks a house.
# Of the machine's file system, what its users put there is hidden, and its stores are as packages make them.
set -euo pipefail
read -r pid _ </proc/self/stat # the old /proc: this process as seen from outside
mount -t tmpfs -o mode=0755 natscert-tests /mnt
mkdir -p /mnt/{ground,layers,root} /mnt/ground/usr/local/{bin,share}
for path in root home tmp usr/local/share/ca-certificates; do
    mknod "/mnt/ground/$path" c 0 0 # overlayfs: nothing is here
done
cp "$1" /mnt/ground/usr/local/bin/natscert
cp "$2" /mnt/Judge.java
mount -t overlay -o lowerdir=/,upperdir=/mnt/ground,workdir=/mnt/layers overlay /mnt/root
cd /mnt/root
touch ".$3"
mkdir -m 0700 root
mkdir -p home tmp usr/local/share/ca-certificates opt/judge
chmod 1777 tmp
cp /mnt/Judge.java opt/judge/
seal .
mount -t proc proc proc
chroot . bash -euo pipefail >/mnt/log 2>&1 <<'INSIDE' || { cat >&2 /mnt/log; exit 1; }
javac --release 11 -d /opt/judge /opt/judge/Judge.java & compiler=$!
useradd --create-home --shell /bin/bash alice
{
    for dir in /opt/nssdb /opt/nssdb-locked; do mkdir -m 0700 $dir; done
    certutil -N -d sql:/opt/nssdb --empty-password
    echo secret >/tmp/password
    certutil -N -d sql:/opt/nssdb-locked -f /tmp/password
    # mkcert's keys take long: one CA and one certificate for all.
    CAROOT=/opt/mkcert TRUST_STORES=nss mkcert -cert-file /opt/leaf.pem -key-file /opt/leaf-key.pem localhost 127.0.0.1
    mv /opt/leaf*.pem /opt/mkcert
} & maker=$!
update-ca-certificates --fresh </dev/null
wait $compiler
wait $maker
rm -rf /tmp/*
INSIDE
cd /
umount --recursive /mnt/root
echo "ready $pid"
exec cat
