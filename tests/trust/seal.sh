# Devices of its own below $1/dev, which a test may replace, and the kernel's view of the machine to be read only.
seal() {
    mount -t tmpfs -o mode=0755,nosuid natscert-tests "$1/dev"
    local name major minor
    while read -r name major minor; do
        mknod -m 0666 "$1/dev/$name" c "$major" "$minor"
    done <<'DEVICES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
DEVICES
    mkdir "$1"/dev/{pts,shm}
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec devpts "$1/dev/pts"
    mount -t tmpfs -o mode=1777,nosuid,nodev natscert-tests "$1/dev/shm"
    ln -s pts/ptmx "$1/dev/ptmx"
    ln -s /proc/self/fd "$1/dev/fd"
    local at=0
    for name in stdin stdout stderr; do ln -s "/proc/self/fd/$((at++))" "$1/dev/$name"; done
    mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$1/sys"
}
