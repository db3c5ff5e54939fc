/* SPDX-License-Identifier: MIT */
/*
 * What the model is told of a call: the arguments that the library was given, and what came
 * of them. Whoever makes the calls fills this in; the model does not call the library.
 */
#ifndef DMALAB_FUZZ_MODEL_CALL_H
#define DMALAB_FUZZ_MODEL_CALL_H

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#define NR_MACHINES 2
#define NR_DEVICES  4    /* two on each machine */
#define MAX_ACCESS  8192 /* bytes of one access */
#define MAX_RAM     (4 << 20)
#define MAX_ENTRIES 4    /* of a list */
#define NR_CACHES   3    /* struct kmem_cache */
#define NR_LOCKS    5
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

	/* Memory that drivers map. */
	PAGES_ALLOC, PAGES_GET, EXACT_ALLOC, CACHE_ALLOC, CACHE_ZALLOC, DEVM_ALLOC,
	VMALLOC, VZALLOC, KMEMDUP, KREALLOC,
	PAGES_FREE, PAGES_FREE_ADDRESS, EXACT_FREE, CACHE_FREE, DEVM_FREE, VFREE,
	PAGE_GET, PAGE_PUT, PAGE_COUNT, CACHE_CREATE, CACHE_DESTROY,
	CONTEXT, FAIL_EVERY,

	/* Pools. M: those that go with their device. */
	POOL_ALLOC, POOL_ZALLOC, M_ALLOC, POOL_FREE, M_FREE,
	POOL_CREATE, M_POOL_CREATE, POOL_DESTROY, M_POOL_DESTROY,

	MACHINE_FREE, /* not in programs: how they end */
	MAP_LIST, UNMAP_LIST, SYNC_LIST_FOR_DEVICE, SYNC_LIST_FOR_CPU,
	SET_MAX_SEGMENT, SET_BOUNDARY, SET_MIN_ALIGN,

	/* Noncontiguous memory, and the list of coherent memory. */
	TABLE_ALLOC, TABLE_FREE, TABLE_SYNC_FOR_DEVICE, TABLE_SYNC_FOR_CPU, TABLE_VMAP,
	TABLE_VUNMAP, TABLE_GET,
	USER_MAP,
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
	unsigned align, boundary; /* of a cache, or a pool */
	slab_flags_t flags;     /* of a cache */
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

/* Pointers that are no memory of a machine. */
enum foreign { FOREIGN_NONE, FOREIGN_STACK, FOREIGN_CONSTANT };

/* The one constant that programs may map: whoever makes the calls has it. */
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

#endif
