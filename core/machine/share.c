/* SPDX-License-Identifier: MIT */
/*
 * Pages that the process sees at other addresses as well. What is shared is moved to a
 * file in memory, of the shape of the arena, and mapped from there at its old place and
 * at the new ones. It stays there for the rest of the machine's life.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create() */
#endif

#include "machine/machine.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

bool dlab_machine_can_share(void)
{
	return sysconf(_SC_PAGESIZE) == (long)PAGE_SIZE;
}

static int open_file(struct machine *m)
{
	int fd = memfd_create("dmalab", MFD_CLOEXEC);

	if (fd < 0)
		return -ENOMEM;
	if (ftruncate(fd, m->arena_size)) {
		close(fd);
		return -ENOMEM;
	}
	m->shared = fd;
	return 0;
}

/* Move the page at @view to the file. */
static int move(struct machine *m, u8 *view)
{
	off_t at = view - (u8 *)m->arena;

	if (pwrite(m->shared, view, PAGE_SIZE, at) != (ssize_t)PAGE_SIZE)
		return -ENOMEM;
	return mmap(view, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, m->shared,
		    at) == MAP_FAILED ? -ENOMEM : 0;
}

int dlab_machine_share(struct machine *m, u32 page, u32 nr, bool cached, void *address,
		       bool writable)
{
	u8 *base = cached ? m->cached : m->memory;
	u8 bit = base == m->cached ? 1 : 2;
	int err = m->shared < 0 ? open_file(m) : 0;

	for (u32 p = page; p < page + nr && !err; p++) {
		if (m->frames[p].shared & bit)
			continue;
		err = move(m, base + page_offset(p));
		if (!err)
			m->frames[p].shared |= bit;
	}
	if (err)
		return err;
	return mmap(address, page_offset(nr), writable ? PROT_READ | PROT_WRITE : PROT_READ,
		    MAP_SHARED | MAP_FIXED, m->shared, base + page_offset(page) - (u8 *)m->arena) == MAP_FAILED ?
		       -ENOMEM : 0;
}
