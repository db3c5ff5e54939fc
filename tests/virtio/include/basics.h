/* SPDX-License-Identifier: MIT */
/*
 * What virtio_ring.c takes from all over the kernel, for user space: as little of it as
 * the driver needs, in the form that the driver needs. The DMA API, memory and locks are
 * dmalab's.
 */
#ifndef TESTS_VIRTIO_BASICS_H
#define TESTS_VIRTIO_BASICS_H

#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#ifndef likely
#define likely(condition) __builtin_expect(!!(condition), 1)
#endif
#ifndef unlikely
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#endif
#ifndef READ_ONCE
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#endif
#ifndef WRITE_ONCE
#define WRITE_ONCE(x, value) ((void)(*(volatile __typeof__(x) *)&(x) = (value)))
#endif
#ifndef data_race
#define data_race(expression) (expression)
#endif
#ifndef container_of
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer)-offsetof(type, member)))
#endif
#ifndef container_of_const
#define container_of_const(pointer, type, member) container_of(pointer, type, member)
#endif

/* A bug of the driver ends the program: the test sees the signal. */
#ifndef BUG_ON
#define BUG_ON(condition) ((condition) ? abort() : (void)0)
#endif
#ifndef BUG
#define BUG() abort()
#endif
#ifndef WARN_ON_ONCE
#define WARN_ON_ONCE(condition) \
	((condition) ? (fprintf(stderr, "%s:%d: warning\n", __FILE__, __LINE__), true) : false)
#endif
#ifndef WARN_ON
#define WARN_ON(condition) WARN_ON_ONCE(condition)
#endif

#ifndef pr_debug
#define pr_debug(...) ((void)0)
#endif
#ifndef dev_err
#define dev_err(dev, ...) ((void)(dev), (void)fprintf(stderr, __VA_ARGS__))
#endif
#ifndef dev_warn
#define dev_warn(dev, ...) dev_err(dev, __VA_ARGS__)
#endif
#ifndef dev_warn_once
#define dev_warn_once(dev, ...) dev_err(dev, __VA_ARGS__)
#endif

#ifndef is_power_of_2
#define is_power_of_2(n) ((n) && !((n) & ((n) - 1)))
#endif

#ifndef cpu_to_le16
#define cpu_to_le16(x) htole16(x)
#define cpu_to_le32(x) htole32(x)
#define cpu_to_le64(x) htole64(x)
#define le16_to_cpu(x) le16toh(x)
#define le32_to_cpu(x) le32toh(x)
#define le64_to_cpu(x) le64toh(x)
#endif

#ifndef LIST_HEAD_INIT
#define LIST_HEAD_INIT(name) { &(name), &(name) }

struct list_head {
	struct list_head *next, *prev;
};

static inline void list_add_tail(struct list_head *entry, struct list_head *list)
{
	entry->next = list;
	entry->prev = list->prev;
	list->prev->next = entry;
	list->prev = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}

#define list_for_each_entry(entry, list, member)                                     \
	for (entry = container_of((list)->next, __typeof__(*entry), member);         \
	     &entry->member != (list);                                               \
	     entry = container_of(entry->member.next, __typeof__(*entry), member))
#endif

#endif
