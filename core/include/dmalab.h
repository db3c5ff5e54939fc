/* SPDX-License-Identifier: MIT */
/*
 * dmalab: a laboratory for the Linux DMA API.
 *
 * This is the laboratory's side: simulated machines, their devices, the
 * accesses of CPU and device, and the reports. The driver's side, the API under
 * test, is <linux/dma-mapping.h> and its friends.
 *
 * Words used throughout:
 *
 *   machine      simulated RAM, a CPU cache that really holds data, and devices
 *   profile      how a real machine maintains its caches ("arm64", "mips", ...)
 *   cached       a CPU pointer whose accesses go through the simulated cache
 *   uncached     a CPU pointer whose accesses go straight to memory
 *   cookie       what an allocation with DMA_ATTR_NO_KERNEL_MAPPING returns: good
 *                for freeing, faults when touched
 *   check        a kind of mistake, with a stable name ("stale-cpu-read")
 *
 * A NULL machine or device is no crash: queries answer NULL or 0, the rest does
 * nothing.
 *
 * Threads: unless a function says otherwise, every function may be called from
 * any thread, and beside any other function on the same machine, except beside
 * dmalab_machine_free(). No function may be called from a signal handler.
 */
#ifndef DMALAB_H
#define DMALAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct device;
struct dmalab_machine;

/* ------------------------------------------------------------- machines */

/*
 * What a machine is made of. A zeroed structure is the default machine: "arm64"
 * with 64 MiB of RAM, policy "never", all checks but the lints.
 *
 * Each field may be overridden from the environment, in the manner of the
 * sanitizers: DMALAB_OPTIONS=profile=mips:checks=full,+sync-redundant
 * DMALAB_OPTIONS=help=1 lists all keys; what is not valid stops the program, see
 * dmalab_machine_new(). From there alone come halt_on_error=1, which
 * calls abort() after the first report of an error, and record=FILE, which writes what
 * the program does as a trace (docs/traces.md, "Recording").
 */
struct dmalab_config {
	const char *profile;      /* dmalab_profile_name(); NULL: "arm64" */
	size_t ram_size;          /* bytes, rounded up to pages; 0: 64 MiB */
	const char *cache_policy; /* "never" "eager" "random" "lru"; NULL: "never" */
	uint64_t seed;            /* of policy "random", and of fail_every */
	const char *checks;       /* "off" "contract" "full", then any of
	                             ",+NAME" ",-NAME"; NULL: "full" */
	unsigned fail_nth;        /* fail the Nth allocation or mapping; 0: none */
	const char *accesses;     /* "plain": find also what the CPU stored through
	                             plain pointers since the last call, by comparing
	                             the bytes that a call touches with what the
	                             machine last put there; "explicit": every access
	                             is told, see dmalab_cpu_write(); NULL: "plain" */
	const char *machines;     /* "one": judge the machine that runs; "all": judge in
	                             the same run every machine that there is. Reports
	                             then say on which of them they are true, and a
	                             mistake that harms only others is reported for one
	                             of those; NULL: "one" */
	unsigned fail_every;      /* let each allocation or mapping fail with a
	                             probability of 1 in N; 1: all of them; 0: none */
};

/*
 * dmalab_machine_new() - switch on a machine.
 * @config: what it is made of, or NULL for the default machine. Not kept.
 *
 * The new machine becomes the current one, from which kmalloc() and friends
 * allocate. The calling thread begins anew as a task that may sleep, whatever locks
 * and interrupts the program before left it with.
 *
 * An unknown profile, policy, check or kind of accesses, in @config or in
 * DMALAB_OPTIONS, and whatever else is wrong there, stops the program with exit status
 * 2, after a line on standard error that names the word, the nearest one and what is
 * valid: without a machine nothing would be drawn, and a test would pass in silence.
 * dmalab_config_check() and dmalab_options_check() say so without stopping.
 *
 * Returns NULL with errno EINVAL when @config's ram_size is out of range (after a
 * message), or ENOMEM.
 */
struct dmalab_machine *dmalab_machine_new(const struct dmalab_config *config);

/*
 * dmalab_config_check() - would dmalab_machine_new() take this configuration?
 * @config:  NULL is the default machine, which is always valid
 * @message: what is wrong and what is valid, in one line without its newline; "" if
 *           nothing is. May be NULL when @size is 0.
 * @size:    bytes at @message; the line is cut short, and always terminated
 *
 * For programs that take the words from somebody else. Does not look at DMALAB_OPTIONS,
 * nor for memory. Returns 0 or -EINVAL.
 */
