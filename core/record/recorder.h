/* SPDX-License-Identifier: MIT */
/* The recorder from the inside. All of it is under one lock, rec.lock. */
#ifndef DMALAB_RECORD_RECORDER_H
#define DMALAB_RECORD_RECORDER_H

#include "base/probe.h"
#include "lab/lab.h"
#include "lab/options.h"
#include "record/record.h"

#include <pthread.h>
#include <sys/types.h>

/* Those of a trace, less what the last words take. */
#define MAX_FILE    ((16u << 20) - 65536)
#define MAX_LINES   (262144u - 1024)
#define MAX_NAMES   (32768u - 16)
#define MAX_LINE    8192u
#define MAX_STRING  200u
#define MAX_DRAWN   64u /* expectations of a line */
#define MAX_ACCESS  (1u << 20)
#define MAX_ENTRIES 256u /* of a list */

/* What is gone, or may be, is remembered for so many others of its kind. */
#define MAX_OLD     2048u

enum named_kind { NAMED_DEVICE, NAMED_MEMORY, NAMED_MAPPING, NAMED_LIST, NAMED_POOL, NAMED_CACHE,
		  NAMED_LOCK, NR_NAMED_KINDS };

/* What a driver may set without a call. */
struct device_state {
	bool coherent;
	bool has_mask;
	u64 mask, coherent_mask, limit;
};

/* stretches.c: addresses that have a name, found by any of them. */
struct stretch {
	u64 start;
	size_t size;
	struct named *of;
	unsigned element;         /* of a list */
	unsigned shift;           /* 2^shift bytes at least: it is in one block of them, or two */
	struct stretch *next[2];     /* in the chain of each block */
};

#define STRETCH_SLOTS 16384u

struct stretches {
	struct stretch *slots[STRETCH_SLOTS];
	u64 shifts;               /* one bit for each that was ever there */
};

/* What a name of the trace stands for. */
struct named {
	enum named_kind kind;
	unsigned number;          /* behind the name */
	char *text;               /* of a device: its name, */
	struct device_state state; /* and what it said of itself last */
	bool bound;               /* false: the call failed, or has not returned */
	bool dead;                /* released: named only if nothing else fits */
	bool pageless;            /* coherent: .page would give a report of its own */
	u64 age;                  /* of what is bound: the latest of several is meant */
	u32 born;                 /* the line that made it, or NO_LINE */

	const void *key;          /* a device, pool, cache, lock, or the list's first entry */
	struct named *next_key, *next_table;
	const void *table;        /* of a list that the library made */
	const struct device *dev;
	const u8 *cpu;            /* NULL: a mapping */
	size_t size;
	bool has_dma;
	dma_addr_t dma;
	struct stretch at_cpu, at_dma;
	struct named *next, **prev; /* of what is old or unused */
	struct named *next_device;
	struct named *next_memory, **prev_memory;

	unsigned nr_entries;      /* of a list: its memory, */
	struct entry { const u8 *cpu; size_t size; } *entries;
	unsigned nr_segments;     /* and what a device finds there */
	struct stretch *segments;
};

struct line {
	char text[MAX_LINE + 1];
	size_t len;
	bool too_long;
};

#define NO_LINE (~0u)

/* A line that stands in the file. */
struct logged {
	u64 drawn;                /* one bit for each check */
	u32 len;                  /* without its end */
	u32 outlived;             /* from this line on what it made is gone; NO_LINE: it is not */
	bool nameless;            /* what it made has no name */
};

