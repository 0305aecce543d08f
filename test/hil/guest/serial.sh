# The scan engine on a real CDC-ACM line, unplugged in the middle of a code and plugged in again.
set -e
for module in cdc-acm dummy_hcd; do modprobe $module; done
modprobe g_serial use_acm=1
node out/hil/guest/serial.js
