/* SPDX-License-Identifier: MIT */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pthread_getattr_np(), dl_iterate_phdr() */
#endif

#include "base/host.h"
#include "mm/pointer.h"

#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/auxv.h>

struct range {
	uintptr_t low, high;
};

static bool is_in(const struct range *r, const void *p)
{
	return (uintptr_t)p - r->low < r->high - r->low;
}

/* Of the calling thread; asking costs a look at /proc, so each asks once. */
static bool is_on_own_stack(const void *p)
{
	static __thread struct range stack;
	pthread_attr_t attr;
	void *low = NULL;
	size_t size = 0;

	if (!stack.high && !pthread_getattr_np(pthread_self(), &attr)) {
		pthread_attr_getstack(&attr, &low, &size);
		pthread_attr_destroy(&attr);
		stack = (struct range){ (uintptr_t)low, (uintptr_t)low + size };
	}
	return is_in(&stack, p);
}

/* The mapping that holds the file name which the system left there at the start. */
static struct range read_first_stack(void)
{
	unsigned long landmark = getauxval(AT_EXECFN), low, high;
	FILE *maps = fopen("/proc/self/maps", "re");
	struct range stack = { 0, 0 };
	char line[512];

	if (!maps)
		return stack;
	while (!stack.high && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &low, &high) == 2 && landmark - low < high - low)
			stack = (struct range){ low, high };
	fclose(maps);
	return stack;
}

/* It grows: what lies just below is worth another look. */
#define GROWS_BY (8ul << 20)

static bool is_on_first_stack(const void *p)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct range stack;
	bool found;

	pthread_mutex_lock(&lock);
	if (!stack.high || (uintptr_t)p - (stack.low - GROWS_BY) < GROWS_BY)
		stack = read_first_stack();
	found = is_in(&stack, p);
	pthread_mutex_unlock(&lock);
	return found;
}

struct image_search {
	uintptr_t p;
	enum pointer_kind kind;
};

/* What is written only while the program starts counts as constant. */
static int look_at_image(struct dl_phdr_info *image, size_t size, void *context)
{
	struct image_search *s = context;

	(void)size;
	for (unsigned i = 0; i < image->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &image->dlpi_phdr[i];

		if (s->p - (image->dlpi_addr + segment->p_vaddr) >= segment->p_memsz)
			continue;
		if (segment->p_type == PT_LOAD && s->kind == POINTER_OTHER)
			s->kind = segment->p_flags & PF_W ? POINTER_DATA : POINTER_RODATA;
		if (segment->p_type == PT_GNU_RELRO)
			s->kind = POINTER_RODATA;
	}
	return s->kind != POINTER_OTHER;
}

static enum pointer_kind kind_in_images(const void *p)
{
	struct image_search s = { .p = (uintptr_t)p, .kind = POINTER_OTHER };

	dl_iterate_phdr(look_at_image, &s);
	return s.kind;
}

cold enum pointer_kind dlab_pointer_kind(const struct dmalab_machine *lab, const void *p)
{
	KEEP_ERRNO;

	if (in_cached(&lab->hw, p))
		return POINTER_LINEAR;
	if (in_memory(&lab->hw, p))
		return POINTER_COHERENT;
	if (in_cookies(&lab->hw, p))
		return POINTER_COOKIE;
	if (in_vmalloc(&lab->hw, p))
		return POINTER_VMALLOC;
	if (dlab_of(p))
		return dlab_of(p) == lab ? POINTER_OTHER : POINTER_OTHER_MACHINE;
	if (is_on_own_stack(p) || is_on_first_stack(p))
		return POINTER_STACK;
	return kind_in_images(p);
}

#define VALID "valid: memory of kmalloc(), kmem_cache_alloc(), alloc_pages(), " \
	      "dma_alloc_noncoherent() or dma_alloc_pages() of the device's machine"

cold struct unmappable dlab_pointer_refusal(const struct dmalab_machine *lab, const void *p)
{
	static const struct unmappable refusals[] = {
		[POINTER_LINEAR] = { CHECK_MAP_INVALID, "it runs off the end of RAM" },
		[POINTER_COHERENT] = { CHECK_MAP_COHERENT, NULL },
		[POINTER_COOKIE] = { CHECK_MAP_HANDLE, NULL },
		[POINTER_VMALLOC] = { CHECK_MAP_VMALLOC,
			"its pages lie anywhere, a device wants them in one piece; " VALID },
		[POINTER_OTHER_MACHINE] = { CHECK_MAP_INVALID,
			"memory of another machine; " VALID },
		[POINTER_STACK] = { CHECK_MAP_STACK, VALID },
		[POINTER_RODATA] = { CHECK_MAP_RODATA, "copy it with kmemdup(); " VALID },
		[POINTER_DATA] = { CHECK_MAP_INVALID, "a global variable; " VALID },
		[POINTER_OTHER] = { CHECK_MAP_INVALID,
			"memory of the host's heap, or no memory at all; " VALID },
	};

	return refusals[dlab_pointer_kind(lab, p)];
}
