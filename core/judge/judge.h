/* SPDX-License-Identifier: MIT */
/*
 * The judge: what it knows (ledger, shadow), what it looks for, and how it
 * reports. All of its functions are called with the machine locked.
 */
#ifndef DMALAB_JUDGE_JUDGE_H
#define DMALAB_JUDGE_JUDGE_H

#include "judge/bounce.h"
#include "judge/devices.h"
#include "judge/ledger.h"
#include "judge/log.h"
#include "judge/shadow.h"
#include "judge/stores.h"
#include "judge/unwritten.h"

#include <dmalab.h>
#include <linux/device.h>

enum check {
#define CHECK(id, ...) CHECK_##id,
#include "judge/catalogue.def"
#undef CHECK
	NR_CHECKS
};

extern const struct dmalab_check dlab_catalogue[NR_CHECKS];

/* Each costs what the ones before it cost, and: */
enum level {
	LEVEL_OFF,      /* nothing: no ledger, no shadow */
	LEVEL_CONTRACT, /* the ledger: a few stores for each call */
	LEVEL_FULL      /* ownership and shadow: also for each access */
};

/* What fail_nth has made fail; nth 0: nothing. */
struct failed {
	struct call call;
	unsigned nth;             /* of the calls that can fail */
};

#define SEEN_SIZE 1024u

struct judge {
	struct machine *hw;
	enum level level;
	bool all;                 /* judge every machine, not only the one that runs */
	bool unsure;              /* of the one that bounces, from now on: machines.c */
	size_t line;              /* the widest of those judged, 64 bytes at least */
	bool halt;                /* stop at the first error */
	bool once;                /* several steps of one access: one report at most, */
	bool has_drawn;           /* and here it is */
	u64 enabled;              /* one bit for each check */
	struct ledger ledger;
	struct shadow shadow;     /* of the cache; behind it, those of other machines */
	struct lost lost;         /* of the bounce buffer */
	struct unwritten unwritten;
	struct stores stores;
	unsigned long counts[NR_CHECKS];
	struct failed failed;     /* reports tell of it */
	dmalab_report_fn handler;
	void *context;
	struct log log;
	struct told *waiting;     /* reports of the call at hand, the earliest first: told.h */
	struct told *spare;       /* for the next one; NULL: none */
	u64 *seen;                /* what has been printed, by check and place; NULL: nothing */
};

_Static_assert(NR_CHECKS <= 64, "struct judge keeps a bit for each check");

/* How a judge is to work. */
struct judge_options {
	enum level level;
	u64 checks;               /* one bit for each */
	bool plain;               /* look for stores through plain pointers */
	bool all;                 /* judge every machine, not only the one that runs */
};

/* 0 or -ENOMEM. */
int dlab_judge_init(struct judge *j, struct machine *hw, const struct judge_options *o);
void dlab_judge_exit(struct judge *j);

/*
 * reset.c: a machine with nothing allocated or mapped, made new: what is known of these pages;
 * then all else. False: it takes too much, make a new one.
 */
bool dlab_judge_is_simple(const struct judge *j);
void dlab_judge_reset_pages(struct judge *j, u32 page, u32 nr);
void dlab_judge_reset(struct judge *j);

/* The lowest level that knows enough for a check. */
enum level dlab_level_of_check(enum check check);

/* The checks of a level, and a single one by name (NR_CHECKS: none). */
u64 dlab_checks_of_level(enum level level);
enum check dlab_check_by_name(const char *name, size_t len);

static inline bool judge_keeps_ledger(const struct judge *j)
{
	return j->level >= LEVEL_CONTRACT;
}

static inline bool judge_sees_accesses(const struct judge *j)
{
	return j->level >= LEVEL_FULL;
}

/* Something that happened before. dlab_judge_report() makes a struct dmalab_event of it. */
struct event {
	const char *what;
	site_t site;
};

/* A missing call, all but its place, which dlab_judge_report() adds. */
struct missing {
	struct dmalab_advice call;
	site_t site;
};

/*
 * A mistake, as the code that found it knows it. What is zero does not apply. The
 * report points to the strings: they must outlive the call of dlab_judge_report().
 */