int dmalab_config_check(const struct dmalab_config *config, char *message, size_t size);

/*
 * dmalab_options_check() - would dmalab_machine_new() take what DMALAB_OPTIONS says?
 *
 * The same for the environment alone. Does nothing else with it: help=1 is printed,
 * and record=FILE begun, when a machine is made.
 */
int dmalab_options_check(char *message, size_t size);

/*
 * dmalab_machine_free() - switch a machine off.
 * @machine: may be NULL.
 *
 * Unbinds all of its devices first, as dmalab_device_free() does: may draw
 * "leak". Every pointer into the machine is invalid afterwards. No other thread
 * may be using the machine.
 */
void dmalab_machine_free(struct dmalab_machine *machine);

/* The machine that kmalloc() and friends allocate from, or NULL. */
struct dmalab_machine *dmalab_machine_current(void);

/* Make @machine the current one (NULL: none). */
void dmalab_machine_set_current(struct dmalab_machine *machine);

/*
 * dmalab_machine_fail_nth() - make an allocation or mapping fail.
 * @nth: 1 fails the next one, 2 the one after it; 0: none.
 *
 * Counted from this call on, over all of dma_alloc_*, dma_map_*, kmalloc(),
 * alloc_pages(), vmalloc() and their kin of the machine. Once it has happened, reports name
 * the call that failed, up to the next order. Returns how many calls were still to go before
 * the failure armed earlier (0: it has happened, or none was armed).
 */
unsigned dmalab_machine_fail_nth(struct dmalab_machine *machine, unsigned nth);

/*
 * dmalab_machine_fail_every() - make allocations and mappings fail by chance.
 * @n: each of them fails with a probability of 1 in @n; 1: all of them; 0: none
 *
 * Of the same calls that dmalab_machine_fail_nth() counts, and beside it. Which of
 * them fail is told by the seed in the machine's configuration alone, so a program
 * with one thread runs alike each time. Returns what was set before.
 */
unsigned dmalab_machine_fail_every(struct dmalab_machine *machine, unsigned n);

/*
 * dmalab_fail_each() - try out every error path of a piece of driver code.
 * @run:     binds a device, has the driver do its work, and unbinds the device
 * @context: passed on to it
 *
 * Calls @run with the first allocation or mapping in it failing, then with the
 * second, and so on, until one call in which none failed. A driver that handles all
 * its errors draws nothing; one that forgets something on the way out of its probe
 * draws "leak" when @run lets go of the device. Each report says which call it was that
 * failed before.
 *
 *	static void run(void *context)
 *	{
 *		struct device *dev = dmalab_device_new(context, "nic");
 *		struct nic nic;
 *
 *		if (nic_probe(&nic, dev) == 0)
 *			nic_remove(&nic);
 *		dmalab_device_free(dev);
 *	}
 *
 *	runs = dmalab_fail_each(machine, run, machine);
 *	assert(dmalab_report_count(machine, NULL) == 0);
 *
 * @run must not fail by other means (dmalab_machine_fail_nth()), and must end; nothing
 * else should use the machine meanwhile. Orders to fail that were given before wait
 * until this is over. Returns how often @run was called: one more than what can fail
 * in it. 0 when @machine or @run is NULL.
 */
unsigned dmalab_fail_each(struct dmalab_machine *machine, void (*run)(void *context),
			  void *context);

/* The machine's profile, and the names of all profiles: NULL at the end. */
const char *dmalab_machine_profile(const struct dmalab_machine *machine);
const char *dmalab_profile_name(unsigned index);

/* -------------------------------------------------------------- devices */

/*
 * dmalab_device_new() - plug in a device and bind its driver.
 * @name: as dev_name() will return it; copied. NULL: "device".
 *
 * The device has a 32-bit streaming and coherent mask, as the kernel's buses
 * give it, and is coherent where the profile is. A driver may set the fields of
 * struct device that it would set on Linux. Returns NULL with errno ENOMEM, or
 * EINVAL when @machine is NULL.
 */
struct device *dmalab_device_new(struct dmalab_machine *machine, const char *name);

