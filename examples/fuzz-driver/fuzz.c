/* SPDX-License-Identifier: MIT */
/*
 * A device whose every answer the input chooses, and a driver that has to live with it. To
 * be linked with libFuzzer or AFL++, or with replay.c. docs/fuzz-your-driver.md goes through
 * it; for another driver it is the lower half that changes.
 *
 * What stops the fuzzer is a report of dmalab, a mistake with registers, or a sanitizer.
 */
#include "driver.h"

#include <dmalab/bus.h>
#include <dmalab/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ the template */

/* Bytes of the input, from its front; zeroes where it has ended. */
struct input {
	const uint8_t *at;
	size_t left;
};

static uint64_t take(struct input *in, unsigned bytes)
{
	uint64_t value = 0;

	if (bytes > in->left)
		bytes = in->left;
	memcpy(&value, in->at, bytes);
	in->at += bytes;
	in->left -= bytes;
	return value;
}

static void stop_at_report(const struct dmalab_report *report, void *context)
{
	static char text[8192];

	(void)context;
	dmalab_report_format(report, text, sizeof(text));
	fputs(text, stderr);
	abort();
}

/* One machine for all inputs: to make it new is cheaper than to make another. */
static struct dmalab_machine *get_machine(void)
{
	/*
	 * What a device does that is hostile is no mistake of the driver's: it may write where it
	 * was never told to, and the simulated bus refuses that.
	 */
	static const struct dmalab_config config = {
		.size = sizeof(config), .ram_size = 1 << 20,
		.checks = "full,-device-out-of-bounds,-device-use-after-unmap,"
			  "-device-write-cpu-owned,-device-read-cpu-owned,-unwritten-read",
	};
	static struct dmalab_machine *machine;

	if (machine && dmalab_machine_reset(machine))
		abort();
	if (!machine)
		machine = dmalab_machine_new(&config);
	if (!machine)
		abort();
	dmalab_set_report_handler(machine, stop_at_report, NULL);
	return machine;
}

/* ------------------------------------------------------- this driver's device */

#define BAR 0xfe000000u

struct model {
	struct input *in;
	struct device *dev;
	uint64_t ring, buffer[NR_BUFFERS];
	unsigned nr;
};

static uint64_t read_register(void *context, uint64_t offset, unsigned width)
{
	struct model *m = context;

	if (offset == REG_DONE)
		return take(m->in, 1) % (NR_BUFFERS + 2);
	return take(m->in, width);
}

static void write_register(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;

	(void)width;
	if (offset == REG_RING)
		m->ring = value;
	if (offset == REG_NR)
		m->nr = value % NR_BUFFERS;
	if (offset == REG_BUFFER)
		m->buffer[m->nr] = value;
}

/*
 * An entry of the ring. Half of the numbers and lengths that the input can make are plausible:
 * what a driver refuses at once teaches the fuzzer nothing.
 */
static void write_entry(const struct model *m, unsigned entry)
{
	struct done done;

	done.nr = take(m->in, 1) % (2 * NR_BUFFERS);
	done.len = take(m->in, 2) % (2 * BUFFER_SIZE);
	dmalab_device_write(m->dev, m->ring + entry * sizeof(done), &done, sizeof(done));
}

/* It writes to memory that it was told of, whatever became of that. */
static void write_memory(const struct model *m)
{
	unsigned what = take(m->in, 1);
	uint64_t value;

	if (what % 4) {
		write_entry(m, what / 4 % NR_BUFFERS);
		return;
	}
	value = take(m->in, 4);
	dmalab_device_write(m->dev, m->buffer[what / 4 % NR_BUFFERS], &value, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dmalab_window_ops ops = {
		.size = sizeof(ops), .read = read_register, .write = write_register,
	};
	static const struct resource resource = DEFINE_RES_MEM(BAR, 0x18);
	static const struct dmalab_platform_template template = {
		.size = sizeof(template), .name = "acme-nic", .id = PLATFORM_DEVID_NONE,
		.num_resources = 1, .resource = &resource,
	};
	struct dmalab_machine *machine = get_machine();
	struct input in = { data, size };
	struct model model = { .in = &in };
	struct platform_device *pdev;

	/* Which allocation or mapping fails, if one does. */
	dmalab_machine_fail_nth(machine, take(&in, 1) % 32);
	dmalab_window_new(machine, "nic", BAR, 0x18, &ops, &model);
	pdev = dmalab_platform_device_new(machine, &template);
	if (!pdev)
		return 0;
	model.dev = &pdev->dev;
	while (in.left && !dmalab_bind_result(&pdev->dev)) {
		if (take(&in, 1) % 4)
			write_memory(&model);
		else
			nic_poll(pdev);
	}
	dmalab_platform_device_free(pdev);
	if (dmalab_window_mistakes(machine))
		abort();
	return 0;
}
