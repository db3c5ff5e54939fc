/* SPDX-License-Identifier: MIT */
/*
 * The test of ring.c: a card that fills its ring, on every profile and under every policy. Prints
 * each report once a machine, as "PROFILE POLICY CHECK ACCESS PLACE", and where the bytes that
 * arrive are not those that were sent.
 */
#include "ring.h"

#include <dmalab.h>
#include <stdio.h>
#include <string.h>

#define FRAMES 20

static const char *const policies[] = { "never", "eager", "random", "lru" };

#define LINES 16

struct run {
	const char *profile, *policy;
	char seen[LINES][256];
	unsigned nr;
};

/* Where it is; of a leak, where the memory was made. */
static void place_of(const struct dmalab_report *report, char *place, size_t size)
{
	char text[4096], *line;

	dmalab_report_format(report, text, sizeof(text));
	line = strstr(text, strcmp(report->check, "leak") == 0 ? "was:" : "\n  ");
	line = line ? strstr(line + 1, " at ") : NULL;
	snprintf(place, size, "%.*s", line ? (int)strcspn(line, "\n") : 0, line ? line : "");
}

static void on_report(const struct dmalab_report *report, void *context)
{
	struct run *run = context;
	char place[128], line[256];

	place_of(report, place, sizeof(place));
	snprintf(line, sizeof(line), "%s %s%s", report->check, report->call, place);
	for (unsigned i = 0; i < run->nr; i++)
		if (strcmp(line, run->seen[i]) == 0)
			return;
	if (run->nr < LINES)
		memcpy(run->seen[run->nr++], line, sizeof(line));
	printf("%s %s %s\n", run->profile, run->policy, line);
}

static u8 sent(unsigned nr, unsigned i)
{
	return nr * 31 + i * 7 + 1;
}

/* The card fills the next slot. */
static void card_receives(struct device *dev, const struct rx_ring *rx, unsigned nr, unsigned len)
{
	dma_addr_t at = rx->desc_dma + nr % RX_SLOTS * sizeof(struct rx_desc);
	struct rx_desc desc;
	u8 frame[RX_SIZE];

	dmalab_device_read(dev, at, &desc, sizeof(desc));
	for (unsigned i = 0; i < len; i++)
		frame[i] = sent(nr, i);
	dmalab_device_write(dev, desc.addr, frame, len);
	desc.len = len;
	desc.flags = RX_DONE;
	dmalab_device_write(dev, at, &desc, sizeof(desc));
}

static void receive(struct run *run, struct device *dev, struct rx_ring *rx)
{
	for (unsigned nr = 0; nr < FRAMES; nr++) {
		unsigned len = 60 + nr * 97, got = 0, wrong = 0;
		u8 frame[RX_SIZE];

		card_receives(dev, rx, nr, len);
		if (rx_poll(rx, frame, &got) != 1 || got != len)
			wrong = 1;
		for (unsigned i = 0; i < len; i++)
			wrong += frame[i] != sent(nr, i);
		if (wrong)
			printf("%s %s wrong bytes\n", run->profile, run->policy);
	}
}

/* Also with the @fail th allocation failing; 0: none. */
static void run_ring(struct run *run, unsigned fail)
{
	struct dmalab_config config = {
		.size = sizeof(config), .profile = run->profile, .cache_policy = run->policy,
		.seed = 5,
	};
	struct dmalab_machine *machine = dmalab_machine_new(&config);
	struct device *dev = dmalab_device_new(machine, "nic");
	struct rx_ring rx;

	dmalab_set_report_handler(machine, on_report, run);
	dmalab_machine_fail_nth(machine, fail);
	if (rx_open(&rx, dev) == 0) {
		receive(run, dev, &rx);
		rx_stop(&rx);
	}
	dmalab_machine_free(machine);
}

int main(void)
{
	struct run run;

	for (unsigned i = 0; (run.profile = dmalab_profile_name(i)); i++)
		for (unsigned p = 0; p < 4; p++) {
			run.policy = policies[p];
			run.nr = 0;
			run_ring(&run, 0);
			run_ring(&run, 7);
		}
	return 0;
}
