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
 *   cookie       what an allocation with DMA_ATTR_NO_KERNEL_MAPPING returns:
 *                good for freeing, faults when touched
 *   check        a kind of mistake, with a stable name ("stale-cpu-read")
 *
 * "Checks:" names what a function may report. A NULL machine or device is no
 * crash: queries answer NULL or 0, the rest does nothing.
 *
 * Context: "any thread" is any thread, beside any other function on the same
 * machine, except beside dmalab_machine_free(). No function may be called from
 * a signal handler. errno is what it was before, except where the return value
 * is said to come with it.
 *
 * Structures grow. A structure that begins with a size gets new fields at its
 * end, from a multiple of 8 bytes on, and contains no other structure by value.
 * Whoever fills it says how much there is: a program sets
 * size = sizeof(struct ...) in what it passes in, the library sets it in what
 * it passes out. Fields behind the size are taken to be zero. A size of 0
 * stands for the fields of interface 1.0, so that a zeroed structure is valid.
 * A program reads fields that came later only where the size reaches them:
 *
 *	if (report->size >= offsetof(struct dmalab_report, later) +
 *			    sizeof(report->later))
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

/**
 * struct dmalab_config - what a machine is made of
 * @size: sizeof(struct dmalab_config), or 0 for the fields of interface 1.0
 * @profile: a name of dmalab_profile_name(); NULL: "arm64"
 * @ram_size: bytes, rounded up to pages; 0: 64 MiB
 * @cache_policy: when the cache evicts and prefetches: "never", "eager",
 *	"random" or "lru"; NULL: "never"
 * @seed: of the policy "random", and of @fail_every
 * @checks: "off", "contract" or "full", then any of ",+NAME" ",-NAME";
 *	NULL: "full"
 * @accesses: "plain": find also what the CPU stored through plain pointers
 *	since the last call, by comparing the bytes that a call touches with
 *	what the machine last put there; "explicit": the program tells every
 *	access, see dmalab_cpu_write(); NULL: "plain"
 * @machines: "one": judge the machine that runs; "all": judge in the same run
 *	every machine that there is. Reports then say on which of them they are
 *	true, and a mistake that harms only others is reported for one of those;
 *	NULL: "one"
 * @fail_nth: fail the Nth allocation or mapping; 0: none
 * @fail_every: let each allocation or mapping fail with a probability of 1 in
 *	N; 1: all of them; 0: none
 * @quarantine: so many bytes of freed memory and DMA addresses wait before they
 *	are handed out again, so that a late use of them is found; 0: none do
 *
 * A zeroed structure is the default machine, with all checks but the lints.
 *
 * Each field may be overridden from the environment, in the manner of the
 * sanitizers: DMALAB_OPTIONS=profile=mips:checks=full,+sync-redundant
 * DMALAB_OPTIONS=help=1 lists all keys. From there alone come halt_on_error=1,
 * which calls abort() after the first report of an error, and record=FILE,
 * which writes what the program does as a trace (docs/traces.md, "Recording").
 */
struct dmalab_config {
	size_t size;
	const char *profile;
	size_t ram_size;
	const char *cache_policy;
	uint64_t seed;
	const char *checks;
	const char *accesses;
	const char *machines;
	unsigned fail_nth;
	unsigned fail_every;
	size_t quarantine;
};

/**
 * dmalab_machine_new() - switch on a machine
 * @config: what it is made of, or NULL for the default machine; not kept
 *
 * The new machine becomes the current one, from which kmalloc() and friends
 * allocate. The calling thread begins anew as a task that may sleep, whatever
 * locks and interrupts the program before left it with.
 *
 * An unknown profile, policy, check or kind of accesses, in @config or in
 * DMALAB_OPTIONS, and whatever else is wrong there, stops the program with exit
 * status 2, after a line on standard error that names the word, the nearest one
 * and what is valid: without a machine nothing would be reported, and a test
 * would pass in silence. So does a field that is set, but that this version of
 * the library does not have. dmalab_config_check() and dmalab_options_check()
 * say so without stopping.
 *
 * Context: Any thread. Allocates memory of the host.
 * Return: the machine, to be freed with dmalab_machine_free(); NULL with errno
 * EINVAL when @config's ram_size is out of range (after a message), or ENOMEM.
 */
