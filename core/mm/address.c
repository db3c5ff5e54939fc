/* SPDX-License-Identifier: MIT */
/* Pages and addresses, between the driver's pointers and the machine's. */
#include "mm/mm.h"
#include "base/probe.h"

#include <linux/mm.h>

static bool is_page(const struct dmalab_machine *lab, const struct page *page)
{
	return lab && (uintptr_t)page >= (uintptr_t)lab->hw.pages &&
	       page < lab->hw.pages + lab->hw.nr_pages;
}

void *page_address(const struct page *page)
{
	struct dmalab_machine *lab = dlab_of(page);

	if (!is_page(lab, page))
		return NULL;
	return lab->hw.cached + page_offset(page - lab->hw.pages);
}

static cold void report_no_page(struct dmalab_machine *lab, const void *addr,
				const struct call *call, size_t offset)
{
	struct finding f = { .check = CHECK_PAGE_OF_COHERENT, .call = call, .cpu = addr };

	lab_lock(lab);
	if (judge_keeps_ledger(&lab->judge))
		f.region = ledger_alloc(&lab->judge.ledger, offset >> PAGE_SHIFT);
	if (f.region)
		f.dev = f.region->dev;
	dlab_judge_report(&lab->judge, &f);
	lab_unlock(lab);
}

/* On a machine where coherent memory is cached, only the ledger knows it. */
static bool is_coherent(struct dmalab_machine *lab, size_t offset)
{
	const struct region *r;

	if (!judge_keeps_ledger(&lab->judge))
		return false;
	r = ledger_alloc(&lab->judge.ledger, offset >> PAGE_SHIFT);
	return r && (region_is_coherent(r) || r->kind == REGION_HANDLE);
}

struct page *virt_to_page(const void *addr)
{
	struct dmalab_machine *lab = dlab_of(addr);
	struct call call = THIS_CALL;
	size_t offset;
	bool fine;

	RECORD_IF_DRAWN("virt_to_page", "p", addr);
	if (!lab)
		return NULL;
	offset = cpu_to_offset(&lab->hw, addr);
	if (offset == NO_OFFSET)
		return NULL;

	fine = in_cached(&lab->hw, addr) && !is_coherent(lab, offset);
	if (!fine)
		report_no_page(lab, addr, &call, offset);
	return in_cookies(&lab->hw, addr) ? NULL : &lab->hw.pages[offset >> PAGE_SHIFT];
}

phys_addr_t virt_to_phys(const volatile void *addr)
{
	struct dmalab_machine *lab = dlab_of(addr);

	if (!lab || !in_cached(&lab->hw, addr))
		return ~0ull;
	return offset_to_phys(&lab->hw, (const volatile u8 *)addr - lab->hw.cached);
}

phys_addr_t page_to_phys(const struct page *page)
{
	struct dmalab_machine *lab = dlab_of(page);

	if (!is_page(lab, page))
		return ~0ull;
	return offset_to_phys(&lab->hw, page_offset(page - lab->hw.pages));
}

/* ------------------------------------- back, in the RAM of the current machine */

void *phys_to_virt(phys_addr_t address)
{
	struct dmalab_machine *lab = dlab_current();
	size_t offset = lab ? phys_to_offset(&lab->hw, address) : NO_OFFSET;

	return offset == NO_OFFSET ? NULL : lab->hw.cached + offset;
}

struct page *phys_to_page(phys_addr_t address)
{
	struct dmalab_machine *lab = dlab_current();
	size_t offset = lab ? phys_to_offset(&lab->hw, address) : NO_OFFSET;

	return offset == NO_OFFSET ? NULL : &lab->hw.pages[offset >> PAGE_SHIFT];
}

unsigned long page_to_pfn(const struct page *page)
{
	return PHYS_PFN(page_to_phys(page));
}

struct page *pfn_to_page(unsigned long pfn)
{
	return pfn > PHYS_PFN(~0ull) ? NULL : phys_to_page(PFN_PHYS(pfn));
}

bool pfn_valid(unsigned long pfn)
{
	return pfn_to_page(pfn) != NULL;
}

bool virt_addr_valid(const volatile void *kaddr)
{
	struct dmalab_machine *lab = dlab_of(kaddr);

	return lab && in_cached(&lab->hw, kaddr);
}
