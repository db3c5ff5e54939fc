/* SPDX-License-Identifier: MIT */
/*
 * The calls that programs of the target "misuse" are made of, with the arguments
 * that the library is given, and what came of each.
 */
#ifndef DMALAB_FUZZ_MISUSE_H
#define DMALAB_FUZZ_MISUSE_H

#include "input.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <stdio.h>

#define NR_MACHINES 2
#define NR_DEVICES  4    /* two on each machine */
#define NR_SLOTS    5
#define MAX_ACCESS  8192 /* bytes of one access */
#define MAX_RAM     (4 << 20)
#define MAX_ENTRIES 4    /* of a list */
#define NR_CACHES   3    /* struct kmem_cache */
#define NR_LOCKS    NR_SLOTS
#define NR_POOLS    3    /* struct dma_pool */

/* Devices that are none. */
#define DEVICE_NULL    (-1)
#define DEVICE_FOREIGN (-2)

enum call_kind {
	ALLOC_COHERENT, ALLOC_ATTRS, ALLOC_WC, ALLOC_NONCOHERENT, ALLOC_PAGES,
	FREE_COHERENT, FREE_ATTRS, FREE_WC, FREE_NONCOHERENT, FREE_PAGES,
	KMALLOC, KZALLOC, KFREE, KSIZE,
	MAP, UNMAP, MAPPING_ERROR,
	SYNC_FOR_DEVICE, SYNC_FOR_CPU, NEED_SYNC,
	CPU_READ, CPU_WRITE, DEVICE_READ, DEVICE_WRITE,
	EVICT, FILL,
	VIRT_TO_PAGE,
	SET_MASK, SET_COHERENT_MASK, SET_BOTH_MASKS, COERCE_MASKS,
	POKE_MASK, POKE_MASK_POINTER, POKE_COHERENT_MASK, POKE_LIMIT,
	FAIL_NTH, SET_CURRENT,
	DEVICE_FREE, DEVICE_NEW,

	/* Memory that drivers map: misuse-run-memory.c. */
	PAGES_ALLOC, PAGES_GET, EXACT_ALLOC, CACHE_ALLOC, CACHE_ZALLOC, DEVM_ALLOC,
	VMALLOC, VZALLOC, KMEMDUP, KREALLOC,
	PAGES_FREE, PAGES_FREE_ADDRESS, EXACT_FREE, CACHE_FREE, DEVM_FREE, VFREE,
	PAGE_GET, PAGE_PUT, PAGE_COUNT, CACHE_CREATE, CACHE_DESTROY,
	CONTEXT, FAIL_EVERY, /* misuse-run-context.c */

	/* misuse-run-pool.c; M: those that go with their device. */
	POOL_ALLOC, POOL_ZALLOC, M_ALLOC, POOL_FREE, M_FREE,
	POOL_CREATE, M_POOL_CREATE, POOL_DESTROY, M_POOL_DESTROY,

	MACHINE_FREE, /* not in programs: how they end */
	MAP_LIST, UNMAP_LIST, SYNC_LIST_FOR_DEVICE, SYNC_LIST_FOR_CPU,
	SET_MAX_SEGMENT, SET_BOUNDARY, SET_MIN_ALIGN,

	/* Noncontiguous memory, and the list of coherent memory: misuse-run-table.c. */
	TABLE_ALLOC, TABLE_FREE, TABLE_SYNC_FOR_DEVICE, TABLE_SYNC_FOR_CPU, TABLE_VMAP,
	TABLE_VUNMAP, TABLE_GET,
	USER_MAP, /* misuse-run-user.c */
	SET_SNOOPING,
	PLAIN_READ, PLAIN_WRITE, /* the CPU's loads and stores of C */
	NR_CALL_KINDS
};

/* Under which name MAP and UNMAP are called. */
enum form { SINGLE, PAGE, PHYS, RESOURCE };

/* An entry of a list: what the driver sets, and what the mapping makes of it. */
struct entry {
	struct page *page;
	unsigned offset, length;
	dma_addr_t dma;
	unsigned dma_length;
};