struct dmalab_machine *dmalab_machine_new(const struct dmalab_config *config);

/**
 * dmalab_config_check() - would dmalab_machine_new() take this configuration?
 * @config: NULL is the default machine, which is always valid
 * @message: receives what is wrong and what is valid, in one line without its
 *	newline, or ""; may be NULL when @size is 0
 * @size: bytes at @message; the line is cut short, and always terminated
 *
 * For programs that take the words from somebody else. Does not look at
 * DMALAB_OPTIONS, nor for memory.
 *
 * Context: Any thread.
 * Return: 0 or -EINVAL.
 */
int dmalab_config_check(const struct dmalab_config *config, char *message,
			size_t size);

/**
 * dmalab_options_check() - would dmalab_machine_new() take DMALAB_OPTIONS?
 * @message: as for dmalab_config_check()
 * @size: bytes at @message
 *
 * Does nothing else with it: help=1 is printed, and record=FILE begun, when a
 * machine is made.
 *
 * Context: Any thread.
 * Return: 0 or -EINVAL.
 */
int dmalab_options_check(char *message, size_t size);

/**
 * dmalab_machine_free() - switch a machine off
 * @machine: may be NULL
 *
 * Unbinds all of its devices first, as dmalab_device_free() does. Every pointer
 * into the machine is invalid afterwards.
 *
 * Context: Any thread, while no other one uses the machine.
 * Checks: "leak".
 */
void dmalab_machine_free(struct dmalab_machine *machine);

/**
 * dmalab_machine_reset() - switch a machine off and on again, in place
 * @machine: the machine; its devices are gone afterwards, as are all addresses
 *	and pointers into it
 *
 * As dmalab_machine_free() and dmalab_machine_new() with the same configuration
 * (DMALAB_OPTIONS is not read again): devices are freed, what they hold is a
 * "leak", memory is zeroed, reports are counted from 0, the handler is the
 * default one, and the machine becomes the current one. The time it takes goes
 * with the pages that were used, about 0.2 us each: for tests and fuzzers that
 * want a thousand machines one after the other.
 *
 * A store through a plain pointer to memory that was never allocated, mapped
 * nor accessed in another way cannot be known, and stays where it is.
 *
 * Context: Any thread, as dmalab_machine_free(). May allocate memory of the
 * host where an IOMMU, a bounce buffer, vmalloc(), memory in user space, a
 * touched cookie, a quarantine, other machines beside this one or a recorder
 * were in use.
 * Return: 0; -EINVAL for NULL; -ENOMEM, and then the machine can only be freed
 * or reset again.
 * Checks: "leak".
 */
int dmalab_machine_reset(struct dmalab_machine *machine);

/**
 * dmalab_machine_current() - the machine that kmalloc() and friends use
 *
 * Context: Any thread; it is the same one for all of them.
 * Return: the machine, or NULL.
 */
struct dmalab_machine *dmalab_machine_current(void);

/**
 * dmalab_machine_set_current() - let kmalloc() and friends use a machine
 * @machine: the machine; NULL: none
 *
 * Context: Any thread; it changes for all of them.
 */
void dmalab_machine_set_current(struct dmalab_machine *machine);

/**
 * dmalab_machine_fail_nth() - make one allocation or mapping fail
 * @machine: where
 * @nth: 1 fails the next one, 2 the one after it; 0: none
 *
 * Counted from this call on, over all of dma_alloc_*, dma_map_*, kmalloc(),
 * alloc_pages(), vmalloc() and their kin of the machine. Once it has happened,
 * reports name the call that failed, until the next order.
 *
 * Context: Any thread.
 * Return: how many calls were still to go before the failure that was ordered
 * earlier; 0: it has happened, or none was ordered.
 */
unsigned dmalab_machine_fail_nth(struct dmalab_machine *machine, unsigned nth);

