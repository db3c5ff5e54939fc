/* SPDX-License-Identifier: MIT */
/*
 * Register windows. Each has a range of addresses without access rights; the pointers of
 * ioremap() lead there. So readl() finds its window by the address, and a plain access
 * traps (face/fault.c).
 *
 * All windows of all machines are in one list under one mutex, which is held to look one
 * up and never while a model runs. A window that was freed stays in the list until its
 * machine goes, to be named when somebody uses it.
 */
#ifndef DMALAB_IO_WINDOW_H
#define DMALAB_IO_WINDOW_H

#include "base/compiler.h"
#include "base/site.h"
#include "lab/lab.h"

#include <dmalab/registers.h>
#include <linux/io.h>

struct script;

struct dmalab_window {
	struct dmalab_window *next;
	struct dmalab_machine *machine;
	char *name;
	phys_addr_t phys;
	size_t size;
	struct dmalab_window_ops ops;
	void *context;
	FILE *log;
	struct script *script;         /* script.c; NULL: it has a model */
	unsigned mappings;             /* of ioremap(), that live */
	bool gone;
	u8 *range;                     /* of addresses: a page that is nobody's on either side */
	size_t range_size;
	u8 *first;                     /* in it, with the offset in its page of @phys */
};

enum { NAME_MAX_SHOWN = 40 };

/*
 * *@w is as the window is now whose range @p is in, for use without the mutex; *@offset: from
 * its first byte, maybe outside. False: nobody's.
 */
bool dlab_window_of(const volatile void *p, struct dmalab_window *w, u64 *offset);

/* The same of the live window of @lab that @phys is in. */
bool dlab_window_at(const struct dmalab_machine *lab, phys_addr_t phys, struct dmalab_window *w);

/*
 * The pointer for @size bytes at @phys on the current machine, mapped once more; NULL, after
 * a message for @call.
 */
void __iomem *dlab_window_map(phys_addr_t phys, size_t size, const struct call *call);

/* The mapping that @p is of goes. */
void dlab_window_unmap(const volatile void __iomem *p, const struct call *call);

/*
 * A device reaches for @len bytes at @phys, which are no RAM: *@in takes what it reads, or
 * @out is what it writes. False: there is no window. The machine is not locked.
 */
bool dlab_window_reach(const struct dmalab_machine *lab, phys_addr_t phys, u8 *in, const u8 *out,
		       size_t len);

/* All windows of @lab go. */
void dlab_windows_exit(struct dmalab_machine *lab);

/* script.c: with the list's mutex held, or by the only one who knows of it. */
void dlab_script_free(struct script *script);

/*
 * A mistake on @lab (NULL: on the current machine): counted, and printed once for each place
 * and text.
 */
cold void dlab_window_mistake(struct dmalab_machine *lab, const struct call *call,
			      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "window "bar0" (0xfe000000, 4096 bytes)" */
const char *dlab_window_words(const struct dmalab_window *w, char *buf, size_t size);

void dlab_windows_lock(void);
void dlab_windows_unlock(void);

/* access.c: without log and mapping, the model is asked; what it gives is as wide as that. */
u64 dlab_window_ask(const struct dmalab_window *w, u64 offset, unsigned width);

#endif
