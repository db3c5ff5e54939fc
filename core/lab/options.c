/* SPDX-License-Identifier: MIT */
/*
 * Configuration: defaults, then the caller's structure, then DMALAB_OPTIONS. One
 * table holds the keys; each value is read by the same function whether it comes
 * from the structure or from the environment.
 */
#include "lab/lab.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RAM_DEFAULT (64ul << 20)
#define RAM_MIN     (64ul << 10)
#define RAM_MAX     (64ul << 30)

/* A value, not terminated: it may stand in the middle of DMALAB_OPTIONS. */
struct value {
	const char *at;
	size_t len;
};

struct key {
	const char *name;
	const char *help;
	int (*read)(struct options *o, struct value v);
};

__attribute__((format(printf, 1, 2)))
static cold int complain(const char *format, ...)
{
	va_list args;

	fputs("dmalab: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -EINVAL;
}

static bool is(struct value v, const char *word)
{
	return strlen(word) == v.len && memcmp(word, v.at, v.len) == 0;
}

static int len_of(struct value v)
{
	return v.len < 64 ? (int)v.len : 64;
}

/* Decimal, or hexadecimal after 0x. False unless all of @v is a number. */
static bool read_number(struct value v, u64 *number)
{
	char text[32];
	char *end;

	if (!v.len || v.len >= sizeof(text) || v.at[0] < '0' || v.at[0] > '9')
		return false;
	memcpy(text, v.at, v.len);
	text[v.len] = 0;
	errno = 0;
	*number = strtoull(text, &end, v.len > 1 && text[1] == 'x' ? 16 : 10);
	return !*end && !errno;
}

static int read_profile(struct options *o, struct value v)
{
	char valid[256];
	size_t len = 0;

	for (size_t i = 0; i < nr_profiles; i++) {
		if (is(v, profiles[i].name)) {
			o->profile = &profiles[i];
			return 0;
		}
		len += snprintf(valid + len, sizeof(valid) - len, " %s", profiles[i].name);
	}
	return complain("no profile \"%.*s\"; valid:%s", len_of(v), v.at, valid);
}

static int read_ram(struct options *o, struct value v)
{
	struct value digits = v;
	unsigned shift = 0;
	u64 n;

	if (v.len) {
		char unit = v.at[v.len - 1] | 0x20;

		shift = unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
		digits.len -= shift != 0;
	}
	if (!read_number(digits, &n) || n > RAM_MAX >> shift || n << shift < RAM_MIN)
		return complain("ram_size \"%.*s\" is not valid; valid: 64k to 64g, in bytes or with k, m, g",
				len_of(v), v.at);
	o->ram_size = PAGE_ALIGN(n << shift);
	return 0;
}

static int read_policy(struct options *o, struct value v)
{
	for (int i = 0; i < NR_POLICIES; i++) {
		if (is(v, policy_names[i])) {
			o->policy = i;
			return 0;
		}
	}
	return complain("no cache policy \"%.*s\"; valid: never eager random lru", len_of(v), v.at);
}

static int read_seed(struct options *o, struct value v)
{
	if (!read_number(v, &o->seed))
		return complain("seed \"%.*s\" is not a number", len_of(v), v.at);
	return 0;
}

static int read_unsigned(const char *key, struct value v, unsigned *to)
{
	u64 n;

	if (!read_number(v, &n) || n > (unsigned)-1)
		return complain("%s \"%.*s\" is not a number", key, len_of(v), v.at);
	*to = n;
	return 0;
}

static int read_fail_nth(struct options *o, struct value v)
{
	return read_unsigned("fail_nth", v, &o->fail_nth);
}

static int read_fail_every(struct options *o, struct value v)
{
	return read_unsigned("fail_every", v, &o->fail_every);
}

static int read_level(struct options *o, struct value v)
{
	static const char *const names[] = { "off", "contract", "full" };

	for (int i = LEVEL_OFF; i <= LEVEL_FULL; i++) {
		if (is(v, names[i])) {
			o->level = i;
			o->checks = checks_of_level(i);
			return 0;
		}
	}
	return complain("no level of checks \"%.*s\"; valid: off contract full", len_of(v), v.at);
}

/* "+name" or "-name". */
static int read_check(struct options *o, struct value v)
{
	enum check check = NR_CHECKS;

	if (v.len && (v.at[0] == '+' || v.at[0] == '-'))
		check = check_by_name(v.at + 1, v.len - 1);
	if (check == NR_CHECKS)
		return complain("no check \"%.*s\"; valid: + or -, then a name that DMALAB_OPTIONS=help=1 lists",
				len_of(v), v.at);
	if (v.at[0] == '-') {
		o->checks &= ~(1ull << check);
		return 0;
	}
	o->checks |= 1ull << check;
	if (o->level < level_of_check(check))
		o->level = level_of_check(check);
	return 0;
}

static int read_checks(struct options *o, struct value v)
{
	bool first = true;

	for (;;) {
		const char *comma = memchr(v.at, ',', v.len);
		struct value word = { v.at, comma ? (size_t)(comma - v.at) : v.len };
		bool single = word.len && (word.at[0] == '+' || word.at[0] == '-');
		int err = first && !single ? read_level(o, word) : read_check(o, word);

		if (err || !comma)
			return err;
		first = false;
		v.len -= word.len + 1;
		v.at = comma + 1;
	}
}

static int read_accesses(struct options *o, struct value v)
{
	if (!is(v, "plain") && !is(v, "explicit"))
		return complain("no accesses \"%.*s\"; valid: plain explicit", len_of(v), v.at);
	o->plain = is(v, "plain");
	return 0;
}

static int read_machines(struct options *o, struct value v)
{
	if (!is(v, "one") && !is(v, "all"))
		return complain("no machines \"%.*s\"; valid: one all", len_of(v), v.at);
	o->all = is(v, "all");
	return 0;
}

static int read_halt(struct options *o, struct value v)
{
	if (!is(v, "0") && !is(v, "1"))
		return complain("halt_on_error \"%.*s\" is not valid; valid: 0 1", len_of(v), v.at);
	o->halt = is(v, "1");
	return 0;
}

static int read_record(struct options *o, struct value v)
{
	if (!v.len || v.len >= PATH_MAX - 16)
		return complain("record \"%.*s\" is no file's name", len_of(v), v.at);
	o->record = v.at;
	o->record_len = v.len;
	return 0;
}

static int read_help(struct options *o, struct value v);

static const struct key keys[] = {
	{ "profile", "the machine: x86 arm64 armv7 riscv mips mips-nonspec powerpc swiotlb iommu", read_profile },
	{ "ram_size", "simulated RAM: bytes, or with k, m, g", read_ram },
	{ "cache_policy", "never eager random lru", read_policy },
	{ "seed", "of the random policy, and of fail_every", read_seed },
	{ "checks", "off contract full, then ,+NAME ,-NAME", read_checks },
	{ "fail_nth", "make the Nth allocation or mapping fail", read_fail_nth },
	{ "fail_every", "make one in N of them fail, by chance", read_fail_every },
	{ "accesses", "plain explicit: whether to look for stores nobody told about", read_accesses },
	{ "machines", "one all: judge the machine that runs, or every one in the same run", read_machines },
	{ "halt_on_error", "1: abort() after the first report of an error", read_halt },
	{ "record", "a file for what the program does, as a trace: dmalab run FILE", read_record },
	{ "help", "1: print this", read_help },
};

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))