/**
 * dmalab_machine_fail_every() - make allocations and mappings fail by chance
 * @machine: where
 * @n: each of them fails with a probability of 1 in @n; 1: all of them; 0: none
 *
 * Of the same calls that dmalab_machine_fail_nth() counts, and beside it. Which
 * of them fail depends on the seed in the machine's configuration alone, so
 * that a program with one thread runs alike each time.
 *
 * Context: Any thread.
 * Return: what was set before.
 */
unsigned dmalab_machine_fail_every(struct dmalab_machine *machine, unsigned n);

/**
 * dmalab_fail_each() - try every error path of a piece of driver code
 * @machine: where
 * @run: binds a device, has the driver do its work, and unbinds the device
 * @context: passed on to @run
 *
 * Calls @run with the first allocation or mapping in it failing, then with the
 * second, and so on, until one call in which none failed. A driver that handles
 * all its errors causes no report; one that forgets something on the way out of
 * its probe causes "leak" when @run unbinds the device. Each report says which
 * call had been made to fail.
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
 * @run must not order failures itself, and must end. Failures that were ordered
 * before wait until this is over.
 *
 * Context: Any thread, while no other one uses the machine.
 * Return: how often @run was called: one more than what can fail in it; 0 when
 * @machine or @run is NULL.
 */
unsigned dmalab_fail_each(struct dmalab_machine *machine,
			  void (*run)(void *context), void *context);

/**
 * dmalab_machine_profile() - the name of a machine's profile
 * @machine: the machine
 *
 * Context: Any thread.
 * Return: the name, which is static; NULL for a NULL machine.
 */
const char *dmalab_machine_profile(const struct dmalab_machine *machine);

/**
 * dmalab_profile_name() - the names of all profiles
 * @index: from 0 on
 *
 * Context: Any thread.
 * Return: the name, which is static; NULL behind the last one.
 */
const char *dmalab_profile_name(unsigned index);

/* -------------------------------------------------------------- devices */

/**
 * dmalab_device_new() - plug in a device and bind its driver
 * @machine: where
 * @name: as dev_name() will return it; copied; NULL: "device"
 *
 * The device has a 32-bit streaming and coherent mask, as the kernel's buses
 * give it, and is coherent where the profile is. A driver may set the fields of
 * struct device that it would set on Linux.
 *
 * Context: Any thread.
 * Return: the device, to be freed with dmalab_device_free(); NULL with errno
 * ENOMEM, or EINVAL when @machine is NULL.
 */
struct device *dmalab_device_new(struct dmalab_machine *machine,
				 const char *name);

/**
 * dmalab_device_free() - unbind the driver and pull the device out
 * @dev: may be NULL
 *
 * Releases what devm_kmalloc() and its like made, the latest first. Then
 * reports a leak for each DMA allocation and mapping that is still live, and
 * for coherent memory that was declared and not released, and releases them.
 * Any later use of @dev is reported as "no-device", as long as the machine
 * lives.
 *
 * Context: Any thread, while no other one uses the device.
 * Checks: "leak", "free-while-mapped".
 */
void dmalab_device_free(struct device *dev);

/**
 * dmalab_device_init() - plug in a device that is part of another structure
 * @machine: where
 * @dev: zeroed but for what the program has set, which is kept: its dma_mask,
 *	masks, and the fields that drivers use. It must neither move nor be
 *	freed before dmalab_device_exit()
 * @name: as dev_name() will return it; copied; NULL: dev->init_name, or
 *	"device"
 *
 * For the struct device that a pci_dev, a platform_device or a structure of the
 * program's own embeds:
 *
 *	struct platform_device *pdev = kzalloc(sizeof(*pdev), GFP_KERNEL);
 *
 *	dmalab_device_init(machine, &pdev->dev, "nic");
 *	driver->probe(pdev);
 *	...
 *	dmalab_device_exit(&pdev->dev);
 *	kfree(pdev);
 *
 * From then on it is as dmalab_device_new() makes one. Memory of the machine
 * that is freed with a bound device in it is reported as "no-device", and kept
 * until the device goes. Other memory is found to have been given away when the
 * machine goes, or when a device is initialised at the same address.
 *
 * Context: Any thread.
 * Return: 0; -EINVAL when @machine or @dev is NULL; -ENOMEM; -EBUSY, after a
 * report, when @dev is bound already.
 * Checks: "no-device".
 */
