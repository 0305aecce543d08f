# Shows that a kernel boots, our modules load, and Node runs.
set -e
modprobe gl_gpio; modprobe i2c-dev; modprobe gl_i2c
for chip in /sys/class/gpio/gpiochip*; do echo "$(cat $chip/label) base $(cat $chip/base)"; done
ls /dev/gl-gpio /dev/i2c-1 /dev/gpiochip*
node -e 'console.log(process.version)'