struct recorder {
	pthread_mutex_t lock;
	int saved_errno;          /* as it was when the lock was taken */
	struct dmalab_machine *lab; /* NULL: nobody records */
	int fd;
	char *path;               /* of the file */
	bool forked;              /* this is a child: the file is its parent's */
	unsigned long number;     /* of the recording */
	size_t at;                /* of the file: where the open line begins */
	struct logged *lines;     /* above it */
	u32 nr_lines, room_lines;
	u32 nr_settings;          /* the first lines */
	unsigned long left_out;   /* lines that were in the file once */
	unsigned long serial;     /* counts open lines; threads know theirs by it */
	struct line open;         /* len 0: none */
	bool unwritten;           /* it is in the file only once it reports something */
	bool is_comment;
	unsigned nr_drawn, nr_decisions;
	u64 drawn;                /* by the open line, one bit for each check */
	struct named *makes;      /* what it is to make, or NULL; */
	bool made_nothing;        /* it did not */
	bool made_nameless;       /* there was no name for it */
	u32 *ends;                /* lines that made what it ends */
	unsigned nr_ends, room_ends;

	size_t store_at;          /* the line above it, if a store that may still grow */
	size_t store_offset, store_len;

	const char *absent[64];   /* calls that were spoken of */
	unsigned nr_absent;
};

extern struct recorder dlab_rec;

/* This thread's latest statement. */
struct my_statement {
	unsigned long serial;     /* of the open line, as long as it is that */
	struct named *makes;      /* what is to be bound, or NULL, */
	unsigned long number;     /* in this recording */
	bool foreign;             /* of another machine: there is no line */
};

extern __thread struct my_statement dlab_mine;

/* -------------------------------------------- the hooks, as in base/probe.h */

cold void dlab_record_call(const char *name, const char *parameters, const u64 *args);
cold void dlab_record_absent(const char *name);
cold void dlab_record_access(const struct record_access *a);
cold void dlab_record_made_memory(const void *cpu, size_t size, const dma_addr_t *dma);
cold void dlab_record_made_mapping(dma_addr_t dma, size_t size);
cold void dlab_record_made(const void *object);
cold void dlab_record_made_table(const struct sg_table *sgt);
cold void dlab_record_mapped(const struct device *dev, struct scatterlist *sgl, int nents);
cold void dlab_record_device(struct device *dev);
cold void dlab_record_state(const struct device *dev);
cold void dlab_record_store(const struct machine *m, size_t offset, size_t len);
cold void dlab_record_report(const struct machine *hw, const char *check, const struct call *call,
			     const void *cpu);
cold void dlab_record_decision(const struct dmalab_machine *lab, bool fails);

/* ------------------------------------------------------------------- file.c */

/* The recording ends here; the program goes on. */
cold void dlab_record_stop(const char *why);

/* With the lock; false, without it, when there is nothing to record to. */
bool dlab_record_enter(void);

/* The same, for this thread's next statement. */
bool dlab_record_enter_statement(void);
void dlab_record_leave(void);

/* The open line stands; the next one begins behind it. */
void dlab_record_close_line(void);

/* A line above the open one, if there is one; it makes @n, or NULL. */
__attribute__((format(printf, 2, 3)))
void dlab_record_making(struct named *n, const char *format, ...);
#define record_line(...) dlab_record_making(NULL, __VA_ARGS__)
void dlab_file_insert(const struct line *line);

/* @above, if any, and the open line below it. False: recording has stopped. */
bool dlab_file_write(const struct line *above);

/* False: recording has stopped. */
bool dlab_file_has_room(void);

/* All of @len bytes at @at of the file; false: it cannot be written. */
bool dlab_file_put(int fd, const char *text, size_t len, size_t at);

/* What the line @born made is gone, by the open line. */
void dlab_line_outlived(u32 born);

__attribute__((format(printf, 2, 3)))
void dlab_line_add(struct line *line, const char *format, ...);
void dlab_line_add_string(struct line *line, const char *text, size_t len);

/* ----------------------------------------------------------------- record.c */

/* @line is the open one, and in the file unless @unwritten. */
void dlab_record_open_line(const struct line *line, bool unwritten);

/* ------------------------------------------------------------------ words.c */

