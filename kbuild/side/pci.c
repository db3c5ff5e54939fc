// SPDX-License-Identifier: MIT
/*
 * A bench of a PCI bus, with interrupt lines and configuration space.
 * A device is plugged in by the test; the driver that has its ID is probed.
 */
#include <linux/dmi.h>
#include <linux/interrupt.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/slab.h>

#include "side.h"

#define FIRST_IRQ 40
#define NR_IRQS_HERE 16

struct module __this_module = { .name = "driver" };
struct bus_type pci_bus_type = { .name = "pci" };

struct slot {
	struct pci_dev pdev;
	struct pci_bus bus;
	u64 mask;
	u8 config[256];
	void *context;
	char name[16];
};

struct line {
	irq_handler_t handler, thread;
	void *dev_id;
	unsigned int disabled;
	bool raised;
};

static LIST_HEAD(drivers); /* of struct pci_driver, by node.next */
static struct line lines[NR_IRQS_HERE];
static unsigned int used_slots;

static struct slot *slot_of(const struct pci_dev *pdev)
{
	return container_of(pdev, struct slot, pdev);
}

/* ------------------------------------------------------------- interrupts */

static struct line *line_of(unsigned int irq)
{
	if (irq - FIRST_IRQ >= NR_IRQS_HERE)
		kbh_stop("an interrupt number that no device of the bench has", SITE);
	return &lines[irq - FIRST_IRQ];
}

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread,
			 unsigned long flags, const char *name, void *dev_id)
{
	struct line *line = line_of(irq);

	kbh_might_sleep(SITE);
	if (line->handler || line->thread)
		return -EBUSY;
	*line = (struct line){ handler, thread, dev_id };
	return 0;
}

const void *free_irq(unsigned int irq, void *dev_id)
{
	struct line *line = line_of(irq);

	if (line->dev_id != dev_id || (!line->handler && !line->thread)) {
		WARN(1, "Trying to free already-free IRQ %d\n", irq);
		return NULL;
	}
	*line = (struct line){ .raised = line->raised };
	return "";
}

void disable_irq(unsigned int irq)
{
	line_of(irq)->disabled++;
}

void disable_irq_nosync(unsigned int irq)
{
	disable_irq(irq);
}

bool disable_hardirq(unsigned int irq)
{
	disable_irq(irq);
	return true;
}

void enable_irq(unsigned int irq)
{
	if (!WARN_ON(!line_of(irq)->disabled))
		line_of(irq)->disabled--;
}

void synchronize_irq(unsigned int irq)
{
	kbh_might_sleep(SITE);
}

static void run_handler(struct line *line, int irq)
{
	irqreturn_t result = IRQ_WAKE_THREAD;

	if (line->handler) {
		preempt_count_add(HARDIRQ_OFFSET);
		kbh_context(KB_HARDIRQ, 1, NULL);
		result = line->handler(irq, line->dev_id);
		side_context(NULL);
		kbh_context(KB_HARDIRQ, 0, NULL);
		preempt_count_sub(HARDIRQ_OFFSET);
	}
	if (result == IRQ_WAKE_THREAD && line->thread)
		line->thread(irq, line->dev_id);
}

bool side_deliver_irqs(void)
{
	if (side_irqs_off())
		return false;
	for (int i = 0; i < NR_IRQS_HERE; i++) {
		struct line *line = &lines[i];

		if (!line->raised || line->disabled || (!line->handler && !line->thread))
			continue;
		line->raised = false;
		run_handler(line, FIRST_IRQ + i);
		return true;
	}
	return false;
}

void kbs_irq(void *pdev)
{
	line_of(((struct pci_dev *)pdev)->irq)->raised = true;
}

/* ---------------------------------------------------------------- drivers */

extern int init_module(void) __weak;
extern void cleanup_module(void) __weak;

int kbs_module_init(void)
{
	return init_module ? init_module() : 0;
}

void kbs_module_exit(void)
{
	if (cleanup_module)
		cleanup_module();
}

int __pci_register_driver(struct pci_driver *driver, struct module *owner, const char *name)
{
	driver->driver.name = driver->name;
	driver->driver.bus = &pci_bus_type;
	list_add_tail(&driver->node, &drivers);
	return 0;
}