struct finding {
	enum check check;
	const struct call *call;
	struct device *dev;
	const void *cpu;              /* as given */
	dma_addr_t dma;
	size_t size;
	const struct region *region;  /* live or dead */
	size_t first, last, bytes;    /* counted from the region's start */
	const char *also;
	const char *detail;
	const char *missing;
	const struct profile *on;     /* the machine; NULL: the one that runs */
	u32 machines;                 /* all that are judged where it is so; 0: only one is */
	const struct event *history;
	unsigned nr_history;
	const struct missing *advice;
	unsigned nr_advice;
	bool plain;                   /* of memory that dma-debug knows nothing of */
};

static inline bool judge_wants(const struct judge *j, enum check check)
{
	return j->enabled >> check & 1;
}

/* Count it, and report it at the end of the call, if the check is on. */
void dlab_judge_report(struct judge *j, const struct finding *f);

/*
 * access.c: the first byte of the range that a pointer of this view may not touch,
 * or NO_OFFSET: memory that is free, or that is handed out through the other view.
 */
size_t dlab_judge_find_dangling(const struct judge *j, size_t offset, size_t len, bool uncached);

/*
 * access.c: no load of any byte of this line gets anything else than what was stored there last, or
 * is a mistake: as judge_page_is_quiet() is of a page, and for as long. Others may share the page.
 */
bool dlab_judge_line_is_quiet(const struct judge *j, size_t offset, size_t len);

/* And no store to any of these bytes, of one page, is a mistake or has a victim. */
bool dlab_judge_stores_are_quiet(const struct judge *j, size_t offset, size_t len);

/* access.c, access-device.c: what CPU and devices do to memory, before they do it. */
void dlab_judge_cpu_load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
			 size_t len);

/* A load that only carries bytes to other memory, also those that nobody has stored. */
void dlab_judge_cpu_move(struct judge *j, const struct call *call, size_t offset, size_t len);
void dlab_judge_cpu_store(struct judge *j, const struct call *call, const void *cpu, size_t offset,
			  size_t len);

/*
 * The same through an uncached view of ordinary memory, beside the cached one: the CPU
 * looks at memory as devices do, and so it is judged. Who owns the bytes is not asked:
 * an access that leaves the cache alone needs no hand-over.
 */
cold void dlab_judge_cpu_view(struct judge *j, const struct call *call, const void *cpu,
			      size_t offset, size_t len, bool store);

/*
 * And through the pointer to uncached memory. Nothing to do for coherency: nobody looks
 * at it through the cache.
 */
void dlab_judge_cpu_uncached(struct judge *j, const struct call *call, size_t offset, size_t len,
			     bool store);

/*
 * A device's access to @r, which contains the range; @offset is that of the CPU's
 * memory. *@reported: this access has given its report.
 */
void dlab_judge_device_load(struct judge *j, const struct call *call, struct region *r,
			    dma_addr_t dma, size_t offset, size_t len, bool *reported);
void dlab_judge_device_store(struct judge *j, const struct call *call, struct region *r,
			     dma_addr_t dma, size_t offset, size_t len, bool *reported);

/*
 * Does the hardware have the device take part in the cache's protocol? What the kernel
 * believes, and does maintenance by, is dev->dma_coherent.
 */
static inline bool device_snoops(const struct device *dev)
{
	return unlikely(dev->snooping_is_set) ? dev->snoops : dev->dma_coherent;
}

/* states.c: DMALAB_BYTE_... of each byte of the range, which lies in RAM. */
void dlab_judge_states(const struct judge *j, size_t offset, size_t len, u8 *states);

/* ------------------------------------------------------- machines.c */

/* All machines that are judged, the one that runs first. */
#define for_each_shadow(j, s) for (struct shadow *s = &(j)->shadow; s; s = s->next)

/* Does the machine that runs copy what is mapped? Another that is judged may. */
static inline bool judge_bounces(const struct judge *j)
{
	return unlikely(j->hw->profile->translation == TRANSLATE_BOUNCE);
}

/* @profile is judged: stores are looked for in lines of its size. */
static inline void judge_widen_line(struct judge *j, const struct profile *profile)
{
	if (j->line < 1ul << profile->line_shift)
		j->line = 1ul << profile->line_shift;
}

/* 0 or -ENOMEM: judge all other machines as well. */
int dlab_judge_add_machines(struct judge *j);
void dlab_judge_remove_machines(struct judge *j);

/* What the kernel of the machine of @s believes of the device. */
bool dlab_judge_is_coherent_on(const struct judge *j, const struct shadow *s,
			       const struct device *dev);

