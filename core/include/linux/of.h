/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: device trees: there is none, and no node has a property.
 */
#ifndef DMALAB_LINUX_OF_H
#define DMALAB_LINUX_OF_H

#include <errno.h>
#include <linux/device.h>
#include <linux/mod_devicetable.h>

static inline struct device_node *of_node_get(struct device_node *node)
{
	return node;
}

static inline void of_node_put(struct device_node *node)
{
	(void)node;
}

#ifndef of_match_ptr
#define of_match_ptr(ptr) (ptr)
#endif

/* No node has a property. */
static inline bool of_property_read_bool(const struct device_node *node,
					 const char *name)
{
	(void)node, (void)name;
	return false;
}

static inline int of_property_read_u32(const struct device_node *node,
				       const char *name, u32 *value)
{
	(void)node, (void)name, (void)value;
	return -EINVAL;
}

static inline int of_property_read_string(const struct device_node *node,
					  const char *name, const char **value)
{
	(void)node, (void)name, (void)value;
	return -EINVAL;
}

static inline const void *of_get_property(const struct device_node *node,
					  const char *name, int *len)
{
	(void)node, (void)name, (void)len;
	return NULL;
}

static inline bool of_device_is_compatible(const struct device_node *node,
					   const char *compat)
{
	(void)node, (void)compat;
	return false;
}

static inline const void *of_device_get_match_data(const struct device *dev)
{
	(void)dev;
	return NULL;
}

#endif
