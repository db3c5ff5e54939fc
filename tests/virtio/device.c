/* SPDX-License-Identifier: MIT */
#include "device.h"

#include <dmalab.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

static const struct ring_format *format_of(const struct virtio_hardware *hw)
{
	return has_feature(hw, FEATURE_PACKED) ? &packed_ring : &split_ring;
}

bool fetch(struct virtio_hardware *hw, dma_addr_t addr, void *buf, size_t len)
{
	if (!dmalab_device_read(hw->dev, addr, buf, len))
		return true;
	memset(buf, 0, len);
	complain("the device cannot read %zu bytes at %#llx", len, (unsigned long long)addr);
	return false;
}

bool store(struct virtio_hardware *hw, dma_addr_t addr, const void *buf, size_t len)
{
	if (!dmalab_device_write(hw->dev, addr, buf, len))
		return true;
	complain("the device cannot write %zu bytes at %#llx", len, (unsigned long long)addr);
	return false;
}

uint16_t fetch16(struct virtio_hardware *hw, dma_addr_t addr)
{
	uint16_t value;

	fetch(hw, addr, &value, sizeof(value));
	return le16toh(value);
}

void store16(struct virtio_hardware *hw, dma_addr_t addr, uint16_t value)
{
	value = htole16(value);
	store(hw, addr, &value, sizeof(value));
}

bool add_piece(struct chain *chain, dma_addr_t addr, uint32_t len, bool write)
{
	if (chain->nr == 2 * PIECES_MAX) {
		complain("request %u has more descriptors than were made", chain->number);
		return false;
	}
	chain->pieces[chain->nr++] = (struct piece){ addr, len, write };
	return true;
}

void hardware_reset(struct virtio_hardware *hw)
{
	hw->next_avail = hw->next_used = hw->unsignalled = 0;
	hw->avail_wrap = hw->used_wrap = true;
	hw->taken = hw->nr_held = 0;
}

/* ------------------------------------------------------- what a request asks */

/* Are the pieces cut as the driver cut them? */
static bool is_cut(const struct chain *chain, const struct shape *shape)
{
	if (chain->nr != shape->nr_out + shape->nr_in)
		return false;
	for (unsigned int i = 0; i < chain->nr; i++) {
		bool write = i >= shape->nr_out;
		uint32_t len = write ? shape->in[i - shape->nr_out] : shape->out[i];

		if (chain->pieces[i].len != len || chain->pieces[i].write != write)
			return false;
	}
	return true;
}

/* Reads a piece that continues at byte @first of what goes out. */
static void read_piece(struct virtio_hardware *hw, const struct chain *chain,
		       const struct piece *piece, uint32_t first)
{
	uint8_t *bytes = malloc(piece->len);

	if (!bytes) {
		complain("no memory for %u bytes", piece->len);
		return;
	}
	if (fetch(hw, piece->addr, bytes, piece->len)) {
		for (uint32_t k = 0; k < piece->len; k++) {
			uint8_t right = byte_of(chain->number, WAY_OUT, first + k);

			if (bytes[k] != right) {
				complain("request %u: the device reads %#x for %#x, byte %u of %u",
					 chain->number, bytes[k], right, k, piece->len);
				break;
			}
		}
	}
	free(bytes);
}

static void write_piece(struct virtio_hardware *hw, const struct chain *chain,
			const struct piece *piece, uint32_t first, uint32_t len)
{
	uint8_t *bytes = malloc(len);

	if (!bytes) {
		complain("no memory for %u bytes", len);
		return;
	}
	for (uint32_t k = 0; k < len; k++)
		bytes[k] = byte_of(chain->number, WAY_IN, first + k);
	store(hw, piece->addr, bytes, len);
	free(bytes);
}

static void perform(struct virtio_hardware *hw, struct chain *chain)
{
	struct shape shape;
	uint32_t done = 0;

	shape_of(&shape, chain->number);
	if (!is_cut(chain, &shape)) {
		complain("request %u is not cut up as it was made", chain->number);
		return;
	}
	for (unsigned int i = 0; i < chain->nr && !failed(); i++) {
		const struct piece *piece = &chain->pieces[i];

		if (!piece->write) {
			read_piece(hw, chain, piece, done);
			done += piece->len;
			continue;
		}
		if (i == shape.nr_out)
			done = 0;
		if (done < shape.written) {
			uint32_t left = shape.written - done;
			uint32_t len = left < piece->len ? left : piece->len;

			write_piece(hw, chain, piece, done, len);
			done += len;
		}
	}
	chain->written = shape.written;
}

/* --------------------------------------------------------------- its work */

static void take_all(struct virtio_hardware *hw)
{
	while (hw->nr_held < RING_MAX && !failed()) {
		struct chain *chain = &hw->held[hw->nr_held];

		memset(chain, 0, sizeof(*chain));
		chain->number = hw->taken;
		if (!format_of(hw)->take(hw, chain))
			return;
		hw->taken++;
		hw->nr_held++;
	}
}

/* Whether the driver wants to hear of what was completed since it was asked last. */
static bool signal_used(struct virtio_hardware *hw)
{
	uint16_t n = hw->unsignalled;

	hw->unsignalled = 0;
	return n && format_of(hw)->driver_wants_interrupt(hw, n);
}

bool hardware_notify(struct virtio_hardware *hw, unsigned int *completed)
{
	*completed = 0;
	take_all(hw);
	format_of(hw)->want_notice(hw);
	/* What was made available before the driver could see that notice is wanted. */
	take_all(hw);
	/* From the other end: the latest request first. */
	while (hw->nr_held > hw->keep && !failed()) {
		struct chain *chain = &hw->held[--hw->nr_held];

		perform(hw, chain);
		format_of(hw)->give_back(hw, chain);
		++*completed;
	}
	return signal_used(hw) && !failed();
}
