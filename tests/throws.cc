/* SPDX-License-Identifier: MIT */
/* A report handler that throws, as the assertions of C++ test frameworks do: 0 passed. */
#include <dmalab.h>
#include <linux/dma-mapping.h>

#include <cstdio>
#include <stdexcept>
#include <string>

static void throws(const struct dmalab_report *report, void *)
{
	throw std::runtime_error(report->check);
}

static int failed(const char *what)
{
	std::fprintf(stderr, "throws: %s\n", what);
	return 1;
}

static std::string caught(void (*call)(struct device *dev), struct device *dev)
{
	try {
		call(dev);
	} catch (const std::runtime_error &e) {
		return e.what();
	}
	return "nothing";
}

static void sync(struct device *dev)
{
	dma_sync_single_for_cpu(dev, 0x10, 1, DMA_TO_DEVICE);
}

static void free_coherent(struct device *dev)
{
	dma_free_coherent(dev, 64, dev, 0x10);
}

int main()
{
	for (unsigned i = 0; dmalab_profile_name(i); i++) {
		struct dmalab_config config = {};
		struct device *dev;
		struct dmalab_machine *machine;
		dma_addr_t dma;
		void *p;

		config.profile = dmalab_profile_name(i);
		machine = dmalab_machine_new(&config);
		dmalab_set_report_handler(machine, throws, nullptr);
		dev = dmalab_device_new(machine, "nic");
		for (int round = 0; round < 100; round++) {
			if (caught(sync, dev) != "sync-unknown")
				return failed("dma_sync_single_for_cpu()");
			if (caught(free_coherent, dev) == "nothing")
				return failed("dma_free_coherent()");
		}
		p = dma_alloc_coherent(dev, 4096, &dma, GFP_KERNEL);
		if (!p)
			return failed("dma_alloc_coherent()");
		dma_free_coherent(dev, 4096, p, dma);
		dmalab_set_report_handler(machine, nullptr, nullptr);
		if (dmalab_report_count(machine, nullptr) != 200)
			return failed("dmalab_report_count()");
		dmalab_machine_free(machine);
	}
	return 0;
}