void pci_unregister_driver(struct pci_driver *driver)
{
	list_del(&driver->node);
}

/* No platform has a device for a driver that could drive one as well. */
int __platform_driver_register(struct platform_driver *driver, struct module *owner)
{
	return 0;
}

void platform_driver_unregister(struct platform_driver *driver)
{
}

int dmi_check_system(const struct dmi_system_id *list)
{
	return 0;
}

static bool fits(const struct pci_device_id *id, const struct pci_dev *p)
{
	return (id->vendor == PCI_ANY_ID || id->vendor == p->vendor) &&
	       (id->device == PCI_ANY_ID || id->device == p->device) &&
	       (id->subvendor == PCI_ANY_ID || id->subvendor == p->subsystem_vendor) &&
	       (id->subdevice == PCI_ANY_ID || id->subdevice == p->subsystem_device) &&
	       !((id->class ^ p->class) & id->class_mask);
}

const struct pci_device_id *pci_match_id(const struct pci_device_id *ids, struct pci_dev *pdev)
{
	for (; ids && (ids->vendor || ids->subvendor || ids->class_mask); ids++)
		if (fits(ids, pdev))
			return ids;
	return NULL;
}

int kbs_probe(void *p)
{
	struct pci_dev *pdev = p;
	struct pci_driver *driver;

	list_for_each_entry(driver, &drivers, node) {
		const struct pci_device_id *id = pci_match_id(driver->id_table, pdev);
		int error;

		if (!id)
			continue;
		pdev->driver = driver;
		pdev->dev.driver = &driver->driver;
		error = driver->probe(pdev, id);
		side_context(NULL);
		return error > 0 ? 0 : error;
	}
	return -ENODEV;
}

static void put16(struct slot *slot, int where, u16 value)
{
	slot->config[where] = value;
	slot->config[where + 1] = value >> 8;
}

static void set_up(struct slot *slot, const struct kbs_pci *what)
{
	struct pci_dev *p = &slot->pdev;
	unsigned int nr = used_slots++ % NR_IRQS_HERE;

	snprintf(slot->name, sizeof(slot->name), "0000:00:%02x.0", nr + 1);
	p->dev.init_name = slot->name;
	p->dev.bus = &pci_bus_type;
	slot->mask = DMA_BIT_MASK(32);
	p->dev.dma_mask = &slot->mask;
	p->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	INIT_LIST_HEAD(&p->dev.devres_head);
	p->bus = &slot->bus;
	p->devfn = PCI_DEVFN(nr + 1, 0);
	p->vendor = what->vendor;
	p->device = what->device;
	p->subsystem_vendor = what->subvendor;
	p->subsystem_device = what->subdevice;
	p->revision = what->revision;
	p->class = what->class;
	p->irq = FIRST_IRQ + nr;
	slot->context = what->context;
	put16(slot, PCI_VENDOR_ID, what->vendor);
	put16(slot, PCI_DEVICE_ID, what->device);
	slot->config[PCI_REVISION_ID] = what->revision;
	for (int i = 0; i < 6; i++)
		if (what->bar[i].start)
			p->resource[i] = (struct resource){
				.start = what->bar[i].start,
				.end = what->bar[i].start + what->bar[i].size - 1,
				.flags = what->bar[i].ports ? IORESOURCE_IO : IORESOURCE_MEM,
			};
}

void *kbs_plug(const struct kbs_pci *what)
{
	struct slot *slot = kbh_vmalloc(sizeof(*slot), SITE);

	if (!slot)
		return NULL;
	memset(slot, 0, sizeof(*slot));
	set_up(slot, what);
	slot->pdev.dev.p = kbh_device_new(slot->name);
	if (slot->pdev.dev.p)
		return &slot->pdev;
	kbh_vfree(slot, SITE);
	return NULL;
}

void *kbs_host_device(void *pdev)
{
	return host_device(&((struct pci_dev *)pdev)->dev);
}

void kbs_remove(void *p)
{
	struct pci_dev *pdev = p;

	if (pdev->driver->remove)
		pdev->driver->remove(pdev);
	side_context(NULL);
}

