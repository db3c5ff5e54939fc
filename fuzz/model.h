/* SPDX-License-Identifier: MIT */
/*
 * The reference model: what each call ought to report and return, after
 * docs/checks.md. Written to be obvious and not to be fast: objects are searched one
 * by one, and whatever holds for a byte is kept for each byte. It shares nothing
 * with the library but the addresses that the library gave out.
 */
#ifndef DMALAB_FUZZ_MODEL_H
#define DMALAB_FUZZ_MODEL_H

#include "misuse.h"

#define MODEL_RAM   MAX_RAM
#define MODEL_PAGES (MODEL_RAM / 4096)
#define MODEL_LINES (MODEL_RAM / 32)
#define MAX_OBJECTS 1024
#define REMEMBERED  512          /* objects, after their release */
#define NOWHERE     ((size_t)-1)
#define ATOMIC_POOL (128 * 1024) /* bytes, at first */
#define NO_PLACE    (~0ull)

/* So narrow a mask may leave an IOMMU without addresses at any time. */
#define FEW_ADDRESSES 0x1000000ull

enum object_kind { COHERENT, HANDLE, NONCOHERENT, MAPPING, KMALLOCED };

struct object {
	enum object_kind kind;
	bool live;
	int device;
	unsigned life;           /* of the device */
	unsigned released;       /* 1: the first object to be released, ... */
	size_t at, size;         /* in RAM, or NOWHERE: a resource; bytes as asked for */
	u64 place;               /* where its devices find it: a number of the bus */
	size_t room;             /* bytes of an allocation that may be touched */
	size_t block;            /* bytes that the page allocator gave */
	void *cpu;
	dma_addr_t dma;
	int dir;
	unsigned long attrs;
	bool checked;            /* by dma_mapping_error() */
	bool cached;             /* the CPU's pointer is */
	bool atomic;             /* it counts against the atomic pool */
	uint8_t *device_owns;    /* of noncoherent memory and mappings: for each byte */
	bool bounced;            /* the bytes at its place are a copy */
	unsigned list;           /* 0, or the number of the list that it is an entry of */
	unsigned entry;          /* and which: 0 is the first */
	int nents;               /* entries of that */
};

struct model_device {
	unsigned life;           /* counts the devices of this number; 0: there is none */
	bool snoops;
	u64 own_mask, coherent_mask, limit;
	enum { MASK_OWN, MASK_NULL, MASK_IS_COHERENT } mask;
	u64 window;              /* bytes; 0: addresses are the same */
	u64 max_segment, boundary, min_align; /* 0: not set */
};

enum level { OFF, CONTRACT, FULL };

/* How a machine behaves: model-cache.c. */
struct kind_of_machine;

struct model {
	const struct kind_of_machine *is;
	enum level level;
	bool lint;               /* sync-redundant */
	size_t ram;
	unsigned fail_nth;
	size_t atomic_size, atomic_used;
	struct model_device device[NR_DEVICES];
	unsigned nr_objects, nr_released, nr_lists;
	uint32_t clock;          /* stores so far, where mappings are copied */
	struct object object[MAX_OBJECTS];

	/* Where the views begin; 0: no pointer into it has been seen. */
	uintptr_t cached, uncached, cookies;

	/* For each byte. */
	uint8_t allocated[MODEL_RAM]; /* somebody may touch it */
	uint8_t cpu[MODEL_RAM];       /* stored by the CPU, memory may not have it */
	uint8_t dev[MODEL_RAM];       /* stored past the cache, which may hide it */
	uint8_t by_device[MODEL_RAM]; /* so was the latest store */
	uint8_t known[MODEL_RAM];     /* the value of the latest store is known: */
	uint8_t value[MODEL_RAM];
	/* Where mappings are copied: which store the memory has, and which is the latest. */
	uint32_t has[MODEL_RAM], latest[MODEL_RAM];
	uint8_t shared[MODEL_RAM];    /* there have been several copies since that */
	/* For each line. */
	uint8_t dirty[MODEL_LINES], present[MODEL_LINES];
	/* For each page. */
	uint8_t bypass[MODEL_PAGES];   /* last given out uncached or as a handle */
	uint8_t uncached_now[MODEL_PAGES]; /* belongs to uncached memory */
	uint8_t touched[MODEL_PAGES];  /* anything above is not as at first */
};

/* What the model says of a call. */
struct expect {
	const char *check;       /* to be reported; NULL: nothing */
	const char *or_check;    /* or this; "": or nothing */
	unsigned times;          /* how often; 1 but for leaks */
	size_t bytes, span;      /* bytes concerned and their extent; 0: unchecked */
	bool any_dispute;        /* check is one of the four names of a disputed byte */
	const char *wrong;       /* what contradicts the model in the result */
};

/* model.c */
void model_start(struct model *m, const struct setup *s, void *probe, phys_addr_t phys);
void model_new_device(struct model *m, int device, const struct setup *s);
void model_step(struct model *m, const struct call *c, const struct outcome *o,
		struct expect *e);
void model_end(struct model *m);

void expect(struct expect *e, const char *check);
struct object *model_add(struct model *m, const struct object *init);
void model_remove(struct model *m, struct object *o);
/* A page that was given out and taken back before there was a model of it. */
void model_note_dead(struct model *m, enum object_kind kind, void *cpu, dma_addr_t dma);
void model_touch(struct model *m, size_t at, size_t len);
size_t model_pages(size_t size);                    /* rounded up to pages */
size_t model_phys_to_ram(const struct model *m, u64 phys);
size_t model_place_to_ram(const struct model *m, u64 place);
u64 model_ram_to_phys(const struct model *m, size_t at);
u64 model_place(const struct model *m, int device, dma_addr_t dma);
u64 model_bus_limit(const struct model_device *d, bool coherent); /* the highest address */
size_t model_bank_left(const struct model *m, size_t at); /* contiguous bytes from there */

