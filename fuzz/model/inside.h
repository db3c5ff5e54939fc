/* SPDX-License-Identifier: MIT */
/*
 * What the model is made of, for its own files. unit.h has the bytes, object.h and grid.h the
 * objects; here is the machine that they are on, and who has which rules.
 */
#ifndef DMALAB_FUZZ_MODEL_INSIDE_H
#define DMALAB_FUZZ_MODEL_INSIDE_H

#include "grid.h"
#include "model.h"
#include "object.h"
#include "unit.h"

#define MAX_AREAS   2048             /* as with objects, more than a program makes */
#define MAX_POOLS   2048
#define MAX_EDGES   8192
#define ATOMIC_POOL (128 * 1024) /* bytes, at first */
#define SLOT_BYTES  2048ul       /* of the bounce buffer, and at most so many: */
#define MAX_SLOTS   (MAX_RAM / 8 / SLOT_BYTES)

/* So narrow a mask may leave an IOMMU without addresses at any time. */
#define FEW_ADDRESSES 0x1000000ull

/* Addresses for vmalloc(), at least. */
#define VMALLOC_WINDOW (64ul << 20)

struct model_device {
	unsigned life;           /* counts the devices of this number; 0: there is none */
	bool snoops;             /* so the kernel believes; */
	bool wired, is_wired;    /* and the hardware, once it was told */
	u64 own_mask, coherent_mask, limit;
	enum { MASK_OWN, MASK_NULL, MASK_IS_COHERENT } mask;
	u64 window;              /* bytes; 0: addresses are the same */
	u64 max_segment, boundary, min_align; /* 0: not set */
};

struct model_cache {
	unsigned life;           /* counts caches; 0: none was made under this number */
	bool gone;
	size_t size, align, stride;
	gfp_t gfp;
};

struct model_pool {
	unsigned life;           /* counts pools; 0: none was made under this number */
	bool live, managed;
	int device;
	unsigned device_life, made;
	size_t size, boundary, length; /* of a block; of what it is cut from */
	size_t asked;            /* of a block, before it was rounded */
	unsigned blocks, live_blocks; /* of all its memory */
	unsigned free;           /* the free block that was freed last; + 1 */
};

/* Memory of vmalloc() at one address; also after its release. */
struct model_vmalloc {
	uintptr_t cpu;
	size_t size;
	bool live, zeroed;
	unsigned life;           /* counts areas of all programs */
};

/* A page of addresses of vmalloc(): as its area began, unless it has the life of that. */
struct vmalloc_page {
	unsigned life;
	u64 known[FRAME / 64];   /* a bit for each byte */
};

/* A store of C that no call has found yet. */
struct store {
	bool any;
	bool uncached;
	size_t at, len;
	uint8_t value;
	uint8_t changed[MAX_ACCESS]; /* for each byte: it was another before */
};

enum level { OFF, CONTRACT, FULL };

/* Where a change of ownership is, counted from the object's start. */
struct edge {
	size_t at;
	uint16_t next;
};

/* Where mappings are copied: which store each byte has, and which was the latest to it. */
struct clocks {
	uint32_t has[UNIT], latest[UNIT];
};

/* How a machine behaves: cache.c. */
struct kind_of_machine;

struct model {
	const struct kind_of_machine *is;
	size_t line;
	enum level level;
	bool lint;               /* sync-redundant, sync-other-direction */
	bool plain;              /* stores of C are looked for */
	bool ends;               /* MACHINE_FREE: what becomes of bytes nobody asks any more */
	struct store store;
	size_t ram;
	unsigned fail_nth, fail_every;
	size_t atomic_size, atomic_used;
	struct model_device device[NR_DEVICES];

	/* Where the views begin; 0: no pointer into it has been seen. */
	uintptr_t cached, uncached, cookies;
	uintptr_t vmalloc;       /* likewise; the first one is the lowest */

	struct model_cache cache[NR_CACHES];
	struct model_pool pool[MAX_POOLS];
	unsigned nr_pools, pool_now[NR_POOLS]; /* + 1 */
	unsigned nr_made;
	struct model_vmalloc area[MAX_AREAS];
	unsigned nr_areas, vmalloc_lives;
	size_t vmalloc_spent;    /* bytes of addresses that may have been used up */
	struct vmalloc_page *vmalloc_page;
	uint8_t *vmalloc_value;

	unsigned nr_objects, nr_released, nr_lists;
	uint16_t first_live, last_live; /* + 1 */
	struct object object[MAX_OBJECTS];
	struct grid by_ram, by_place, by_dma; /* of live objects */
	struct grid dead, dead_cpu;           /* of released ones, by DMA address and pointer */
	struct grid areas;                    /* of vmalloc() */
	struct edge edge[MAX_EDGES];
	unsigned nr_edges;
	uint16_t free_edges;