int dmalab_device_init(struct dmalab_machine *machine, struct device *dev,
		       const char *name);

/**
 * dmalab_device_exit() - unbind the driver of a device, and pull it out
 * @dev: as it was given to dmalab_device_init(); may be NULL
 *
 * As dmalab_device_free(). The structure is the program's again, and nothing
 * of the laboratory points to it.
 *
 * Context: Any thread, while no other one uses the device.
 * Checks: "leak", "free-while-mapped", "no-device".
 */
void dmalab_device_exit(struct device *dev);

/**
 * dmalab_device_set_snooping() - wire the device, whatever the kernel believes
 * @dev: the device
 * @snoops: its accesses take part in the protocol of the CPU's cache
 *
 * The kernel does cache maintenance by dev->dma_coherent, and until this call
 * the hardware follows that. From then on it does as told here: a device tree
 * that lacks "dma-coherent", or has it for a device that does not snoop. Memory
 * that the kernel made uncached stays uncached for every device. Where the
 * profile is coherent, nothing changes.
 *
 * Context: Any thread.
 * Checks: "no-device".
 */
void dmalab_device_set_snooping(struct device *dev, bool snoops);

/* ------------------------------------------------ what is known of memory */

/**
 * enum dmalab_byte - what is known of one byte of memory
 * @DMALAB_BYTE_LIVE: it is allocated
 * @DMALAB_BYTE_OWNED: it is of a live mapping or noncoherent buffer, and so has
 *	an owner: the CPU,
 * @DMALAB_BYTE_OF_DEVICE: or the device, of one mapping at least
 * @DMALAB_BYTE_CPU_NEWER: the CPU stored it, and memory (or the bounce buffer)
 *	may not have it yet: no device may read it
 * @DMALAB_BYTE_DEVICE_NEWER: a device stored it, and the cache may hide it (or
 *	the bounce buffer has it alone): the CPU may not read it. With CPU_NEWER
 *	as well, one of the two stores is lost, and nobody can know which
 * @DMALAB_BYTE_UNCACHED: the CPU reaches it past the cache
 *
 * Without CPU_NEWER and DEVICE_NEWER a byte is settled.
 */
enum dmalab_byte {
	DMALAB_BYTE_LIVE         = 1 << 0,
	DMALAB_BYTE_OWNED        = 1 << 1,
	DMALAB_BYTE_OF_DEVICE    = 1 << 2,
	DMALAB_BYTE_CPU_NEWER    = 1 << 3,
	DMALAB_BYTE_DEVICE_NEWER = 1 << 4,
	DMALAB_BYTE_UNCACHED     = 1 << 5
};

/**
 * dmalab_byte_states() - what legal caches may disagree about, byte by byte
 * @p: a cached or uncached pointer, or a cookie, into a machine's RAM
 * @states: receives an OR of enum dmalab_byte for each byte
 * @len: bytes at @p
 *
 * What the machine that runs knows by now, for pictures and debuggers: a query,
 * which reports nothing, accesses no memory for the CPU and changes nothing. A
 * store through a plain pointer that no call has found yet counts as made. With
 * checks=off all are 0, and with checks=contract neither side is ever newer.
 *
 * Context: Any thread.
 * Return: how many bytes it told of: fewer than @len at the end of RAM, and 0
 * when @p is into no machine, or of vmalloc() or vmap().
 */
size_t dmalab_byte_states(const void *p, uint8_t *states, size_t len);

/**
 * dmalab_machine_line_size() - the length of a line of the CPU's data cache
 * @machine: the machine
 *
 * Context: Any thread.
 * Return: bytes; 0 where devices take part in the cache's protocol, so that
 * lines play no part, and for a NULL machine.
 */
size_t dmalab_machine_line_size(const struct dmalab_machine *machine);

/* -------------------------------------------------- what hardware would do */

