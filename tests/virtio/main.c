/* SPDX-License-Identifier: MIT */
/*
 * virtio [PROFILE [POLICY]]: rings of virtio_ring.c, on every machine or on these.
 *
 * Exits with 1 when bytes were wrong, or something was reported; says which checks.
 */
#include "client.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RINGS 20
#define RINGS_PER_DEVICE 5

static const char *const policies[] = { "never", "eager", "random", "lru" };

static struct tally tally;

static uint64_t bit(unsigned int n)
{
	return (uint64_t)1 << n;
}

/* All combinations of formats and features, the same ones again in other sizes. */
static struct plan plan_of(unsigned int i)
{
	static const unsigned int sizes[] = { 16, 8, 32 };
	struct plan plan = {
		.size = sizes[i / 8 % 3],
		.features = bit(FEATURE_VERSION_1) | bit(FEATURE_ACCESS_PLATFORM),
		.rounds = 16,
		.seed = i + 1,
		.delayed = i % 3 == 2,
	};

	if (i % 5 == 3)
		plan.resize = i % 10 == 3 ? plan.size * 2 : plan.size / 2;
	if (i & 1)
		plan.features |= bit(FEATURE_PACKED);
	if (i & 2)
		plan.features |= bit(FEATURE_INDIRECT);
	if (i & 4)
		plan.features |= bit(FEATURE_EVENT);
	return plan;
}

static struct device *probe(struct dmalab_machine *machine)
{
	struct device *dev = dmalab_device_new(machine, "virtio0");

	if (!dev || dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64))) {
		fprintf(stderr, "virtio: no device\n");
		exit(1);
	}
	return dev;
}

static void one_after_another(struct dmalab_machine *machine, const char *policy)
{
	struct device *dev = NULL;

	for (unsigned int i = 0; i < RINGS && !failed(); i++) {
		struct plan plan = plan_of(i);

		set_place("%s, policy %s, ring %u", dmalab_machine_profile(machine), policy, i);
		if (i % RINGS_PER_DEVICE == 0) {
			dmalab_device_free(dev);
			dev = probe(machine);
		}
		run_ring(dev, &plan, &tally);
	}
	dmalab_device_free(dev);
}

/* ------------------------------------------------------------- errors */

struct failing {
	struct dmalab_machine *machine;
	struct plan plan;
};

static void run_failing(void *context)
{
	struct failing *failing = context;
	struct device *dev = probe(failing->machine);

	run_ring(dev, &failing->plan, &tally);
	dmalab_device_free(dev);
}

/* Each allocation and mapping fails once: whatever was mapped before is unmapped. */
static void every_error(struct dmalab_machine *machine)
{
	for (unsigned int i = 0; i < 4 && !failed(); i++) {
		struct failing failing = { machine, plan_of(i) };

		set_place("%s, errors, ring %u", dmalab_machine_profile(machine), i);
		failing.plan.may_fail = true;
		failing.plan.rounds = 1;
		dmalab_fail_each(machine, run_failing, &failing);
	}
}

/* ----------------------------------------------------------- machines */

/* Prints what was reported; whether there was anything. */
static bool has_drawn(struct dmalab_machine *machine, const char *policy)
{
	const struct dmalab_check *const *checks;
	size_t count;

	if (!dmalab_report_count(machine, NULL))
		return false;
	checks = dmalab_checks(&count);
	for (size_t i = 0; i < count; i++) {
		unsigned long nr = dmalab_report_count(machine, checks[i]->name);

		if (nr)
			printf("virtio: reported %s: %lu on %s, policy %s\n", checks[i]->name, nr,
			       dmalab_machine_profile(machine), policy);
	}
	return true;
}

static bool run_machine(const char *profile, const char *policy)
{
	struct dmalab_config config = {
		.profile = profile,
		.cache_policy = policy,
		.ram_size = 4 << 20,
		.seed = 1,
	};
	struct dmalab_machine *machine = dmalab_machine_new(&config);
	bool drawn;

	if (!machine) {
		fprintf(stderr, "virtio: no machine\n");
		exit(1);
	}
	start_over();
	one_after_another(machine, policy);
	every_error(machine);
	drawn = has_drawn(machine, policy);
	dmalab_machine_free(machine);
	return !drawn && !failed();
}

int main(int argc, char **argv)
{
	const char *profile;
	unsigned int machines = 0;
	bool right = true;

	for (unsigned int i = 0; (profile = dmalab_profile_name(i)); i++) {
		if (argc > 1 && strcmp(argv[1], profile))
			continue;
		for (unsigned int k = 0; k < 4; k++) {
			if (argc > 2 && strcmp(argv[2], policies[k]))
				continue;
			right &= run_machine(profile, policies[k]);
			machines++;
		}
	}
	printf("virtio: %u machines, %lu rings, %lu requests, %llu bytes read, "
	       "%lu times round, %lu interrupts, %lu detached\n",
	       machines, tally.rings, tally.requests, tally.bytes, tally.wraps, tally.interrupts,
	       tally.detached);
	return !right || !machines;
}