	unsigned age;            /* counts programs */
	struct frame frame[MODEL_PAGES];
	struct unit unit[MODEL_UNITS];
	u64 taken[MODEL_PAGES / 64];   /* pages that somebody was given */

	uint32_t clock;          /* stores so far, where mappings are copied */
	struct clocks *clocks;   /* of each unit */
	uint8_t slot_users[MAX_SLOTS]; /* mappings that have a copy there */
};

/* object.c */
struct object *model_add(struct model *m, const struct object *init);
void model_remove(struct model *m, struct object *o);
void model_abandon(struct model *m, struct object *o); /* nobody remembers it */
struct object *model_next_live(struct model *m, struct grid_walk *w);
struct object *model_live_before(struct model *m, const struct object *o); /* NULL: the latest */
struct object *model_live_after(struct model *m, const struct object *o);  /* NULL: the first */
void object_block_gone(struct model *m, struct object *block); /* it was handed out again */

/*
 * Live objects that may meet a range of RAM, of places on the bus, or that may have begun at a
 * DMA address; in no order. What is asked of them is asked again: cells are larger.
 */
#define for_each_near(o, m, grid, start, size) \
	for (struct grid_walk walk_##o = grid_look(&(m)->grid, start, size); \
	     (o = model_next_live((struct model *)(m), &walk_##o));)

/* By the order of their making. */
#define for_each_live(o, m) \
	for (o = model_live_after((struct model *)(m), NULL); o; \
	     o = model_live_after((struct model *)(m), o))

/* owner.c: which bytes of an object its device owns, between syncs. */
bool owner_is(const struct model *m, const struct object *o, size_t first, size_t len,
	      bool device);     /* of all of them */
void owner_becomes(struct model *m, struct object *o, size_t first, size_t len, bool device);
void owner_bytes(const struct model *m, const struct object *o, size_t first, size_t len,
		 bool device, size_t base, struct dispute *d);
void owner_ends(struct model *m, struct object *o);

/* A report, and the rule that says so: the place in the model where this stands. */
#define expect(e, name) do { \
	static const struct rule rule_here = { __FILE__, __func__, __LINE__ }; \
	expect_by(e, name, &rule_here); \
} while (0)

/* Unless the call has one: a call gives one report. */
#define expect_if_none(e, name) do { \
	if (!(e)->check) \
		expect(e, name); \
} while (0)

/* About these bytes: how many, and from the first to the last. */
#define expect_bytes(e, name, d) do { \
	expect(e, name); \
	(e)->bytes = (d)->bytes; \
	(e)->span = (d)->last - (d)->first + 1; \
} while (0)

static inline void expect_by(struct expect *e, const char *check, const struct rule *rule)
{
	e->check = check;
	e->times = 1;
	e->rule = rule;
}

static inline bool is_device(const struct model *m, int device)
{
	return device >= 0 && m->device[device].life;
}

static inline bool belongs_to(const struct model *m, const struct object *o, int device)
{
	return is_device(m, device) && o->device == device && o->life == m->device[device].life;
}

/* model.c */
size_t model_pages(size_t size);                    /* rounded up to pages */
size_t model_phys_to_ram(const struct model *m, u64 phys);
size_t model_place_to_ram(const struct model *m, u64 place);
u64 model_ram_to_phys(const struct model *m, size_t at);
u64 model_place(const struct model *m, int device, dma_addr_t dma);
u64 model_call_place(const struct model *m, const struct call *c); /* where a sync begins */
bool model_has_ram(const struct model *m, u64 phys, u64 size); /* any of it */
u64 model_bus_limit(const struct model_device *d, bool coherent); /* the highest address */
size_t model_bank_left(const struct model *m, size_t at); /* contiguous bytes from there */

unsigned model_list_agreement(const struct model *m, const struct call *c,
			      const struct object *o);
const struct object *model_next_entry(const struct model *m, const struct object *o);

/* answer.c */
void model_answer_memory(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e);

/* device.c */
void model_set_masks(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e);
void model_poke(struct model *m, const struct call *c);
void model_set_snooping(struct model *m, const struct call *c, struct expect *e);
bool model_snoops(const struct model *m, int device);
void model_free_device(struct model *m, const struct call *c, struct expect *e);

/* alloc.c */
void model_alloc(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e);
const char *model_new_coherent(struct model *m, const struct call *c, const struct outcome *o,
			       struct object *obj);
bool model_atomic_is_full(struct model *m, const struct call *c, struct object *obj);
bool model_reaches_free_block(const struct model *m, int device, size_t block);
const char *model_refuses_coherent(const struct model *m, const struct call *c);
void model_kmalloc(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e);
bool model_fails_by_order(struct model *m, bool failed);
size_t model_block_of(size_t size);                 /* a power of two of pages */
size_t model_room_of(const struct model *m, size_t size);
bool model_has_free_block(const struct model *m, size_t block, gfp_t gfp);
bool model_is_taken(const struct model *m, size_t at, size_t len);
const char *model_new_slab_object(struct model *m, const struct call *c, struct object *obj);

