/* SPDX-License-Identifier: MIT */
/*
 * The reports of accesses to @len bytes of RAM, from @offset on. @r: the object that a
 * device accesses; NULL: the CPU does, at @cpu.
 */
#ifndef DMALAB_JUDGE_ACCESS_H
#define DMALAB_JUDGE_ACCESS_H

#include "judge/judge.h"

/* What once was at @offset; or NULL. */
const struct region *dlab_dead_at(const struct judge *j, size_t offset);

/* The live object whose bytes at @offset move by sync, a mapping before its memory. */
struct region *dlab_owned_at(const struct judge *j, size_t offset);

/* The byte at @at is free, or of another kind than the pointer. */
cold void dlab_report_free_memory(struct judge *j, const struct call *call, const void *cpu,
				  size_t len, size_t at);

/* A load of bytes that may have another value. */
cold void dlab_report_verdict(struct judge *j, const struct call *call, struct region *r,
			      dma_addr_t dma, const void *cpu, size_t offset, size_t len,
			      const struct verdict *v);

/* A store that made bytes indeterminate. */
cold void dlab_report_damage(struct judge *j, const struct call *call, enum side side,
			     struct region *r, dma_addr_t dma, const void *cpu, size_t len,
			     const struct damage *d);

/* The bytes @run of @r are not of who accesses them, or not to be accessed so. */
cold void dlab_report_owner(struct judge *j, const struct call *call, enum check check,
			    struct region *r, const void *cpu, dma_addr_t dma, size_t offset,
			    size_t len, struct run run);

/* trust.c: a load by the CPU of what a device was to write. Reports "unwritten-read". */
cold void dlab_trust_load_slow(struct judge *j, const struct call *call, const void *cpu,
			       size_t offset, size_t len);

static inline void trust_load(struct judge *j, const struct call *call, const void *cpu,
			      size_t offset, size_t len)
{
	if (unlikely(j->unwritten.pages))
		dlab_trust_load_slow(j, call, cpu, offset, len);
}

#endif
