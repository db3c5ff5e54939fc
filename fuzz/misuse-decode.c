// SPDX-License-Identifier: MIT
/*
 * From bytes to calls. Most calls are right, so that programs get somewhere. Of the
 * others most have one argument spoiled, and some have any number. Offsets and sizes
 * favour the first two lines of an object, in which everything meets.
 */
#include "misuse-decode.h"

/* What the operations of the input are; RELEASE is turned into the right one. */
enum { RELEASE = NR_CALL_KINDS };

static const uint8_t operations[] = {
	ALLOC_COHERENT, ALLOC_COHERENT, ALLOC_ATTRS, ALLOC_ATTRS, ALLOC_WC,
	ALLOC_NONCOHERENT, ALLOC_NONCOHERENT, ALLOC_NONCOHERENT, ALLOC_PAGES,
	KMALLOC, KMALLOC, KZALLOC, KZALLOC,
	RELEASE, RELEASE, RELEASE, RELEASE, RELEASE, RELEASE, RELEASE, RELEASE,
	MAP, MAP, MAP, MAP, MAP, MAP, MAPPING_ERROR,
	SYNC_FOR_DEVICE, SYNC_FOR_DEVICE, SYNC_FOR_DEVICE, SYNC_FOR_DEVICE,
	SYNC_FOR_CPU, SYNC_FOR_CPU, SYNC_FOR_CPU, SYNC_FOR_CPU,
	CPU_READ, CPU_READ, CPU_READ, CPU_READ, CPU_WRITE, CPU_WRITE, CPU_WRITE, CPU_WRITE,
	DEVICE_READ, DEVICE_READ, DEVICE_READ, DEVICE_READ,
	DEVICE_WRITE, DEVICE_WRITE, DEVICE_WRITE, DEVICE_WRITE,
	EVICT, FILL, VIRT_TO_PAGE, KSIZE, NEED_SYNC,
	SET_MASK, SET_COHERENT_MASK, SET_BOTH_MASKS, COERCE_MASKS,
	POKE_MASK, POKE_MASK_POINTER, POKE_COHERENT_MASK, POKE_LIMIT,
	FAIL_NTH, SET_CURRENT, DEVICE_FREE, DEVICE_NEW,
};

/*
 * The last quarter of all bytes means other things than the rest, so that inputs made
 * before there were any still mean what they did.
 */
#define OTHERS_FROM 192
#define OTHER_FUNCTIONS_FROM 128 /* of those that release */

enum { MAP_BY_PAGE = RELEASE + 1, MAP_BY_PHYS, MAP_A_RESOURCE, KMALLOC_LARGE, RARE };

static const uint8_t other_operations[] = {
	MAP_BY_PAGE, MAP_BY_PAGE, MAP_BY_PHYS, MAP_BY_PHYS, MAP_A_RESOURCE, MAP_A_RESOURCE,
	MAP_LIST, MAP_LIST, MAP_LIST, MAP_LIST, UNMAP_LIST, UNMAP_LIST,
	SYNC_LIST_FOR_DEVICE, SYNC_LIST_FOR_DEVICE, SYNC_LIST_FOR_CPU, SYNC_LIST_FOR_CPU,
	SET_MAX_SEGMENT, SET_BOUNDARY, SET_MIN_ALIGN, KMALLOC_LARGE,

	PAGES_ALLOC, PAGES_ALLOC, PAGES_GET, EXACT_ALLOC, CACHE_ALLOC, CACHE_ALLOC, CACHE_ALLOC,
	CACHE_ZALLOC, DEVM_ALLOC, DEVM_ALLOC, VMALLOC, VZALLOC, KMEMDUP, KREALLOC, KREALLOC,
	PAGE_GET, PAGE_GET, PAGE_PUT, PAGE_COUNT, CACHE_CREATE, CACHE_CREATE, CACHE_DESTROY,
	CONTEXT, CONTEXT, CONTEXT, CONTEXT, FAIL_EVERY,

	POOL_ALLOC, POOL_ALLOC, POOL_ALLOC, POOL_ALLOC, POOL_ZALLOC, M_ALLOC, M_ALLOC,
	POOL_CREATE, POOL_CREATE, M_POOL_CREATE, POOL_DESTROY, M_POOL_DESTROY,

	TABLE_ALLOC, TABLE_ALLOC, RARE, RARE, RARE, /* as many as there are bytes */
};