/**
 * dmalab_device_read() - the device reads memory, as a bus master
 * @dev: the device
 * @addr: DMA address, as the driver programmed it into the device
 * @buf: memory of the program that takes the bytes
 * @len: bytes, any number
 *
 * Does not see the CPU's cache unless the device snoops.
 *
 * Context: Any thread.
 * Return: 0; -EFAULT, and nothing is moved, when the device cannot reach all of
 * @addr..@addr+@len.
 * Checks: "device-out-of-bounds", "device-use-after-unmap" (both -EFAULT),
 * "device-read-write-only", "device-read-cpu-owned", "stale-device-read"
 * ("stale-cpu-read" for a device that snoops), "lost-cpu-write",
 * "lost-device-write", "shared-cache-line", "uninitialised-to-device",
 * "no-device".
 */
int dmalab_device_read(struct device *dev, dma_addr_t addr, void *buf,
		       size_t len);

/**
 * dmalab_device_write() - the device writes memory, as a bus master
 * @dev: the device
 * @addr: DMA address, as the driver programmed it into the device
 * @buf: what it writes
 * @len: bytes, any number
 *
 * Does not see the CPU's cache unless the device snoops.
 *
 * Context: Any thread.
 * Return: 0; -EFAULT, and nothing is moved, when the device cannot reach all of
 * @addr..@addr+@len.
 * Checks: "device-out-of-bounds", "device-use-after-unmap" (both -EFAULT),
 * "device-write-read-only", "device-write-cpu-owned", "lost-cpu-write",
 * "lost-device-write", "shared-cache-line", "no-device".
 */
int dmalab_device_write(struct device *dev, dma_addr_t addr, const void *buf,
			size_t len);

/**
 * dmalab_cpu_read() - the driver's code loads
 * @src: from any pointer; one into no machine is a plain memcpy()
 * @buf: memory of the program, which takes what is read. It stands behind @src:
 *	the other way round than memcpy()
 * @len: bytes, any number
 *
 * Goes through the cache for a cached pointer, straight to memory for an
 * uncached one. A cookie gives zeroes.
 *
 * Context: Any thread.
 * Checks: "handle-dereference", "cpu-use-after-free", "cpu-read-device-owned",
 * "stale-cpu-read", "lost-cpu-write", "lost-device-write", "shared-cache-line",
 * "unwritten-read".
 */
void dmalab_cpu_read(const void *src, void *buf, size_t len);

/**
 * dmalab_cpu_write() - the driver's code stores
 * @dst: to any pointer; one into no machine is a plain memcpy()
 * @buf: what is stored
 * @len: bytes, any number
 *
 * Goes through the cache for a cached pointer, straight to memory for an
 * uncached one. To a cookie nothing is stored.
 *
 * Context: Any thread.
 * Checks: "handle-dereference", "cpu-use-after-free", "cpu-write-device-owned",
 * "lost-cpu-write", "lost-device-write", "shared-cache-line".
 */
void dmalab_cpu_write(void *dst, const void *buf, size_t len);

/**
 * dmalab_owns() - whether bytes are simulated memory of some machine
 * @p: any pointer; it is not read
 * @len: bytes
 *
 * Such bytes may be given to dmalab_cpu_read() whatever they are: cached,
 * uncached, a cookie, of vmalloc() or vmap(), or free. For language bindings
 * and interpreters, which must not touch what is nothing at all.
 *
 * Context: Any thread.
 * Return: true if all of them are.
 */
bool dmalab_owns(const void *p, size_t len);

/**
 * dmalab_cache_evict() - the cache writes lines back if dirty, and drops them
 * @ptr: a cached pointer; others do nothing
 * @len: bytes; each line they touch is evicted
 *
 * The cache may do this at any time, so it never causes a report, nor changes
 * what does.
 *
 * Context: Any thread.
 */
void dmalab_cache_evict(const void *ptr, size_t len);