/*
 * dmalab_device_free() - unbind the driver and pull the device out.
 * @dev: may be NULL.
 *
 * Releases what devm_kmalloc() and its like made, the latest first. Then draws "leak"
 * once for each DMA allocation and mapping that is still live, and for coherent memory that
 * was declared and not released, and releases them. Any later use of @dev draws
 * "no-device", as long as the machine lives.
 */
void dmalab_device_free(struct device *dev);

/*
 * dmalab_device_set_snooping() - wire the device, whatever the kernel believes.
 * @snoops: its accesses take part in the protocol of the CPU's cache
 *
 * The kernel does cache maintenance by dev->dma_coherent, and until this call the
 * hardware follows that. From then on it does as told here: a device tree that lacks
 * "dma-coherent", or has it for a device that does not snoop. Memory that the kernel
 * made uncached stays that for every device. Where the profile is coherent, nothing.
 * Draws "no-device".
 */
void dmalab_device_set_snooping(struct device *dev, bool snoops);

/* ------------------------------------------------ what is known of memory */

/* Of one byte of memory. Without CPU_NEWER and DEVICE_NEWER it is settled. */
enum dmalab_byte {
	DMALAB_BYTE_LIVE         = 1 << 0, /* allocated */
	DMALAB_BYTE_OWNED        = 1 << 1, /* of a live mapping or noncoherent buffer: it has
	                                      an owner, the CPU, */
	DMALAB_BYTE_OF_DEVICE    = 1 << 2, /* or the device, of one mapping at least */
	DMALAB_BYTE_CPU_NEWER    = 1 << 3, /* the CPU stored it, and memory (or the bounce
	                                      buffer) may not have it yet: no device may read
	                                      it */
	DMALAB_BYTE_DEVICE_NEWER = 1 << 4, /* a device stored it, and the cache may hide it (or
	                                      the bounce buffer has it alone): the CPU may not
	                                      read it. With CPU_NEWER as well, one of the two
	                                      stores is lost, and nobody can know which */
	DMALAB_BYTE_UNCACHED     = 1 << 5  /* the CPU reaches it past the cache */
};

/*
 * dmalab_byte_states() - what legal caches may disagree about, byte by byte.
 * @p:      a cached or uncached pointer, or a cookie, into a machine's RAM
 * @states: takes an OR of enum dmalab_byte for each byte
 * @len:    bytes at @p
 *
 * What the machine that runs knows by now, for pictures and debuggers: a query, which draws
 * no report, accesses no memory for the CPU and changes nothing. A store through a plain
 * pointer that no call has found yet counts as made. With checks=off all are 0, and with
 * checks=contract neither side is ever newer.
 *
 * Returns how many bytes it told of: fewer than @len at the end of RAM, and 0 when @p is
 * into no machine, or of vmalloc() or vmap().
 */
size_t dmalab_byte_states(const void *p, uint8_t *states, size_t len);

/*
 * dmalab_machine_line_size() - bytes in a line of the CPU's data cache.
 *
 * 0 where devices take part in the cache's protocol, so that lines play no part; and for a
 * NULL machine.
 */
size_t dmalab_machine_line_size(const struct dmalab_machine *machine);

/* -------------------------------------------------- what hardware would do */

/*
 * dmalab_device_read() / dmalab_device_write() - the device masters the bus.
 * @addr: DMA address, as the driver programmed it into the device
 * @len:  bytes, any number
 *
 * Moves @len bytes between the device and memory, not seeing the CPU's cache
 * unless the device snoops. Returns 0, or -EFAULT and moves nothing when
 * the device cannot reach all of @addr..@addr+@len. Draws
 * "device-out-of-bounds", "device-use-after-unmap" (both -EFAULT),
 * "device-write-read-only", "device-read-write-only", "device-read-cpu-owned",
 * "device-write-cpu-owned", "stale-device-read" ("stale-cpu-read" for a device that
 * snoops), "lost-cpu-write", "lost-device-write", "shared-cache-line",
 * "uninitialised-to-device", "no-device".
 */
int dmalab_device_read(struct device *dev, dma_addr_t addr, void *buf, size_t len);
int dmalab_device_write(struct device *dev, dma_addr_t addr, const void *buf, size_t len);

