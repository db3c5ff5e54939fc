/* SPDX-License-Identifier: MIT */
/*
 * Traces: programs for the laboratory as text, a statement a line, that read like the
 * driver's own calls. docs/traces.md has the grammar.
 *
 *   parse.c   text to statements; says what is wrong and where
 *   words.c   constants of the kernel
 *   calls.def every call that a statement may make; calls-*.c do them
 *   print.c   statements to text, in the one canonical form
 *   binary.c  and to bytes of which any are a trace, with encode.c and decode.c
 *   emit.c    and to a C program, with emit-access.c
 *   run.c     statements on a machine, which settings.c makes, with run-access.c; outcome.c
 *             compares what they reported with what was expected
 *   breaks.c  on which machines
 *   advice.c  the calls that reports miss, put into the trace
 *   shrink.c  the smallest trace that gives the same report, with simplify.c
 *
 * Uses the public headers only, and two of lib/ that need no library. Nothing here may crash, hang or exhaust the host,
 * whatever the text is: hence the limits.
 */
#ifndef DMALAB_TRACE_TRACE_H
#define DMALAB_TRACE_TRACE_H

#include "base/nearest.h"

#include <dmalab.h>
#include <linux/types.h>
#include <stdio.h>

#define TRACE_MAX_TEXT       (16u << 20) /* bytes of a file */
#define TRACE_MAX_LINE       8192u       /* bytes of a line */
#define TRACE_MAX_STATEMENTS 262144u
#define TRACE_MAX_OBJECTS    32768u
#define TRACE_MAX_ARGS       512u
#define TRACE_MAX_STRING     200u        /* bytes of a string */
#define TRACE_MAX_EXPECTED   64u         /* of a statement */
#define TRACE_MAX_ACCESS     (1u << 20)  /* bytes of one access */
#define TRACE_MAX_VMALLOC (16u << 20)
#define TRACE_MIN_RAM        (64ul << 10)
#define TRACE_MAX_RAM        (1ul << 30) /* of ram() */
#define TRACE_MAX_PAGES      4096u       /* of one view */
#define TRACE_MAX_MOVED      (1ull << 30) /* bytes of all accesses of a run */

/* What a name stands for. */
enum object_kind {
	OBJECT_DEVICE,
	OBJECT_MEMORY,   /* .cpu .page .phys, and .dma of what a device reaches */
	OBJECT_MAPPING,  /* .dma */
	OBJECT_LIST,     /* .sgl .sgt, and [i].dma [i].len of its segments */
	OBJECT_POOL,
	OBJECT_CACHE,    /* of kmem_cache_create() */
	OBJECT_LOCK,
	OBJECT_AREA,     /* of a process: where memory may be mapped */
	OBJECT_NUMBER,
	OBJECT_UNKNOWN,  /* its own line has an error: say nothing more of it */
	NR_OBJECT_KINDS
};

enum field { FIELD_NONE, FIELD_CPU, FIELD_DMA, FIELD_PAGE, FIELD_PHYS, FIELD_SGL, FIELD_SGT,
	     FIELD_LEN, NR_FIELDS };

extern const char *const field_names[NR_FIELDS];
extern const char *const object_kind_names[NR_OBJECT_KINDS];

/* A constant of the kernel. */
struct word {
	const char *name;
	u64 value;
	char kind;       /* that of the parameter, or '.' for any number */
};

/* One argument, as it was written. A trace may have a million: the small ones stand together. */
struct arg {
	u64 number;              /* also the n of DMA_BIT_MASK(n) */
	char *string;
	s64 offset;              /* added to an object's address */
	u32 object;
	u32 element;
	u32 column;
	u16 words[8];            /* indices, joined by | */
	enum arg_kind { ARG_NUMBER, ARG_WORDS, ARG_BITS, ARG_STRING, ARG_OBJECT } kind : 8;
	enum field field : 8;
	u8 nr_words;
	bool hex;
	bool has_element;
};

/* Profiles, one bit each in the order of dmalab_profile_name(). */
typedef u32 profile_set;
#define ALL_PROFILES (~(profile_set)0)

struct expectation {
	const char *check;       /* name in the catalogue */
	profile_set on;
};

struct call_type;

struct statement {
	u32 line;                     /* from 1 */
	const struct call_type *call; /* NULL: a comment or an empty line */
	bool has_target;
	u32 target;                   /* object that is assigned */
	u16 nr_args;
	u8 nr_expected;
	struct arg *args;
	struct expectation *expected;
	char *comment;                /* without "# "; NULL: none */
	struct dmalab_site site;
};

struct name {
	char *text;
	enum object_kind kind;
};

