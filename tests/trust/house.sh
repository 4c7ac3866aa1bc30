# One house on the ground that ground.sh made. Of the machine's file system nothing remains in this namespace but the
# lowest layer below the house's own, so that no slip of a test can reach it.
set -euo pipefail
read -r pid _ </proc/self/stat
mount -t tmpfs -o mode=0755 natscert-tests /mnt/layers
mkdir /mnt/layers/{upper,work,root}
cd /mnt/layers/root
mount -t overlay -o lowerdir=/mnt/ground:/,upperdir=/mnt/layers/upper,workdir=/mnt/layers/work overlay /mnt/layers/root
cd /mnt/layers/root
seal .
mount -t proc proc proc
ip link set lo up
pivot_root . mnt
exec chroot . bash -euo pipefail -c 'umount --lazy /mnt; echo "ready $0"; exec cat' "$pid"
