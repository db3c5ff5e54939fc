// SPDX-License-Identifier: MIT
/* Windows of registers: what of the kernel's accessors are functions, and how a driver gets one. */
#include <linux/io.h>
#include <linux/pci.h>

#include "side.h"

void __iomem *ioremap(resource_size_t phys, unsigned long size)
{
	return (void __iomem *)kbh_ioremap(phys, size);
}

void iounmap(volatile void __iomem *p)
{
	kbh_iounmap((void __force *)p);
}

void __iomem *pci_iomap(struct pci_dev *pdev, int bar, unsigned long max)
{
	unsigned long len = pci_resource_len(pdev, bar);

	return len ? ioremap(pci_resource_start(pdev, bar), max ? min(len, max) : len) : NULL;
}

void pci_iounmap(struct pci_dev *pdev, void __iomem *p)
{
	iounmap(p);
}

void __iomem *pci_ioremap_bar(struct pci_dev *pdev, int bar)
{
	return pci_iomap(pdev, bar, 0);
}

/* Those that are functions anyway come here at once, without a trap. */

static u64 io_read(const volatile void __iomem *p, unsigned int width, const void *site)
{
	unsigned long long value;

	if (kbh_io_read((void __force *)p, width, &value, site))
		return ~0ull; /* what a bus answers where nobody is */
	return value;
}

#define IO_FUNCTIONS(bits)                                                      \
	unsigned int ioread##bits(const void __iomem *p)                        \
	{                                                                       \
		return io_read(p, bits / 8, SITE);                                  \
	}                                                                       \
	void iowrite##bits(u##bits value, void __iomem *p)                      \
	{                                                                       \
		kbh_io_write((void __force *)p, bits / 8, value, SITE);               \
	}                                                                       \
	void ioread##bits##_rep(const void __iomem *p, void *to, unsigned long nr) \
	{                                                                       \
		for (u##bits *at = to; nr--; at++)                              \
			*at = io_read(p, bits / 8, SITE);                          \
	}                                                                       \
	void iowrite##bits##_rep(void __iomem *p, const void *from, unsigned long nr) \
	{                                                                       \
		for (const u##bits *at = from; nr--; at++)                      \
			kbh_io_write((void __force *)p, bits / 8, *at, SITE);         \
	}

IO_FUNCTIONS(8)
IO_FUNCTIONS(16)
IO_FUNCTIONS(32)

void memcpy_fromio(void *to, const volatile void __iomem *from, size_t len)
{
	for (u8 *at = to; len--; at++, from++)
		*at = io_read(from, 1, SITE);
}

void memcpy_toio(volatile void __iomem *to, const void *from, size_t len)
{
	for (const u8 *at = from; len--; at++, to++)
		kbh_io_write((void __force *)to, 1, *at, SITE);
}