struct call {
	enum call_kind kind;
	int device;             /* number, DEVICE_NULL or DEVICE_FOREIGN */
	unsigned machine;       /* that the call, and its report, belong to */
	unsigned slot;          /* where the result goes */
	void *cpu;
	struct page *page;      /* of FREE_PAGES; cpu is its address */
	dma_addr_t dma;
	unsigned long offset;   /* not 0: the range form of a sync */
	size_t size;
	int dir;
	unsigned long attrs;
	gfp_t gfp;
	u64 mask;
	unsigned number;        /* MAP: enum foreign; pages: order; a cache; a function;
	                           of a list: where it begins in the slot's */
	bool unchecked;         /* MAP: dma_mapping_error() does not follow */
	uint8_t value;          /* that a write stores */
	enum { POOL_LIVES, POOL_GONE, POOL_NULL } pool;
	enum form form;         /* MAP, UNMAP */
	phys_addr_t phys;       /* MAP of PHYS and RESOURCE */
	bool table;             /* MAP_LIST: as a table */
	struct sg_table *sgt;   /* of noncontiguous memory; NULL: one of page and dma, or */
	bool no_table;          /* none at all */
	int nents;              /* as given to the call, of a list of */
	unsigned nr_entries;
	struct entry entry[MAX_ENTRIES]; /* of a list used again, dma alone */
};

/* A report, as far as it is compared. */
struct remark {
	const char *check;
	unsigned machine;
	size_t first, last, bytes;
};

#define MAX_REMARKS 4

/* What the library did. */
struct outcome {
	void *cpu;              /* pointer or page_address() */
	struct page *page;
	struct sg_table *sgt;
	dma_addr_t dma;
	long result;
	uint8_t *bytes;         /* of reads: MAX_ACCESS; filled with UNREAD before;
	                           of PLAIN_WRITE: 1 where another byte was before */
	struct entry entry[MAX_ENTRIES]; /* MAP_LIST, afterwards; the one of TABLE_GET */
	unsigned nr_remarks;    /* all; the first ones are kept */
	struct remark remark[MAX_REMARKS];
	unsigned nr_found;      /* the same of those about stores of C that the call found */
	struct remark found[MAX_REMARKS];
};

#define UNREAD 0xee

static inline bool is_memory_call(enum call_kind kind)
{
	return kind >= PAGES_ALLOC && kind <= CACHE_DESTROY;
}

static inline bool is_pool_call(enum call_kind kind)
{
	return kind >= POOL_ALLOC && kind <= M_POOL_DESTROY;
}

static inline bool is_table_call(enum call_kind kind)
{
	return kind >= TABLE_ALLOC && kind <= TABLE_GET;
}

/* What is in a slot: the result of the latest call, also after its release. */
struct slot {
	enum call_kind kind;    /* that made it */
	int device;
	unsigned machine;
	void *cpu;
	struct page *page;
	struct sg_table *sgt;   /* readable for as long as the machine is there */
	dma_addr_t dma;
	size_t size;
	int dir;
	unsigned long attrs;
	unsigned number;
	enum form form;
	bool table;
	int nents;              /* of a list, as mapped: */
	struct entry entry[MAX_ENTRIES];
};

/* Pointers that are no memory of a machine. */
enum foreign { FOREIGN_NONE, FOREIGN_STACK, FOREIGN_CONSTANT };

#define CONSTANT_SIZE 256
extern const uint8_t constant[CONSTANT_SIZE];

/* What a call of the kind CONTEXT calls: its number. */
enum context_call {
	IRQ_DISABLE, IRQ_ENABLE, IRQ_SAVE, IRQ_RESTORE, PREEMPT_DISABLE, PREEMPT_ENABLE,
	BH_DISABLE, BH_ENABLE, IRQ_ENTER, IRQ_EXIT, SOFTIRQ_ENTER, SOFTIRQ_EXIT,
	SPIN_LOCK, SPIN_UNLOCK, SPIN_LOCK_BH, SPIN_UNLOCK_BH, SPIN_LOCK_IRQ, SPIN_UNLOCK_IRQ,
	SPIN_LOCK_IRQSAVE, SPIN_UNLOCK_IRQRESTORE, SPIN_TRYLOCK, MIGHT_SLEEP, MUTEX_LOCK,
	NR_CONTEXT_CALLS
};

/* What is said of the context afterwards: bits of the result. */
enum context_bits {
	SAYS_IRQS_DISABLED = 1, SAYS_HARDIRQ = 2, SAYS_SERVING_SOFTIRQ = 4, SAYS_SOFTIRQ = 8,
	SAYS_INTERRUPT = 16, SAYS_TASK = 32, SAYS_ATOMIC = 64, SAYS_TAKEN = 128, SAYS_FLAGS = 256,
};