#define SNOOPING_FROM 248

/* One more byte, which is less, chooses from these. */
static const uint8_t rare_operations[] = {
	TABLE_SYNC_FOR_DEVICE, TABLE_SYNC_FOR_CPU, TABLE_SYNC_FOR_DEVICE, TABLE_SYNC_FOR_CPU,
	TABLE_VMAP, TABLE_VUNMAP, TABLE_GET, TABLE_GET, USER_MAP, USER_MAP,
};

static unsigned decode_operation(struct input *in)
{
	uint8_t byte = input_byte(in);

	if (byte < OTHERS_FROM)
		return operations[byte % LENGTH(operations)];
	byte = other_operations[(byte - OTHERS_FROM) % LENGTH(other_operations)];
	if (byte != RARE)
		return byte;
	byte = input_byte(in);
	return byte >= SNOOPING_FROM ? SET_SNOOPING : rare_operations[byte % LENGTH(rare_operations)];
}

static const u64 masks[] = {
	~0ull, 0xffffffff, 0x7fffffff, 0x3fffffff, 0xffffff, 0x7fffff, 0, 1,
	/* One byte of the low memory, all of it but one, all of it; the same of the high. */
	0x800000, 0x807ffe, 0x807fff, 0x40000000, 0x40037ffe, 0x40037fff, 0x90037fff, 0x80000000,
};

/* About the most that can be bounced, 256 KiB. */
static const size_t large_sizes[] = { 256 * 1024, 512 * 1024, 128 * 1024, 65536 };

/* What to spoil: a set of the bits above. */
static unsigned decode_spoil(struct input *in)
{
	uint8_t byte = input_byte(in);

	if (byte < 168)
		return 0;
	return byte < 238 ? 1u << byte % 7 : input_byte(in);
}

/* ------------------------------------------------------------- operations */

static void decode_alloc(struct call *c, struct input *in, unsigned spoil, unsigned misc)
{
	decode_size(c, in, spoil);
	c->device = decode_device(in, spoil, c->device);
	c->dir = decode_direction(in, spoil, misc % 3);
	if (c->kind == ALLOC_ATTRS)
		c->attrs = decode_attrs(in, spoil, DMA_ATTR_NO_KERNEL_MAPPING);
	else if (c->kind == ALLOC_WC)
		c->attrs = DMA_ATTR_WRITE_COMBINE;
	/* Here the function is right, whatever the bit says: it spoils the flags. */
	c->gfp = decode_gfp(in, spoil);
}

static enum call_kind release_of(const struct slot *s)
{
	switch (s->kind) {
	case ALLOC_COHERENT:
		return FREE_COHERENT;
	case ALLOC_ATTRS:
		return FREE_ATTRS;
	case ALLOC_WC:
		return FREE_WC;
	case ALLOC_NONCOHERENT:
		return FREE_NONCOHERENT;
	case ALLOC_PAGES:
		return FREE_PAGES;
	case MAP:
		return UNMAP;
	case MAP_LIST:
		return UNMAP_LIST;
	case PAGES_ALLOC:
		return PAGES_FREE;
	case PAGES_GET:
		return PAGES_FREE_ADDRESS;
	case EXACT_ALLOC:
		return EXACT_FREE;
	case CACHE_ALLOC:
	case CACHE_ZALLOC:
		return CACHE_FREE;
	case DEVM_ALLOC:
		return DEVM_FREE;
	case VMALLOC:
	case VZALLOC:
		return VFREE;
	case POOL_ALLOC:
	case POOL_ZALLOC:
		return POOL_FREE;
	case M_ALLOC:
		return M_FREE;
	case TABLE_ALLOC:
		return TABLE_FREE;
	default:
		return KFREE;
	}
}

