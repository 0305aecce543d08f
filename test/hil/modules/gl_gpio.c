// SPDX-License-Identifier: GPL-2.0
/*
 * A GPIO chip of 54 lines with the label of a Raspberry Pi's. Levels of inputs are set by writing "LINE LEVEL" to
 * /dev/gl-gpio; reading from it gives "NANOSECONDS LINE LEVEL" for each change of an output since the last read.
 */
#include <linux/gpio/driver.h>
#include <linux/irqdomain.h>
#include <linux/kfifo.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#define LINES 54

static char *label = "pinctrl-bcm2711";
module_param(label, charp, 0444);

struct change {
	u64 at;
	u8 line;
	u8 level;
};

static DEFINE_SPINLOCK(lock);
static DECLARE_KFIFO(changes, struct change, 1024);
static bool level[LINES], output[LINES];
static unsigned int edges[LINES];

static void note(unsigned int line, bool to)
{
	struct change entry = { ktime_get_ns(), line, to };

	if (level[line] != to || !output[line])
		kfifo_put(&changes, entry);
	level[line] = to;
}

static int gl_get(struct gpio_chip *gc, unsigned int line)
{
	return level[line];
}

static void gl_set(struct gpio_chip *gc, unsigned int line, int to)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	note(line, to);
	spin_unlock_irqrestore(&lock, flags);
}

static int gl_output(struct gpio_chip *gc, unsigned int line, int to)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	note(line, to);
	output[line] = true;
	spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static int gl_input(struct gpio_chip *gc, unsigned int line)
{
	output[line] = false;
	return 0;
}

static int gl_direction(struct gpio_chip *gc, unsigned int line)
{
	return output[line] ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static void gl_mask(struct irq_data *d)
{
	gpiochip_disable_irq(irq_data_get_irq_chip_data(d), irqd_to_hwirq(d));
}

static void gl_unmask(struct irq_data *d)
{
	gpiochip_enable_irq(irq_data_get_irq_chip_data(d), irqd_to_hwirq(d));
}

static int gl_type(struct irq_data *d, unsigned int type)
{
	if (type & ~IRQ_TYPE_EDGE_BOTH)
		return -EINVAL;
	edges[irqd_to_hwirq(d)] = type;
	return 0;
}

static const struct irq_chip gl_irq = {
	.name = "gl-gpio",
	.irq_mask = gl_mask,
	.irq_unmask = gl_unmask,
	.irq_set_type = gl_type,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static struct gpio_chip chip = {
	.owner = THIS_MODULE,
	.base = -1,
	.ngpio = LINES,
	.get = gl_get,
	.set = gl_set,
	.direction_input = gl_input,
	.direction_output = gl_output,
	.get_direction = gl_direction,
};

static ssize_t control_write(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	char text[32];
	unsigned int line, to, wanted;
	bool changed;
	unsigned long flags;

	if (size >= sizeof(text) || copy_from_user(text, from, size))
		return -EINVAL;
	text[size] = 0;
	if (sscanf(text, "%u %u", &line, &to) != 2 || line >= LINES || to > 1 || output[line])
		return -EINVAL;
	changed = level[line] != to;
	level[line] = to;
	wanted = to ? IRQ_TYPE_EDGE_RISING : IRQ_TYPE_EDGE_FALLING;
	if (changed && (edges[line] & wanted)) {
		local_irq_save(flags);
		generic_handle_domain_irq(chip.irq.domain, line);
		local_irq_restore(flags);
	}
	return size;
}

static ssize_t control_read(struct file *file, char __user *to, size_t size, loff_t *at)
{
	struct change entry;
	char text[48];
	size_t done = 0;

	while (size - done >= sizeof(text) && kfifo_get(&changes, &entry)) {
		int n = scnprintf(text, sizeof(text), "%llu %u %u\n", entry.at, entry.line, entry.level);

		if (copy_to_user(to + done, text, n))
			return -EFAULT;
		done += n;
	}
	return done;
}

static const struct file_operations control_ops = {
	.owner = THIS_MODULE,
	.read = control_read,
	.write = control_write,
};

static struct miscdevice control = { .minor = MISC_DYNAMIC_MINOR, .name = "gl-gpio", .fops = &control_ops };

static int __init gl_init(void)
{
	struct gpio_irq_chip *irq = &chip.irq;
	int error;

	INIT_KFIFO(changes);
	chip.label = label;
	gpio_irq_chip_set_chip(irq, &gl_irq);
	irq->handler = handle_simple_irq;
	irq->default_type = IRQ_TYPE_NONE;
	error = misc_register(&control);
	if (error)
		return error;
	chip.parent = control.this_device;
	error = gpiochip_add_data(&chip, NULL);
	if (error)
		misc_deregister(&control);
	return error;
}

static void __exit gl_exit(void)
{
	gpiochip_remove(&chip);
	misc_deregister(&control);
}

module_init(gl_init);
module_exit(gl_exit);
MODULE_DESCRIPTION("GPIO chip of the emulated lane");
MODULE_LICENSE("GPL");