/* The arguments of kmem_cache_create(), by c->mask. */
struct cache_shape {
	unsigned align;
	slab_flags_t flags;
};

/* Those of dma_pool_create(), likewise. */
struct pool_shape {
	unsigned align, boundary;
};

#define NR_POOL_SHAPES 12
extern const struct pool_shape pool_shapes[NR_POOL_SHAPES];

#define NR_CACHE_SHAPES 16
extern const struct cache_shape cache_shapes[NR_CACHE_SHAPES];

struct setup {
	const char *profile;
	const char *checks;     /* "full", ... */
	const char *policy;
	unsigned machines;
	size_t ram_size;
	bool plain;             /* the machines look for stores of C */
	bool snooping;          /* every second device snoops */
	bool window;            /* every second device sees memory elsewhere */
};

#define WINDOW_CPU  0x40000000ull
#define WINDOW_DMA  0x90000000ull
#define WINDOW_SIZE 0x1000000ull

/* The machines that a program runs on. */
struct lab {
	struct setup setup;
	struct dmalab_machine *machine[NR_MACHINES];
	unsigned current;
	struct device *device[NR_DEVICES]; /* or the one that was there last: */
	bool bound[NR_DEVICES];
	struct device foreign;             /* not made by the laboratory */
	struct scatterlist list[NR_SLOTS][MAX_ENTRIES + 1];
	struct kmem_cache *cache[NR_CACHES]; /* NULL: none was made yet */
	unsigned cache_machine[NR_CACHES];
	struct dma_pool *pool[NR_POOLS];     /* also when it is destroyed */
	unsigned pool_machine[NR_POOLS];
};

/* misuse-run.c */
void new_device(struct lab *lab, int number);
void run_call(struct lab *lab, const struct call *c, struct outcome *o);
struct device *device_of(struct lab *lab, const struct call *c);
void look_at_list(struct lab *lab, struct call *c);

/* misuse-run-memory.c, misuse-run-context.c */
void run_memory(struct lab *lab, const struct call *c, struct outcome *o);
void run_context(const struct call *c, struct outcome *o);
void forget_locks(void);

/* misuse-run-pool.c */
void run_pool(struct lab *lab, const struct call *c, struct outcome *o);

/* misuse-run-table.c */
void run_table(struct lab *lab, const struct call *c, struct outcome *o);
void look_at_table(struct call *c);

/* What a call of the kind USER_MAP calls: its number. */
enum user_call {
	MMAP_ATTRS, MMAP_COHERENT, MMAP_WC, MMAP_PAGES, MMAP_NONCONTIGUOUS, NR_USER_CALLS
};

/* And with which addresses: its mask is the number of pages, or one of these. */
#define USER_PAGES      8    /* at most */
#define USER_NOTHING    100  /* no addresses are given */
#define USER_MISALIGNED 101
#define USER_UNMAPPED   102
#define USER_MACHINE    103  /* addresses of a machine: where cpu leads */

/* misuse-run-user.c */
void run_user(struct lab *lab, const struct call *c, struct outcome *o);

/* misuse-decode.c: bytes to calls, given what is in the slots. */
void decode_setup(struct setup *s, struct input *in);
void decode_call(struct call *c, struct input *in, const struct slot *slots);

/* misuse-print.c, misuse-print-memory.c, misuse-print-pool.c, misuse-print-table.c */
struct model;
void print_device(int device, FILE *to);
void print_pointer(const void *cpu, const struct model *models, FILE *to);
const char *memory_call_name(const struct call *c);
void print_memory_call(const struct call *c, const struct model *models, FILE *to);
void print_pool_call(const struct call *c, const struct model *models, FILE *to);
const char *pool_call_name(const struct call *c);
const char *table_call_name(const struct call *c);
const char *user_call_name(const struct call *c);
void print_user_call(const struct call *c, const struct model *models, FILE *to);
void print_table_call(const struct call *c, const struct model *models, FILE *to);
void put_dir(int dir, FILE *to);
void print_memory_outcome(const struct call *c, const struct outcome *o,
			  const struct model *models, FILE *to);
void print_setup(const struct setup *s, FILE *to);
void print_call(const struct call *c, const struct model *models, FILE *to);
void print_outcome(const struct call *c, const struct outcome *o, const struct model *models,
		   FILE *to);

#endif