unsigned model_list_agreement(const struct model *m, const struct call *c,
			      const struct object *o);
const struct object *model_next_entry(const struct model *m, const struct object *o);

enum view { NO_VIEW, CACHED, UNCACHED, COOKIE };
enum view model_view(const struct model *m, const void *cpu, size_t *at);

static inline bool is_device(const struct model *m, int device)
{
	return device >= 0 && m->device[device].life;
}

static inline bool moves_by_sync(const struct object *o)
{
	return o->kind == NONCOHERENT || o->kind == MAPPING;
}

static inline bool is_allocation(const struct object *o)
{
	return o->kind == COHERENT || o->kind == HANDLE || o->kind == NONCOHERENT;
}

/* Does it touch these bytes of RAM? */
static inline bool touches(const struct object *o, size_t at, size_t len)
{
	return o->at != NOWHERE && o->at < at + len && at < o->at + o->size;
}

/* Is all of it, from @place on, in the object? */
static inline bool holds(const struct object *o, u64 place, size_t len)
{
	return place >= o->place && place - o->place < o->size &&
	       len <= o->size - (place - o->place);
}

static inline bool good_direction(int dir)
{
	return dir == DMA_BIDIRECTIONAL || dir == DMA_TO_DEVICE || dir == DMA_FROM_DEVICE;
}

static inline bool belongs_to(const struct model *m, const struct object *o, int device)
{
	return is_device(m, device) && o->device == device && o->life == m->device[device].life;
}

/* model-alloc.c */
void model_alloc(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e);
void model_kmalloc(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e);
bool model_fails_by_order(struct model *m);

/* model-free.c */
void model_free(struct model *m, const struct call *c, struct expect *e);
void model_kfree(struct model *m, const struct call *c, struct expect *e);
void model_device_gone(struct model *m, int device, struct expect *e);

/* model-sync.c */
void model_map(struct model *m, const struct call *c, const struct outcome *o, struct expect *e);
void model_mapping_error(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e);
void model_sync(struct model *m, const struct call *c, struct expect *e);
const char *model_bad_mapping(const struct model *m, const struct call *c);
const char *model_bad_pointer(struct model *m, const void *cpu, size_t size);
bool model_overlaps(const struct model *m, const struct object *new);
bool model_is_redundant(const struct object *o, size_t first, size_t len, bool to_device);
bool model_sync_fits(const struct object *o, int dir);

/* model-list.c */
void model_map_list(struct model *m, const struct call *c, const struct outcome *o,
		    struct expect *e);
void model_sync_list(struct model *m, const struct call *c, struct expect *e);

/*
 * model-bus.c: what stands between a device and memory.
 *
 * Where the memory of @obj is found by its device, given the address that the library
 * gave for it; or what keeps the device from it. The call is @c.
 */
enum reach { REACHED, TOO_HIGH, NO_ROOM, MAY_HAVE_NO_ROOM, FORBIDDEN };
enum reach model_reach(const struct model *m, const struct call *c, struct object *obj);
const char *model_inspect_address(const struct model *m, const struct object *obj);

/*
 * Bytes of a mapping or of noncoherent memory change hands, by whatever stands there.
 * True: "sync-partial-line".
 */
bool model_hand_over(struct model *m, const struct object *o, size_t first, size_t len,
		     bool to_device, int dir);

/* model-bounce.c */
bool machine_bounces(const struct model *m);
bool machine_translates(const struct model *m);
size_t bounce_pool(const struct model *m);          /* where in RAM it begins */
bool bounce_has_room(const struct model *m, const struct call *c, const struct object *obj);
void bounce_hand_over(struct model *m, const struct object *o, size_t first, size_t len,
		      bool to_device, int dir);
void bounce_mapped(struct model *m, const struct object *o);
void bounce_stored(struct model *m, size_t at, size_t copy, size_t len, bool by_device);
struct dispute bounce_disputed(const struct model *m, size_t at, size_t copy, size_t len,
			       bool *open);

/* model-access.c */
void model_cpu(struct model *m, const struct call *c, const struct outcome *o, struct expect *e);
void model_bus(struct model *m, const struct call *c, const struct outcome *o, struct expect *e);
void model_virt_to_page(struct model *m, const struct call *c, const struct outcome *o,
			struct expect *e);

/* model-cache.c: what the machine does, and which bytes two legal caches dispute. */
const struct kind_of_machine *kind_of_machine(const char *profile);
bool machine_is_coherent(const struct model *m);
bool machine_speculates(const struct model *m);
size_t machine_dma_align(const struct model *m);
size_t machine_line(const struct model *m);

/* Bytes, of which some may have two values. */
struct dispute {
	size_t bytes, first, last;
	bool lost_cpu, lost_device;
	bool held;               /* some of them belong to a live object */
};

void dispute_byte(struct dispute *d, size_t at);
void cpu_loads(struct model *m, size_t at, size_t len);
void cpu_stores(struct model *m, size_t at, size_t len, struct dispute *victims);
void bus_stores(struct model *m, size_t at, size_t len, struct dispute *victims);
void cache_is_flushed(struct model *m, size_t at, size_t len);
struct dispute disputed(const struct model *m, bool through_cache, size_t at, size_t len);

/* The maintenance when bytes change hands. True: "sync-partial-line". */
bool hand_over(struct model *m, int device, size_t at, size_t len, bool to_device, int dir);

#endif
