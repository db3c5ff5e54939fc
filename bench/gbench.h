/* SPDX-License-Identifier: MIT */
/*
 * A C interface over google-benchmark.
 *
 *	static void zero(struct gbench_state *state, const void *context)
 *	{
 *		size_t size = gbench_range(state, 0);
 *		char *buf = malloc(size);
 *
 *		if (!buf) {
 *			gbench_skip(state, "no memory");
 *			return;
 *		}
 *		gbench_use(buf);
 *		gbench_loop(state) {
 *			memset(buf, 0, size);
 *			gbench_clobber();
 *		}
 *		gbench_set_bytes(state, size);
 *		free(buf);
 *	}
 *
 *	struct gbench *b = gbench_register("zero", zero, NULL);
 *	gbench_axis(b, "size", (const int64_t[]){ 64, 4096 }, 2);
 *	return gbench_run(argc, argv);
 *
 * registers "zero/size:64" and "zero/size:4096". Between two iterations of
 * gbench_loop() nothing of google-benchmark runs: it is a counter in a register.
 *
 * A function is run several times: to find out how many iterations fill the
 * minimum time, and then once for each repetition. Everything outside of the loop
 * is repeated each time, and is not timed.
 *
 * Threads: registering and running belong to the main thread. A state belongs to
 * the thread that its function runs in.
 */
#ifndef BENCH_GBENCH_H
#define BENCH_GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench;       /* a benchmark, owned by the library until the program ends */
struct gbench_state; /* one run of it in one thread; lives as long as the call */

typedef void (*gbench_fn)(struct gbench_state *state, const void *context);

/* ---------------------------------------------------------- registering */

/*
 * gbench_register() - add a benchmark.
 * @name:    copied; parts are separated by '/' and the axes are appended to it
 * @context: handed to @fn; must stay valid until gbench_run() returns
 */
struct gbench *gbench_register(const char *name, gbench_fn fn, const void *context);

/*
 * gbench_axis() - run it for each of these values.
 * @name:   copied; appended to the benchmark's name as "/NAME:VALUE"
 * @values: copied
 *
 * With several axes, for each element of their product. gbench_range() numbers
 * the axes in the order of these calls.
 */
void gbench_axis(struct gbench *bench, const char *name, const int64_t *values, size_t count);

/*
 * gbench_threads() - run it in @threads threads at once; may be called again to
 * have several counts. Without it: in one.
 *
 * All threads start their loops together, and none leaves its loop before all
 * have finished. So thread 0 may set up before the loop what the others use in it,
 * and tear it down after it. The name gets "/threads:N".
 */
void gbench_threads(struct gbench *bench, int threads);

/*
 * gbench_use_real_time() - let wall-clock time decide on the number of
 * iterations, not CPU time: right for threads, which wait for each other. The
 * name gets "/real_time".
 */
void gbench_use_real_time(struct gbench *bench);

/*
 * gbench_use_own_time() - the benchmark measures by itself, and tells the time of
 * all its iterations by gbench_set_time(). The name gets "/manual_time".
 */
void gbench_use_own_time(struct gbench *bench);

/* At least @seconds for each run, whatever the command line says. */
void gbench_min_time(struct gbench *bench, double seconds);

/* A fact about this program, for the "context" of the JSON results. Copied. */
void gbench_context(const char *key, const char *value);

/*
 * gbench_run() - run what was registered.
 *
 * Takes google-benchmark's options (--benchmark_filter=REGEX,
 * --benchmark_repetitions=N, --benchmark_out=FILE, ...; --help lists them). Progress
 * goes to standard error, and to standard output one line for each benchmark: the
 * best time of its repetitions, the median, and their number. Times are CPU time,
 * unless the benchmark's name says real_time or manual_time. With
 * --benchmark_format=... it is google-benchmark's own output instead.
 *
 * Returns the exit status: 0, or 1 when a benchmark failed (gbench_skip()), none
 * matches the filter, or an option is unknown.
 */
int gbench_run(int argc, char **argv);

/* -------------------------------------------------------------- running */

/*
 * gbench_loop() - the timed loop. Leave it by break only after gbench_skip().
 */
#define gbench_loop(state)                                                                \
	for (int64_t gbench_left_ = gbench_start(state);                                  \
	     gbench_left_ > 0 || gbench_stop(state); gbench_left_--)

/*
 * What gbench_loop() is made of. gbench_start() waits for the other threads, starts
 * the clock, and returns the number of iterations to run: 0 after gbench_skip().
 * gbench_stop() stops the clock, waits for the other threads, returns false.
 */
int64_t gbench_start(struct gbench_state *state);
bool gbench_stop(struct gbench_state *state);

/*
 * gbench_batch() - the timed loop for those who pause.
 *
 *	while (gbench_batch(state, 64)) {
 *		gbench_pause(state);
 *		...                  prepare 64 iterations
 *		gbench_resume(state);
 *		...                  run them
 *	}
 *
 * A pause costs up to half a microsecond, which is timed: make batches large
 * enough. Returns false when enough has run, or after gbench_skip(). Not to be mixed
 * with gbench_loop(), and not for several threads.
 */
bool gbench_batch(struct gbench_state *state, int64_t count);
void gbench_pause(struct gbench_state *state);
void gbench_resume(struct gbench_state *state);

/* The value on an axis, counted from 0. */
int64_t gbench_range(const struct gbench_state *state, size_t axis);

/* This thread's number, from 0, and how many there are. */
int gbench_thread(const struct gbench_state *state);
int gbench_nr_threads(const struct gbench_state *state);

/* Iterations that this thread has run; final after the loop. */
int64_t gbench_iterations(const struct gbench_state *state);

/*
 * gbench_skip() - this benchmark failed: give up on it and fail the whole run.
 * The clock stops; return from the function, or break the loop and return. Of
 * several messages the first is kept.
 */
void gbench_skip(struct gbench_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether gbench_skip() was called in this thread. */
bool gbench_skipped(const struct gbench_state *state);

/* ------------------------------------------- after the loop: what was done */

/*
 * gbench_set_time() - how long all iterations took, of all threads together, from
 * the first start to the last end; to be called in one thread, in each run.
 */
void gbench_set_time(struct gbench_state *state, double seconds);

/* Bytes or items that each iteration processed; reported by the second. */
void gbench_set_bytes(struct gbench_state *state, int64_t each);
void gbench_set_items(struct gbench_state *state, int64_t each);

enum gbench_counter_kind {
	GBENCH_VALUE,         /* as it is; of several threads, the sum */
	GBENCH_PER_SECOND,    /* divided by the time */
	GBENCH_PER_ITERATION  /* divided by the iterations */
};

/* A number of the benchmark's own, in the results under @name. Copied. */
void gbench_counter(struct gbench_state *state, const char *name, double value,
		    enum gbench_counter_kind kind);

/* Words for this run's line in the results. Copied. */
void gbench_label(struct gbench_state *state, const char *label);

/* ------------------------------------------------ against the optimiser */

/*
 * Have @ptr's pointee computed: someone looks at it; and from here on someone may do
 * so whenever gbench_clobber() is called.
 */
static inline void gbench_use(const void *ptr)
{
	__asm__ volatile("" : : "r"(ptr) : "memory");
}

/*
 * Have all stores done, and forget what memory holds. Memory that nobody else knows
 * of is left out: show it to gbench_use() once.
 */
static inline void gbench_clobber(void)
{
	__asm__ volatile("" : : : "memory");
}

/* @value, but the compiler does not know that. */
static inline size_t gbench_hide(size_t value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}

#ifdef __cplusplus
}
#endif
#endif /* BENCH_GBENCH_H */
