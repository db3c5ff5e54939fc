/* SPDX-License-Identifier: MIT */
/* Has the driver make no mistake, and then the one that the argument names, 0 for none. */
#include <dmalab/kernel.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t regs[4096];

static uint64_t reg_read(void *context, uint64_t at, unsigned width)
{
	uint64_t value = 0;

	(void)context;
	memcpy(&value, regs + at, width);
	return value;
}

static void reg_write(void *context, uint64_t at, unsigned width, uint64_t value)
{
	(void)context;
	memcpy(regs + at, &value, width);
}

static bool run(int mistake)
{
	static const struct dmalab_kernel_pci device = {
		.size = sizeof(device), .vendor = 0x1234, .device = 0x5678,
		.bar[0] = { sizeof(regs), reg_read, reg_write },
	}, other = { .size = sizeof(other), .vendor = 0x1234, .device = 0x9999 };
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct dmalab_kernel_dev *dev;
	int error;

	error = dmalab_kernel_plug(&device, &dev);
	printf("before the module: %d\n", error);
	printf("no such parameter: %d\n", dmalab_kernel_set_param("nonsense", 1));
	dmalab_kernel_set_param("mistake", mistake);
	printf("init: %d\n", dmalab_kernel_start(machine));
	error = dmalab_kernel_plug(&other, &dev);
	printf("no driver: %d\n", error);
	error = dmalab_kernel_plug(&device, &dev);
	printf("probe: %d\n", error);
	fflush(stdout);
	if (error)
		return false;
	dmalab_kernel_irq(dev);
	dmalab_kernel_run(100);
	dmalab_kernel_unplug(dev);
	dmalab_kernel_stop();
	printf("%lu warnings, %lu reports\n", dmalab_kernel_warnings(),
	       dmalab_report_count(machine, NULL));
	dmalab_machine_free(machine);
	return true;
}

/* On a second machine, after the first one is gone. */
int main(int argc, char **argv)
{
	return !run(0) || !run(argc > 1 ? atoi(argv[1]) : 0);
}
