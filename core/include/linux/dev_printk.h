/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: dev_err() and its like: the device's name stands in front.
 */
#ifndef DMALAB_LINUX_DEV_PRINTK_H
#define DMALAB_LINUX_DEV_PRINTK_H

#include <linux/printk.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct device;

/**
 * _dev_printk() - what dev_err() and its like print with
 * @dev: whose name, and driver, stand in front; NULL: said so
 * @fmt: as for _printk()
 *
 * Context: Any.
 */
__printf(2, 3)
void _dev_printk(const struct device *dev, const char *fmt, ...);

/**
 * dev_err_probe() - print why a probe fails
 * @dev: as there
 * @err: -ENOMEM or the like, whose name is printed
 * @fmt: as there
 *
 * Context: Any.
 * Return: @err.
 */
__printf(3, 4)
int dev_err_probe(const struct device *dev, int err, const char *fmt, ...);

#ifndef dev_err
#define dev_err(dev, ...) _dev_printk(dev, __VA_ARGS__)
#endif
#ifndef dev_emerg
#define dev_emerg(dev, ...) _dev_printk(dev, __VA_ARGS__)
#define dev_alert(dev, ...) _dev_printk(dev, __VA_ARGS__)
#define dev_crit(dev, ...)  _dev_printk(dev, __VA_ARGS__)
#endif
#ifndef dev_warn
#define dev_warn(dev, ...) _dev_printk(dev, __VA_ARGS__)
#endif
#ifndef dev_notice
#define dev_notice(dev, ...) _dev_printk(dev, __VA_ARGS__)
#endif
#ifndef dev_info
#define dev_info(dev, ...) _dev_printk(dev, __VA_ARGS__)
#endif
#ifndef dev_printk
#define dev_printk(level, dev, ...) _dev_printk(dev, level __VA_ARGS__)
#endif
/* Printed where DEBUG is defined in front of the includes. */
#ifndef dev_dbg
#ifdef DEBUG
#define dev_dbg(dev, ...) _dev_printk(dev, __VA_ARGS__)
#else
#define dev_dbg(dev, ...) \
	do { \
		if (0) \
			_dev_printk(dev, __VA_ARGS__); \
	} while (0)
#endif
#define dev_vdbg(dev, ...) dev_dbg(dev, __VA_ARGS__)
#endif
#ifndef dev_err_once
#define dev_err_once(dev, ...)  DMALAB_DO_ONCE(dev_err(dev, __VA_ARGS__))
#define dev_info_once(dev, ...) DMALAB_DO_ONCE(dev_info(dev, __VA_ARGS__))
#define dev_err_ratelimited(dev, ...)  dev_err(dev, __VA_ARGS__)
#define dev_warn_ratelimited(dev, ...) dev_warn(dev, __VA_ARGS__)
#define dev_info_ratelimited(dev, ...) dev_info(dev, __VA_ARGS__)
#define dev_dbg_ratelimited(dev, ...)  dev_dbg(dev, __VA_ARGS__)
#endif
#ifndef dev_warn_once
#define dev_warn_once(dev, ...) DMALAB_DO_ONCE(dev_warn(dev, __VA_ARGS__))
#endif
#ifndef dev_WARN_ONCE
#define dev_WARN_ONCE(dev, condition, ...) \
	__extension__({ \
		bool dev_warns = !!(condition); \
		if (dev_warns) \
			dev_warn_once(dev, __VA_ARGS__); \
		dev_warns; \
	})
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
