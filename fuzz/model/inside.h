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
#define MAX_AREAS   256
#define MAX_POOLS   256
#define ATOMIC_POOL (128 * 1024) /* bytes, at first */
#define NO_PLACE    (~0ull)

/* So narrow a mask may leave an IOMMU without addresses at any time. */
#define FEW_ADDRESSES 0x1000000ull

/* Addresses for vmalloc(), at least. */
#define VMALLOC_WINDOW (64ul << 20)

enum object_kind {
	COHERENT, HANDLE, NONCOHERENT, NONCONTIGUOUS, MAPPING,
	POOL_BLOCK, POOL_MEMORY, /* the memory is what blocks are cut from, and no object */
	/* Plain memory, which no device may touch unless it is mapped: */
	KMALLOCED, CACHE_OBJECT, DEVM_OBJECT, PAGE_BLOCK, EXACT_BLOCK
};

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
	unsigned cache;          /* of CACHE_OBJECT: which cache it is from */
	size_t stride;           /* of objects of one size on a page: from one to the next */
	bool whole;              /* of KMALLOCED, DEVM_OBJECT: the driver has asked ksize() */
	bool in_user_space;      /* of HANDLE: it was mapped there, and may be stored to */
	bool compound;           /* of PAGE_BLOCK */
	bool managed;            /* it goes with its device */
	unsigned made;           /* of what goes with its device: the order */
	unsigned pool;           /* of blocks and their memory: its life */
	const struct object *memory; /* of a block */
	unsigned freed;          /* of a block: the order */
	bool atomic;             /* it counts against the atomic pool */
	bool remapped;           /* of coherent memory: the kernel vunmap()s it */
	uint8_t *device_owns;    /* of noncoherent memory and mappings: for each byte */
	bool synced;             /* some of it, since it was made */
	bool bounced;            /* the bytes at its place are a copy */
	unsigned list;           /* 0, or the number of the list that it is an entry of */
	unsigned entry;          /* and which: 0 is the first */
	int nents;               /* entries of that */
};

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
};

/* Memory of vmalloc() at one address; also after its release. */
struct model_vmalloc {
	uintptr_t cpu;
	size_t size;
	bool live;
	uint8_t *known, *value;  /* for each byte */
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

/* How a machine behaves: model-cache.c. */
struct kind_of_machine;

struct model {
	const struct kind_of_machine *is;
	enum level level;
	bool lint;               /* sync-redundant, sync-other-direction */
	bool plain;              /* stores of C are looked for */
	struct store store;
	size_t ram;
	unsigned fail_nth, fail_every;
	size_t atomic_size, atomic_used;
	struct model_device device[NR_DEVICES];
	unsigned nr_objects, nr_released, nr_lists;
	uint32_t clock;          /* stores so far, where mappings are copied */
	struct object object[MAX_OBJECTS];

	/* Where the views begin; 0: no pointer into it has been seen. */
	uintptr_t cached, uncached, cookies;
	uintptr_t vmalloc;       /* likewise; the first one is the lowest */

	struct model_cache cache[NR_CACHES];
	struct model_pool pool[MAX_POOLS];
	unsigned nr_pools, pool_now[NR_POOLS]; /* + 1 */
	unsigned nr_made, nr_freed;
	struct model_vmalloc area[MAX_AREAS];
	unsigned nr_areas;
	size_t vmalloc_spent;    /* bytes of addresses that may have been used up */