struct trace {
	char *file;
	char *text;                   /* lines end with NUL */
	u32 *line_start;
	u32 nr_lines;
	struct statement *statements;
	u32 nr_statements;
	struct name *names;
	u32 nr_names;
};

/* ------------------------------------------------------------------- calls */

/*
 * Parameters, a letter each; behind '?' they may be left out:
 *
 *   d device   p CPU address   a DMA address   P page      h physical address
 *   s list     t table         o pool          c cache     l lock      z number
 *   D direction   G gfp flags  A attributes    v a byte or a string   S string
 *   V flags of vmap()          R page protection       F flags of kmem_cache_create()
 *   u area of a process
 *
 * '*' and two of them: pairs, as many as there are.
 */
union value {
	struct device *dev;
	void *p;
	u64 n;
	void *any;
	const char *string;
	struct object *object;
};

struct object;
struct run;

struct call_type {
	const char *name;
	const char *parameters;
	int makes;                    /* enum object_kind, or -1 */
	void (*run)(struct run *r, struct object *to, const union value *a, unsigned n);
	const char *help;
};

extern const struct call_type call_types[];
extern const unsigned nr_call_types;
const struct call_type *call_find(const char *name, size_t len);

/* Parameter number @i; *@optional: it and those after it may be left out. 0: no more. */
char call_parameter(const struct call_type *call, unsigned i, bool *optional);

/* ------------------------------------------------------------------- words */

extern const struct word words[];
extern const unsigned nr_words;

/* Index, or -1. */
int word_find(const char *name, size_t len);

/* ------------------------------------------------------------------- parse */

/* Where messages go: file, line and column from 1. */
struct complaint {
	const struct trace *trace;
	u32 line, column, width;
	const char *text;
	const char *hint;             /* or NULL */
};

typedef void (*complain_fn)(const struct complaint *c, void *context);

/*
 * trace_parse() - read a trace.
 * @text: copied; @len bytes
 *
 * NULL after at least one complaint (all errors are told, up to 50), or when the host
 * has no memory.
 */
struct trace *trace_parse(const char *file, const char *text, size_t len, complain_fn complain,
			  void *context);
void trace_free(struct trace *t);

/* In the manner of compilers: the message, the line, a caret. */
void trace_print_complaint(const struct complaint *c, FILE *to, bool colour);

/*
 * What a trace says as it may stand on a terminal, @max bytes of it: control characters
 * and what is no UTF-8 become question marks.
 */
void trace_print_text(const char *text, size_t max, FILE *to);

/* The one canonical form. */
void trace_print(const struct trace *t, FILE *to);

void trace_print_statement(const struct trace *t, const struct statement *s, FILE *to);

/* The first byte of a trace in the binary form: no text begins with it. */
#define BINARY_MAGIC 0xfd

/*
 * trace_encode() - the binary form, without names, comments and expectations.
 *
 * NULL when the host has no memory; to be freed, as the next one.
 */
u8 *trace_encode(const struct trace *t, size_t *len);

/*
 * trace_decode() - the trace that these bytes are, whatever they are.
 *
 * Its text in the canonical form, which trace_parse() accepts.
 */
char *trace_decode(const u8 *bytes, size_t len, size_t *text_len);

/*
 * For those who decode many: the trace itself, as trace_parse() would make it of that text, and
 * without an allocation once there is room. It is the decoder's, until the next one or
 * decoder_free(). NULL when the host has no memory, which decoder_new() says, too.
 */
struct decoder;

struct decoder *decoder_new(void);
const struct trace *decoder_read(struct decoder *d, const u8 *bytes, size_t len);
void decoder_free(struct decoder *d);

/* At which of the bytes each statement of the trace that was read last begins. */
const u32 *decoder_starts(const struct decoder *d);

/*
 * How the CPU's accesses of a trace are made: by calls that tell of them, or as driver
 * code makes them, through the pointer itself. A plain store is found by comparing, a plain
 * load by nobody.
 */
enum accesses {
	ACCESSES_TOLD,    /* cpu_write() and cpu_read() are dmalab_cpu_write() and _read() */
	ACCESSES_MIXED,   /* stores are plain */
	ACCESSES_PLAIN,   /* and so are loads */
};

extern const char *const accesses_names[]; /* "told", "mixed", "plain" */

/* False: it is the name of none. */
bool accesses_find(const char *name, enum accesses *accesses);

/* Does it free or unmap what its pointer leads to? */
bool call_gives_back(const struct call_type *call);

/*
 * A C program that makes the same calls, and prints "line: check" for each report. False:
 * the host has no memory, and nothing was written.
 */
bool trace_emit_c(const struct trace *t, enum accesses accesses, FILE *to);

