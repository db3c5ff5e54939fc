/* SPDX-License-Identifier: MIT */
/*
 * A machine with one device on it, and a record of what was reported there. Every
 * test consumes the reports it expects; what is left over at the end fails it.
 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>

struct rig {
	struct dmalab_machine *machine;
	struct device *dev;
	char drawn[1024];   /* names since the last expect(), with blanks between */
	unsigned long nr;   /* reports since the last expect() */
	char text[4096];    /* the last report, formatted */
};

/* RAM of a rig, where nothing else is said: switching it on and off costs time. */
#define RIG_RAM (1ul << 20)

/* And its checks: what tests send does not matter, but where it does. */
#define RIG_CHECKS "full,-uninitialised-to-device"

/* Where nobody asks what was stored, memory that is not zeroed is left as it was. */
#define NO_TRUST RIG_CHECKS ",-unwritten-read"

/* Profile NULL: arm64. */
void rig_up(struct rig *r, const char *profile);
void rig_up_with(struct rig *r, const struct dmalab_config *config);

/* Frees the machine, which must report nothing. */
void rig_down(struct rig *r);

/* What was reported since the last time is exactly @names, in this order. */
#define expect(r, names) expect_at(r, names, __FILE__, __LINE__)
void expect_at(struct rig *r, const char *names, const char *file, int line);

/* The next calls come from line @line of "driver.c". */
void at(unsigned line);

/* Accesses whose data does not matter; a store gives each byte another value. */
void cpu_read(const void *p, size_t len);
void cpu_write(void *p, size_t len);
int dev_read(const struct rig *r, dma_addr_t dma, size_t len);
int dev_write(const struct rig *r, dma_addr_t dma, size_t len);

/* kmalloc() and dma_map_single(), asked for errors; both must succeed. */
void *kmalloc_ok(size_t size);
void *kzalloc_ok(size_t size);
dma_addr_t map_ok(const struct rig *r, void *p, size_t size, enum dma_data_direction dir);

/* dma_alloc_noncoherent(), which must succeed. */
void *noncoherent_ok(const struct rig *r, size_t size, dma_addr_t *dma,
		     enum dma_data_direction dir);

/* Under valgrind, what takes long does less. */
int on_valgrind(void);

static inline int is_coherent(const struct rig *r)
{
	return r->dev->dma_coherent;
}

/* Every mapping is copied. */
static inline int bounces(const struct rig *r)
{
	return strcmp(dmalab_machine_profile(r->machine), "swiotlb") == 0;
}

/* A DMA address is not the physical one of the memory. */
static inline int translates(const struct rig *r)
{
	return bounces(r) || strcmp(dmalab_machine_profile(r->machine), "iommu") == 0;
}

/* All profiles, in a loop. */
#define for_each_profile(name) \
	for (unsigned profile_i = 0; ((name) = dmalab_profile_name(profile_i)) != NULL; profile_i++)

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* Built with a sanitizer, which has handlers and memory of its own. */
static inline bool sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return true;
#endif
#endif
	return false;
}

#endif