static void decode_release(struct call *c, struct input *in, unsigned spoil,
			   const struct slot *slots)
{
	static const uint8_t functions[] = {
		FREE_COHERENT, FREE_ATTRS, FREE_WC, FREE_NONCOHERENT, FREE_PAGES, KFREE, UNMAP,
	};
	static const uint8_t other_functions[] = {
		PAGES_FREE, PAGES_FREE_ADDRESS, EXACT_FREE, CACHE_FREE, DEVM_FREE, VFREE, PAGE_PUT,
		POOL_FREE, M_FREE, TABLE_FREE,
	};
	uint8_t other;

	take_from_slot(c, &slots[c->slot]);
	c->kind = release_of(&slots[c->slot]);
	if (spoil & SPOIL_FUNCTION) {
		other = input_byte(in);
		c->kind = functions[other % LENGTH(functions)];
		if (other >= OTHER_FUNCTIONS_FROM && other < OTHERS_FROM)
			c->kind = other_functions[(other - OTHER_FUNCTIONS_FROM) %
						  LENGTH(other_functions)];
		if (c->form == RESOURCE && other >= OTHERS_FROM)
			c->form = SINGLE;
		else if (other >= OTHERS_FROM)
			c->kind = UNMAP_LIST;
	}
	if (c->kind == UNMAP_LIST) {
		decode_list_again(c, in, spoil, slots);
		return;
	}
	c->device = decode_device(in, spoil, c->device);
	decode_pointer(c, in, spoil, slots);
	decode_dma(c, in, spoil, slots);
	if (spoil & SPOIL_SIZE)
		c->size = spoiled_size(input_byte(in), c->size);
	c->dir = decode_direction(in, spoil, c->dir);
	c->attrs = decode_attrs(in, spoil, c->attrs);
	if (c->kind == TABLE_FREE)
		decode_which_table(c, in, spoil, slots);
	if (c->kind == FREE_COHERENT || c->kind == FREE_ATTRS || c->kind == FREE_WC ||
	    c->kind == POOL_FREE || c->kind == M_FREE)
		c->dir = DMA_BIDIRECTIONAL; /* these have no direction: coherent memory is open */
	if (c->kind == FREE_COHERENT)
		c->attrs = 0;
	else if (c->kind == FREE_WC)
		c->attrs = DMA_ATTR_WRITE_COMBINE;
	else if (c->kind != FREE_ATTRS && c->kind != UNMAP)
		c->attrs = 0;
	decode_memory_release(c, in, spoil);
}

static void decode_map(struct call *c, struct input *in, unsigned spoil, unsigned misc,
		       const struct slot *slots)
{
	const struct slot *from = &slots[input_below(in, NR_SLOTS)];
	size_t offset = decode_length(in);

	c->dir = decode_direction(in, spoil, misc % 3);
	c->size = decode_length(in);
	if (!(spoil & SPOIL_SIZE)) {
		offset %= from->size ? from->size : 1;
		if (!c->size || c->size > from->size - offset)
			c->size = from->size - offset;
	}
	c->cpu = moved(from->cpu, offset);
	decode_pointer(c, in, spoil, slots);
	c->device = decode_device(in, spoil, c->device);
	c->attrs = decode_attrs(in, spoil, 0);
	c->unchecked = spoil & SPOIL_DMA;
}

/* About one entry: the CPU's piece, and what the device may find in one piece there. */
static void take_entry(struct call *c, const struct slot *s, unsigned nr)
{
	const struct entry *e = &s->entry[nr];

	c->cpu = moved(page_address(e->page), e->offset);
	c->dma = e->dma;
	c->size = e->dma_length ? e->dma_length : e->length;
}

