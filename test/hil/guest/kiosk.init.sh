# Sourced by the first process: builds the kiosk's place and gives the machine to systemd, which runs the real unit.
exec >/dev/console 2>&1
modprobe gl_gpio; modprobe i2c-dev; modprobe gl_i2c
modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=3 num_outputs=1 output_types=1
mkdir -p /opt/greenlane /etc/greenlane /var/lib/greenlane /run/systemd/timesync
# Mounted and not linked: the unit's sandbox hides the folders of users, where all of this may lie.
mount --bind "${KERNEL%/*/*}/release" /opt/greenlane
mkdir -p /opt/greenlane/node_modules; mount --bind "$HIL_HOME/node_modules" /opt/greenlane/node_modules
[ -e /usr/bin/node ] || { touch /usr/bin/node; mount --bind "$(readlink -f "$(command -v node)")" /usr/bin/node; }
touch /run/systemd/timesync/synchronized
for group in gpio i2c video dialout audio; do getent group $group >/dev/null || groupadd --system $group; done
useradd --system --home /var/lib/greenlane --groups gpio,i2c,video,dialout,audio greenlane
# udev does not run here: what its rules do (config/udev-greenlane.rules).
chgrp -R gpio /sys/class/gpio/export /sys/class/gpio/unexport; chmod g+w /sys/class/gpio/export /sys/class/gpio/unexport
base=$(cat /sys/class/gpio/gpiochip*/base)
for line in 5 6 12 13 16 17 19 20 22 23 24 25 26 27; do
  echo $((base + line)) >/sys/class/gpio/export
  for file in value direction edge active_low; do
    chgrp gpio /sys/class/gpio/gpio$((base + line))/$file; chmod 664 /sys/class/gpio/gpio$((base + line))/$file
  done
done
chgrp gpio /dev/gpiochip0; chgrp i2c /dev/i2c-1; chgrp video /dev/video0; chmod 660 /dev/gpiochip0 /dev/i2c-1 /dev/video0
node "$HIL_HOME/out/hil/guest/kiosk.js" prepare
chown -R greenlane /etc/greenlane /var/lib/greenlane
cp /opt/greenlane/systemd/greenlane.service /etc/systemd/system/
busybox sysctl -q -p /opt/greenlane/config/sysctl-greenlane.conf
mkdir -p /etc/systemd/system/greenlane.service.d
cat >/etc/systemd/system/greenlane.service.d/emulator.conf <<U
[Unit]
DefaultDependencies=no
[Service]
# The emulator is some fifteen times slower than a board.
WatchdogSec=20
TimeoutStartSec=240
TimeoutStopSec=180
StandardOutput=append:/run/greenlane.log
StandardError=append:/run/greenlane.log
U
cat >/etc/systemd/system/hil.service <<U
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
EnvironmentFile=/run/hil-environment
WorkingDirectory=$HIL_HOME
StandardOutput=tty
StandardError=tty
TTYPath=/dev/console
ExecStart=/bin/sh $HIL_HOME/test/hil/guest/kiosk.sh
U
cat >/etc/systemd/system/hil.target <<U
[Unit]
DefaultDependencies=no
AllowIsolate=yes
Requires=hil.service
After=hil.service
U
sed 's/^export //; s/ \([A-Z_]*=\)/\n\1/g' /run/hil >/run/hil-environment
exec /lib/systemd/systemd --unit=hil.target --show-status=0 --log-target=kmsg --log-level=warning
