/* SPDX-License-Identifier: MIT */
/* Register windows: made, found, and taken away. */
#include "io/window.h"
#include "base/sized.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static pthread_mutex_t windows_lock = PTHREAD_MUTEX_INITIALIZER;
static struct dmalab_window *windows;

void dlab_windows_lock(void)
{
	pthread_mutex_lock(&windows_lock);
}

void dlab_windows_unlock(void)
{
	pthread_mutex_unlock(&windows_lock);
}

const char *dlab_window_words(const struct dmalab_window *w, char *buf, size_t size)
{
	snprintf(buf, size, "window \"%.*s\" (0x%llx, %zu bytes)", NAME_MAX_SHOWN, w->name,
		 (unsigned long long)w->phys, w->size);
	return buf;
}

/* ------------------------------------------------------------- mistakes */

static u64 hash_of(const char *text)
{
	u64 hash = 14695981039346656037ull;

	while (*text)
		hash = (hash ^ (u8)*text++) * 1099511628211ull;
	return hash;
}

/* A driver that polls makes the same mistake for ever: the latest ones are remembered. */
static bool is_news(const struct call *call, const char *text)
{
	static u64 told[64];
	static unsigned next;
	u64 hash = hash_of(text) ^ call->site;
	bool news = true;

	dlab_windows_lock();
	for (unsigned i = 0; news && i < 64; i++)
		news = told[i] != hash;
	if (news)
		told[next++ % 64] = hash;
	dlab_windows_unlock();
	return news;
}

cold void dlab_window_mistake(struct dmalab_machine *lab, const struct call *call,
			      const char *format, ...)
{
	struct dmalab_site site = site_public(call->site);
	char place[256], text[512];
	va_list args;

	if (!lab)
		lab = dlab_current();
	if (lab)
		__atomic_fetch_add(&lab->register_mistakes, 1, __ATOMIC_RELAXED);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!is_news(call, text))
		return;
	dlab_site_format(&site, place, sizeof(place));
	fprintf(stderr, "dmalab: registers: %s at %s: %s\n", call->name, place, text);
}

unsigned long dmalab_window_mistakes(const struct dmalab_machine *machine)
{
	return machine ? __atomic_load_n(&machine->register_mistakes, __ATOMIC_RELAXED) : 0;
}

/* -------------------------------------------------------------- look-ups */

static struct dmalab_window *find_of(const volatile void *p)
{
	struct dmalab_window *w = windows;

	while (w && (uintptr_t)p - (uintptr_t)w->range >= w->range_size)
		w = w->next;
	return w;
}

bool dlab_window_of(const volatile void *p, struct dmalab_window *w, u64 *offset)
{
	const struct dmalab_window *found;

	dlab_windows_lock();
	found = find_of(p);
	if (found) {
		*w = *found;
		*offset = (uintptr_t)p - (uintptr_t)w->first;
	}
	dlab_windows_unlock();
	return found;
}

/* The live window of @lab that one of these bytes is in, the lowest; or NULL. */
static struct dmalab_window *find_at(const struct dmalab_machine *lab, phys_addr_t phys,
				     size_t size)
{
	struct dmalab_window *found = NULL;

	for (struct dmalab_window *w = windows; w; w = w->next)
		if (w->machine == lab && !w->gone && phys <= w->phys + (w->size - 1) &&
		    w->phys <= phys + (size - 1) && (!found || w->phys < found->phys))
			found = w;
	return found;
}

bool dlab_window_at(const struct dmalab_machine *lab, phys_addr_t phys, struct dmalab_window *w)
{
	const struct dmalab_window *found;

	dlab_windows_lock();
	found = find_at(lab, phys, 1);
	if (found)
		*w = *found;
	dlab_windows_unlock();
	return found;
}

/* ------------------------------------------------------- making, freeing */

static bool is_ram(const struct machine *hw, phys_addr_t phys, size_t size)
{
	for (int z = 0; z < NR_ZONES; z++) {
		const struct bank *bank = &hw->bank[z];

		if (bank->nr && phys <= bank->last && bank->phys <= phys + (size - 1))
			return true;
	}
	return false;
}

static cold struct dmalab_window *refuse(const char *name, phys_addr_t phys, size_t size,
					 const char *why)
{
	fprintf(stderr, "dmalab: dmalab_window_new(\"%.*s\", 0x%llx, %zu): %s\n", NAME_MAX_SHOWN,
		name, (unsigned long long)phys, size, why);
	errno = EINVAL;
	return NULL;
}

