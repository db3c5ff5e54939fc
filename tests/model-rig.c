/* SPDX-License-Identifier: MIT */
/* What model-rig.h promises. A machine is made for its addresses alone: it is never called. */
#include "model-rig.h"

#include <string.h>

#define LOW_BASE  0x800000ull
#define HIGH_BASE 0x40000000ull

const uint8_t constant[CONSTANT_SIZE];
struct model *model;
struct expect expect_of;

static struct dmalab_machine *machine;
static char *base;

int rig_setup(void **state)
{
	(void)state;
	if (!model)
		model = model_new();
	machine = dmalab_machine_new(&(struct dmalab_config){
		.profile = "x86", .ram_size = RAM, .checks = "off",
	});
	assert_non_null(machine);
	return 0;
}

int rig_teardown(void **state)
{
	(void)state;
	dmalab_machine_free(machine);
	return 0;
}

static void start(const char *profile, const char *checks, bool plain)
{
	struct setup s = {
		.profile = profile, .checks = checks, .policy = "lru", .machines = 1,
		.ram_size = RAM, .plain = plain,
	};
	char *probe = kmalloc(1, GFP_KERNEL);
	u64 at = virt_to_phys(probe);

	base = probe - (at < HIGH_BASE ? at - LOW_BASE : at - HIGH_BASE + RAM / 8);
	model_start(model, &s, probe, at);
	kfree(probe);
	model_context_start();
	model_new_device(model, 0, &s);
	model_new_device(model, 1, &s);
}

void begin(const char *profile, const char *checks)
{
	start(profile, checks ? checks : "full", false);
}

void begin_plain(const char *profile)
{
	start(profile, "full", true);
}

/* ------------------------------------------------------------------- addresses */

void *ram(size_t at)
{
	return base + at;
}

void *uncached(size_t at)
{
	return (void *)((uintptr_t)base + (1ull << 40) + at);
}

void *cookie(size_t at)
{
	return (void *)((uintptr_t)base + (2ull << 40) + at);
}

u64 phys(size_t at)
{
	return at < RAM / 8 ? LOW_BASE + at : HIGH_BASE + at - RAM / 8;
}

/* ----------------------------------------------------------------------- calls */

const char *said(const char *check)
{
	assert_null(expect_of.wrong);
	return check ? check : "no report";
}

const char *step(struct call c, struct outcome o)
{
	model_step(model, &c, &o, &expect_of);
	assert_true(!expect_of.check || expect_of.rule);
	return expect_of.check;
}

const char *told(struct call c)
{
	return step(c, (struct outcome){ .bytes = NULL });
}

const char *kmalloc_at(size_t at, size_t size)
{
	return step((struct call){ .kind = KMALLOC, .size = size, .gfp = GFP_KERNEL },
		    (struct outcome){ .cpu = ram(at) });
}

const char *kzalloc_at(size_t at, size_t size)
{
	return step((struct call){ .kind = KZALLOC, .size = size, .gfp = GFP_KERNEL },
		    (struct outcome){ .cpu = ram(at) });
}

const char *kfree_at(size_t at)
{
	return told((struct call){ .kind = KFREE, .cpu = ram(at) });
}

/* Cached where the device snoops: on a machine that is coherent. */
static void *coherent_cpu(size_t at)
{
	return machine_is_coherent(model) ? ram(at) : uncached(at);
}

const char *coherent(int device, size_t at, size_t size)
{
	return step((struct call){ .kind = ALLOC_COHERENT, .device = device, .size = size,
				   .gfp = GFP_KERNEL },
		    (struct outcome){ .cpu = coherent_cpu(at), .dma = phys(at) });
}

const char *free_coherent(int device, size_t at, size_t size)
{
	return told((struct call){ .kind = FREE_COHERENT, .device = device, .size = size,
				   .cpu = coherent_cpu(at), .dma = phys(at) });
}

const char *handle(int device, size_t at, size_t size)
{
	return step((struct call){ .kind = ALLOC_ATTRS, .device = device, .size = size,
				   .gfp = GFP_KERNEL, .attrs = DMA_ATTR_NO_KERNEL_MAPPING },
		    (struct outcome){ .cpu = cookie(at), .dma = phys(at) });
}

const char *noncoherent(int device, size_t at, size_t size, int dir)
{
	return step((struct call){ .kind = ALLOC_NONCOHERENT, .device = device, .size = size,
				   .dir = dir, .gfp = GFP_KERNEL },
		    (struct outcome){ .cpu = ram(at), .dma = phys(at) });
}

const char *free_noncoherent(int device, size_t at, size_t size, int dir)
{
	return told((struct call){ .kind = FREE_NONCOHERENT, .device = device, .size = size,
				   .dir = dir, .cpu = ram(at), .dma = phys(at) });
}

const char *map(int device, size_t at, size_t size, int dir)
{
	return step((struct call){ .kind = MAP, .device = device, .cpu = ram(at), .size = size,
				   .dir = dir },
		    (struct outcome){ .dma = phys(at) });
}

const char *map_fails(int device, void *cpu, size_t size, int dir)
{
	return step((struct call){ .kind = MAP, .device = device, .cpu = cpu, .size = size,
				   .dir = dir },
		    (struct outcome){ .dma = DMA_MAPPING_ERROR, .nr_remarks = 1 });
}

const char *checked(int device, size_t at)
{
	return told((struct call){ .kind = MAPPING_ERROR, .device = device, .dma = phys(at) });
}

const char *map_checked(int device, size_t at, size_t size, int dir)
{
	const char *check = map(device, at, size, dir);

	assert_null(checked(device, at));
	return check;
}

const char *unmap(int device, size_t at, size_t size, int dir)
{
	return told((struct call){ .kind = UNMAP, .device = device, .dma = phys(at),
				   .size = size, .dir = dir });
}

const char *for_device(int device, size_t at, size_t size, int dir)
{
	return told((struct call){ .kind = SYNC_FOR_DEVICE, .device = device, .dma = phys(at),
				   .size = size, .dir = dir });
}

const char *for_cpu(int device, size_t at, size_t size, int dir)
{
	return told((struct call){ .kind = SYNC_FOR_CPU, .device = device, .dma = phys(at),
				   .size = size, .dir = dir });
}

const char *cpu_reads(size_t at, size_t size)
{
	return told((struct call){ .kind = CPU_READ, .cpu = ram(at), .size = size });
}

const char *cpu_writes(size_t at, size_t size)
{
	return told((struct call){ .kind = CPU_WRITE, .cpu = ram(at), .size = size, .value = 7 });
}

const char *device_reads(int device, size_t at, size_t size)
{
	return told((struct call){ .kind = DEVICE_READ, .device = device, .dma = phys(at),
				   .size = size });
}

const char *device_writes(int device, size_t at, size_t size)
{
	return told((struct call){ .kind = DEVICE_WRITE, .device = device, .dma = phys(at),
				   .size = size, .value = 9 });
}

const char *stray_read(int device, dma_addr_t dma, size_t size)
{
	return step((struct call){ .kind = DEVICE_READ, .device = device, .dma = dma,
				   .size = size },
		    (struct outcome){ .result = -EFAULT });
}

const char *in_context(enum context_call what)
{
	const char *check = told((struct call){ .kind = CONTEXT, .number = what });

	expect_of.wrong = NULL; /* what it says of itself is not made up here */
	return check;
}
