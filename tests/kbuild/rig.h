/* SPDX-License-Identifier: MIT */
/* A network card under test: rig.c is what they all go through, nic.c of each is its model. */
#ifndef TESTS_KBUILD_RIG_H
#define TESTS_KBUILD_RIG_H

#include <dmalab/kernel.h>
#include <string.h>

/* Of the model. */
extern const struct dmalab_kernel_pci nic;
bool nic_receive(const uint8_t *frame, size_t len); /* from the wire; false: no buffer is ready */

/* A parameter of the module, if the model sets one. */
extern const char *nic_param;
extern long nic_param_value;

/* Of the rig: a frame goes out to the wire. */
extern struct dmalab_kernel_dev *card;
void nic_sent(const uint8_t *frame, size_t len);
void rig_received(void *context, const uint8_t *frame, size_t len);

/* What the card does on the bus. */
void dma_in(uint64_t dma, void *to, size_t len);
void dma_out(uint64_t dma, const void *from, size_t len);

#endif