	/* For each byte. */
	uint8_t allocated[MODEL_RAM]; /* somebody may touch it */
	uint8_t cpu[MODEL_RAM];       /* stored by the CPU, memory may not have it */
	uint8_t dev[MODEL_RAM];       /* stored past the cache, which may hide it */
	uint8_t by_device[MODEL_RAM]; /* so was the latest store */
	uint8_t known[MODEL_RAM];     /* the value of the latest store is known: */
	uint8_t value[MODEL_RAM];
	uint8_t unwritten[MODEL_RAM]; /* model-unwritten.c */
	/* Where mappings are copied: which store the memory has, and which is the latest. */
	uint32_t has[MODEL_RAM], latest[MODEL_RAM];
	uint8_t shared[MODEL_RAM];    /* there have been several copies since that */
	/* For each line. */
	uint8_t dirty[MODEL_LINES], present[MODEL_LINES];
	/* For each page. */
	uint8_t bypass[MODEL_PAGES];   /* last given out uncached or as a handle */
	uint8_t uncached_now[MODEL_PAGES]; /* belongs to uncached memory */
	uint8_t touched[MODEL_PAGES];  /* anything above is not as at first */
	uint8_t was_block[MODEL_PAGES]; /* enum object_kind of the latest block of pages; or 0 */
	int refs[MODEL_PAGES];         /* of the block that begins here, or added to the page */
};

/* What the model says of a call. */
struct expect {
	const char *check;       /* to be reported; NULL: nothing */
	const char *or_check;    /* or this; "": or nothing */
	const char *second;      /* and then this */
	unsigned times;          /* how often; 1 but for leaks */
	size_t bytes, span;      /* bytes concerned and their extent; 0: unchecked */
	const char *found[3];    /* about stores of C that the call finds: all of these */
	unsigned nr_found;
	size_t found_bytes, found_span; /* 0: unchecked */
	bool any_dispute;        /* check is one of the four names of a disputed byte */
	const char *wrong;       /* what contradicts the model in the result */
};

/* misuse-compare.c: what is not as the model says, or NULL. */
const char *model_disagrees(const struct model *m, const struct call *c, const struct expect *e,
			    const struct outcome *o);

/* model.c */
void model_start(struct model *m, const struct setup *s, void *probe, phys_addr_t phys);
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

/* Gives @check to the call unless it has one: a call draws one report. */
static inline void expect_if_none(struct expect *e, const char *check)
{
	if (!e->check)
		expect(e, check);
}

static inline bool is_plain(const struct object *o)
{
	return o->kind >= KMALLOCED;
}

/* Memory that both may use at any time, and to which there is a pointer. */
static inline bool is_coherent_memory(const struct object *o)
{
	return o->kind == COHERENT || o->kind == POOL_MEMORY;
}

/* Of those that lie side by side on a page. */
static inline bool is_slab_object(const struct object *o)
{
	return o->kind == KMALLOCED || o->kind == CACHE_OBJECT || o->kind == DEVM_OBJECT;
}

/* Cached memory that the device may be given. */
static inline bool is_noncoherent(const struct object *o)
{
	return o->kind == NONCOHERENT || o->kind == NONCONTIGUOUS;
}

static inline bool moves_by_sync(const struct object *o)
{
	return is_noncoherent(o) || o->kind == MAPPING;
}

static inline bool is_allocation(const struct object *o)
{
	return o->kind == COHERENT || o->kind == HANDLE || is_noncoherent(o) ||
	       o->kind == POOL_BLOCK;
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

/* model-answer.c */
void model_answer_memory(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e);

/* model-device.c */
void model_new_device(struct model *m, int device, const struct setup *s);
void model_set_masks(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e);
void model_poke(struct model *m, const struct call *c);
void model_set_snooping(struct model *m, const struct call *c, struct expect *e);
bool model_snoops(const struct model *m, int device);
void model_free_device(struct model *m, const struct call *c, struct expect *e);

/* model-alloc.c */
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

/* model-free.c */
bool model_is_mapped(const struct model *m, size_t at, size_t len);
void model_free(struct model *m, const struct call *c, struct expect *e);
void model_release(struct model *m, struct object *o, const struct call *c, struct expect *e);
void model_kfree(struct model *m, const struct call *c, struct expect *e);
void model_device_gone(struct model *m, int device, struct expect *e);

/* model-memory.c: what kmalloc(), caches, devm_kmalloc() and krealloc() hand out */
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

/* model-release.c: the releases of plain memory */
void model_release_plain(struct model *m, const struct call *c, struct expect *e);
void model_release_devm(struct model *m, struct object *o, struct expect *e);

/* model-pages.c */
void model_pages_alloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e);
void model_page_refs(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e);
void model_virt_to_page(struct model *m, const struct call *c, const struct outcome *o,
			struct expect *e);
bool model_drops_reference(struct model *m, size_t at); /* and not the last one */
const struct object *model_block_at(const struct model *m, size_t at);
const struct object *model_slab_at(const struct model *m, size_t at);

/* model-pool.c */
bool model_pool_lives(const struct model *m, unsigned number);
void model_pool_slot(const struct model *m, unsigned number, struct slot *s);
void model_pool_call(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e);
const struct object *model_pool_memory_at(const struct model *m, size_t at);
size_t model_pool_at(const struct model *m, u64 place); /* where in RAM; NOWHERE: no pool's */
bool model_block_was(const struct model *m, size_t at); /* handed out once, and free */
void model_release_managed(struct model *m, int device, struct expect *e);
unsigned model_pools_gone(struct model *m, int device); /* how many leaked */

/* model-vmalloc.c */
bool model_in_vmalloc(const struct model *m, const void *cpu);
struct model_vmalloc *model_vmalloc_at(const struct model *m, const void *cpu);
bool model_vmalloc_is_safe(const struct model *m, const void *cpu, size_t len);
void model_vmalloc(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e);
void model_vmalloc_end(struct model *m, struct model_vmalloc *area);
void model_cpu_vmalloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e);

