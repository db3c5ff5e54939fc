/* SPDX-License-Identifier: MIT */
/*
 * Single accesses.
 *
 *   cpu      dmalab_cpu_read() or _write(), stepping through a page by 64 bytes; of
 *            coherent or noncoherent memory; in a page that is settled (memory and
 *            cache agree everywhere, and the judge has nothing to look up) or
 *            written (the CPU has stored to it since the last sync)
 *   device   dmalab_device_read() or _write() at the start of a buffer
 *
 * On a non-coherent machine the first write to a settled page makes it a written one.
 */
#include "bench.h"

#include <string.h>

enum op { READ, WRITE };

struct variant {
	const char *profile;
	const char *checks;
	bool coherent; /* memory, or else noncoherent */
	bool written;
	enum op op;
};

static const char *const op_names[] = { "read", "write" };

struct buffer {
	unsigned char *cpu;
	dma_addr_t dma;
};

static bool buffer_alloc(struct rig *rig, bool is_coherent, struct buffer *b)
{
	if (is_coherent)
		b->cpu = dma_alloc_coherent(rig->dev, PAGE_SIZE, &b->dma, GFP_KERNEL);
	else
		b->cpu = dma_alloc_noncoherent(rig->dev, PAGE_SIZE, &b->dma, DMA_BIDIRECTIONAL,
					       GFP_KERNEL);
	if (!b->cpu)
		rig_failed(rig, "allocation");
	else
		dmalab_cpu_write(b->cpu, pattern, PAGE_SIZE);
	return b->cpu != NULL;
}

static void buffer_free(struct rig *rig, bool is_coherent, struct buffer *b)
{
	if (is_coherent)
		dma_free_coherent(rig->dev, PAGE_SIZE, b->cpu, b->dma);
	else
		dma_free_noncoherent(rig->dev, PAGE_SIZE, b->cpu, b->dma, DMA_BIDIRECTIONAL);
}

/* ------------------------------------------------------------------- cpu */

static void read_page(struct gbench_state *state, const unsigned char *page, size_t len)
{
	unsigned char out[64];
	size_t at = 0;

	memset(out, 0, sizeof(out));
	gbench_loop(state) {
		dmalab_cpu_read(page + at, out, len);
		gbench_use(out);
		at = (at + 64) & (PAGE_SIZE - 1);
	}
	at = (at - 64) & (PAGE_SIZE - 1);
	if (memcmp(out, pattern + at, len) != 0)
		gbench_skip(state, "dmalab_cpu_read gave other bytes");
}

static void write_page(struct gbench_state *state, unsigned char *page, size_t len)
{
	unsigned char in[64], out[64];
	size_t at = 0;

	memset(in, 0xa5, sizeof(in));
	gbench_loop(state) {
		dmalab_cpu_write(page + at, in, len);
		at = (at + 64) & (PAGE_SIZE - 1);
	}
	at = (at - 64) & (PAGE_SIZE - 1);
	dmalab_cpu_read(page + at, out, len);
	if (memcmp(out, in, len) != 0)
		gbench_skip(state, "dmalab_cpu_write left other bytes");
}

static void cpu_access(struct gbench_state *state, const void *context)
{
	const struct variant *v = context;
	size_t len = gbench_range(state, 0);
	struct buffer b;
	struct rig rig;

	if (!rig_up(&rig, state, v->profile, v->checks))
		return;
	if (buffer_alloc(&rig, v->coherent, &b)) {
		if (!v->coherent && !v->written) {
			dma_sync_single_for_device(rig.dev, b.dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
			dma_sync_single_for_cpu(rig.dev, b.dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		}
		if (v->op == READ)
			read_page(state, b.cpu, len);
		else
			write_page(state, b.cpu, len);
		gbench_set_bytes(state, len);
		buffer_free(&rig, v->coherent, &b);
	}
	rig_down(&rig);
}

/* ---------------------------------------------------------------- device */

static void device_access(struct gbench_state *state, const void *context)
{
	const struct variant *v = context;
	static unsigned char data[PAGE_SIZE];
	size_t len = gbench_range(state, 0);
	struct buffer b;
	struct rig rig;

	if (!rig_up(&rig, state, v->profile, v->checks))
		return;
	memcpy(data, pattern, sizeof(data));
	if (buffer_alloc(&rig, v->coherent, &b)) {
		if (!v->coherent)
			dma_sync_single_for_device(rig.dev, b.dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		gbench_loop(state) {
			int error = v->op == READ ? dmalab_device_read(rig.dev, b.dma, data, len) :
						    dmalab_device_write(rig.dev, b.dma, data, len);

			if (error) {
				rig_failed(&rig, "device access");
				break;
			}
			gbench_clobber();
		}
		if (memcmp(data, pattern, len) != 0)
			gbench_skip(state, "the device read other bytes");
		gbench_set_bytes(state, len);
		if (!v->coherent)
			dma_sync_single_for_cpu(rig.dev, b.dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		buffer_free(&rig, v->coherent, &b);
	}
	rig_down(&rig);
}

/* ---------------------------------------------------------- registration */

static void register_cpu(struct variant v)
{
	static const int64_t bytes[] = { 8, 64 };

	for (size_t l = 0; l < NR_LEVELS; l++) {
		v.checks = levels[l];
		gbench_axis(bench_register(cpu_access, &v, sizeof(v),
					   "cpu/profile:%s/memory:%s/page:%s/op:%s/checks:%s",
					   v.profile, v.coherent ? "coherent" : "noncoherent",
					   v.written ? "written" : "settled", op_names[v.op],
					   v.checks),
			    "bytes", bytes, ARRAY_SIZE(bytes));
	}
}

static void register_device(struct variant v)
{
	static const int64_t bytes[] = { 64, 4096 };

	for (size_t l = 0; l < NR_LEVELS; l++) {
		v.checks = levels[l];
		gbench_axis(bench_register(device_access, &v, sizeof(v),
					   "device/profile:%s/memory:%s/op:%s/checks:%s", v.profile,
					   v.coherent ? "coherent" : "noncoherent", op_names[v.op],
					   v.checks),
			    "bytes", bytes, ARRAY_SIZE(bytes));
	}
}

void bench_register_access(void)
{
	for (enum op op = READ; op <= WRITE; op++) {
		register_cpu((struct variant){ .profile = "arm64", .coherent = true, .op = op });
		register_cpu((struct variant){ .profile = "arm64", .written = true, .op = op });
		register_cpu((struct variant){ .profile = "x86", .op = op });
		register_device((struct variant){ .profile = "arm64", .coherent = true, .op = op });
		register_device((struct variant){ .profile = "arm64", .op = op });
	}
	register_cpu((struct variant){ .profile = "arm64", .op = READ });
}