/*
 * dmalab_cpu_read() / dmalab_cpu_write() - the driver's code loads or stores.
 * @src, @dst: any pointer; one into no machine is a plain memcpy()
 * @buf:       memory of the program, which takes what is read, or has what is written.
 *             A read has it behind @src: the other way round than memcpy()
 * @len:       bytes, any number
 *
 * Goes through the cache for a cached pointer, straight to memory for an
 * uncached one. A cookie draws "handle-dereference": a read gives zeroes, a
 * write is dropped. Draws also "cpu-use-after-free", "cpu-read-device-owned",
 * "cpu-write-device-owned", "stale-cpu-read", "lost-cpu-write",
 * "lost-device-write", "shared-cache-line", "unwritten-read".
 */
void dmalab_cpu_read(const void *src, void *buf, size_t len);
void dmalab_cpu_write(void *dst, const void *buf, size_t len);

/*
 * dmalab_owns() - whether @len bytes at @p are simulated memory of some machine: such
 * as may be given to dmalab_cpu_read() whatever they are (cached, uncached, a cookie, of
 * vmalloc() or vmap(), or free).
 * For language bindings and interpreters, which must not touch what is nothing at all.
 */
bool dmalab_owns(const void *p, size_t len);

/*
 * dmalab_cache_evict() / dmalab_cache_fill() - force the cache's hand.
 * @ptr, @len: bytes behind a cached pointer; each line they touch is taken
 *
 * Evict writes the lines back if dirty and drops them; fill loads those that
 * are not in the cache, on a CPU that speculates. Both are things that the cache
 * may do at any time, so they never draw a report, nor change what draws one. Other
 * pointers, and a fill where the CPU does not speculate: nothing.
 */
void dmalab_cache_evict(const void *ptr, size_t len);
void dmalab_cache_fill(const void *ptr, size_t len);

/*
 * dmalab_irq_enter() / dmalab_irq_exit() - this thread runs a hard interrupt handler.
 * dmalab_softirq_enter() / dmalab_softirq_exit() - a soft interrupt: NAPI's poll, a
 * tasklet, a timer.
 *
 * To be called around the driver's handler: until then in_hardirq(), or
 * in_serving_softirq(), is true, and calls that may sleep draw "sleep-in-atomic". A
 * hard handler has interrupts off, so that freeing coherent memory draws
 * "free-in-irq", as in a soft interrupt it does where that memory is remapped;
 * afterwards they are as they were before. Handlers may nest. An exit without its
 * enter does nothing.
 */
void dmalab_irq_enter(void);
void dmalab_irq_exit(void);
void dmalab_softirq_enter(void);
void dmalab_softirq_exit(void);

struct dmalab_cache_stats {
	uint64_t hits, misses;          /* CPU accesses, per line touched */
	uint64_t fills, write_backs;    /* lines moved, whatever the cause */
	uint64_t maintenance;           /* line operations issued by the API */
};

/* Counters since the machine was made. All policies count. Zeroes for a NULL machine. */
void dmalab_machine_cache_stats(const struct dmalab_machine *machine,
				struct dmalab_cache_stats *stats);

/* -------------------------------------------------------------- reports */

enum dmalab_severity {
	DMALAB_LINT,    /* wasteful; off unless asked for by name */
	DMALAB_WARNING, /* breaks the contract, or will hurt later */
	DMALAB_ERROR    /* wrong */
};

/* A check of the catalogue. The names are stable. */
struct dmalab_check {
	const char *name;
	enum dmalab_severity severity;
	const char *title;     /* one line */
	const char *dma_debug; /* wording of the kernel's dma-debug for it, or NULL */
};

/* The whole catalogue, in its documented order; *@count is set if not NULL. */
const struct dmalab_check *dmalab_checks(size_t *count);

/*
 * A place in the program. Either @file and @line are set (see dmalab_set_site()),
 * or @address is the return address of the call. @since: it is that of the last call
 * before what happened, of which no more is known: a store through a plain pointer.
 */
struct dmalab_site {
	const char *file;
	unsigned line;
	const void *address;
	bool since;
};

/* Something that happened before the report and belongs to its story. */
struct dmalab_event {
	const char *what;         /* "the device stored it" */
	struct dmalab_site site;
};

#define DMALAB_HISTORY_MAX 6

/*
 * A call that is missing: dma_sync_single_for_cpu() or dma_sync_single_for_device(), or
 * dma_sync_sg_...() of a whole list.
 */
