/* SPDX-License-Identifier: MIT */
/* What a driver takes of its device, and gives back: BARs, interrupts, the right to move data. */
#include "bus/pci.h"
#include "io/resource.h"
#include "io/window.h"

#include <errno.h>

static struct dmalab_pci *inside(struct pci_dev *pdev)
{
	return pdev->dmalab;
}

/* --------------------------------------------------------------- enabling */

int pci_enable_device(struct pci_dev *pdev)
{
	inside(pdev)->enabled++;
	dlab_pci_command(inside(pdev), PCI_COMMAND_MEMORY, true);
	return 0;
}

int pcim_enable_device(struct pci_dev *pdev)
{
	inside(pdev)->managed = true;
	return pci_enable_device(pdev);
}

void pci_disable_device(struct pci_dev *pdev)
{
	struct dmalab_pci *p = inside(pdev);

	if (!p->enabled) {
		dlab_window_mistake(p->seat.machine, &THIS_CALL,
				    "%s is not enabled: one pci_disable_device() for each "
				    "pci_enable_device() that succeeded", pci_name(pdev));
		return;
	}
	if (--p->enabled == 0)
		pci_clear_master(pdev);
}

void pci_set_master(struct pci_dev *pdev)
{
	pdev->is_busmaster = true;
	dlab_pci_command(inside(pdev), PCI_COMMAND_MASTER, true);
}

void pci_clear_master(struct pci_dev *pdev)
{
	pdev->is_busmaster = false;
	dlab_pci_command(inside(pdev), PCI_COMMAND_MASTER, false);
}

/* ------------------------------------------------------------------- BARs */

static const struct resource *bar_of(struct pci_dev *pdev, int bar)
{
	return bar >= 0 && bar < PCI_STD_NUM_BARS && pci_resource_len(pdev, bar) ?
	       &pdev->resource[bar] : NULL;
}

static void release(struct pci_dev *pdev, unsigned bars)
{
	struct dmalab_pci *p = inside(pdev);

	for (unsigned i = 0; i < PCI_STD_NUM_BARS; i++)
		if (p->requested & bars & 1u << i)
			release_mem_region(pdev->resource[i].start,
					   resource_size(&pdev->resource[i]));
	p->requested &= ~bars;
}

static int request(struct pci_dev *pdev, unsigned bars, const char *name)
{
	struct dmalab_pci *p = inside(pdev);
	unsigned done = 0;

	for (unsigned i = 0; i < PCI_STD_NUM_BARS; i++) {
		const struct resource *res = bar_of(pdev, i);

		if (!res || !(bars & 1u << i))
			continue;
		if (!request_mem_region(res->start, resource_size(res), name)) {
			release(pdev, done);
			return -EBUSY;
		}
		done |= 1u << i;
		p->requested |= done;
	}
	return 0;
}

int pci_request_regions(struct pci_dev *pdev, const char *name)
{
	return request(pdev, ~0u, name);
}

void pci_release_regions(struct pci_dev *pdev)
{
	release(pdev, ~0u);
}

/* The BAR, if there is one to be mapped; *@len: how much of it. */
static const struct resource *to_map(struct pci_dev *pdev, int bar, unsigned long maxlen,
				     size_t *len, const struct call *call)
{
	const struct resource *res = bar_of(pdev, bar);

	if (!res) {
		dlab_window_mistake(inside(pdev)->seat.machine, call, "%s has no BAR %d: the test gives "
				    "it one, bar_size[%d] in struct dmalab_pci_template",
				    pci_name(pdev), bar, bar);
		return NULL;
	}
	if (!inside(pdev)->enabled)
		dlab_window_mistake(inside(pdev)->seat.machine, call, "%s is not enabled, and no BAR of "
				    "it answers: pci_enable_device() before this", pci_name(pdev));
	*len = resource_size(res);
	if (maxlen && maxlen < *len)
		*len = maxlen;
	return res;
}

void __iomem *pci_iomap(struct pci_dev *pdev, int bar, unsigned long maxlen)
{
	struct call call = THIS_CALL;
	size_t len;
	const struct resource *res = to_map(pdev, bar, maxlen, &len, &call);

	return res ? dlab_window_map(res->start, len, &call) : NULL;
}

void pci_iounmap(struct pci_dev *pdev, void __iomem *addr)
{
	(void)pdev;
	if (addr)
		dlab_window_unmap(addr, &THIS_CALL);
}

