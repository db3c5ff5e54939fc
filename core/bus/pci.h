/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_BUS_PCI_H
#define DMALAB_BUS_PCI_H

#include "bus/bus.h"

#define CONFIG_SIZE 256

/* What the bus knows of a device. */
struct dmalab_pci {
	struct pci_dev pdev;           /* first: freed as that */
	struct seat seat;
	unsigned enabled;              /* how often */
	unsigned requested;            /* a bit for each BAR */
	bool managed;                  /* pcim_enable_device(): goes with the driver */
	unsigned line;                 /* the number of its interrupt, or of the first, */
	unsigned nr_vectors;           /* of so many that it has beside the line, */
	unsigned nr_allocated;         /* and of so many that the driver has */
	void __iomem *mapped[PCI_STD_NUM_BARS];
	u8 config[CONFIG_SIZE];
};

/* pci-config.c: what follows from the fields of the device, or what the template has. */
void dlab_pci_config_init(struct dmalab_pci *p, const struct dmalab_pci_template *t);

/* Set or clear bits of PCI_COMMAND. */
void dlab_pci_command(struct dmalab_pci *p, u16 bits, bool set);

/* pci-regions.c: the driver is unbound; what goes with it does, and the rest is told. */
void dlab_pci_let_go(struct dmalab_pci *p, const struct call *call);

#endif
