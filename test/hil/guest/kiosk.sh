# Runs under systemd, beside the lane's unit.
node out/hil/guest/kiosk.js check && said=HIL_OK || { said=; systemctl status greenlane --no-pager | tail -20; }
# Into the host's log whatever the verdict: beside a reaction that took long stands why.
echo "hil: the lane's own log"
tail -200 /run/greenlane.log
echo "hil: up and idle for s: $(cat /proc/uptime); processor time by program:"
ps -eo cputime,args --sort=-cputime --width 90 | head -9
echo "$said"
sync
echo o >/proc/sysrq-trigger
sleep 60
