/* SPDX-License-Identifier: MIT */
/*
 * Configuration: defaults, then the caller's structure, then DMALAB_OPTIONS. One
 * table holds the keys; each value is read by the same function whether it comes
 * from the structure or from the environment.
 */
#include "base/host.h"
#include "base/nearest.h"
#include "base/sized.h"
#include "base/utf8.h"
#include "lab/options.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RAM_DEFAULT (64ul << 20)
#define CONFIG_MAX  4096 /* no version of the structure is larger */
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

static bool is(struct value v, const char *word)
{
	return strlen(word) == v.len && memcmp(word, v.at, v.len) == 0;
}

static int len_of(struct value v)
{
	return v.len < 64 ? (int)v.len : 64;
}

/* ----------------------------------------------------------------- messages */

__attribute__((format(printf, 2, 3)))
static cold void say(struct options *o, const char *format, ...)
{
	size_t len = strlen(o->message);
	va_list args;

	va_start(args, format);
	vsnprintf(o->message + len, sizeof(o->message) - len, format, args);
	va_end(args);
	/* It is for a terminal, and what was given may be anything. */
	for (unsigned n = 1, c; o->message[len]; len += n ? n : 1) {
		n = utf8_next(o->message + len, &c);
		if (!n || utf8_is_control(c))
			memset(o->message + len, '?', n ? n : 1);
	}
}

__attribute__((format(printf, 2, 3)))
static cold int complain(struct options *o, const char *format, ...)
{
	char text[384];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(o, "%s", text);
	return -EINVAL;
}

static struct nearest near_to(struct value v)
{
	return (struct nearest){ .name = v.at, .len = v.len };
}

/* @v is none of the words that were tried; @valid lists them, or says where they are. */
static cold int complain_of_word(struct options *o, const char *what, struct value v,
				 const struct nearest *n, const char *valid)
{
	say(o, "no %s \"%.*s\"", what, len_of(v), v.at);
	if (n->best)
		say(o, "; did you mean \"%s\"?", n->best);
	say(o, "%s %s", n->best ? "" : ";", valid);
	return -EINVAL;
}

/* "valid: a b c" */
struct list {
	char text[256];
	size_t len;
};

static void list_add(struct list *l, const char *word)
{
	if (l->len >= sizeof(l->text))
		return;
	l->len += snprintf(l->text + l->len, sizeof(l->text) - l->len, "%s%s",
			   l->len ? " " : "valid: ", word);
}

/* Where in @words (NULL at the end) @v is, or -EINVAL after a message. */
static int find_word(struct options *o, const char *what, struct value v,
		     const char *const *words)
{
	struct nearest n = near_to(v);
	struct list valid = { .len = 0 };

	for (int i = 0; words[i]; i++) {
		if (is(v, words[i]))
			return i;
		nearest_try(&n, words[i]);
		list_add(&valid, words[i]);
	}
	return complain_of_word(o, what, v, &n, valid.text);
}

/* ------------------------------------------------------------------- values */

/* Decimal, or hexadecimal after 0x. False unless all of @v is a number. */
static bool read_number(struct value v, u64 *number)
{
	char text[32];
	char *end;
	KEEP_ERRNO;

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
	struct nearest n = near_to(v);
	struct list valid = { .len = 0 };

	for (size_t i = 0; i < dlab_nr_profiles; i++) {
		if (is(v, dlab_profiles[i].name)) {
			o->profile = &dlab_profiles[i];
			return 0;
		}
		nearest_try(&n, dlab_profiles[i].name);
		list_add(&valid, dlab_profiles[i].name);
	}
	return complain_of_word(o, "profile", v, &n, valid.text);
}