/* --------------------------------------------------------------------- run */

/* In what a run is not as the trace expects. */
enum failure_kind {
	FAILED_UNEXPECTED,       /* a report that its line does not expect; told after it */
	FAILED_MISSING,          /* an expected report that was not made */
	FAILED_VALUE,            /* a load that saw other bytes than the trace says */
	FAILED_RUN               /* the trace stopped here, or could not begin */
};

struct failure {
	enum failure_kind kind;
	const struct statement *s;    /* NULL: of no line */
	const char *profile;          /* the machine */
	const char *check;            /* of the report; NULL: it is not about one */
	const char *text;             /* what is wrong, and what would be right */
};

enum stage { MACHINE_MADE, MACHINE_ENDS, MACHINE_GONE };

/* Zeroed: on arm64, and nobody is told anything. */
struct run_options {
	const char *profile;          /* NULL: arm64 */
	const char *policy;
	u64 seed;
	enum accesses accesses;       /* other than told: the machine looks for plain stores */
	bool distinct;                /* a plain store of what is there stores another byte */
	bool values;                  /* print what CPU and devices see, */
	FILE *out;                    /* here */
	const profile_set *breaks;    /* trace_breaks(): reports say so; or NULL */
	/* Told of each report, with the statement that reported it; may be NULL. */
	void (*on_report)(const struct dmalab_report *report, const struct statement *s,
			  bool expected, void *context);
	/* Told of each failure; may be NULL. The structure lives as long as the call. */
	void (*on_failure)(const struct failure *f, void *context);
	/* Told when a machine (0 or 1) was made, before and after it is freed; may be NULL. run.h. */
	void (*on_machine)(struct run *r, unsigned machine, enum stage stage, void *context);
	/* Asked before each statement, of which r->values are; false: it is passed over. */
	bool (*may_run)(struct run *r, const struct statement *s, void *context);
	/* And of each statement, before it runs and when it has; may be NULL. run.h. */
	void (*on_statement)(struct run *r, const struct statement *s, bool done, void *context);
	void *context;
	const void *rodata;           /* what rodata() is: a constant of 4096 bytes; or NULL */
	struct run_room *room;        /* what many runs use one after the other; or NULL */
};

/* Memory of a run. NULL: the host has none. */
struct run_room *run_room_new(void);
void run_room_free(struct run_room *room);

struct run_result {
	int error;                    /* the line at which it stopped; -1: it did not begin */
	bool elsewhere;               /* nothing was done: profiles() names other machines */
	unsigned reports;             /* reported */
	unsigned unexpected, missing;
	unsigned wrong_values;
	u64 repeated;                 /* bytes plainly stored that were there already: nobody sees that */
};

/* True when it went as expected. */
bool trace_run(const struct trace *t, const struct run_options *o, struct run_result *result);

/* ------------------------------------------------------------------ breaks */

/* A report of another value than some legal cache gives. */
bool report_is_coherency(const struct dmalab_report *report);

/*
 * For each statement, the profiles on which it gives a coherency report. To be freed by
 * the caller; NULL: no memory.
 */
profile_set *trace_breaks(const struct trace *t, enum accesses accesses);

/* "arm64, mips", cut to @size. Returns @text. */
const char *profile_set_names(profile_set set, char *text, size_t size);

/* ------------------------------------------------------------------ shrink */

struct shrink_result {
	const char *check;            /* of the report that was kept; NULL: none is reported */
	u32 before, after;            /* statements */
	unsigned runs;
	bool gave_up;                 /* more might go, but enough was tried */
	bool as_expected;             /* so the result runs */
};

/*
 * trace_shrink() - the smallest trace that still gives a report.
 * @o: profile, policy and seed; the rest is passed over
 * @check: of the report; NULL: the first one that is not expected, or else the first
 * @to: where the trace is written, with what it reports as its expectations
 *
 * The same report is one of the same check, reported by the same statement (of a leak: of
 * what the same statement made). Checks that are reported by calls which do not report
 * them in the whole trace are not let in. False, and nothing is written, when there is no
 * such report, or only together with what stops the trace.
 */
bool trace_shrink(const struct trace *t, const struct run_options *o, const char *check, FILE *to,
		  struct shrink_result *result);

/*
 * The smallest trace that @still says yes to, whatever that is about: with no expectations.
 * False, and nothing is written, when it says no to the whole trace. At the end it was last
 * asked about what was written.
 */
typedef bool shrink_still_fn(const struct trace *t, void *context);
bool trace_shrink_by(const struct trace *t, shrink_still_fn *still, void *context, FILE *to,
		     struct shrink_result *result);

#endif