/* hand-out.c: @known: so many bytes are promised to be zeroes */
void model_knows_zeroes(struct model *m, size_t at, size_t len, size_t known);
void model_zero(struct model *m, size_t at, size_t len, size_t known);
void model_hand_out(struct model *m, const struct object *o, bool zeroed, size_t known);

/* free.c */
bool model_remembers(const struct model *m, const struct object *o);
bool model_is_mapped(const struct model *m, size_t at, size_t len);
void model_free(struct model *m, const struct call *c, struct expect *e);
void model_release(struct model *m, struct object *o, const struct call *c, struct expect *e);
void model_device_gone(struct model *m, int device, struct expect *e);

/* memory.c: what kmalloc(), caches, devm_kmalloc() and krealloc() hand out */
void model_cache_create(struct model *m, const struct call *c, const struct outcome *o,
			struct expect *e);
void model_cache_alloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e);
void model_devm_alloc(struct model *m, const struct call *c, const struct outcome *o,
		      struct expect *e);
void model_kmemdup(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e);
void model_krealloc(struct model *m, const struct call *c, const struct outcome *o,
		    struct expect *e);

/* release.c: the releases of plain memory */
void model_release_plain(struct model *m, const struct call *c, struct expect *e);
struct object *model_plain_at(const struct model *m, const void *cpu);
void model_release_devm(struct model *m, struct object *o, struct expect *e);

/* pages.c */
void model_pages_alloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e);
void model_page_refs(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e);
void model_virt_to_page(struct model *m, const struct call *c, const struct outcome *o,
			struct expect *e);
bool model_drops_reference(struct model *m, size_t at); /* and not the last one */
const struct object *model_block_at(const struct model *m, size_t at);
const struct object *model_slab_at(const struct model *m, size_t at);

/* pool.c */
void model_pool_call(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e);
const struct object *model_pool_memory_at(const struct model *m, size_t at);
size_t model_pool_at(const struct model *m, u64 place); /* where in RAM; NOWHERE: no pool's */
bool model_block_was(const struct model *m, size_t at); /* handed out once, and free */
void model_block_freed(struct model *m, struct object *block);
void model_release_managed(struct model *m, int device, struct expect *e);
unsigned model_pools_gone(struct model *m, int device); /* how many leaked */

/* vmalloc.c */
struct model_vmalloc *model_vmalloc_at(const struct model *m, const void *cpu);
void model_vmalloc(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e);
void model_vmalloc_end(struct model *m, struct model_vmalloc *area);
void model_cpu_vmalloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e);

/* context.c: of the one thread, whichever machine it uses */
void model_context(const struct call *c, const struct outcome *o, struct expect *e);
void model_might_sleep(struct expect *e);
void model_might_alloc(struct expect *e, gfp_t gfp);
void model_might_kmalloc(struct expect *e, gfp_t gfp); /* that, and the zone */
bool model_may_not_free(const struct object *o);

/* map.c */
void model_mapping_error(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e);
bool model_runs_past(const struct model *m, const struct object *mapping, bool joined);

/* sync.c */
void model_map(struct model *m, const struct call *c, const struct outcome *o, struct expect *e);
void model_sync(struct model *m, const struct call *c, struct expect *e);
/* What a right sync is about, or NULL. */
const struct object *model_synced(struct model *m, const struct call *c, u64 place);
const char *model_bad_mapping(const struct model *m, const struct call *c);
const char *model_bad_pointer(struct model *m, const void *cpu, size_t size);
bool model_overlaps(const struct model *m, const struct object *new);
bool model_is_redundant(const struct model *m, const struct object *o, size_t first, size_t len,
			bool to_device);
bool model_sync_fits(const struct object *o, int dir);

/* table.c */
void model_table(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e);
bool model_sync_table(struct model *m, const struct call *c, struct expect *e);
const struct object *model_coherent_at(const struct model *m, const struct call *c);

/* user.c */
void model_user(struct model *m, const struct call *c, const struct outcome *o,
		struct expect *e);

/* list.c */
void model_map_list(struct model *m, const struct call *c, const struct outcome *o,
		    struct expect *e);
void model_sync_list(struct model *m, const struct call *c, struct expect *e);

/*
 * bus.c: what stands between a device and memory.
 *
 * Where the memory of @obj is found by its device, given the address that the library
 * gave for it; or what keeps the device from it. The call is @c.
 */
enum reach { REACHED, TOO_HIGH, NO_ROOM, MAY_HAVE_NO_ROOM, FORBIDDEN };
enum reach model_reach(const struct model *m, const struct call *c, struct object *obj);
const char *model_inspect_address(const struct model *m, const struct object *obj);
const char *model_stray(const struct model *m, const struct call *c, u64 place);

