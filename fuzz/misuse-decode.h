/* SPDX-License-Identifier: MIT */
/* What the decoders of the target "misuse" share. */
#ifndef DMALAB_FUZZ_MISUSE_DECODE_H
#define DMALAB_FUZZ_MISUSE_DECODE_H

#include "misuse.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What to spoil. */
#define SPOIL_DEVICE   0x01
#define SPOIL_SIZE     0x02
#define SPOIL_POINTER  0x04
#define SPOIL_DMA      0x08
#define SPOIL_DIR      0x10
#define SPOIL_ATTRS    0x20
#define SPOIL_FUNCTION 0x40

/* misuse-decode-arguments.c */
size_t spoiled_size(uint8_t byte, size_t size);
void decode_size(struct call *c, struct input *in, unsigned spoil);
size_t decode_length(struct input *in);
int decode_device(struct input *in, unsigned spoil, int device);
void decode_pointer(struct call *c, struct input *in, unsigned spoil, const struct slot *slots);
int decode_direction(struct input *in, unsigned spoil, int dir);
unsigned long decode_attrs(struct input *in, unsigned spoil, unsigned long attrs);
void decode_dma(struct call *c, struct input *in, unsigned spoil, const struct slot *slots);
gfp_t decode_gfp(struct input *in, unsigned spoil);
void *moved(void *cpu, uintptr_t by);
void take_from_slot(struct call *c, const struct slot *s);

/* misuse-decode-memory.c; @misc: what is left of the byte that chose slot and device. */
void decode_memory(struct call *c, struct input *in, unsigned spoil, unsigned misc,
		   const struct slot *slots);
void decode_memory_release(struct call *c, struct input *in, unsigned spoil);
void decode_pool(struct call *c, struct input *in, unsigned spoil, unsigned misc);
void decode_context(struct call *c, struct input *in);

/* misuse-decode-list.c: mappings that are not single, and lists. */
void decode_form(struct call *c, struct input *in, unsigned spoil, enum form form,
		 const struct slot *slots);
void decode_list(struct call *c, struct input *in, unsigned spoil, const struct slot *slots);
void decode_list_again(struct call *c, struct input *in, unsigned spoil,
		       const struct slot *slots);
void decode_limit(struct call *c, struct input *in);

/* misuse-decode-table.c */
void decode_table(struct call *c, struct input *in, unsigned spoil, unsigned misc,
		  const struct slot *slots);
void decode_which_table(struct call *c, struct input *in, unsigned spoil,
			const struct slot *slots);

/* misuse-decode-user.c */
void decode_user(struct call *c, struct input *in, unsigned spoil, unsigned misc,
		 const struct slot *slots);

#endif
