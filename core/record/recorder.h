/* SPDX-License-Identifier: MIT */
/* The recorder from the inside. All of it is under one lock, rec.lock. */
#ifndef DMALAB_RECORD_RECORDER_H
#define DMALAB_RECORD_RECORDER_H

#include "lab/lab.h"
#include "record/record.h"

#include <pthread.h>
#include <sys/types.h>

/* Less than the limits of a trace, by what the last words take; of its size a quarter. */
#define MAX_FILE    ((1u << 20) - 4096)
#define MAX_LINES   (65536u - 16)
#define MAX_NAMES   (4096u - 16)
#define MAX_LINE    1024u
#define MAX_STRING  200u
#define MAX_DRAWN   64u /* expectations of a line */
#define MAX_ACCESS  (1u << 20)
#define MAX_ENTRIES 24u /* of a list */

enum named_kind { NAMED_DEVICE, NAMED_MEMORY, NAMED_LIST, NAMED_POOL, NAMED_CACHE, NAMED_LOCK };

/* What a driver may set without a call. */
struct device_state {
	bool coherent;
	bool has_mask;
	u64 mask, coherent_mask, limit;
};

/* What a name of the trace stands for. */
struct named {
	enum named_kind kind;
	unsigned number;          /* behind the name */
	char *text;               /* of a device: its name, */
	struct device_state state; /* and what it said of itself last */
	bool bound;               /* false: the call failed, or has not returned */
	bool dead;                /* released: named only if nothing else fits */
	bool pageless;            /* coherent: .page would draw a report of its own */

	const void *key;          /* a device, pool, cache, lock, or the list's first entry */
	const void *table;        /* of a list that the library made */
	const struct device *dev;
	const u8 *cpu;            /* NULL: a mapping */
	size_t size;
	bool has_dma;
	dma_addr_t dma;

	unsigned nr_entries;      /* of a list: its memory, */
	struct { const u8 *cpu; size_t size; } entry[MAX_ENTRIES];
	unsigned nr_segments;     /* and what a device finds there */
	struct { dma_addr_t dma; size_t size; } segment[MAX_ENTRIES];
};

struct line {
	char text[MAX_LINE + 1];
	size_t len;
	bool too_long;
};

struct recorder {
	pthread_mutex_t lock;
	struct dmalab_machine *lab; /* NULL: nobody records */
	int fd;
	bool forked;              /* this is a child: the file is its parent's */
	size_t at;                /* of the file: where the open line begins */
	unsigned nr_lines;
	unsigned long serial;     /* counts open lines; threads know theirs by it */
	struct line open;         /* len 0: none */
	bool unwritten;           /* it is in the file only once it draws something */
	bool is_comment;
	unsigned nr_drawn, nr_decisions;

	size_t store_at;          /* the line above it, if a store that may still grow */
	size_t store_offset, store_len;

	struct named *names[MAX_NAMES];
	unsigned nr_names;
	const char *absent[64];   /* calls that were spoken of */
	unsigned nr_absent;
};

extern struct recorder rec;

/* This thread's latest statement. */
struct my_statement {
	unsigned long serial;     /* of the open line, as long as it is that */
	struct named *makes;      /* what is to be bound, or NULL */
	bool foreign;             /* of another machine: there is no line */
};

extern __thread struct my_statement mine;

/* ------------------------------------------------------------------- file.c */

/* The recording ends here; the program goes on. */
cold void record_stop(const char *why);

/* With the lock; false, without it, when there is nothing to record to. */
bool record_enter(void);
void record_leave(void);

/* The open line stands; the next one begins behind it. */
void record_close_line(void);

/* A line above the open one, if there is one. */
__attribute__((format(printf, 1, 2)))
void record_line(const char *format, ...);
void file_insert(const struct line *line);

/* @above, if any, and the open line below it. False: recording has stopped. */
bool file_write(const struct line *above);

/* False: there is no room for more, or recording has stopped. */
bool file_has_room(void);

__attribute__((format(printf, 2, 3)))
void line_add(struct line *line, const char *format, ...);
void line_add_string(struct line *line, const char *text, size_t len);

/* ----------------------------------------------------------------- record.c */

/* @line is the open one, and in the file unless @unwritten. */
void record_open_line(const struct line *line, bool unwritten);

/* ------------------------------------------------------------------ words.c */

void line_add_number(struct line *line, u64 n);
void line_add_mask(struct line *line, u64 mask);
void line_add_direction(struct line *line, u64 dir);
void line_add_gfp(struct line *line, u64 gfp);
void line_add_attrs(struct line *line, u64 attrs);

/* ------------------------------------------------------------------ names.c */

/* A new name; NULL when there are no more, or no memory: recording has stopped. */
struct named *name_new(enum named_kind kind);
void names_free(void);

void line_add_name(struct line *line, const struct named *n);

/* Whatever the argument needs has a line, if it has none yet; of lists, @maps: one is mapped. */
void name_prepare(char parameter, u64 arg, int nents, bool maps);

/* False: there is nothing that could stand for it. */
bool line_add_cpu(struct line *line, const void *p);
bool line_add_dma(struct line *line, dma_addr_t dma, const struct device *dev);
bool line_add_page(struct line *line, const struct page *page);
void line_add_phys(struct line *line, phys_addr_t phys);
bool line_add_object(struct line *line, char parameter, u64 arg);

/* The latest of this key, or NULL. */
struct named *name_by_key(enum named_kind kind, const void *key);
struct named *name_of_table(const struct sg_table *sgt);

/* What the argument was of a call that unmaps or frees. */
void name_release(char parameter, u64 arg, const struct device *dev, bool unmap);

/* Do these arguments belong to the machine that is recorded? */
bool name_is_ours(const char *parameters, const u64 *args);

/* ---------------------------------------------------------------- devices.c */

/* What the driver set in its device without a call, since the last time. */
void device_prepare(const struct device *dev);

#endif