/* model-context.c: of the one thread, whichever machine it uses */
void model_context_start(void);
bool model_context_allows(const struct call *c); /* it does not wait for itself */
void model_context(const struct call *c, const struct outcome *o, struct expect *e);
void model_might_sleep(struct expect *e);
void model_might_alloc(struct expect *e, gfp_t gfp);
void model_might_kmalloc(struct expect *e, gfp_t gfp); /* that, and the zone */
bool model_may_not_free(const struct object *o);

/* model-map.c */
void model_mapping_error(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e);
bool model_runs_past(const struct model *m, const struct object *mapping, bool joined);

/* model-sync.c */
void model_map(struct model *m, const struct call *c, const struct outcome *o, struct expect *e);
void model_sync(struct model *m, const struct call *c, struct expect *e);
/* What a right sync is about, or NULL. */
const struct object *model_synced(struct model *m, const struct call *c, u64 place);
const char *model_bad_mapping(const struct model *m, const struct call *c);
const char *model_bad_pointer(struct model *m, const void *cpu, size_t size);
bool model_overlaps(const struct model *m, const struct object *new);
bool model_is_redundant(const struct object *o, size_t first, size_t len, bool to_device);
bool model_sync_fits(const struct object *o, int dir);

/* model-table.c */
void model_table(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e);
bool model_sync_table(struct model *m, const struct call *c, struct expect *e);
const struct object *model_coherent_at(const struct model *m, const struct call *c);

/* model-user.c */
void model_user(struct model *m, const struct call *c, const struct outcome *o,
		struct expect *e);

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
const char *model_stray(const struct model *m, const struct call *c, u64 place);

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

const struct object *model_object_for(const struct model *m, const struct call *c, u64 place);
bool model_is_barred(const struct model *m, const struct call *c, const struct object *o);
void model_cpu_stores(struct model *m, size_t at, size_t len, bool uncached, struct expect *e);
void model_store_bytes(struct model *m, uint8_t value, size_t at, size_t len);
bool model_wants(const struct model *m, const char *check); /* model.c */

/* model-plain.c: loads and stores of C */
bool model_allows_plain(const struct model *m, const struct call *c);
void model_plain(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e);
bool model_awaits(const struct model *m, struct call *look); /* make it the call that finds it */
bool model_finds(struct model *m, const struct call *c);
void model_find(struct model *m, struct expect *e);

/* model-cache.c: what the machine does, and which bytes two legal caches dispute. */
const struct kind_of_machine *kind_of_machine(const char *profile);
bool machine_is_coherent(const struct model *m);
bool machine_speculates(const struct model *m);
size_t machine_dma_align(const struct model *m);
size_t machine_line(const struct model *m);
bool machine_remaps(const struct model *m);         /* coherent memory, where it is uncached */

/* Bytes, of which some may have two values. */
struct dispute {
	size_t bytes, first, last;
	bool lost_cpu, lost_device;
	bool held;               /* some of them belong to a live object */
};

void dispute_byte(struct dispute *d, size_t at);

/* model-unwritten.c: handed out as it is; stored or given back; mapped; read. */
void model_fresh(struct model *m, size_t at, size_t len);
void model_written(struct model *m, size_t at, size_t len);
void model_await(struct model *m, const struct object *o);
void model_fresh_block(struct model *m, size_t at, size_t len);
bool model_reads_unwritten(const struct model *m, size_t at, size_t len, struct dispute *bytes);

/* A report about these bytes: how many, and from the first to the last. */
static inline void expect_bytes(struct expect *e, const char *check, const struct dispute *d)
{
	expect(e, check);
	e->bytes = d->bytes;
	e->span = d->last - d->first + 1;
}

bool model_sync_reads(const struct call *c, const struct object *o, bool to_device);

/* A device may read these bytes of the object from now on: are all of them stored? */
bool model_shows_unwritten(const struct model *m, const struct object *o, size_t first,
			   size_t len, struct dispute *bytes);
void model_given(const struct model *m, const struct object *o, size_t first, size_t len,
		 struct expect *e);
void cpu_loads(struct model *m, size_t at, size_t len);
void cpu_stores(struct model *m, size_t at, size_t len, struct dispute *victims);
void cpu_overwrites(struct model *m, size_t at);
void cache_forgets(struct model *m, size_t at);
void snooped_stores(struct model *m, size_t at, size_t len, struct dispute *victims);
void bus_stores(struct model *m, size_t at, size_t len, struct dispute *victims);
void cache_is_flushed(struct model *m, size_t at, size_t len);
struct dispute disputed(const struct model *m, bool through_cache, size_t at, size_t len);

/* The maintenance when bytes change hands. True: "sync-partial-line". */
bool hand_over(struct model *m, int device, size_t at, size_t len, bool to_device, int dir);

#endif
