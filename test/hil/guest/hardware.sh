# GPIO and I2C against the kernel's own drivers; both programs mostly wait, so they run side by side.
set -e
modprobe gl_gpio; modprobe i2c-dev; modprobe gl_i2c; modprobe mlx90614
node out/hil/guest/thermometer.js & thermometer=$!
node out/hil/guest/gpio.js sysfs
for line in /sys/class/gpio/gpio[0-9]*; do echo "${line#/sys/class/gpio/gpio}" >/sys/class/gpio/unexport; done
node out/hil/guest/gpio.js chardev
wait $thermometer
