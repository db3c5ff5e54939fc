/* SPDX-License-Identifier: MIT */
/* A recording begins with the machine it is of, and ends with it. */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_CLOEXEC */
#endif

#include "record/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RAM_OF_TRACES     (4ul << 20)
#define MAX_RAM_OF_TRACES (1ul << 30)

/* The first machine's is FILE; the next one's, when that is gone, FILE.2. */
static int open_file(const char *name, size_t len, unsigned number)
{
	char path[PATH_MAX];
	int fd;

	if (number == 1)
		snprintf(path, sizeof(path), "%.*s", (int)len, name);
	else
		snprintf(path, sizeof(path), "%.*s.%u", (int)len, name, number);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd >= 0 && lseek(fd, 0, SEEK_CUR) < 0) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		fprintf(stderr, "dmalab: nothing is recorded: %s: %s\n", path, strerror(errno));
	/* Where its links lead: the shorter file is to take the place of the file, not of a link. */
	dlab_rec.path = fd < 0 ? NULL : malloc(PATH_MAX);
	if (dlab_rec.path && !realpath(path, dlab_rec.path)) {
		free(dlab_rec.path);
		dlab_rec.path = NULL;
	}
	return fd;
}

/* The level from which the fewest checks differ. */
static enum level base_of(u64 checks)
{
	enum level best = LEVEL_FULL;

	for (int level = LEVEL_FULL; level >= LEVEL_OFF; level--)
		if (__builtin_popcountll(dlab_checks_of_level(level) ^ checks) <
		    __builtin_popcountll(dlab_checks_of_level(best) ^ checks))
			best = level;
	return best;
}

static void add_checks(u64 checks)
{
	static const char *const levels[] = { "off", "contract", "full" };
	enum level base = base_of(checks);
	u64 other = dlab_checks_of_level(base) ^ checks;
	struct line line = { .len = 0 };

	if (checks == dlab_checks_of_level(LEVEL_FULL))
		return;
	dlab_line_add(&line, "checks(\"%s", levels[base]);
	for (unsigned i = 0; i < NR_CHECKS; i++)
		if (other >> i & 1)
			dlab_line_add(&line, ",%c%s", checks >> i & 1 ? '+' : '-',
				      dlab_catalogue[i].name);
	record_line("%s\")", line.text);
}

static void add_settings(const struct options *o)
{
	record_line("# recorded with profile=%s, cache_policy=%s, seed=%llu", o->profile->name,
		    dlab_policy_names[o->policy], (unsigned long long)o->seed);
	add_checks(o->checks);
	if (o->ram_size > MAX_RAM_OF_TRACES)
		record_line("# ram_size=%zu is more than a trace has", o->ram_size);
	if (o->ram_size != RAM_OF_TRACES)
		record_line("ram(%zu)", o->ram_size < MAX_RAM_OF_TRACES ? o->ram_size :
									  MAX_RAM_OF_TRACES);
	if (o->plain)
		record_line("accesses(\"plain\")");
	record_line("open_end()");
}

static const struct probe hooks = {
	.call = dlab_record_call,
	.absent = dlab_record_absent,
	.access = dlab_record_access,
	.made_memory = dlab_record_made_memory,
	.made_mapping = dlab_record_made_mapping,
	.made = dlab_record_made,
	.made_table = dlab_record_made_table,
	.mapped = dlab_record_mapped,
	.device = dlab_record_device,
	.state = dlab_record_state,
	.store = dlab_record_store,
	.report = dlab_record_report,
	.decision = dlab_record_decision,
};

static void begin(struct dmalab_machine *lab, const struct options *o)
{
	if (!dlab_names_init() || !dlab_rec.path) {
		fputs("dmalab: nothing is recorded: no memory\n", stderr);
		return;
	}
	dlab_rec.lab = lab;
	dlab_rec.number++;
	dlab_record_close_line();
	add_settings(o);
	dlab_rec.nr_settings = dlab_rec.nr_lines;
	__atomic_store_n(&dlab_probe, &hooks, __ATOMIC_RELEASE);
	__atomic_store_n(&dlab_probe_on, dlab_rec.lab != NULL, __ATOMIC_RELEASE);
}

/* Of what was recorded last, wherever that stopped. */
static void forget(void)
{
	if (dlab_rec.fd >= 0)
		close(dlab_rec.fd);
	dlab_rec.fd = -1;
	dlab_rec.lab = NULL;
	dlab_rec.open.len = 0;
	free(dlab_rec.path);
	free(dlab_rec.lines);
	free(dlab_rec.ends);
	dlab_rec.path = NULL;
	dlab_rec.lines = NULL;
	dlab_rec.ends = NULL;
	dlab_rec.at = dlab_rec.nr_lines = dlab_rec.room_lines = dlab_rec.nr_ends =
		dlab_rec.room_ends = 0;
	dlab_rec.nr_absent = dlab_rec.left_out = 0;
	if (dlab_probe_on)
		__atomic_store_n(&dlab_probe_on, false, __ATOMIC_RELAXED);
	dlab_names_free();
}

/* A child begins with the lock free, whoever held it, and records nothing. */
static void before_fork(void)
{
	pthread_mutex_lock(&dlab_rec.lock);
}

static void in_parent(void)
{
	pthread_mutex_unlock(&dlab_rec.lock);
}

static void in_child(void)
{
	dlab_rec.forked = true;
	dlab_rec.lab = NULL;
	__atomic_store_n(&dlab_probe_on, false, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&dlab_rec.lock);
}

void dlab_record_start(struct dmalab_machine *lab, const struct options *o)
{
	static unsigned files;

	if (!o->record_len || dlab_rec.forked)
		return;
	pthread_mutex_lock(&dlab_rec.lock);
	if (!files)
		pthread_atfork(before_fork, in_parent, in_child);
	if (dlab_rec.lab) {
		dlab_record_close_line();
		record_line("# another machine was made: its calls are not recorded");
	} else {
		forget();
		dlab_rec.fd = open_file(o->record, o->record_len, ++files);
		if (dlab_rec.fd >= 0)
			begin(lab, o);
	}
	pthread_mutex_unlock(&dlab_rec.lock);
}

/* What a recording that stopped early has left goes with its machine as well. */
void dlab_record_end(const struct dmalab_machine *lab)
{
	pthread_mutex_lock(&dlab_rec.lock);
	if (dlab_rec.lab == lab || !dlab_rec.lab)
		forget();
	pthread_mutex_unlock(&dlab_rec.lock);
}
