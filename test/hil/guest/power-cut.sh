# Writes to a real ext4 on a virtio disk until the power goes. The mode comes with the disk: /data/mode is "FULL 1".
set -e
mkdir -p /data; mount -t ext4 -o data=ordered,noatime /dev/vda /data
node out/hil/guest/outbox.js /data/outbox $(tr ' ' '\n' </proc/cmdline | sed -n 's/^hil.mode=//p' | tr , ' ')
