/* SPDX-License-Identifier: MIT */
/*
 * The packed ring: one table, in which both sides go round. Whose a descriptor is, is
 * told by two of its flags, the meaning of which changes each time round. The other two
 * areas hold no more than when their owner wants to hear.
 */
#include "device.h"

#include <endian.h>

struct packed_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t id;
	uint16_t flags;
};

enum {
	DESC_AVAIL = 1 << 7,
	DESC_USED = 1 << 15
};

enum event_flags {
	EVENT_ENABLE,
	EVENT_DISABLE,
	EVENT_AT
};

struct packed_event {
	uint16_t at;    /* descriptor; bit 15: its time round */
	uint16_t flags;
};

#define DESC(hw, i) ((hw)->desc + (i) * sizeof(struct packed_desc))

/* One descriptor further, or @n. */
static void advance(struct virtio_hardware *hw, uint16_t *i, bool *wrap, uint16_t n)
{
	*i = (uint16_t)(*i + n);
	if (*i >= hw->size) {
		*i = (uint16_t)(*i - hw->size);
		*wrap = !*wrap;
	}
}

static bool is_available(const struct packed_desc *desc, bool wrap)
{
	uint16_t flags = le16toh(desc->flags);

	return !!(flags & DESC_AVAIL) == wrap && !!(flags & DESC_USED) != wrap;
}

static bool add_table(struct virtio_hardware *hw, struct chain *chain, dma_addr_t table,
		      uint32_t len)
{
	struct packed_desc desc;

	for (uint32_t i = 0; i < len / sizeof(desc); i++) {
		if (!fetch(hw, table + i * sizeof(desc), &desc, sizeof(desc)) ||
		    !add_piece(chain, le64toh(desc.addr), le32toh(desc.len),
			       le16toh(desc.flags) & DESC_WRITE))
			return false;
	}
	return true;
}

static bool packed_take(struct virtio_hardware *hw, struct chain *chain)
{
	struct packed_desc desc;
	uint16_t flags;

	if (!fetch(hw, DESC(hw, hw->next_avail), &desc, sizeof(desc)) ||
	    !is_available(&desc, hw->avail_wrap))
		return false;
	do {
		if (!fetch(hw, DESC(hw, hw->next_avail), &desc, sizeof(desc)))
			return false;
		flags = le16toh(desc.flags);
		if (flags & DESC_INDIRECT ?
			    !add_table(hw, chain, le64toh(desc.addr), le32toh(desc.len)) :
			    !add_piece(chain, le64toh(desc.addr), le32toh(desc.len),
				       flags & DESC_WRITE))
			return false;
		chain->slots++;
		advance(hw, &hw->next_avail, &hw->avail_wrap, 1);
	} while (flags & DESC_NEXT);
	chain->id = le16toh(desc.id);
	return true;
}

static void packed_give_back(struct virtio_hardware *hw, const struct chain *chain)
{
	struct packed_desc used = { .len = htole32(chain->written), .id = htole16(chain->id) };

	/* The flags last: they tell the driver that the rest is there. */
	store(hw, DESC(hw, hw->next_used), &used, offsetof(struct packed_desc, flags));
	store16(hw, DESC(hw, hw->next_used) + offsetof(struct packed_desc, flags),
		(uint16_t)(hw->used_wrap ? DESC_AVAIL | DESC_USED : 0));
	advance(hw, &hw->next_used, &hw->used_wrap, chain->slots);
	hw->unsignalled = (uint16_t)(hw->unsignalled + chain->slots);
}

static void packed_want_notice(struct virtio_hardware *hw)
{
	struct packed_event event = { .flags = htole16(EVENT_ENABLE) };

	if (has_feature(hw, FEATURE_EVENT)) {
		event.at = htole16((uint16_t)(hw->next_avail | hw->avail_wrap << 15));
		event.flags = htole16(EVENT_AT);
	}
	store(hw, hw->device, &event, sizeof(event));
}

static bool packed_wants_interrupt(struct virtio_hardware *hw, uint16_t n)
{
	struct packed_event event;
	uint16_t at;

	if (!fetch(hw, hw->driver, &event, sizeof(event)))
		return false;
	if (le16toh(event.flags) != EVENT_AT)
		return le16toh(event.flags) == EVENT_ENABLE;
	/* Of the time round before this one: as far back. */
	at = le16toh(event.at) & 0x7fff;
	if (le16toh(event.at) >> 15 != hw->used_wrap)
		at = (uint16_t)(at - hw->size);
	return passed(at, hw->next_used, n);
}

const struct ring_format packed_ring = {
	.take = packed_take,
	.give_back = packed_give_back,
	.want_notice = packed_want_notice,
	.driver_wants_interrupt = packed_wants_interrupt,
};