/*
 * Bytes of a mapping or of noncoherent memory change hands, by whatever stands there.
 * True: "sync-partial-line".
 */
bool model_hand_over(struct model *m, const struct object *o, size_t first, size_t len,
		     bool to_device, int dir);

/* bounce.c */
bool machine_bounces(const struct model *m);
size_t bounce_pool(const struct model *m);          /* where in RAM it begins */
void bounce_takes_slots(struct model *m, const struct object *o, int users);
void bounce_forgets(struct model *m, size_t at, size_t len);
void bounce_forgets_mask(struct model *m, size_t base, u64 mask);
bool bounce_has_room(const struct model *m, const struct call *c, const struct object *obj);
void bounce_hand_over(struct model *m, const struct object *o, size_t first, size_t len,
		      bool to_device, int dir);
void bounce_mapped(struct model *m, const struct object *o);
void bounce_stored(struct model *m, size_t at, size_t copy, size_t len, bool by_device);
struct dispute bounce_disputed(const struct model *m, size_t at, size_t copy, size_t len,
			       bool *open);

/* access.c */
bool model_is_cached(const struct model *m, size_t at); /* the page is used through the cache */
const char *model_dispute(const struct dispute *d, bool through_cache);
void model_compare(const struct model *m, const struct outcome *o, size_t at, size_t len,
		   bool through_cache, struct expect *e);
bool model_brought(const struct outcome *o, size_t from, size_t to, uint8_t value); /* all are */
void model_cpu(struct model *m, const struct call *c, const struct outcome *o, struct expect *e);
void model_cpu_stores(struct model *m, size_t at, size_t len, bool uncached, struct expect *e);
/* Are any of the bytes @sure of the unit others than what was brought from @at on? */
bool model_brought_others(const struct looks *l, u64 sure, const uint8_t *bytes, size_t at);
void model_store_bytes(struct model *m, uint8_t value, size_t at, size_t len);
bool model_wants(const struct model *m, const char *check); /* model.c */

/* device-access.c */
void model_bus(struct model *m, const struct call *c, const struct outcome *o, struct expect *e);
const struct object *model_object_for(const struct model *m, const struct call *c, u64 place);
bool model_is_barred(const struct model *m, const struct call *c, const struct object *o);

/* plain.c: loads and stores of C */
void model_plain(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e);
void model_find(struct model *m, struct expect *e);

/* cache.c: what the machine does, and which bytes two legal caches dispute. */
const struct kind_of_machine *kind_of_machine(const char *profile);
size_t machine_dma_align(const struct model *m);
size_t machine_line(const struct model *m);
bool machine_remaps(const struct model *m);         /* coherent memory, where it is uncached */

/* unwritten.c: handed out as it is; stored or given back; mapped; read. */
void model_fresh(struct model *m, size_t at, size_t len);
void model_written(struct model *m, size_t at, size_t len);
void model_await(struct model *m, const struct object *o);
void model_fresh_block(struct model *m, size_t at, size_t len);
bool model_reads_unwritten(const struct model *m, size_t at, size_t len, struct dispute *bytes);
/* A device may read these bytes of the object from now on: are all of them stored? */
bool model_shows_unwritten(const struct model *m, const struct object *o, size_t first,
			   size_t len, struct dispute *bytes);
void model_given(const struct model *m, const struct object *o, size_t first, size_t len,
		 struct expect *e);
bool model_sync_reads(const struct call *c, const struct object *o, bool to_device);

/* cache.c again. @victims: bytes that a store beside them endangers; or NULL. */
void cpu_loads(struct model *m, size_t at, size_t len);
void cpu_stores(struct model *m, size_t at, size_t len, struct dispute *victims);
void cpu_overwrites(struct model *m, size_t at, size_t len);
void cache_forgets(const struct model *m, struct unit *u, size_t at, u64 mask); /* @at: its page */
void snooped_stores(struct model *m, size_t at, size_t len, struct dispute *victims);
void bus_stores(struct model *m, size_t at, size_t len, struct dispute *victims);
void cache_is_flushed(struct model *m, size_t at, size_t len);
struct dispute disputed(const struct model *m, bool through_cache, size_t at, size_t len);
u64 window_disputed(const struct model *m, const struct window *w, bool through_cache, size_t at);
u64 disputed_mask(const struct model *m, const struct unit *u, bool through_cache, size_t at);

/* The maintenance when bytes change hands. True: "sync-partial-line". */
bool hand_over(struct model *m, int device, size_t at, size_t len, bool to_device, int dir);

/* explain.c: what the byte at @at, which the rule is about, was like at the time. */
void model_sees(const struct model *m, struct expect *e, size_t at);

#endif