void dlab_line_add_number(struct line *line, u64 n);
void dlab_line_add_mask(struct line *line, u64 mask);
void dlab_line_add_direction(struct line *line, u64 dir);
void dlab_line_add_gfp(struct line *line, u64 gfp);
void dlab_line_add_attrs(struct line *line, u64 attrs);

/* ---------------------------------------------------------------- shorten.c */

/* Leave out of the file what its end can do without. NULL, or why it is as long as before. */
const char *dlab_file_shorten(void);

/* ------------------------------------------------------------------ stretches.c */

struct stretch_walk {
	struct stretch *at;
	u64 left;
	unsigned shift, slot;
	bool started;
};

/* @s->start and size are set; size 0 counts as a byte. */
void dlab_stretches_add(struct stretches *all, struct stretch *s);
void dlab_stretches_remove(struct stretches *all, struct stretch *s);

/* The next one that @at lies in, for a walk that begins zeroed. */
struct stretch *dlab_stretches_next(const struct stretches *all, u64 at, struct stretch_walk *walk);

/* ------------------------------------------------------------------ names.c */

bool dlab_names_init(void);
void dlab_names_free(void);

/* Each that there is, up to NULL. */
struct named *dlab_name_at(unsigned i);

/* Of those with CPU addresses the latest; the others follow by next_memory. */
struct named *dlab_name_of_memory(void);

/* A new name; NULL when there are no more, or no memory: recording has stopped. */
struct named *dlab_name_new(enum named_kind kind);
struct named *dlab_name_new_device(const char *text);
bool dlab_device_is_taken(const char *text);

/* It stands for what its key, cpu, size and dma say. */
void dlab_name_bind(struct named *n);
void dlab_name_ages(struct named *n);
void dlab_name_set_segments(struct named *n, struct scatterlist *sg, unsigned nents);

/* What it stands for is released; nobody will speak of it again. */
void dlab_name_die(struct named *n);
void dlab_name_reuse(struct named *n);
void dlab_names_of_device_die(const struct device *dev);

void dlab_line_add_name(struct line *line, const struct named *n);

/* The latest of this key, or of this table of the library's; or NULL. */
struct named *dlab_name_by_key(enum named_kind kind, const void *key);
struct named *dlab_name_by_table(const struct sg_table *table);

/* The best name for an address; the latest of several; or NULL. */
struct named *dlab_memory_of(const void *p);
struct named *dlab_mapping_of(dma_addr_t dma, const struct device *dev);
const struct stretch *dlab_segment_of(dma_addr_t dma, const struct device *dev);

/* -------------------------------------------------------------- arguments.c */

/* Whatever the argument needs has a line, if it has none yet; of lists, @maps: one is mapped. */
void dlab_name_prepare(char parameter, u64 arg, int nents, bool maps);

/* False: there is nothing that could stand for it. */
bool dlab_line_add_cpu(struct line *line, const void *p);
bool dlab_line_add_dma(struct line *line, dma_addr_t dma, const struct device *dev);
bool dlab_line_add_page(struct line *line, const struct page *page);
void dlab_line_add_phys(struct line *line, phys_addr_t phys);
bool dlab_line_add_object(struct line *line, char parameter, u64 arg);

struct named *dlab_name_of_table(const struct sg_table *sgt);

/* What the argument was of a call that unmaps, frees or destroys. */
void dlab_name_release(const char *call, char parameter, u64 arg, const struct device *dev);

/* Do these arguments belong to the machine that is recorded? */
bool dlab_name_is_ours(const char *parameters, const u64 *args);

/* ------------------------------------------------------------------ lists.c */

void dlab_prepare_list(struct scatterlist *sgl, int nents, bool maps);
void dlab_prepare_table(const struct sg_table *sgt, bool maps);

/* ---------------------------------------------------------------- devices.c */

/* What the driver set in its device without a call, since the last time. */
void dlab_device_prepare(const struct device *dev);

#endif
