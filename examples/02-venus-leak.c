/* SPDX-License-Identifier: MIT */
/*
 * An early return forgets the buffers that a loop has allocated so far.
 *
 * The Qualcomm venus video decoder gives its firmware a set of picture buffers that
 * the CPU never looks at, allocated with DMA_ATTR_NO_KERNEL_MAPPING. Each needs a
 * number as well; when there was none left, the function returned the error at once.
 * The buffers of the rounds before were never freed, and its caller, told that it
 * had failed, did not know of them.
 *
 * Bites on every machine. Fixed in Linux 5.18, commit 8403fdd77585, CVE-2021-47655.
 * dmalab draws leak when the driver lets go of the device, and says which call
 * allocated the buffer.
 */
#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <stdio.h>
#include <string.h>

#define PICTURE_SIZE (64 * 1024)
#define NR_PICTURES  4

struct decoder {
	struct device *dev;
	int nr;
	struct {
		int id;
		void *cookie;   /* good for freeing, and for nothing else */
		dma_addr_t dma;
	} picture[NR_PICTURES];
};

/* The numbers run out after the first. */
static int take_id(const struct decoder *dec)
{
	return dec->nr == 0 ? 1 : -ENOSPC;
}

static void free_pictures(struct decoder *dec)
{
	while (dec->nr) {
		dec->nr--;
		dma_free_attrs(dec->dev, PICTURE_SIZE, dec->picture[dec->nr].cookie,
			       dec->picture[dec->nr].dma, DMA_ATTR_NO_KERNEL_MAPPING);
	}
}

static int add_picture(struct decoder *dec, int id)
{
	dma_addr_t dma;
	void *cookie = dma_alloc_attrs(dec->dev, PICTURE_SIZE, &dma, GFP_KERNEL,
				       DMA_ATTR_NO_KERNEL_MAPPING);

	if (!cookie)
		return -ENOMEM;
	dec->picture[dec->nr].id = id;
	dec->picture[dec->nr].cookie = cookie;
	dec->picture[dec->nr].dma = dma;
	dec->nr++;
	return 0;
}

static int bug(struct decoder *dec)
{
	int id, err = 0;

	while (dec->nr < NR_PICTURES && !err) {
		id = take_id(dec);
		if (id < 0)
			return id;
		err = add_picture(dec, id);
	}
	if (err)
		free_pictures(dec);
	return err;
}

static int fixed(struct decoder *dec)
{
	int id, err = 0;

	while (dec->nr < NR_PICTURES && !err) {
		id = take_id(dec);
		err = id < 0 ? id : add_picture(dec, id);
	}
	if (err)
		free_pictures(dec);
	return err;
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "venus");
	struct decoder dec = { .dev = dev };
	unsigned long reports;
	int err;

	if (argc != 2 || !dev || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	err = strcmp(argv[1], "bug") == 0 ? bug(&dec) : fixed(&dec);
	if (!err)
		free_pictures(&dec);

	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