/**
 * dmalab_cache_fill() - the cache loads lines, as a CPU that speculates may
 * @ptr: a cached pointer; others do nothing
 * @len: bytes; each line they touch, and which is not in the cache, is filled
 *
 * Nothing on a CPU that does not speculate. Never causes a report, as
 * dmalab_cache_evict().
 *
 * Context: Any thread.
 */
void dmalab_cache_fill(const void *ptr, size_t len);

/**
 * dmalab_irq_enter() - this thread begins a hard interrupt handler
 *
 * To be called before the driver's handler: until dmalab_irq_exit(),
 * in_hardirq() is true, interrupts are off, and calls that may sleep are
 * reported as "sleep-in-atomic", freeing coherent memory as "free-in-irq".
 * Handlers may nest.
 *
 * Context: Any thread; concerns this one.
 */
void dmalab_irq_enter(void);

/**
 * dmalab_irq_exit() - this thread ends a hard interrupt handler
 *
 * Interrupts are as they were before. Without its enter it does nothing.
 *
 * Context: Any thread; concerns this one.
 */
void dmalab_irq_exit(void);

/**
 * dmalab_softirq_enter() - this thread begins a soft interrupt
 *
 * NAPI's poll, a tasklet, a timer: until dmalab_softirq_exit(),
 * in_serving_softirq() is true, and calls that may sleep are reported as
 * "sleep-in-atomic", freeing coherent memory as "free-in-irq" where that memory
 * is remapped. They may nest.
 *
 * Context: Any thread; concerns this one.
 */
void dmalab_softirq_enter(void);

/**
 * dmalab_softirq_exit() - this thread ends a soft interrupt
 *
 * Without its enter it does nothing.
 *
 * Context: Any thread; concerns this one.
 */
void dmalab_softirq_exit(void);

/**
 * struct dmalab_cache_stats - what the cache did since the machine was made
 * @size: set by the caller to sizeof(struct dmalab_cache_stats), or to 0 for
 *	the fields of interface 1.0; the library returns in it the bytes it
 *	filled
 * @hits: CPU accesses that found their line, per line touched
 * @misses: and that did not
 * @fills: lines loaded, whatever the cause
 * @write_backs: lines written to memory, whatever the cause
 * @maintenance: line operations issued by the API
 */
struct dmalab_cache_stats {
	size_t size;
	uint64_t hits;
	uint64_t misses;
	uint64_t fills;
	uint64_t write_backs;
	uint64_t maintenance;
};

/**
 * dmalab_machine_cache_stats() - the cache's counters
 * @machine: the machine; NULL: all are 0
 * @stats: receives them; its size must be set. All policies count
 *
 * Context: Any thread.
 */
void dmalab_machine_cache_stats(const struct dmalab_machine *machine,
				struct dmalab_cache_stats *stats);

/* -------------------------------------------------------------- reports */

/**
 * enum dmalab_severity - how bad it is
 * @DMALAB_LINT: wasteful; off unless asked for by name
 * @DMALAB_WARNING: breaks the contract, or will hurt later
 * @DMALAB_ERROR: wrong
 */
enum dmalab_severity {
	DMALAB_LINT,
	DMALAB_WARNING,
	DMALAB_ERROR
};

/**
 * struct dmalab_check - a check of the catalogue
 * @size: bytes that the library filled
 * @name: stable
 * @title: one line
 * @dma_debug: wording of the kernel's dma-debug for it, or NULL
 * @severity: how bad it is
 */
struct dmalab_check {
	size_t size;
	const char *name;
	const char *title;
	const char *dma_debug;
	enum dmalab_severity severity;
};

/**
 * dmalab_checks() - the whole catalogue, in its documented order
 * @count: receives how many there are, if it is not NULL
 *
 * Context: Any thread.
 * Return: an array of *@count pointers, and a NULL behind them; all static.
 */
const struct dmalab_check *const *dmalab_checks(size_t *count);

/**
 * struct dmalab_site - a place in the program
 * @size: bytes that are filled, by whoever fills it; 0: the fields of
 *	interface 1.0
 * @file: name of a source file; NULL where only the address is known
 * @address: return address of the call, where @file is NULL
 * @line: in @file
 * @since: what happened was a store through a plain pointer, of which no more
 *	is known than that this was the last call before it; set by the library
 */
