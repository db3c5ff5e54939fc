/* SPDX-License-Identifier: MIT */
/* What a test calls: <dmalab/kernel.h>. */
#include "host.h"

#include <errno.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

struct dmalab_machine *kbh_machine;

struct dmalab_kernel_dev {
	struct dmalab_kernel_pci what;
	unsigned long long start[6];
	void *pdev;
};

/* ------------------------------------------------- for the kernel side */

/* The laboratory knows how to name a place: as the second line of a report. */
static void name_place(const void *address, char *buf, size_t size)
{
	const struct dmalab_site site = { .size = sizeof(site), .address = address };
	const struct dmalab_report report = {
		.size = sizeof(report), .check = "", .call = "", .site = &site, .profile = "",
	};
	char text[512], *line;

	dmalab_report_format(&report, text, sizeof(text));
	line = strstr(text, "\n  ");
	snprintf(buf, size, "%.*s", line ? (int)strcspn(line + 3, "\n") : 0, line ? line + 3 : "");
}

void kbh_complain_at(const char *what, const void *site)
{
	char where[256] = "";

	if (site)
		name_place(site, where, sizeof(where));
	fprintf(stderr, "dmalab: %s%s\n", what, where);
}

void kbh_complain(const char *what)
{
	kbh_complain_at(what, NULL);
}

void kbh_stop(const char *why, const void *site)
{
	kbh_complain_at(why, site);
	abort();
}

/* With DMALAB_KERNEL_LOG=1: what a driver prints is of no interest to most tests. */
void kbh_puts(const char *line, kb_size len)
{
	static int wanted = -1;

	if (wanted < 0)
		wanted = getenv("DMALAB_KERNEL_LOG") != NULL;
	if (!wanted)
		return;
	while (len && line[len - 1] == '\n')
		len--;
	fprintf(stderr, "kernel: %.*s\n", (int)len, line);
}

void kbh_format(char *buf, kb_size size, const char *spec, unsigned long long value)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(buf, size, spec, value);
#pragma GCC diagnostic pop
}

/* The same in each run. */
unsigned kbh_random(void)
{
	static uint64_t state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 32;
}

void kbh_frame(void *context, const unsigned char *frame, kb_size len)
{
	const struct dmalab_kernel_dev *dev = context;

	if (dev->what.receive)
		dev->what.receive(dev->what.context, frame, len);
}

/* ---------------------------------------------------------- for the test */

int dmalab_kernel_start(struct dmalab_machine *machine)
{
	void *some_ram;

	if (!machine)
		return -EINVAL;
	dmalab_machine_set_current(machine);
	kbh_machine = machine;
	some_ram = kmalloc(1, GFP_KERNEL);
	if (!some_ram)
		return -ENOMEM;
	kbs_start(some_ram);
	kfree(some_ram);
	kbh_catch_traps();
	return kbs_module_init();
}

int dmalab_kernel_set_param(const char *name, long value)
{
	return kbs_set_param(name, value);
}

void dmalab_kernel_stop(void)
{
	kbs_module_exit();
	kbh_machine = NULL;
}

static void free_device(struct dmalab_kernel_dev *dev)
{
	if (dev->pdev)
		kbs_unplug(dev->pdev);
	for (int i = 0; i < 6; i++)
		if (dev->start[i])
			kbh_window_free(dev->start[i]);
	free(dev);
}

static int make_device(struct dmalab_kernel_dev *dev)
{
	const struct dmalab_kernel_pci *w = &dev->what;
	struct kbs_pci pci = {
		.vendor = w->vendor, .device = w->device, .subvendor = w->subvendor,
		.subdevice = w->subdevice, .revision = w->revision, .class = w->class_code,
		.context = dev,
	};

	for (int i = 0; i < 6; i++) {
		if (!w->bar[i].size)
			continue;
		dev->start[i] = kbh_window_new(&w->bar[i], w->context);
		if (!dev->start[i])
			return -ENOMEM;
		pci.bar[i] = (struct kbs_bar){ dev->start[i], w->bar[i].size, w->bar[i].ports };
	}
	dev->pdev = kbs_plug(&pci);
	return dev->pdev ? 0 : -ENOMEM;
}

int dmalab_kernel_plug(const struct dmalab_kernel_pci *what, struct dmalab_kernel_dev **result)
{
	struct dmalab_kernel_dev *dev;
	int error;

	*result = NULL;
	if (!kbh_machine || what->size != sizeof(*what)) {
		fprintf(stderr, kbh_machine ?
			"dmalab: dmalab_kernel_plug(): size must be sizeof(struct dmalab_kernel_pci)\n" :
			"dmalab: dmalab_kernel_plug() before dmalab_kernel_start()\n");
		return -EINVAL;
	}
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->what = *what;
	error = make_device(dev);
	if (!error) {
		*result = dev;
		error = kbs_probe(dev->pdev);
	}
	if (error) {
		*result = NULL;
		free_device(dev);
	}
	return error;
}

void dmalab_kernel_unplug(struct dmalab_kernel_dev *dev)
{
	if (!dev)
		return;
	kbs_remove(dev->pdev);
	free_device(dev);
}

struct device *dmalab_kernel_device(struct dmalab_kernel_dev *dev)
{
	return dev ? kbs_host_device(dev->pdev) : NULL;
}

void dmalab_kernel_irq(struct dmalab_kernel_dev *dev)
{
	if (dev)
		kbs_irq(dev->pdev);
}

void dmalab_kernel_run(unsigned ms)
{
	kbs_run(ms);
}

unsigned long dmalab_kernel_warnings(void)
{
	return kbs_warnings();
}

int dmalab_kernel_net_open(struct dmalab_kernel_dev *dev)
{
	return dev ? kbs_net_open(dev->pdev) : -ENODEV;
}

int dmalab_kernel_net_close(struct dmalab_kernel_dev *dev)
{
	return dev ? kbs_net_close(dev->pdev) : -ENODEV;
}

int dmalab_kernel_net_send(struct dmalab_kernel_dev *dev, const void *frame, size_t len,
			   size_t linear)
{
	return dev ? kbs_net_send(dev->pdev, frame, len, linear) : -ENODEV;
}

int dmalab_kernel_net_timeout(struct dmalab_kernel_dev *dev)
{
	return dev ? kbs_net_timeout(dev->pdev) : -ENODEV;
}
