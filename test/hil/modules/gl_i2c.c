// SPDX-License-Identifier: GPL-2.0
/*
 * An I2C adapter with an MLX90614 at 0x5a, which can be told to misbehave through module parameters: `fault` is one of
 * the numbers below, `object` and `ambient` are raw register values, `writes` counts what was written to the part.
 * A read of a register without a repeated start (write, stop, read) is not answered, as some masters and parts do.
 */
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/jiffies.h>
#include <linux/module.h>

enum { FINE, BAD_PEC, NAK, STUCK, ERROR_FLAG };

static int fault;
module_param(fault, int, 0644);
static ushort object = 0x3ab5;
module_param(object, ushort, 0644);
static ushort ambient = 0x39a6;
module_param(ambient, ushort, 0644);
static uint stuck_ms = 8000;
module_param(stuck_ms, uint, 0644);
static uint writes;
module_param(writes, uint, 0444);

#define ADDRESS 0x5a

static u8 crc8(u8 crc, u8 byte)
{
	int bit;

	crc ^= byte;
	for (bit = 0; bit < 8; bit++)
		crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
	return crc;
}

static u16 value(u8 command)
{
	u16 flag = fault == ERROR_FLAG ? 0x8000 : 0;

	switch (command) {
	case 0x06:
		return ambient | flag;
	case 0x07:
	case 0x08:
		return object | flag;
	case 0x24:
		return 0xffff;
	case 0x25:
		return 0x9fb4;
	default:
		return 0;
	}
}

static void answer(struct i2c_msg *read, u8 command)
{
	u16 word = value(command);
	u8 bytes[3] = { word & 0xff, word >> 8, 0 };
	u8 pec = 0;
	int i;

	pec = crc8(pec, ADDRESS << 1);
	pec = crc8(pec, command);
	pec = crc8(pec, ADDRESS << 1 | 1);
	pec = crc8(pec, bytes[0]);
	pec = crc8(pec, bytes[1]);
	bytes[2] = fault == BAD_PEC ? pec ^ 0x5a : pec;
	for (i = 0; i < read->len; i++)
		read->buf[i] = i < 3 ? bytes[i] : 0xff;
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	unsigned long until = jiffies + msecs_to_jiffies(stuck_ms);

	while (fault == STUCK && time_before(jiffies, until))
		msleep(20);
	if (fault == STUCK)
		return -ETIMEDOUT;
	if (fault == NAK || messages[0].addr != ADDRESS)
		return -ENXIO;
	if (count == 2 && !(messages[0].flags & I2C_M_RD) && (messages[1].flags & I2C_M_RD)) {
		answer(&messages[1], messages[0].len > 0 ? messages[0].buf[0] : 0);
		return count;
	}
	if (count == 1 && !(messages[0].flags & I2C_M_RD)) {
		if (messages[0].len > 1)
			writes++;
		return count;
	}
	return -EOPNOTSUPP;
}

static u32 functions(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm algorithm = { .master_xfer = transfer, .functionality = functions };
static struct i2c_adapter adapter = { .owner = THIS_MODULE, .name = "gl-i2c", .algo = &algorithm, .nr = 1 };

static int __init gl_init(void)
{
	return i2c_add_numbered_adapter(&adapter);
}

static void __exit gl_exit(void)
{
	i2c_del_adapter(&adapter);
}

module_init(gl_init);
module_exit(gl_exit);
MODULE_DESCRIPTION("I2C bus of the emulated lane");
MODULE_LICENSE("GPL");