static void __iomem *map_managed(struct pci_dev *pdev, int bar, unsigned long maxlen,
				 const struct call *call)
{
	size_t len;
	const struct resource *res = to_map(pdev, bar, maxlen, &len, call);
	void __iomem *p = res ? dlab_remap_managed(&pdev->dev, res->start, len, call) : NULL;

	if (p)
		inside(pdev)->mapped[bar] = p;
	return p;
}

void __iomem *pcim_iomap(struct pci_dev *pdev, int bar, unsigned long maxlen)
{
	return map_managed(pdev, bar, maxlen, &THIS_CALL);
}

void __iomem *const *pcim_iomap_table(struct pci_dev *pdev)
{
	return inside(pdev)->mapped;
}

static void unmap(struct pci_dev *pdev, unsigned bars)
{
	for (unsigned i = 0; i < PCI_STD_NUM_BARS; i++) {
		if (!(bars & 1u << i))
			continue;
		devm_iounmap(&pdev->dev, inside(pdev)->mapped[i]);
		inside(pdev)->mapped[i] = NULL;
	}
}

int pcim_iomap_regions(struct pci_dev *pdev, int mask, const char *name)
{
	struct call call = THIS_CALL;
	unsigned done = 0;

	for (int i = 0; i < PCI_STD_NUM_BARS; i++)
		if (mask & 1 << i && !bar_of(pdev, i))
			return -EINVAL;
	if (request(pdev, mask, name))
		return -EBUSY;
	for (int i = 0; i < PCI_STD_NUM_BARS; i++) {
		if (!(mask & 1 << i))
			continue;
		if (!map_managed(pdev, i, 0, &call)) {
			unmap(pdev, done);
			release(pdev, mask);
			return -ENOMEM;
		}
		done |= 1u << i;
	}
	inside(pdev)->managed = true;
	return 0;
}

/* ------------------------------------------------------------- interrupts */

int pci_alloc_irq_vectors(struct pci_dev *pdev, unsigned int min_vecs, unsigned int max_vecs,
			  unsigned int flags)
{
	struct dmalab_pci *p = inside(pdev);
	unsigned nr = max_vecs < p->nr_vectors ? max_vecs : p->nr_vectors;

	if (p->nr_allocated || !min_vecs || min_vecs > max_vecs)
		return -EINVAL;
	if (nr >= min_vecs && flags & (PCI_IRQ_MSIX | PCI_IRQ_MSI)) {
		pdev->msix_enabled = !!(flags & PCI_IRQ_MSIX);
		pdev->msi_enabled = !pdev->msix_enabled;
		p->nr_allocated = nr;
	} else if (min_vecs == 1 && flags & PCI_IRQ_INTX) {
		p->nr_allocated = 1;
	} else {
		return -ENOSPC;
	}
	return (int)p->nr_allocated;
}

void pci_free_irq_vectors(struct pci_dev *pdev)
{
	inside(pdev)->nr_allocated = 0;
	pdev->msi_enabled = pdev->msix_enabled = false;
}

int pci_irq_vector(struct pci_dev *pdev, unsigned int nr)
{
	const struct dmalab_pci *p = inside(pdev);

	if (nr && nr >= p->nr_allocated)
		return -EINVAL;
	return (int)(p->line + (pdev->msi_enabled || pdev->msix_enabled) + nr);
}

/* ----------------------------------------------------------- letting go */

void dlab_pci_let_go(struct dmalab_pci *p, const struct call *call)
{
	struct pci_dev *pdev = &p->pdev;
	const char *what;

	if (p->managed) {
		release(pdev, ~0u);
		p->enabled = 0;
	}
	what = p->requested ? "its regions are requested: pci_release_regions()" :
	       p->nr_allocated ? "it has interrupt vectors: pci_free_irq_vectors()" :
	       p->enabled ? "it is enabled: pci_disable_device()" : NULL;
	if (what)
		dlab_window_mistake(p->seat.machine, call, "the driver has let go of %s, but %s is missing "
				    "in its remove or on the way out of its probe", pci_name(pdev), what);
	release(pdev, ~0u);
	pci_free_irq_vectors(pdev);
	pci_clear_master(pdev);
	p->enabled = 0;
	p->managed = false;
	for (unsigned i = 0; i < PCI_STD_NUM_BARS; i++)
		p->mapped[i] = NULL;
}
