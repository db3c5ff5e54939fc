/* SPDX-License-Identifier: MIT */
/*
 * The split ring: a table of descriptors; the driver's area, with the heads of what is
 * available; the device's, with those of what was used. Each of the two areas ends in
 * the index at which the other side wants to hear.
 */
#include "device.h"

#include <endian.h>

struct split_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

struct split_used {
	uint32_t id;
	uint32_t len;
};

enum { AVAIL_NO_INTERRUPT = 1 };

#define DESC(hw, i)     ((hw)->desc + (i) * sizeof(struct split_desc))
#define AVAIL_FLAGS(hw) ((hw)->driver)
#define AVAIL_INDEX(hw) ((hw)->driver + 2)
#define AVAIL(hw, i)    ((hw)->driver + 4 + 2 * ((i) & ((hw)->size - 1u)))
#define USED_EVENT(hw)  ((hw)->driver + 4 + 2 * (hw)->size)
#define USED_INDEX(hw)  ((hw)->device + 2)
#define USED(hw, i)     ((hw)->device + 4 + 8 * ((i) & ((hw)->size - 1u)))
#define AVAIL_EVENT(hw) ((hw)->device + 4 + 8 * (hw)->size)

/* A chain in the table of @nr descriptors at @table, from descriptor @i on. */
static bool follow(struct virtio_hardware *hw, struct chain *chain, dma_addr_t table,
		   uint32_t nr, uint16_t i)
{
	struct split_desc desc;

	do {
		if (i >= nr) {
			complain("request %u: descriptor %u of %u", chain->number, i, nr);
			return false;
		}
		if (!fetch(hw, table + i * sizeof(desc), &desc, sizeof(desc)))
			return false;
		if (le16toh(desc.flags) & DESC_INDIRECT)
			return follow(hw, chain, le64toh(desc.addr),
				      le32toh(desc.len) / sizeof(desc), 0);
		if (!add_piece(chain, le64toh(desc.addr), le32toh(desc.len),
			       le16toh(desc.flags) & DESC_WRITE))
			return false;
		i = le16toh(desc.next);
	} while (le16toh(desc.flags) & DESC_NEXT);
	return true;
}

/*
 * The descriptors are the device's while it has the request, so it may store in them.
 * A driver that unmaps what it reads there has its own numbers spoilt.
 */
static void scribble(struct virtio_hardware *hw, uint16_t i)
{
	static const uint8_t ink[12] = { 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd,
					 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd };

	store(hw, DESC(hw, i), ink, sizeof(ink));
}

static bool split_take(struct virtio_hardware *hw, struct chain *chain)
{
	if (fetch16(hw, AVAIL_INDEX(hw)) == hw->next_avail)
		return false;
	chain->id = fetch16(hw, AVAIL(hw, hw->next_avail));
	if (!follow(hw, chain, hw->desc, hw->size, chain->id))
		return false;
	scribble(hw, chain->id);
	hw->next_avail++;
	return true;
}

static void split_give_back(struct virtio_hardware *hw, const struct chain *chain)
{
	struct split_used used = { htole32(chain->id), htole32(chain->written) };

	store(hw, USED(hw, hw->next_used), &used, sizeof(used));
	store16(hw, USED_INDEX(hw), ++hw->next_used);
	hw->unsignalled++;
}

static void split_want_notice(struct virtio_hardware *hw)
{
	if (has_feature(hw, FEATURE_EVENT))
		store16(hw, AVAIL_EVENT(hw), hw->next_avail);
}

static bool split_wants_interrupt(struct virtio_hardware *hw, uint16_t n)
{
	if (!has_feature(hw, FEATURE_EVENT))
		return !(fetch16(hw, AVAIL_FLAGS(hw)) & AVAIL_NO_INTERRUPT);
	return passed(fetch16(hw, USED_EVENT(hw)), hw->next_used, n);
}

const struct ring_format split_ring = {
	.take = split_take,
	.give_back = split_give_back,
	.want_notice = split_want_notice,
	.driver_wants_interrupt = split_wants_interrupt,
};