static void decode_range(struct call *c, struct input *in, unsigned spoil,
			 const struct slot *slots)
{
	size_t offset = decode_length(in), size = decode_length(in);

	take_from_slot(c, &slots[c->slot]);
	if (slots[c->slot].kind == MAP_LIST)
		take_entry(c, &slots[c->slot], input_below(in, MAX_ENTRIES));
	if (!(spoil & SPOIL_SIZE)) {
		offset %= c->size ? c->size : 1;
		if (!size || size > c->size - offset)
			size = c->size - offset;
	}
	if (size > MAX_ACCESS && c->kind != SYNC_FOR_CPU && c->kind != SYNC_FOR_DEVICE)
		size = MAX_ACCESS;
	c->device = decode_device(in, spoil, c->device);
	decode_dma(c, in, spoil, slots);
	c->dir = decode_direction(in, spoil, c->dir);
	c->size = size;
	c->cpu = moved(c->cpu, offset);
	if (spoil & SPOIL_ATTRS)
		c->offset = offset; /* the range form */
	else
		c->dma += offset;
	decode_pointer(c, in, spoil, slots);
}

/* Of the CPU's accesses one more bit is to be had. */
#define PLAIN_FROM 140

static void make_plain(struct call *c)
{
	if (c->kind == CPU_READ)
		c->kind = PLAIN_READ;
	else if (c->kind == CPU_WRITE)
		c->kind = PLAIN_WRITE;
}

void decode_call(struct call *c, struct input *in, const struct slot *slots)
{
	unsigned kind = decode_operation(in);
	unsigned where = input_byte(in), spoil = decode_spoil(in);

	*c = (struct call){
		.kind = kind, .slot = where % NR_SLOTS, .device = where / NR_SLOTS % NR_DEVICES,
	};
	switch (kind) {
	case ALLOC_COHERENT:
	case ALLOC_ATTRS:
	case ALLOC_WC:
	case ALLOC_NONCOHERENT:
	case ALLOC_PAGES:
	case KMALLOC:
	case KZALLOC:
		decode_alloc(c, in, spoil, where / NR_SLOTS / NR_DEVICES);
		break;
	case RELEASE:
		decode_release(c, in, spoil, slots);
		break;
	case MAP:
		decode_map(c, in, spoil, where / NR_SLOTS / NR_DEVICES, slots);
		break;
	case MAPPING_ERROR:
	case VIRT_TO_PAGE:
	case KSIZE:
	case NEED_SYNC:
		take_from_slot(c, &slots[c->slot]);
		c->device = decode_device(in, spoil, c->device);
		decode_pointer(c, in, spoil, slots);
		decode_dma(c, in, spoil, slots);
		break;
	case SYNC_FOR_DEVICE:
	case SYNC_FOR_CPU:
	case CPU_READ:
	case CPU_WRITE:
	case DEVICE_READ:
	case DEVICE_WRITE:
	case EVICT:
	case FILL:
		decode_range(c, in, spoil, slots);
		if (where >= PLAIN_FROM)
			make_plain(c);
		break;
	case FAIL_NTH:
	case SET_CURRENT:
		c->number = input_below(in, 8);
		c->machine = where % NR_MACHINES;
		break;
	case MAP_BY_PAGE:
	case MAP_BY_PHYS:
	case MAP_A_RESOURCE:
		c->kind = MAP;
		decode_map(c, in, spoil, where / NR_SLOTS / NR_DEVICES, slots);
		decode_form(c, in, spoil, kind - MAP_BY_PAGE + PAGE, slots);
		break;
	case KMALLOC_LARGE:
		c->kind = KMALLOC;
		c->size = large_sizes[input_below(in, LENGTH(large_sizes))];
		c->gfp = GFP_KERNEL;
		break;
	case MAP_LIST:
		c->dir = decode_direction(in, spoil, where / NR_SLOTS / NR_DEVICES % 3);
		decode_list(c, in, spoil, slots);
		break;
	case UNMAP_LIST:
	case SYNC_LIST_FOR_DEVICE:
	case SYNC_LIST_FOR_CPU:
		take_from_slot(c, &slots[c->slot]);
		decode_list_again(c, in, spoil, slots);
		break;
	case SET_MAX_SEGMENT:
	case SET_BOUNDARY:
	case SET_MIN_ALIGN:
		c->device = decode_device(in, spoil, c->device);
		decode_limit(c, in);
		break;
	case PAGES_ALLOC:
	case PAGES_GET:
	case EXACT_ALLOC:
	case CACHE_ALLOC:
	case CACHE_ZALLOC:
	case DEVM_ALLOC:
	case VMALLOC:
	case VZALLOC:
	case KMEMDUP:
	case KREALLOC:
	case PAGE_GET:
	case PAGE_PUT:
	case PAGE_COUNT:
	case CACHE_CREATE:
	case CACHE_DESTROY:
		decode_memory(c, in, spoil, where / NR_SLOTS / NR_DEVICES, slots);
		break;
	case CONTEXT:
		decode_context(c, in);
		break;
	case POOL_ALLOC:
	case POOL_ZALLOC:
	case POOL_CREATE:
	case M_POOL_CREATE:
	case POOL_DESTROY:
	case M_POOL_DESTROY:
		decode_pool(c, in, spoil, where / NR_SLOTS / NR_DEVICES);
		break;
	case M_ALLOC:
		decode_size(c, in, spoil);
		c->device = decode_device(in, spoil, c->device);
		c->attrs = decode_attrs(in, spoil, 0);
		c->gfp = decode_gfp(in, spoil);
		break;
	case TABLE_ALLOC:
	case TABLE_SYNC_FOR_DEVICE:
	case TABLE_SYNC_FOR_CPU:
	case TABLE_VMAP:
	case TABLE_VUNMAP:
	case TABLE_GET:
		decode_table(c, in, spoil, where / NR_SLOTS / NR_DEVICES, slots);
		break;
	case USER_MAP:
		decode_user(c, in, spoil, where / NR_SLOTS / NR_DEVICES, slots);
		break;
	case SET_SNOOPING:
		c->device = decode_device(in, spoil, c->device);
		c->number = where / NR_SLOTS / NR_DEVICES % 2;
		break;
	case FAIL_EVERY:
		c->number = input_below(in, 6);
		c->machine = where % NR_MACHINES;
		break;
	default: /* about a device, and masks */
		c->device = decode_device(in, spoil, c->device);
		c->mask = masks[input_below(in, LENGTH(masks))];
	}
}