struct dmalab_advice {
	bool for_cpu;                    /* else for the device */
	struct device *dev;              /* of the mapping or buffer, */
	const char *device;              /* and its name */
	dma_addr_t dma_addr;             /* of a list: that of its first entry */
	size_t size;                     /* bytes; of a list: those of its first entry */
	int direction;                   /* enum dma_data_direction */
	unsigned nents;                  /* entries of the list as mapped; 0: no list */
	bool after;                      /* to stand after that place, else before it */
	struct dmalab_site site;         /* the access that draws the report, or what led to it */
};

#define DMALAB_ADVICE_MAX 6

/*
 * One report. Lives as long as the call of the handler that gets it. Strings
 * that do not apply are NULL, numbers 0.
 */
struct dmalab_report {
	const char *check;               /* name in the catalogue */
	enum dmalab_severity severity;
	const char *call;                /* what drew it: "dma_free_coherent" */
	struct dmalab_site site;         /* and from where */
	const char *found_by;            /* of "a plain store": the call that found it, */
	struct dmalab_site found_at;     /* and from where; else NULL */
	struct device *dev;              /* the device it concerns, or NULL */
	const char *device;              /* its name; NULL: it concerns none */
	const char *profile;

	/* What the call or access was given. */
	const void *cpu_addr;
	dma_addr_t dma_addr;
	size_t size;

	/* The object it concerns: an allocation or mapping, live or released. */
	const char *object;              /* "coherent buffer" */
	const void *object_cpu_addr;
	dma_addr_t object_dma_addr;
	size_t object_size;

	/*
	 * The bytes concerned, counted from the object's start: those of an access; of
	 * "sync-out-of-range" and "device-out-of-bounds" those behind its end.
	 */
	size_t first, last;              /* inclusive */
	size_t bytes;                    /* how many in first..last; 0: no range */

	const char *also;                /* other mismatches: "DMA address, size" */
	const char *detail;              /* one sentence: what is wrong */
	const char *missing;             /* the missing calls as source code, or what to change */
	const char *breaks_on;           /* profiles where it does harm */
	const char *dma_debug;           /* the kernel's wording */

	/* By order of dmalab_machine_fail_nth() or dmalab_fail_each(), and since: */
	const char *failed;              /* the call that was made to fail */
	struct dmalab_site failed_at;    /* and from where */
	unsigned failed_nth;             /* of those that can fail, from 1 */

	unsigned nr_history;
	struct dmalab_event history[DMALAB_HISTORY_MAX]; /* oldest first */

	/*
	 * What @missing says, for a program to apply: calls that, all of them together, remove
	 * this report and draw no other about these bytes. Of several at one place the first
	 * stands first. None, if no call does that: then @missing says what to change.
	 */
	unsigned nr_advice;
	struct dmalab_advice advice[DMALAB_ADVICE_MAX];
	phys_addr_t phys;                /* of byte @first, if there is a range */
};

typedef void (*dmalab_report_fn)(const struct dmalab_report *report, void *context);

/*
 * dmalab_set_report_handler() - be called for each report.
 * @fn: NULL restores the default, which prints to standard error
 *
 * The default handler prints a check once for each place (and for each call that was made to
 * fail before it); a handler sees every occurrence. It runs with the machine locked, in the
 * thread that made the mistake: it may look at the report and call dmalab_report_format()
 * and dmalab_report_count(), nothing else of this library.
 */
void dmalab_set_report_handler(struct dmalab_machine *machine, dmalab_report_fn fn, void *context);

/*
 * How often @check was drawn (NULL: all checks together), counting also what
 * was not printed. A name that is not in the catalogue stops the program with status 2 and
 * the nearest one: a test would pass whatever is drawn. 0 for a NULL machine.
 */
unsigned long dmalab_report_count(const struct dmalab_machine *machine, const char *check);

/*
 * dmalab_report_format() - a report as the default handler prints it.
 *
 * As snprintf(): writes at most @size bytes, always terminated if @size is not
 * 0, and returns the length of the whole text.
 */
size_t dmalab_report_format(const struct dmalab_report *report, char *buf, size_t size);

/*
 * dmalab_set_site() - speak for another place.
 * @site: where this thread's next calls come from; must stay valid as long as
 *        the machine. NULL: back to return addresses.
 *
 * For interpreters and language bindings, whose users know nothing of the
 * return address. Per thread.
 */
void dmalab_set_site(const struct dmalab_site *site);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif /* DMALAB_H */
