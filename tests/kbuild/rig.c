/* SPDX-License-Identifier: MIT */
/*
 * Probe, open, 1,000 frames each way, stop, remove. Fails when a frame is lost or damaged without
 * a report.
 */
#include "rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define NR_FRAMES 1000

struct dmalab_kernel_dev *card;
__attribute__((weak)) const char *nic_param;
__attribute__((weak)) long nic_param_value;
static unsigned sent, received, damaged, unreadable;
static bool failed;

static size_t make(uint8_t *frame, unsigned nr)
{
	size_t len = 42 + nr * 37 % 1458;

	for (size_t i = 0; i < len; i++)
		frame[i] = i < 12 ? 2 : nr * 7 + i;
	return len;
}

static void check(const uint8_t *frame, size_t len, unsigned nr)
{
	uint8_t expected[1514];

	size_t wanted = make(expected, nr);

	/* A card may pad it. */
	if ((len != wanted && (wanted >= 60 || len != 60)) || memcmp(frame, expected, wanted))
		damaged++;
}

void dma_in(uint64_t dma, void *to, size_t len)
{
	failed |= dmalab_device_read(dmalab_kernel_device(card), dma, to, len);
}

void dma_out(uint64_t dma, const void *from, size_t len)
{
	dmalab_device_write(dmalab_kernel_device(card), dma, from, len);
}

/* What the card must not read has been reported. */
void nic_sent(const uint8_t *frame, size_t len)
{
	if (failed)
		unreadable++, sent++;
	else
		check(frame, len, sent++);
	failed = false;
}

void rig_received(void *context, const uint8_t *frame, size_t len)
{
	(void)context;
	check(frame, len, received++);
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("failed: %s\n", what);
	exit(1);
}

static void send(const uint8_t *frame, size_t len, size_t linear)
{
	int error = dmalab_kernel_net_send(card, frame, len, linear);

	if (error == -EINVAL) /* the driver takes whole packets only */
		error = dmalab_kernel_net_send(card, frame, len, len);
	for (int tries = 0; error && tries < 10; tries++) {
		dmalab_kernel_run(1);
		error = dmalab_kernel_net_send(card, frame, len, len);
	}
}

static void exchange(unsigned nr)
{
	uint8_t frame[1514];
	size_t len = make(frame, nr);

	send(frame, len, nr % 4 ? len : 54);
	for (int tries = 0; !nic_receive(frame, len) && tries < 10; tries++)
		dmalab_kernel_run(1);
	if (nr % 5 == 0)
		dmalab_kernel_run(0);
}

int main(void)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	unsigned long reports;

	if (nic_param)
		must(dmalab_kernel_set_param(nic_param, nic_param_value) == 0, "parameter");
	must(dmalab_kernel_start(machine) == 0, "init");
	must(dmalab_kernel_plug(&nic, &card) == 0, "probe");
	must(dmalab_kernel_net_open(card) == 0, "open");
	dmalab_kernel_run(3000); /* until the link is up */
	for (unsigned nr = 0; nr < NR_FRAMES; nr++)
		exchange(nr);
	dmalab_kernel_run(100);
	must(dmalab_kernel_net_close(card) == 0, "stop");
	dmalab_kernel_unplug(card);
	dmalab_kernel_stop();
	reports = dmalab_report_count(machine, NULL);
	printf("%u sent, %u received, %u damaged, %u unreadable, %lu warnings, %lu reports\n", sent,
	       received, damaged, unreadable,
	       dmalab_kernel_warnings(), reports);
	dmalab_machine_free(machine);
	return (sent != NR_FRAMES || received != NR_FRAMES || damaged) && !reports;
}
