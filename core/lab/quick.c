/* SPDX-License-Identifier: MIT */
/*
 * The tables behind the accesses that need no lock, or little else: <dmalab/quick.h>. A page is
 * entered by an access that was judged (mm/quick.h), and leaves with the next call (lab_lock()).
 */
#include "base/host.h"
#include "base/probe.h"
#include "lab/lab.h"

#include <errno.h>
#include <sys/mman.h>

static struct dmalab_quick nothing;
struct dmalab_quick *dmalab_quick = &nothing;

static size_t table_size(const struct dmalab_machine *lab)
{
	return lab->hw.nr_pages * sizeof(u32);
}

int dlab_quick_init(struct dmalab_machine *lab)
{
	u32 *pages = mmap(NULL, 2 * table_size(lab), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (pages == MAP_FAILED)
		return -ENOMEM;
	lab->quick.pages = pages;
	lab->quick.stores = pages + lab->hw.nr_pages;
	lab->quick.epoch = 1;
	return 0;
}

/*
 * Policies other than "never" have their turn with each load, and so has a recorder, which
 * is there from the start or not at all.
 */
void dlab_quick_start(struct dmalab_machine *lab)
{
	__atomic_store_n(&lab->quick.base, lab->hw.cached, __ATOMIC_RELAXED);
	if (lab->hw.cache.policy == POLICY_NEVER && !recording())
		__atomic_store_n(&lab->quick.size, lab->hw.ram_size, __ATOMIC_RELEASE);
}

void dlab_quick_exit(struct dmalab_machine *lab)
{
	__atomic_store_n(&lab->quick.size, 0, __ATOMIC_RELEASE);
	munmap(lab->quick.pages, 2 * table_size(lab));
}

cold void dlab_forget_quiet_pages(struct dmalab_machine *lab)
{
	KEEP_ERRNO;

	madvise(lab->quick.pages, 2 * table_size(lab), MADV_DONTNEED);
	__atomic_store_n(&lab->quick.epoch, 1, __ATOMIC_RELAXED);
}

void dlab_quick_set_current(struct dmalab_machine *lab)
{
	__atomic_store_n(&dmalab_quick, lab ? &lab->quick : &nothing, __ATOMIC_RELEASE);
}