/* In bytes, or with k, m, g. False unless all of @v is a number of at most @max bytes. */
static bool read_bytes(struct value v, u64 max, u64 *bytes)
{
	unsigned shift = 0;

	if (v.len) {
		char unit = v.at[v.len - 1] | 0x20;

		shift = unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
		v.len -= shift != 0;
	}
	if (!read_number(v, bytes) || *bytes > max >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

static int read_ram(struct options *o, struct value v)
{
	u64 n;

	if (!read_bytes(v, RAM_MAX, &n) || n < RAM_MIN)
		return complain(o, "ram_size \"%.*s\" is not valid; valid: 64k to 64g, in bytes or with k, m, g",
				len_of(v), v.at);
	o->ram_size = PAGE_ALIGN(n);
	return 0;
}

static int read_quarantine(struct options *o, struct value v)
{
	u64 n;

	if (!read_bytes(v, RAM_MAX, &n))
		return complain(o, "quarantine \"%.*s\" is not valid; valid: 0 (none) to 64g, in bytes or with k, m, g",
				len_of(v), v.at);
	o->quarantine = n;
	return 0;
}

static int read_policy(struct options *o, struct value v)
{
	const char *words[NR_POLICIES + 1] = { NULL };
	int i;

	memcpy(words, dlab_policy_names, sizeof(dlab_policy_names));
	i = find_word(o, "cache policy", v, words);
	if (i < 0)
		return i;
	o->policy = i;
	return 0;
}

static int read_seed(struct options *o, struct value v)
{
	if (!read_number(v, &o->seed))
		return complain(o, "seed \"%.*s\" is not valid; valid: a number, 0 to %llu, or 0x and hexadecimal",
				len_of(v), v.at, ~0ull);
	return 0;
}

static int read_unsigned(struct options *o, const char *key, struct value v, unsigned *to)
{
	u64 n;

	if (!read_number(v, &n) || n > (unsigned)-1)
		return complain(o, "%s \"%.*s\" is not valid; valid: a number, 0 to %u", key, len_of(v),
				v.at, (unsigned)-1);
	*to = n;
	return 0;
}

static int read_fail_nth(struct options *o, struct value v)
{
	return read_unsigned(o, "fail_nth", v, &o->fail_nth);
}

static int read_fail_every(struct options *o, struct value v)
{
	return read_unsigned(o, "fail_every", v, &o->fail_every);
}

static const char *const levels[] = {
	[LEVEL_OFF] = "off", [LEVEL_CONTRACT] = "contract", [LEVEL_FULL] = "full", NULL
};

static int read_level(struct options *o, struct value v)
{
	int i = find_word(o, "level of checks", v, levels);

	if (i < 0) {
		say(o, ", and behind it ,+NAME or ,-NAME");
		return i;
	}
	o->level = i;
	o->checks = dlab_checks_of_level(i);
	return 0;
}

#define LISTED "DMALAB_OPTIONS=help=1 lists them"

/* "+name" or "-name". */
static int read_check(struct options *o, struct value v)
{
	bool is_signed = v.len && (v.at[0] == '+' || v.at[0] == '-');
	struct value name = { v.at + is_signed, v.len - is_signed };
	struct nearest n = near_to(name);
	enum check check = dlab_check_by_name(name.at, name.len);

	for (int i = 0; check == NR_CHECKS && i < NR_CHECKS; i++)
		nearest_try(&n, dlab_catalogue[i].name);
	if (check == NR_CHECKS)
		return complain_of_word(o, "check", name, &n, LISTED);
	if (!is_signed)
		return complain(o, "check \"%.*s\" has neither + nor - in front; valid: +%.*s to report it, -%.*s not to",
				len_of(name), name.at, len_of(name), name.at, len_of(name), name.at);
	if (v.at[0] == '-') {
		o->checks &= ~(1ull << check);
		return 0;
	}
	o->checks |= 1ull << check;
	if (o->level < dlab_level_of_check(check))
		o->level = dlab_level_of_check(check);
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
	static const char *const words[] = { "plain", "explicit", NULL };
	int i = find_word(o, "accesses", v, words);

	if (i < 0)
		return i;
	o->plain = i == 0;
	return 0;
}

static int read_flag(struct options *o, const char *key, struct value v, bool *to)
{
	if (!is(v, "0") && !is(v, "1"))
		return complain(o, "%s \"%.*s\" is not valid; valid: 0 1", key, len_of(v), v.at);
	*to = is(v, "1");
	return 0;
}

static int read_machines(struct options *o, struct value v)
{
	static const char *const words[] = { "one", "all", NULL };
	int i = find_word(o, "machines", v, words);

	if (i < 0)
		return i;
	o->all = i == 1;
	return 0;
}

static int read_halt(struct options *o, struct value v)
{
	return read_flag(o, "halt_on_error", v, &o->halt);
}

static int read_record(struct options *o, struct value v)
{
	if (!v.len || v.len >= PATH_MAX - 16)
		return complain(o, "record \"%.*s\" is no file's name; valid: 1 to %d bytes", len_of(v),
				v.at, PATH_MAX - 17);
	o->record = v.at;
	o->record_len = v.len;
	return 0;
}

static int read_help(struct options *o, struct value v)
{
	return read_flag(o, "help", v, &o->help);
}

/* --------------------------------------------------------------------- keys */

static const struct key keys[] = {
	{ "profile", "the machine: x86 arm64 armv7 riscv mips mips-nonspec powerpc swiotlb iommu", read_profile },
	{ "ram_size", "simulated RAM: bytes, or with k, m, g", read_ram },
	{ "cache_policy", "never eager random lru", read_policy },
	{ "seed", "of the random policy, and of fail_every", read_seed },
	{ "checks", "off contract full, then ,+NAME ,-NAME", read_checks },
	{ "fail_nth", "make the Nth allocation or mapping fail", read_fail_nth },
	{ "fail_every", "make one in N of them fail, by chance", read_fail_every },
	{ "quarantine", "bytes of freed memory that wait before they are reused, or with k, m, g", read_quarantine },
	{ "accesses", "plain explicit: whether to look for stores nobody told about", read_accesses },
	{ "machines", "one all: judge the machine that runs, or every one in the same run", read_machines },
	{ "halt_on_error", "1: abort() after the first report of an error", read_halt },
	{ "record", "a file for what the program does, as a trace: dmalab run FILE", read_record },
	{ "help", "1: print this", read_help },
};

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))

