/* SPDX-License-Identifier: MIT */
/* Kernel basics: properties of devices: none has any. */
#ifndef DMALAB_LINUX_PROPERTY_H
#define DMALAB_LINUX_PROPERTY_H

#include <errno.h>
#include <linux/device.h>

static inline struct fwnode_handle *dev_fwnode(const struct device *dev)
{
	return dev->fwnode;
}

static inline bool device_property_present(const struct device *dev,
					   const char *name)
{
	(void)dev, (void)name;
	return false;
}

static inline bool device_property_read_bool(const struct device *dev,
					     const char *name)
{
	(void)dev, (void)name;
	return false;
}

static inline int device_property_read_u32(const struct device *dev,
					   const char *name, u32 *value)
{
	(void)dev, (void)name, (void)value;
	return -EINVAL;
}

static inline int device_property_read_string(const struct device *dev,
					      const char *name,
					      const char **value)
{
	(void)dev, (void)name, (void)value;
	return -EINVAL;
}

static inline const void *device_get_match_data(const struct device *dev)
{
	(void)dev;
	return NULL;
}

#endif
