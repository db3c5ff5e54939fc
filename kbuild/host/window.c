/* SPDX-License-Identifier: MIT */
/*
 * Windows of registers: address space without access rights, so that an instruction of the driver
 * that goes there traps (trap.c), and the model is asked. What a driver finds in a BAR is that
 * address, and ioremap() returns it.
 */
#include "host.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct window {
	struct window *next;
	unsigned char *start;
	struct dmalab_kernel_bar bar;
	void *context;
	unsigned mapped; /* by ioremap(); ports are from the start */
};

static struct window *windows;

/* Ports are counted from here; there are no addresses of memory so low. */
#define FIRST_PORT 0x1000
#define NR_PORTS   256
#define LAST_PORT  0xffff

static size_t whole_pages(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static size_t extent(const struct window *w)
{
	return w->bar.ports ? NR_PORTS : whole_pages(w->bar.size);
}

static struct window *find(const volatile void *p)
{
	struct window *w = windows;

	while (w && (size_t)((const volatile unsigned char *)p - w->start) >= extent(w))
		w = w->next;
	return w;
}

bool kbh_is_window(const volatile void *p)
{
	return find(p);
}

static void *free_ports(void)
{
	uintptr_t port = FIRST_PORT;

	while (port < LAST_PORT && find((void *)port))
		port += NR_PORTS;
	return port < LAST_PORT ? (void *)port : NULL;
}

static void *reserve(const struct dmalab_kernel_bar *bar)
{
	void *start;

	if (bar->ports)
		return bar->size <= NR_PORTS ? free_ports() : NULL;
	start = mmap(NULL, whole_pages(bar->size), PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return start == MAP_FAILED ? NULL : start;
}

unsigned long long kbh_window_new(const struct dmalab_kernel_bar *bar, void *context)
{
	struct window *w = calloc(1, sizeof(*w));
	void *start = w ? reserve(bar) : NULL;

	if (!start) {
		free(w);
		return 0;
	}
	*w = (struct window){ windows, start, *bar, context, bar->ports };
	windows = w;
	return (uintptr_t)start;
}

void kbh_window_free(unsigned long long start)
{
	struct window **at = &windows, *w;

	while (*at && (uintptr_t)(*at)->start != start)
		at = &(*at)->next;
	w = *at;
	if (!w)
		return;
	*at = w->next;
	if (w->mapped && !w->bar.ports)
		fprintf(stderr, "dmalab: the driver did not iounmap() the %zu bytes of registers at %p\n",
			w->bar.size, (void *)w->start);
	if (!w->bar.ports)
		munmap(w->start, whole_pages(w->bar.size));
	free(w);
}

void *kbh_ioremap(unsigned long long phys, kb_size size)
{
	void *p = (void *)(uintptr_t)phys;
	struct window *w = find(p);

	if (!w || (uintptr_t)p + size > (uintptr_t)w->start + w->bar.size) {
		fprintf(stderr, "dmalab: ioremap() of %#llx, %lu bytes: no window of registers is there. "
			"The test declares them in struct dmalab_kernel_pci\n", phys, size);
		return NULL;
	}
	w->mapped++;
	return p;
}

void kbh_iounmap(const volatile void *p)
{
	struct window *w = find(p);

	if (w && w->mapped)
		w->mapped--;
	else
		fprintf(stderr, "dmalab: iounmap() of %p, which ioremap() did not return, or twice\n",
			(const void *)(uintptr_t)p);
}

/* The window that @width bytes at @p are of; NULL: none. Else it must be right. */
static struct window *window_at(const volatile void *p, unsigned width, const void *site)
{
	struct window *w = find(p);

	if (!w)
		return NULL;
	if (!w->mapped)
		kbh_stop("a register is accessed after iounmap(), or without ioremap()", site);
	if ((uintptr_t)p + width > (uintptr_t)w->start + w->bar.size)
		kbh_stop("a register is accessed behind the end of its window", site);
	return w;
}

static uint64_t offset_in(const struct window *w, const volatile void *p)
{
	return (const volatile unsigned char *)p - w->start;
}

int kbh_io_read(const volatile void *p, unsigned width, unsigned long long *value, const void *site)
{
	struct window *w = window_at(p, width, site);

	if (!w)
		return -1;
	*value = w->bar.read ? w->bar.read(w->context, offset_in(w, p), width) : ~0ull;
	return 0;
}

int kbh_io_write(volatile void *p, unsigned width, unsigned long long value, const void *site)
{
	struct window *w = window_at(p, width, site);

	if (!w)
		return -1;
	if (width < 8)
		value &= (1ull << width * 8) - 1;
	if (w->bar.write)
		w->bar.write(w->context, offset_in(w, p), width, value);
	return 0;
}
