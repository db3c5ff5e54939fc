/* SPDX-License-Identifier: MIT */
/*
 * Accesses of CPU and device, stepping through a page of noncoherent memory by 64
 * bytes, and a whole machine.
 *
 *   settled   memory and cache agree everywhere in the page
 *   written   the CPU has stored to each of its lines since the last sync
 *
 * The first store to a line of a settled page is not that of a written one, so it has
 * a path of its own, which settles the page before each lap.
 */
#include "paths.h"

static always_inline size_t next_line(struct lane *lane)
{
	size_t at = lane->at;

	lane->at = (at + 64) & (PAGE_SIZE - 1);
	return at;
}

static void settle(struct lane *lane)
{
	const struct buffer *b = &lane->buffers[0];

	dma_sync_single_for_device(lane->rig->dev, b->dma, b->size, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(lane->rig->dev, b->dma, b->size, DMA_BIDIRECTIONAL);
}

static bool begin_settled(struct lane *lane)
{
	return lane_alloc(lane, 1, PAGE_SIZE);
}

static bool begin_written(struct lane *lane)
{
	if (!lane_alloc(lane, 1, PAGE_SIZE))
		return false;
	dmalab_cpu_write(lane->buffers[0].cpu, pattern, PAGE_SIZE);
	return true;
}

static bool begin_device(struct lane *lane)
{
	if (!lane_alloc(lane, 1, PAGE_SIZE))
		return false;
	dma_sync_single_for_device(lane->rig->dev, lane->buffers[0].dma, PAGE_SIZE,
				   DMA_BIDIRECTIONAL);
	return true;
}

static void end_device(struct lane *lane)
{
	if (lane->nr)
		dma_sync_single_for_cpu(lane->rig->dev, lane->buffers[0].dma, PAGE_SIZE,
					DMA_BIDIRECTIONAL);
	lane_free(lane);
}

static void load_8(struct lane *lane, size_t n)
{
	const unsigned char *page = lane->buffers[0].cpu;
	uint64_t value = 0;

	for (; n; n--) {
		dmalab_cpu_read(page + next_line(lane), &value, sizeof(value));
		gbench_use(&value);
	}
	lane->seen = value;
}

static void store_8(struct lane *lane, size_t n)
{
	unsigned char *page = lane->buffers[0].cpu;
	uint64_t value = lane->seen;

	for (; n; n--) {
		value++;
		dmalab_cpu_write(page + next_line(lane), &value, sizeof(value));
	}
	lane->seen = value;
}

/* Each undoes what makes the other quick, if anything does. */
static void store_load_8(struct lane *lane, size_t n)
{
	unsigned char *page = lane->buffers[0].cpu;
	uint64_t value = lane->seen;

	for (; n; n--) {
		size_t at = next_line(lane);

		value++;
		dmalab_cpu_write(page + at, &value, sizeof(value));
		dmalab_cpu_read(page + at, &value, sizeof(value));
		gbench_use(&value);
	}
	lane->seen = value;
}

static void store_page(struct lane *lane, size_t n)
{
	for (; n; n--)
		dmalab_cpu_write(lane->buffers[0].cpu, pattern, PAGE_SIZE);
}

static void device_read(struct lane *lane, size_t n)
{
	unsigned char data[64];

	for (; n; n--) {
		if (dmalab_device_read(lane->rig->dev, lane->buffers[0].dma + next_line(lane), data,
				       sizeof(data)) != 0) {
			rig_failed(lane->rig, "dmalab_device_read");
			return;
		}
		gbench_use(data);
	}
}

static void device_write(struct lane *lane, size_t n)
{
	for (; n; n--) {
		if (dmalab_device_write(lane->rig->dev, lane->buffers[0].dma + next_line(lane),
					pattern, 64) != 0) {
			rig_failed(lane->rig, "dmalab_device_write");
			return;
		}
	}
}

static bool begin_machine(struct lane *lane)
{
	(void)lane;
	return true;
}

static void end_machine(struct lane *lane)
{
	(void)lane;
}

static void machine_pair(struct lane *lane, size_t n)
{
	struct dmalab_machine *ours = lane->rig->machine;

	for (; n; n--) {
		struct dmalab_machine *machine = dmalab_machine_new(&lane->rig->config);

		if (!machine) {
			rig_failed(lane->rig, "dmalab_machine_new");
			break;
		}
		gbench_use(machine);
		dmalab_machine_free(machine);
	}
	dmalab_machine_set_current(ours);
}

const struct path access_paths[NR_ACCESS_PATHS] = {
	{ "load-8-settled", "told load of 8 bytes, page settled", 4096, 0, 0, begin_settled, NULL,
	  load_8, lane_free },
	{ "load-8-written", "told load of 8 bytes, page written", 4096, 0, 0, begin_written, NULL,
	  load_8, lane_free },
	{ "store-8-settled", "told store of 8 bytes, first to its line", 4096, 0, 0, begin_settled,
	  settle, store_8, lane_free },
	{ "store-8-written", "told store of 8 bytes, page written", 4096, 0, 0, begin_written, NULL,
	  store_8, lane_free },
	{ "store-load-8", "told store and load of 8 bytes, page written", 4096, 0, 0, begin_written,
	  NULL, store_load_8, lane_free },
	{ "store-4k", "told store of 4 KiB", 4096, 0, 0, begin_written, NULL, store_page, lane_free },
	{ "device-read-64", "device read of 64 bytes", 4096, 0, 0, begin_device, NULL, device_read,
	  end_device },
	{ "device-write-64", "device write of 64 bytes", 4096, 0, 0, begin_device, NULL,
	  device_write, end_device },
	{ "machine-64m", "machine of 64 MiB, new and free", 0, 0, 8, begin_machine, NULL,
	  machine_pair, end_machine },
};
