#!/bin/busybox sh
# First program of the guest: the host's own root, read-only, under a writable layer in memory; then the guest's command.
/bin/busybox --install -s /bin
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev
for module in /mod/*.ko; do insmod "$module"; done
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro root /lower &&
  mount -t tmpfs t /rw && mkdir /rw/u /rw/w &&
  mount -t overlay o -o lowerdir=/lower,upperdir=/rw/u,workdir=/rw/w /newroot || poweroff -f
value() { tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p"; }
command=$(value hil.command) kernel=$(value hil.kernel) home=$(value hil.home) node=$(value hil.node)
for dir in dev proc sys; do mount --move /$dir /newroot/$dir; done
mount -t tmpfs t /newroot/run
# A checkout may lie below /tmp itself; the layer is in memory anyway.
case $home in /tmp/*) ;; *) mount -t tmpfs t /newroot/tmp ;; esac
cat >/newroot/run/hil <<G
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$node KERNEL=$kernel HIL_HOME=$home HOME=/run NO_COLOR=1
G
cat >/newroot/run/go <<G
#!/bin/sh
. /run/hil
mkdir -p /dev/pts /dev/shm; mount -t devpts p /dev/pts; mount -t tmpfs t /dev/shm
mount --bind \$KERNEL/lib/modules /lib/modules 2>/dev/null || { mkdir -p /lib/modules; mount --bind \$KERNEL/lib/modules /lib/modules; }
ip link set lo up
cd \$HIL_HOME
[ ! -f test/hil/guest/$command.init.sh ] || . test/hil/guest/$command.init.sh
sh test/hil/guest/$command.sh && echo HIL_OK
sync
echo o >/proc/sysrq-trigger
while :; do read x; done
G
chmod 755 /newroot/run/go
exec switch_root /newroot /run/go >/dev/console 2>&1 </dev/console
