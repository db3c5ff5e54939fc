/* SPDX-License-Identifier: MIT */
/* The configuration space. */
#include "bus/pci.h"

#include <string.h>

static void put(struct dmalab_pci *p, unsigned at, u32 value, unsigned width)
{
	memcpy(p->config + at, &value, width);
}

static u16 command(const struct dmalab_pci *p)
{
	u16 value;

	memcpy(&value, p->config + PCI_COMMAND, sizeof(value));
	return value;
}

void dlab_pci_command(struct dmalab_pci *p, u16 bits, bool set)
{
	u16 now = command(p);

	put(p, PCI_COMMAND, set ? now | bits : now & ~bits, 2);
}

void dlab_pci_config_init(struct dmalab_pci *p, const struct dmalab_pci_template *t)
{
	unsigned at = 0x40;

	if (t->config) {
		memcpy(p->config, t->config, t->config_size);
		return;
	}
	put(p, PCI_VENDOR_ID, t->vendor, 2);
	put(p, PCI_DEVICE_ID, t->device, 2);
	put(p, PCI_CLASS_REVISION, t->class_code << 8 | t->revision, 4);
	put(p, PCI_SUBSYSTEM_VENDOR_ID, t->subsystem_vendor, 2);
	put(p, PCI_SUBSYSTEM_ID, t->subsystem_device, 2);
	put(p, PCI_INTERRUPT_PIN, 1, 1);
	for (unsigned i = 0; i < PCI_STD_NUM_BARS; i++)
		if (t->bar_size[i])
			put(p, PCI_BASE_ADDRESS_0 + 4 * i, t->bar[i], 4);
	if (!t->nr_vectors)
		return;
	put(p, PCI_STATUS, PCI_STATUS_CAP_LIST, 2);
	put(p, PCI_CAPABILITY_LIST, at, 1);
	put(p, at, PCI_CAP_ID_MSIX, 1);
	put(p, at + PCI_MSIX_FLAGS, t->nr_vectors - 1, 2);
}

static bool is_there(int where, unsigned width)
{
	return where >= 0 && where + width <= CONFIG_SIZE && where % width == 0;
}

static int read_config(const struct pci_dev *pdev, int where, void *val, unsigned width)
{
	if (!is_there(where, width)) {
		memset(val, 0xff, width);
		return PCIBIOS_BAD_REGISTER_NUMBER;
	}
	memcpy(val, pdev->dmalab->config + where, width);
	return PCIBIOS_SUCCESSFUL;
}

/* What the hardware has of its own. */
static bool is_read_only(int where)
{
	return where < PCI_COMMAND || (where >= PCI_CLASS_REVISION && where < PCI_CACHE_LINE_SIZE) ||
	       (where >= PCI_BASE_ADDRESS_0 && where < PCI_INTERRUPT_LINE);
}

static int write_config(const struct pci_dev *pdev, int where, u32 val, unsigned width)
{
	if (!is_there(where, width))
		return PCIBIOS_BAD_REGISTER_NUMBER;
	if (!is_read_only(where))
		put(pdev->dmalab, where, val, width);
	return PCIBIOS_SUCCESSFUL;
}

int pci_read_config_byte(const struct pci_dev *pdev, int where, u8 *val)
{
	return read_config(pdev, where, val, sizeof(*val));
}

int pci_read_config_word(const struct pci_dev *pdev, int where, u16 *val)
{
	return read_config(pdev, where, val, sizeof(*val));
}

int pci_read_config_dword(const struct pci_dev *pdev, int where, u32 *val)
{
	return read_config(pdev, where, val, sizeof(*val));
}

int pci_write_config_byte(const struct pci_dev *pdev, int where, u8 val)
{
	return write_config(pdev, where, val, sizeof(val));
}

int pci_write_config_word(const struct pci_dev *pdev, int where, u16 val)
{
	return write_config(pdev, where, val, sizeof(val));
}

int pci_write_config_dword(const struct pci_dev *pdev, int where, u32 val)
{
	return write_config(pdev, where, val, sizeof(val));
}

u8 pci_find_capability(struct pci_dev *pdev, int cap)
{
	const u8 *config = pdev->dmalab->config;
	u8 at = config[PCI_STATUS] & PCI_STATUS_CAP_LIST ? config[PCI_CAPABILITY_LIST] : 0;

	/* As many as there is room for: a table of the test's may run in a circle. */
	for (unsigned left = CONFIG_SIZE / 4; left && at >= 0x40 && at < CONFIG_SIZE - 1; left--) {
		if (config[at] == cap)
			return at;
		at = config[at + 1];
	}
	return 0;
}
