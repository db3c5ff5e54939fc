/* SPDX-License-Identifier: MIT */
/* The memory that programs run on; see proof-buffer.c. */
#ifndef DMALAB_TESTS_PROOF_BUFFER_H
#define DMALAB_TESTS_PROOF_BUFFER_H

#include "proof-subject.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>

#define BUFFER_SIZE (64 * PAGE_SIZE)

struct buffer {
	const struct subject_config *config;
	struct dmalab_machine *machine;
	struct device *dev;
	uint8_t *cpu;
	uint8_t *view;            /* of the same, past the cache; NULL: none, or the host cannot */
	dma_addr_t dma;
	size_t size;
	bool mapped;              /* kmalloc() memory and a mapping */
	unsigned lives;           /* how often it was allocated */
	unsigned again;           /* how often where memory of another kind had been */
	uint8_t old[BUFFER_SIZE]; /* what memory held behind a fresh one */
};

void buffer_init(struct buffer *b, const struct subject_config *config,
		 struct dmalab_machine *machine, struct device *dev);
void buffer_renew(struct buffer *b);
void buffer_free(struct buffer *b);

/* Unmap all of it and map it again. */
void buffer_remap(struct buffer *b, unsigned long attrs);

_Noreturn void buffer_give_up(const struct buffer *b, const char *what);

#endif