/* device_snoops(), on the machine of @s. */
bool dlab_judge_snoops_on(const struct judge *j, const struct shadow *s, const struct device *dev);

/* An allocator stored to memory that nobody has yet, through the CPU's cache. */
void dlab_judge_filled(struct judge *j, size_t offset, size_t len, site_t site);
void dlab_judge_filled_pages(struct judge *j, u32 page, u32 nr, site_t site);

/*
 * The CPU stored these bytes, for what knows no caches: copies of mappings, and what nobody
 * has stored. All that there is to a store to uncached memory.
 */
static inline void judge_stored_past_caches(struct judge *j, size_t offset, size_t len,
					    site_t site)
{
	unwritten_store(&j->unwritten, offset, len);
	if (unlikely(j->lost.arena))
		dlab_bounce_cpu_store(j, offset, len, site);
}

/* Pages are handed out as coherent memory of @dev, zeroed; as a handle; as uncached. */
void dlab_judge_coherent_pages(struct judge *j, const struct device *dev, u32 page, u32 nr,
			       site_t site);
void dlab_judge_handle_pages(struct judge *j, u32 page, u32 nr, site_t site);
void dlab_judge_uncached_pages(struct judge *j, u32 page, u32 nr, site_t site);

/* And go back to the page allocator. */
void dlab_judge_released_pages(struct judge *j, u32 page, u32 nr, site_t site);

/*
 * The cache maintenance of a hand-over, on each machine its own. @r: of what; NULL: it is
 * not known.
 */
void dlab_judge_handover(struct judge *j, const struct device *dev, size_t offset, size_t len,
			 enum handover to, enum dma_data_direction dir, site_t site,
			 const struct region *r);

/*
 * Where a machine that bounces is judged beside this one, a new mapping has a copy there.
 * False: the host has no memory.
 */
bool dlab_judge_copy_mapping(struct judge *j, struct region *r);

static inline bool judge_mapping_copied(struct judge *j, struct region *r)
{
	return likely(!j->lost.arena) || dlab_judge_copy_mapping(j, r);
}

/* And bytes of a mapping that has one were copied. */
void dlab_judge_copied(struct judge *j, const struct device *by, struct region *r, size_t first,
		       size_t len, enum handover to, site_t site);

/* trust.c */
void dlab_trust_fresh(struct judge *j, size_t offset, size_t len);

/* Memory is handed out as it is: nobody has stored to it yet. */
static inline void judge_fresh(struct judge *j, size_t offset, size_t len)
{
	if (unlikely(j->unwritten.pages || (image_on(j->hw) && judge_sees_accesses(j))))
		dlab_trust_fresh(j, offset, len);
}

/* A mapping was made: what its device may write, somebody will look for. */
static inline void judge_mapped(struct judge *j, const struct region *r)
{
	if (r->dir != DMA_TO_DEVICE && region_has_memory(r))
		unwritten_await(&j->unwritten, r->offset, r->size);
}

/* Bytes @first..@first+@len of @r, which a device may read from now on. */
struct given {
	const struct call *call;
	const struct region *r;
	const void *cpu;        /* as the call has it, for the report; and the following */
	dma_addr_t dma;
	size_t size;
	size_t first, len;
};

/* trust.c: true, and "uninitialised-to-device" is reported, when nobody has stored some. */
cold bool dlab_trust_given_slow(struct judge *j, const struct given *g);

static inline bool trust_given(struct judge *j, const struct given *g)
{
	return unlikely(j->unwritten.pages) && region_has_memory(g->r) &&
	       unwritten_any(&j->unwritten, g->r->offset + g->first, g->len) &&
	       dlab_trust_given_slow(j, g);
}

/* A mapping with this direction is for the device to read. */
static inline bool device_reads(enum dma_data_direction dir)
{
	return dir != DMA_FROM_DEVICE;
}

/*
 * @call looks at these bytes, or changes what stores to them mean: find what was stored
 * through plain pointers to them, and to the lines around them.
 */
static inline void judge_find_stores(struct judge *j, const struct call *call, size_t offset,
				     size_t len)
{
	if (image_on(j->hw))
		dlab_stores_find(j, call, offset, len);
}

/* Text for reports. */
const char *dlab_dir_name(enum dma_data_direction dir);

/* The call that ends it, such as "dma_unmap_sg()". */
const char *dlab_release_name(const struct region *r);

#endif
