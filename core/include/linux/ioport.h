/* SPDX-License-Identifier: MIT */
/*
 * Resources: ranges of physical addresses, and who has requested them.
 */
#ifndef DMALAB_LINUX_IOPORT_H
#define DMALAB_LINUX_IOPORT_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct device;

#define IORESOURCE_IO       0x00000100
#define IORESOURCE_MEM      0x00000200
#define IORESOURCE_IRQ      0x00000400
#define IORESOURCE_PREFETCH 0x00002000
#define IORESOURCE_MEM_64   0x00100000

/**
 * struct resource - a range of something
 * @start: the first address or number
 * @end: the last one, inclusive
 * @name: of the resource or its owner; may be NULL
 * @flags: IORESOURCE_MEM and its like
 */
struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;
};

/* Initialisers, also for the arrays of a platform device. */
#define DEFINE_RES_NAMED(_start, _size, _name, _flags) \
	{ \
		.start = (_start), .end = (_start) + (_size) - 1, \
		.name = (_name), .flags = (_flags), \
	}
#define DEFINE_RES_MEM_NAMED(_start, _size, _name) \
	DEFINE_RES_NAMED(_start, _size, _name, IORESOURCE_MEM)
#define DEFINE_RES_MEM(_start, _size) DEFINE_RES_MEM_NAMED(_start, _size, NULL)
#define DEFINE_RES_IRQ_NAMED(_irq, _name) \
	DEFINE_RES_NAMED(_irq, 1, _name, IORESOURCE_IRQ)
#define DEFINE_RES_IRQ(_irq) DEFINE_RES_IRQ_NAMED(_irq, NULL)

/**
 * resource_size() - how long a resource is
 * @res: not NULL
 *
 * Context: Any.
 * Return: bytes.
 */
static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

/**
 * resource_type() - of which kind a resource is
 * @res: not NULL
 *
 * Context: Any.
 * Return: IORESOURCE_MEM or its like.
 */
static inline unsigned long resource_type(const struct resource *res)
{
	return res->flags & 0x00001f00;
}

/**
 * request_mem_region() - claim addresses for one driver
 * @start: of the first byte
 * @n: bytes
 * @name: of the owner; kept, not copied
 *
 * On the current machine. It goes with release_mem_region(), or the machine.
 *
 * Context: May sleep.
 * Return: what was claimed, not to be changed; NULL if some of it is claimed
 * already, or there is no machine, or no memory.
 */
struct resource *request_mem_region(resource_size_t start, resource_size_t n,
				    const char *name);

/**
 * release_mem_region() - give up what request_mem_region() claimed
 * @start: as there
 * @n: as there; if that was not claimed like this, nothing is given up, and
 *	there is a message
 *
 * Context: May sleep.
 */
void release_mem_region(resource_size_t start, resource_size_t n);

/**
 * devm_request_mem_region() - request_mem_region() that goes with the device
 * @dev: whose driver claims it
 * @start: as there
 * @n: as there
 * @name: as there
 *
 * Context: May sleep.
 * Return: as there.
 * Checks: "no-device".
 */
struct resource *devm_request_mem_region(struct device *dev,
					 resource_size_t start,
					 resource_size_t n, const char *name);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