void decode_setup(struct setup *s, struct input *in)
{
	static const char lints[] = "full,+sync-redundant,+sync-other-direction";
	static const char *const checks[] = {
		lints, lints, lints, lints, lints, "full", "contract", "off",
	};
	static const char *const policies[] = { "never", "eager", "lru", "random" };
	static const char *const profiles[] = {
		"arm64", "riscv", "mips-nonspec", "powerpc", "mips", "x86", "armv7",
	};
	static const char *const other_profiles[] = { "swiotlb", "iommu" };
	uint8_t flags, level, profile = input_byte(in);

	if (profile < OTHERS_FROM)
		s->profile = profiles[profile % LENGTH(profiles)];
	else
		s->profile = other_profiles[profile % LENGTH(other_profiles)];
	level = input_byte(in);
	s->checks = checks[level % LENGTH(checks)];
	s->plain = level >= 128;
	flags = input_byte(in);
	s->policy = policies[flags % 4];
	s->snooping = flags & 4;
	s->window = (flags & 0x18) == 0x18;
	s->machines = (flags & 0x60) == 0x60 ? 2 : 1;
	s->ram_size = flags & 0x80 ? 512 * 1024 : 256 * 1024;
	/* Two whole sets of slots. */
	if (s->machines == 1 && flags & 0x80 && profile >= OTHERS_FROM && profile % 4 == 0)
		s->ram_size = MAX_RAM;
}
