/* SPDX-License-Identifier: MIT */
/* A trace that runs: what its names stand for at the moment. */
#ifndef DMALAB_TRACE_RUN_H
#define DMALAB_TRACE_RUN_H

#include "trace/trace.h"

#include <linux/scatterlist.h>
#include <linux/spinlock.h>

struct dma_pool;
struct vm_area_struct;

/* How a driver's code may reach the memory behind an object's .cpu. */
enum reach {
	REACH_POINTER,           /* by its pointer, if that is into RAM */
	REACH_MAPPED,            /* of vmalloc() or vmap(): as long as it is there */
	REACH_CALLS,             /* by calls alone: its pointer faults */
};

struct object {
	struct device *dev;
	void *cpu;
	enum reach reach;
	size_t size;             /* of host memory: bytes that may be touched */
	void *host;              /* to be freed by the runner */
	dma_addr_t dma;
	struct sg_table own;     /* of those, and of dma_get_sgtable(), */
	struct scatterlist one, *entries; /* of sg_list() and sg_table() */
	struct sg_table *sgt;    /* which this points to, if not into the library's */
	struct dma_pool *pool;
	struct kmem_cache *cache;
	spinlock_t lock;
	unsigned long flags;
	struct vm_area_struct *area;
	void *reserved;          /* addresses for it */
	u64 number;
};

/* A machine that a run has left as new, and what it was made with, in words of its own. */
#define NR_CONFIG_WORDS 5
struct kept_machine {
	struct dmalab_machine *machine; /* NULL: none */
	struct dmalab_config config;
	char words[NR_CONFIG_WORDS][TRACE_MAX_STRING + 1];
};

/*
 * settings.c: @machine, of @config, may be had by the next run that wants such a machine. False:
 * it cannot be told apart from others.
 */
bool run_keep_machine(struct kept_machine *kept, struct dmalab_machine *machine,
		      const struct dmalab_config *config);

struct run {
	const struct trace *trace;
	const struct run_options *options;
	struct run_result *result;
	struct dmalab_config config;
	struct dmalab_machine *machine;  /* that is in use */
	struct dmalab_machine *machines[2];
	unsigned in_use;         /* which of them */
	unsigned reporter;       /* and which gave the latest report */
	struct reporter {
		struct run *run;
		unsigned number;
	} reporters[2];
	struct object *objects;
	const struct statement *now;
	struct object *to;       /* that it makes; NULL: nothing */
	unsigned drawn;          /* reports of the statement */
	bool matched[TRACE_MAX_EXPECTED];
	profile_set profile;     /* one bit */
	u8 *buf;                 /* of an access, and behind it what should be read */
	union value values[TRACE_MAX_ARGS]; /* of the statement */
	u64 moved;               /* bytes of all accesses */
	u64 returned;            /* by a call whose result has no name in the language */
	struct kept_machine *kept; /* by earlier runs */
	u32 nr_mapped;           /* objects of REACH_MAPPED */
	bool open_end;           /* what is reported after the last statement is of no interest */
	u8 fill;                 /* the next byte to store, where none is given */
};

/* settings.c: false after run_stop(). @elsewhere: the trace is for other machines. */
bool run_read_settings(struct run *r, bool *elsewhere);
bool run_make_machine(struct run *r, unsigned number);

/* run.c: what an argument stands for at the moment. */
union value run_value(const struct run *r, const struct arg *arg);

/* outcome.c: the handler of reports, whose @context is the reporter. */
void run_on_report(const struct dmalab_report *report, void *context);

/* What the present statement expects and did not report. */
void run_check_expected(struct run *r);

/* What a load saw, of @len bytes. */
void run_check_bytes(struct run *r, const u8 *seen, const u8 *wanted, u64 len);

/* The run ends here, and fails: one line of text. */
__attribute__((format(printf, 2, 3)))
void run_stop(struct run *r, const char *format, ...);

/*
 * An access of the CPU or a device. @value, @text: what to store or to see, or NULL.
 * @to: the object whose memory @p was meant to be, or NULL.
 */
struct access_args {
	bool by_device;          /* this one, which may be NULL; else the CPU */
	struct device *dev;
	void *p;
	const struct object *object;
	dma_addr_t dma;
	u64 len;
	bool store;
	bool has_value;
	const char *text;        /* NULL: one byte, */
	u64 value;               /* this */
};

void run_access(struct run *r, const struct access_args *a);

/* Is there memory at these bytes, and few enough of them? If not, the run stops. */
bool run_may_touch(struct run *r, const struct access_args *a);

/* calls-list.c: what the runner itself has allocated for an object. */
void run_drop_list(struct object *o);
void run_drop_area(struct object *o);

/* What vmalloc() or vmap() made is there, and faults when it is given back. */
static inline void run_mapped(struct run *r, struct object *to)
{
	if (!to->cpu)
		return;
	to->reach = REACH_MAPPED;
	r->nr_mapped++;
}

/* What a plain pointer does: each of @len bytes at @p becomes @value, or (-1) another one. */
void run_plain_store(struct run *r, void *p, u64 len, int value);

/* And loads them: nobody is told, and nobody looks. */
void run_plain_load(struct run *r, const void *p, u64 len);

#endif