struct dmalab_site {
	size_t size;
	const char *file;
	const void *address;
	unsigned line;
	bool since;
};

/**
 * struct dmalab_event - what happened before a report and belongs to it
 * @size: bytes that the library filled
 * @what: "the device stored it"
 * @site: where
 */
struct dmalab_event {
	size_t size;
	const char *what;
	const struct dmalab_site *site;
};

/**
 * struct dmalab_advice - a call that is missing
 * @size: bytes that the library filled
 * @dev: device of the mapping or buffer
 * @device: and its name
 * @dma_addr: of a list: that of its first entry
 * @length: bytes; of a list: those of its first entry
 * @direction: enum dma_data_direction
 * @nents: entries of the list as mapped; 0: no list
 * @for_cpu: dma_sync_single_for_cpu(), or of a list dma_sync_sg_for_cpu();
 *	else the same for the device
 * @after: to stand after @site, else before it
 * @site: the access that is reported, or what led to it
 */
struct dmalab_advice {
	size_t size;
	struct device *dev;
	const char *device;
	dma_addr_t dma_addr;
	size_t length;
	int direction;
	unsigned nents;
	bool for_cpu;
	bool after;
	const struct dmalab_site *site;
};

/* The most that a report of this version has of each. */
#define DMALAB_HISTORY_MAX 6
#define DMALAB_ADVICE_MAX 6

/**
 * struct dmalab_report - one report
 * @size: bytes that the library filled
 * @check: name in the catalogue
 * @severity: of the check
 * @failed_nth: which call was made to fail, of those that can, from 1
 * @call: the function that is at fault: "dma_free_coherent"
 * @site: where it was called
 * @found_by: of "a plain store": the call that found it; else NULL
 * @found_at: where that was called; else NULL
 * @dev: the device that the report concerns, or NULL
 * @device: its name; NULL: it concerns none
 * @profile: of the machine on which it is true
 * @cpu_addr: what the call or access was given
 * @dma_addr: likewise
 * @length: likewise, bytes
 * @object: what kind of object it concerns, live or released: "coherent buffer"
 * @object_cpu_addr: and where that is
 * @object_dma_addr: likewise
 * @object_size: likewise, bytes
 * @first: the first byte concerned, counted from the start of the object: those
 *	of an access; of "sync-out-of-range" and "device-out-of-bounds" those
 *	behind its end
 * @last: the last one
 * @bytes: how many of @first..@last; 0: there is no range
 * @phys: physical address of @first, if there is a range
 * @also: other mismatches: "DMA address, size"
 * @detail: what is wrong, in one sentence
 * @missing: the missing calls as source code, or what to change
 * @breaks_on: profiles where it does harm
 * @dma_debug: the kernel's wording
 * @failed: the call that was made to fail before, see
 *	dmalab_machine_fail_nth()
 * @failed_at: and where that was; else NULL
 * @nr_history: how many of @history
 * @nr_advice: how many of @advice
 * @history: what happened before, the oldest first
 * @advice: what @missing says, for a program to apply: calls that, all of them
 *	together, remove this report and cause no other about these bytes. Of
 *	several at one place the first stands first. None, if no call does
 *	that: then @missing says what to change
 *
 * It and all that it points to live as long as the call of the handler that
 * gets it. Pointers that do not apply are NULL, numbers 0.
 */
struct dmalab_report {
	size_t size;
	const char *check;
	enum dmalab_severity severity;
	unsigned failed_nth;
	const char *call;
	const struct dmalab_site *site;
	const char *found_by;
	const struct dmalab_site *found_at;
	struct device *dev;
	const char *device;
	const char *profile;

	const void *cpu_addr;
	dma_addr_t dma_addr;
	size_t length;

	const char *object;
	const void *object_cpu_addr;
	dma_addr_t object_dma_addr;
	size_t object_size;

	size_t first, last;
	size_t bytes;
	phys_addr_t phys;

	const char *also;
	const char *detail;
	const char *missing;
	const char *breaks_on;
	const char *dma_debug;