/* Why there can be no window, or NULL. */
static const char *reason(const struct dmalab_machine *machine, phys_addr_t phys, size_t size,
			  char *buf, size_t buf_size)
{
	const struct dmalab_window *other;
	char words[128];

	if (!machine)
		return "there is no machine: give that of dmalab_machine_new()";
	if (!size || phys + (size - 1) < phys || size > ~0ull >> 17)
		return "no such range of addresses: the size is from 1 byte on, and the end below 2^64";
	if (is_ram(&machine->hw, phys, size))
		return "the machine has RAM there: an address from 0x80000000 on below 4 GiB has none, "
		       "up to 1 GiB of RAM";
	dlab_windows_lock();
	other = find_at(machine, phys, size);
	if (other)
		snprintf(buf, buf_size, "%s is there: give another address, or free it first",
			 dlab_window_words(other, words, sizeof(words)));
	dlab_windows_unlock();
	return other ? buf : NULL;
}

static bool reserve(struct dmalab_window *w)
{
	size_t page = sysconf(_SC_PAGESIZE), in_page = w->phys & (page - 1);
	void *range;

	w->range_size = ((in_page + w->size + page - 1) & ~(page - 1)) + 2 * page;
	range = mmap(NULL, w->range_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		     -1, 0);
	if (range == MAP_FAILED)
		return false;
	w->range = range;
	w->first = w->range + page + in_page;
	return true;
}

struct dmalab_window *dmalab_window_new(struct dmalab_machine *machine, const char *name,
					phys_addr_t phys, size_t size,
					const struct dmalab_window_ops *ops, void *context)
{
	struct dmalab_window *w;
	const char *why;
	char buf[256];

	name = name ? name : "registers";
	why = reason(machine, phys, size, buf, sizeof(buf));
	if (unlikely(why))
		return refuse(name, phys, size, why);
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->machine = machine;
	w->phys = phys;
	w->size = size;
	w->context = context;
	if (ops)
		memcpy(&w->ops, ops, sized_common(ops->size, sizeof(*ops), sizeof(w->ops)));
	w->name = strdup(name);
	if (!w->name || !reserve(w)) {
		free(w->name);
		free(w);
		errno = ENOMEM;
		return NULL;
	}
	dlab_windows_lock();
	w->next = windows;
	windows = w;
	dlab_windows_unlock();
	return w;
}

void dmalab_window_free(struct dmalab_window *window)
{
	if (!window)
		return;
	dlab_windows_lock();
	window->gone = true;
	window->log = NULL;
	dlab_windows_unlock();
}

void dmalab_window_log(struct dmalab_window *window, FILE *stream)
{
	if (!window)
		return;
	dlab_windows_lock();
	window->log = stream;
	dlab_windows_unlock();
}

void dlab_windows_exit(struct dmalab_machine *lab)
{
	struct dmalab_window **at = &windows;

	dlab_windows_lock();
	while (*at) {
		struct dmalab_window *w = *at;

		if (w->machine != lab) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		munmap(w->range, w->range_size);
		dlab_script_free(w->script);
		free(w->name);
		free(w);
	}
	dlab_windows_unlock();
}

/* --------------------------------------------------------------- mapping */

/* What is wrong with mapping these bytes, of which @w has some; or none, if it is NULL. */
static cold void explain_map(struct dmalab_machine *lab, const struct dmalab_window *w,
			     phys_addr_t phys, size_t size, const struct call *call)
{
	char words[128];

	if (w)
		dlab_window_mistake(lab, call, "0x%llx, %zu bytes, is not all in %s: map what is there",
				    (unsigned long long)phys, size,
				    dlab_window_words(w, words, sizeof(words)));
	else if (lab && size && is_ram(&lab->hw, phys, size))
		dlab_window_mistake(lab, call, "0x%llx is RAM, and no register: memory has a pointer "
				    "already, phys_to_virt()", (unsigned long long)phys);
	else
		dlab_window_mistake(lab, call, "there is no register window at 0x%llx: the test makes "
				    "one, dmalab_window_new(machine, name, 0x%llx, %zu, &ops, context)",
				    (unsigned long long)phys, (unsigned long long)phys, size);
}

void __iomem *dlab_window_map(phys_addr_t phys, size_t size, const struct call *call)
{
	struct dmalab_machine *lab = dlab_current();
	struct dmalab_window *w;
	bool fits;

	dlab_windows_lock();
	w = lab && size ? find_at(lab, phys, size) : NULL;
	fits = w && phys >= w->phys && phys - w->phys < w->size && size <= w->size - (phys - w->phys);
	if (fits)
		w->mappings++;
	dlab_windows_unlock();
	if (likely(fits))
		return w->first + (phys - w->phys);
	explain_map(lab, w, phys, size, call);
	return NULL;
}

void dlab_window_unmap(const volatile void __iomem *p, const struct call *call)
{
	struct dmalab_window *w;
	bool mapped;

	dlab_windows_lock();
	w = find_of(p);
	mapped = w && w->mappings;
	if (mapped)
		w->mappings--;
	dlab_windows_unlock();
	if (likely(mapped))
		return;
	dlab_window_mistake(w ? w->machine : NULL, call, "%p is not mapped: %s", (const void *)p,
			    w ? "it was unmapped already" : "it is no pointer of ioremap()");
}