cold void dlab_options_print_help(void)
{
	fputs("DMALAB_OPTIONS=key=value:key=value, with\n", stderr);
	for (size_t i = 0; i < NR_KEYS; i++)
		fprintf(stderr, "  %-14s %s\n", keys[i].name, keys[i].help);
	fputs("and the checks (lints are off unless asked for)\n", stderr);
	for (int i = 0; i < NR_CHECKS; i++)
		fprintf(stderr, "  %-26s %s\n", dlab_catalogue[i].name, dlab_catalogue[i].title);
}

static int read_pair(struct options *o, struct value pair)
{
	const char *equals = memchr(pair.at, '=', pair.len);
	struct value name = { pair.at, equals ? (size_t)(equals - pair.at) : pair.len };
	struct value v = { equals ? equals + 1 : NULL, equals ? pair.len - name.len - 1 : 0 };
	struct nearest n = near_to(name);

	for (size_t i = 0; i < NR_KEYS; i++) {
		if (equals && is(name, keys[i].name))
			return keys[i].read(o, v);
		nearest_try(&n, keys[i].name);
	}
	if (equals)
		return complain_of_word(o, "key", name, &n, "help=1 lists them");
	say(o, "\"%.*s\" is not key=value", len_of(pair), pair.at);
	if (n.best)
		say(o, "; did you mean \"%s=...\"?", n.best);
	return complain(o, "%s pairs are separated by colons, and help=1 lists the keys",
			n.best ? "" : ";");
}

static int read_environment(struct options *o)
{
	const char *at = getenv("DMALAB_OPTIONS");

	say(o, "DMALAB_OPTIONS: ");
	while (at && *at) {
		size_t len = strcspn(at, ":");
		int err = len ? read_pair(o, (struct value){ at, len }) : 0;

		if (err)
			return err;
		at += len + (at[len] == ':');
	}
	o->message[0] = 0;
	return 0;
}

/* A string of the configuration; NULL leaves the default. */
static int read_field(struct options *o, const char *s,
		      int (*read)(struct options *, struct value))
{
	return s ? read(o, (struct value){ s, strlen(s) }) : 0;
}

/*
 * What this version knows of @given, as the system calls with a growing structure do it:
 * an older caller's ends earlier, and the rest of @config is zero; a newer caller's ends
 * later, and what it sets there must not be ignored in silence.
 */
static int take_config(struct options *o, struct dmalab_config *config,
		       const struct dmalab_config *given)
{
	size_t size = given->size ? given->size : CONFIG_SIZE_1_0;
	size_t common = sized_common(given->size, CONFIG_SIZE_1_0, sizeof(*config));

	if (size > CONFIG_MAX || size % 8) {
		complain(o, "struct dmalab_config: size %zu is not valid; valid: "
			 "sizeof(struct dmalab_config), or 0 for the fields of interface 1.0", size);
		return -EINVAL;
	}
	for (size_t i = common; i < size; i++)
		if (((const char *)given)[i]) {
			complain(o, "struct dmalab_config: a field at byte %zu is set, and this "
				 "version of the library knows %zu bytes; leave it 0, or load "
				 "the library that the program was compiled for", i, sizeof(*config));
			return -EINVAL;
		}
	*config = (struct dmalab_config){ 0 };
	memcpy(config, given, common);
	return 0;
}

static int read_config(struct options *o, const struct dmalab_config *given)
{
	struct dmalab_config own, *config = &own;
	int err = take_config(o, &own, given);

	if (!err)
		err = read_field(o, config->profile, read_profile);
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
	o->quarantine = config->quarantine;
	if (!config->ram_size)
		return 0;
	if (config->ram_size < RAM_MIN || config->ram_size > RAM_MAX) {
		complain(o, "ram_size %zu is not valid; valid: %lu to %lu bytes", config->ram_size,
			 RAM_MIN, RAM_MAX);
		return -ERANGE;
	}
	o->ram_size = PAGE_ALIGN(config->ram_size);
	return 0;
}

static void defaults(struct options *o)
{
	*o = (struct options){
		.profile = dlab_profile_find("arm64"), .ram_size = RAM_DEFAULT,
		.policy = POLICY_NEVER, .level = LEVEL_FULL,
		.checks = dlab_checks_of_level(LEVEL_FULL), .plain = true,
	};
}

int dlab_options_read(struct options *o, const struct dmalab_config *config)
{
	int err;

	defaults(o);
	err = read_config(o, config);
	if (!err)
		err = read_environment(o);
	return err;
}

static int checked(const struct options *o, int err, char *message, size_t size)
{
	if (size)
		snprintf(message, size, "%s", err ? o->message : "");
	return err ? -EINVAL : 0;
}

int dmalab_config_check(const struct dmalab_config *config, char *message, size_t size)
{
	struct options o;

	defaults(&o);
	return checked(&o, config ? read_config(&o, config) : 0, message, size);
}

int dmalab_options_check(char *message, size_t size)
{
	struct options o;

	defaults(&o);
	return checked(&o, read_environment(&o), message, size);
}