	const char *failed;
	const struct dmalab_site *failed_at;

	unsigned nr_history;
	unsigned nr_advice;
	const struct dmalab_event *const *history;
	const struct dmalab_advice *const *advice;
};

typedef void (*dmalab_report_fn)(const struct dmalab_report *report,
				 void *context);

/**
 * dmalab_set_report_handler() - be called for each report
 * @machine: whose reports
 * @fn: the handler; NULL restores the default, which prints to standard error
 * @context: passed on to @fn
 *
 * The default handler prints a check once for each place (and for each call
 * that was made to fail before it); a handler sees every occurrence. It runs in
 * the thread that made the mistake, at the end of the call that reported the
 * report, with nothing locked: it may call anything, also for this machine, and
 * need not return, but leave by longjmp() or an exception; reports of the same
 * call that were not told yet are told at the end of the next one. Threads that
 * give reports at the same time are in the handler at the same time. What a
 * handler's own calls report it is called for in turn; without an end to that,
 * the program is stopped. @report and what it points to are valid until the
 * handler is left.
 *
 * Context: Any thread.
 */
void dmalab_set_report_handler(struct dmalab_machine *machine,
			       dmalab_report_fn fn, void *context);

/**
 * dmalab_report_count() - how many reports there were
 * @machine: of which machine
 * @check: of which check; NULL: of all together
 *
 * Counts also what was not printed. A name that is not in the catalogue stops
 * the program with status 2 and the nearest one: a test would pass whatever is
 * wrong.
 *
 * Context: Any thread, and a report handler.
 * Return: the number; 0 for a NULL machine.
 */
unsigned long dmalab_report_count(const struct dmalab_machine *machine,
				  const char *check);

/**
 * dmalab_expect_report() - was this reported?
 * @machine: of which machine; NULL: of the current one
 * @check: its name
 * @file: of its place, without directories; NULL: any
 * @function: of its place; NULL: any
 *
 * The place is the one in the report's second line, and of a store that a later
 * call found also that of the call. All reports of the check in this function
 * are meant; from now on they are expected. If there is none, a message on
 * standard error says what was reported instead.
 *
 *	assert_true(dmalab_expect_report(machine, "stale-cpu-read", "nic.c",
 *					 "nic_poll"));
 *	assert_true(dmalab_expect_clean(machine));
 *
 * Functions and files are known where the driver was compiled with -g, and the
 * library had libdw: without them no place fits a name. A name that is not in
 * the catalogue stops the program, as in dmalab_report_count().
 *
 * Context: Any thread.
 * Return: true if it was, and not expected already.
 */
bool dmalab_expect_report(struct dmalab_machine *machine, const char *check,
			  const char *file, const char *function);

/**
 * dmalab_expect_clean() - was nothing reported but what was expected?
 * @machine: of which machine; NULL: of the current one
 *
 * If there was, a message on standard error says what. Leaks are reported when
 * the device goes: ask after dmalab_device_free() or dmalab_device_exit(), and
 * before dmalab_machine_free().
 *
 * Context: Any thread.
 * Return: true if nothing was.
 */
bool dmalab_expect_clean(struct dmalab_machine *machine);

/**
 * dmalab_report_format() - a report as the default handler prints it
 * @report: the report
 * @buf: receives the text; may be NULL when @size is 0
 * @size: bytes at @buf
 *
 * As snprintf(): writes at most @size bytes, always terminated if @size is not
 * 0.
 *
 * Context: Any thread, and a report handler.
 * Return: the length of the whole text.
 */
size_t dmalab_report_format(const struct dmalab_report *report, char *buf,
			    size_t size);

/**
 * dmalab_set_site() - speak for another place
 * @site: where this thread's next calls come from; not copied, and must stay
 *	valid as long as the machine; NULL: back to return addresses
 *
 * For interpreters and language bindings, whose users know nothing of the
 * return address.
 *
 * Context: Any thread; concerns this one.
 */
void dmalab_set_site(const struct dmalab_site *site);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#include <dmalab/quick.h>

#endif /* DMALAB_H */