void kbs_unplug(void *pdev)
{
	struct slot *slot = slot_of(pdev);

	if (line_of(slot->pdev.irq)->dev_id)
		kbh_complain("the driver did not free_irq() when it was removed");
	kbh_device_free(slot->pdev.dev.p);
	*line_of(slot->pdev.irq) = (struct line){ 0 };
	kbh_vfree(slot, SITE);
}

/* --------------------------------------------------- what a driver asks it */

int pci_enable_device(struct pci_dev *pdev)
{
	return 0;
}

int pci_enable_device_mem(struct pci_dev *pdev)
{
	return 0;
}

void pci_disable_device(struct pci_dev *pdev)
{
	pdev->is_busmaster = 0;
}

void pci_set_master(struct pci_dev *pdev)
{
	pdev->is_busmaster = 1;
}

void pci_clear_master(struct pci_dev *pdev)
{
	pdev->is_busmaster = 0;
}

int pci_set_mwi(struct pci_dev *pdev)
{
	return 0;
}

void pci_clear_mwi(struct pci_dev *pdev)
{
}

int pci_request_regions(struct pci_dev *pdev, const char *name)
{
	return 0;
}

void pci_release_regions(struct pci_dev *pdev)
{
}

int pci_request_selected_regions(struct pci_dev *pdev, int bars, const char *name)
{
	return 0;
}

void pci_release_selected_regions(struct pci_dev *pdev, int bars)
{
}

int pci_select_bars(struct pci_dev *pdev, unsigned long flags)
{
	int bars = 0;

	for (int i = 0; i < PCI_NUM_RESOURCES; i++)
		if (pci_resource_flags(pdev, i) & flags)
			bars |= 1 << i;
	return bars;
}

int pci_set_power_state(struct pci_dev *pdev, pci_power_t state)
{
	pdev->current_state = state;
	return 0;
}

int pci_enable_wake(struct pci_dev *pdev, pci_power_t state, bool enable)
{
	return 0;
}

int pci_wake_from_d3(struct pci_dev *pdev, bool enable)
{
	return 0;
}

int pci_save_state(struct pci_dev *pdev)
{
	return 0;
}

void pci_restore_state(struct pci_dev *pdev)
{
}

int device_set_wakeup_enable(struct device *dev, bool enable)
{
	return 0;
}

void device_set_wakeup_capable(struct device *dev, bool capable)
{
}

static int in_config(int where, int width)
{
	return where >= 0 && where + width <= 256 ? PCIBIOS_SUCCESSFUL : PCIBIOS_BAD_REGISTER_NUMBER;
}

static u32 get_config(const struct pci_dev *pdev, int where, int width)
{
	u32 value = 0;

	for (int i = width; in_config(where, width) == 0 && i--;)
		value = value << 8 | slot_of(pdev)->config[where + i];
	return value;
}

static int set_config(const struct pci_dev *pdev, int where, int width, u32 value)
{
	for (int i = 0; in_config(where, width) == 0 && i < width; i++)
		slot_of(pdev)->config[where + i] = value >> i * 8;
	return in_config(where, width);
}

int pci_read_config_byte(const struct pci_dev *pdev, int where, u8 *value)
{
	*value = get_config(pdev, where, 1);
	return in_config(where, 1);
}

int pci_read_config_word(const struct pci_dev *pdev, int where, u16 *value)
{
	*value = get_config(pdev, where, 2);
	return in_config(where, 2);
}

int pci_read_config_dword(const struct pci_dev *pdev, int where, u32 *value)
{
	*value = get_config(pdev, where, 4);
	return in_config(where, 4);
}

int pci_write_config_byte(const struct pci_dev *pdev, int where, u8 value)
{
	return set_config(pdev, where, 1, value);
}

int pci_write_config_word(const struct pci_dev *pdev, int where, u16 value)
{
	return set_config(pdev, where, 2, value);
}

int pci_write_config_dword(const struct pci_dev *pdev, int where, u32 value)
{
	return set_config(pdev, where, 4, value);
}

void *side_context_of(struct pci_dev *pdev)
{
	return slot_of(pdev)->context;
}