static int read_help(struct options *o, struct value v)
{
	(void)o;
	if (!is(v, "0") && !is(v, "1"))
		return complain("help \"%.*s\" is not valid; valid: 0 1", len_of(v), v.at);
	if (is(v, "0"))
		return 0;
	fputs("DMALAB_OPTIONS=key=value:key=value, with\n", stderr);
	for (size_t i = 0; i < NR_KEYS; i++)
		fprintf(stderr, "  %-14s %s\n", keys[i].name, keys[i].help);
	fputs("and the checks (lints are off unless asked for)\n", stderr);
	for (int i = 0; i < NR_CHECKS; i++)
		fprintf(stderr, "  %-26s %s\n", catalogue[i].name, catalogue[i].title);
	return 0;
}

static int read_pair(struct options *o, struct value pair)
{
	const char *equals = memchr(pair.at, '=', pair.len);
	struct value name = { pair.at, equals ? (size_t)(equals - pair.at) : pair.len };
	struct value v = { equals ? equals + 1 : NULL, equals ? pair.len - name.len - 1 : 0 };

	if (!equals)
		return complain("DMALAB_OPTIONS: \"%.*s\" is not key=value; help=1 lists the keys",
				len_of(pair), pair.at);
	for (size_t i = 0; i < NR_KEYS; i++)
		if (is(name, keys[i].name))
			return keys[i].read(o, v);
	return complain("DMALAB_OPTIONS: no key \"%.*s\"; help=1 lists the keys", len_of(name),
			name.at);
}

static int read_environment(struct options *o)
{
	const char *at = getenv("DMALAB_OPTIONS");

	while (at && *at) {
		size_t len = strcspn(at, ":");
		int err = len ? read_pair(o, (struct value){ at, len }) : 0;

		if (err)
			return err;
		at += len + (at[len] == ':');
	}
	return 0;
}

/* A string of the configuration; NULL leaves the default. */
static int read_field(struct options *o, const char *s,
		      int (*read)(struct options *, struct value))
{
	return s ? read(o, (struct value){ s, strlen(s) }) : 0;
}

static int read_config(struct options *o, const struct dmalab_config *config)
{
	int err = read_field(o, config->profile, read_profile);

	if (!err)
		err = read_field(o, config->cache_policy, read_policy);
	if (!err)
		err = read_field(o, config->checks, read_checks);
	if (!err)
		err = read_field(o, config->accesses, read_accesses);
	if (!err)
		err = read_field(o, config->machines, read_machines);
	if (err)
		return err;
	o->seed = config->seed;
	o->fail_nth = config->fail_nth;
	o->fail_every = config->fail_every;
	if (!config->ram_size)
		return 0;
	if (config->ram_size < RAM_MIN || config->ram_size > RAM_MAX)
		return complain("ram_size %zu is not valid; valid: %lu to %lu bytes",
				config->ram_size, RAM_MIN, RAM_MAX);
	o->ram_size = PAGE_ALIGN(config->ram_size);
	return 0;
}

int options_read(struct options *o, const struct dmalab_config *config)
{
	int err;

	*o = (struct options){
		.profile = profile_find("arm64"), .ram_size = RAM_DEFAULT,
		.policy = POLICY_NEVER, .level = LEVEL_FULL,
		.checks = checks_of_level(LEVEL_FULL), .plain = true,
	};
	err = read_config(o, config);
	if (!err)
		err = read_environment(o);
	return err;
}
