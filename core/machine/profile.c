/* SPDX-License-Identifier: MIT */
/*
 * The machines, after the cache maintenance of each architecture in Linux.
 *
 * The directions of a row stand in the order of enum dma_data_direction:
 * bidirectional, to device, from device.
 */
#include "machine/profile.h"

#include <string.h>

#define C OP_CLEAN
#define I OP_INVALIDATE
#define F OP_FLUSH
#define N OP_NONE

const struct profile dlab_profiles[] = {
	{
		.name = "x86", .like = "any machine whose devices snoop",
		.coherent = true, .speculates = true, .line_shift = 6, .dma_align = 1,
		.edge = EDGE_AS_IS,
		.op = { [FOR_DEVICE] = { N, N, N }, [FOR_CPU] = { N, N, N } },
	}, {
		.name = "arm64", .like = "Cortex-A; arch/arm64/mm/dma-mapping.c since 5.19",
		.speculates = true, .remaps = true, .line_shift = 6, .dma_align = 128,
		.edge = EDGE_FLUSH,
		.op = { [FOR_DEVICE] = { C, C, C }, [FOR_CPU] = { I, N, I } },
	}, {
		.name = "armv7", .like = "Cortex-A; arch/arm/mm/cache-v7.S",
		.speculates = true, .remaps = true, .line_shift = 6, .dma_align = 64,
		.edge = EDGE_FLUSH,
		.op = { [FOR_DEVICE] = { C, C, I }, [FOR_CPU] = { I, N, I } },
	}, {
		.name = "riscv", .like = "Zicbom; arch/riscv/mm/dma-noncoherent.c since 6.6",
		.speculates = true, .remaps = true, .line_shift = 6, .dma_align = 64,
		.edge = EDGE_AS_IS,
		.op = { [FOR_DEVICE] = { C, C, C }, [FOR_CPU] = { I, N, I } },
	}, {
		.name = "mips", .like = "XBurst and others that speculate; arch/mips/mm/dma-noncoherent.c",
		.speculates = true, .line_shift = 5, .dma_align = 32,
		.edge = EDGE_AS_IS,
		.op = { [FOR_DEVICE] = { F, C, I }, [FOR_CPU] = { I, N, I } },
	}, {
		.name = "mips-nonspec", .like = "IP22; arch/mips/mm/dma-noncoherent.c",
		.speculates = false, .line_shift = 7, .dma_align = 128,
		.edge = EDGE_AS_IS,
		.op = { [FOR_DEVICE] = { F, C, I }, [FOR_CPU] = { N, N, N } },
	}, {
		.name = "powerpc", .like = "44x; arch/powerpc/mm/dma-noncoherent.c",
		.speculates = true, .remaps = true, .line_shift = 5, .dma_align = 32,
		.edge = EDGE_FLUSH_RANGE,
		.op = { [FOR_DEVICE] = { F, C, I }, [FOR_CPU] = { F, C, I } },
	}, {
		.name = "swiotlb", .like = "x86 with swiotlb=force; kernel/dma/swiotlb.c",
		.translation = TRANSLATE_BOUNCE,
		.coherent = true, .speculates = true, .line_shift = 6, .dma_align = 1,
		.edge = EDGE_AS_IS,
		.op = { [FOR_DEVICE] = { C, C, N }, [FOR_CPU] = { I, N, I } },
	}, {
		.name = "iommu", .like = "x86 behind an IOMMU; drivers/iommu/dma-iommu.c",
		.translation = TRANSLATE_IOMMU,
		.coherent = true, .speculates = true, .line_shift = 6, .dma_align = 1,
		.edge = EDGE_AS_IS,
		.op = { [FOR_DEVICE] = { N, N, N }, [FOR_CPU] = { N, N, N } },
	},
};

const size_t dlab_nr_profiles = sizeof(dlab_profiles) / sizeof(dlab_profiles[0]);

const struct profile *dlab_profile_find(const char *name)
{
	for (size_t i = 0; i < dlab_nr_profiles; i++)
		if (strcmp(dlab_profiles[i].name, name) == 0)
			return &dlab_profiles[i];
	return NULL;
}

unsigned dlab_profile_cut(const struct profile *profile, size_t offset, size_t len,
			  struct piece piece[MAX_PIECES])
{
	size_t line = 1ul << profile->line_shift, end = offset + len;
	unsigned nr = 0;

	if (profile->edge == EDGE_FLUSH_RANGE) {
		piece[0] = (struct piece){ offset, len, OP_FLUSH };
		return 1;
	}
	if (offset & (line - 1)) {
		piece[nr++] = (struct piece){ offset, 1, OP_FLUSH };
		offset = (offset + line) & ~(line - 1);
	}
	if (end > offset && (end & (line - 1))) {
		piece[nr++] = (struct piece){ end - 1, 1, OP_FLUSH };
		end &= ~(line - 1);
	}
	if (end > offset)
		piece[nr++] = (struct piece){ offset, end - offset, OP_INVALIDATE };
	return nr;
}
