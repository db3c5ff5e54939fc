/* SPDX-License-Identifier: MIT */
/* What stands before the first call: the machines that a trace is for, and their making. */
#include "trace/run.h"

#include <string.h>

#define RAM_SIZE (4u << 20)

/* The last setting of this name, or NULL. */
static const struct statement *find_setting(const struct trace *t, const char *name)
{
	const struct statement *last = NULL;

	for (u32 i = 0; i < t->nr_statements; i++) {
		const struct statement *s = &t->statements[i];

		if (s->call && s->call->run)
			break;
		if (s->call && strcmp(s->call->name, name) == 0)
			last = s;
	}
	return last;
}

/* The line @s has a word that is none; NULL: it came with the command. */
static bool is_valid(struct run *r, const struct statement *s, const struct dmalab_config *config)
{
	char message[896];

	if (!dmalab_config_check(config, message, sizeof(message)))
		return true;
	r->now = s;
	run_stop(r, "%s", message);
	return false;
}

/*
 * Is the machine among those of profiles("arm64, mips")? A name that is none is an error:
 * it would be a trace for no machine, which always passes.
 */
static bool read_profiles(struct run *r, const struct statement *s, bool *wanted)
{
	const char *at = s->args[0].string, *mine = r->options->profile;
	char name[TRACE_MAX_STRING + 1];

	*wanted = false;
	do {
		size_t len;

		at += strspn(at, " ");
		len = strcspn(at, ", ");
		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		if (!is_valid(r, s, &(struct dmalab_config){ .profile = name }))
			return false;
		*wanted |= strcmp(name, mine ? mine : "arm64") == 0;
		at += len;
		at += strspn(at, " ");
	} while (*at++ == ',');
	return true;
}

bool run_read_settings(struct run *r, bool *elsewhere)
{
	const struct statement *profiles = find_setting(r->trace, "profiles");
	const struct statement *checks = find_setting(r->trace, "checks");
	const struct statement *accesses = find_setting(r->trace, "accesses");
	const struct statement *policy = find_setting(r->trace, "policy");
	const struct statement *ram = find_setting(r->trace, "ram");
	bool wanted = true;

	r->config = (struct dmalab_config){
		.profile = r->options->profile, .cache_policy = r->options->policy,
		.seed = r->options->seed, .ram_size = RAM_SIZE, .accesses = "explicit",
	};
	if (!is_valid(r, NULL, &r->config) ||
	    (profiles && !read_profiles(r, profiles, &wanted)))
		return false;
	if (checks)
		r->config.checks = checks->args[0].string;
	if (!is_valid(r, checks, &r->config))
		return false;
	if (policy && !r->config.cache_policy)
		r->config.cache_policy = policy->args[0].string;
	if (!is_valid(r, policy, &r->config))
		return false;
	if (accesses)
		r->config.accesses = accesses->args[0].string;
	if (!is_valid(r, accesses, &r->config))
		return false;
	/* Plain stores have to be looked for, whatever the trace says. */
	if (r->options->accesses != ACCESSES_TOLD)
		r->config.accesses = "plain";
	if (ram)
		r->config.ram_size = ram->args[0].number;
	if (ram && (r->config.ram_size < TRACE_MIN_RAM || r->config.ram_size > TRACE_MAX_RAM)) {
		r->now = ram;
		run_stop(r, "ram(%llu) is not valid; valid: %lu to %lu bytes",
			 (unsigned long long)ram->args[0].number, TRACE_MIN_RAM, TRACE_MAX_RAM);
		return false;
	}
	r->open_end = find_setting(r->trace, "open_end");
	*elsewhere = !wanted;
	return true;
}

/* The words of a configuration. */
static const char **word_of(struct dmalab_config *c, unsigned i)
{
	const char **all[NR_CONFIG_WORDS] = {
		&c->profile, &c->cache_policy, &c->checks, &c->accesses, &c->machines,
	};

	return all[i];
}

bool run_keep_machine(struct kept_machine *kept, struct dmalab_machine *machine,
		      const struct dmalab_config *config)
{
	kept->config = *config;
	for (unsigned i = 0; i < NR_CONFIG_WORDS; i++) {
		const char **word = word_of(&kept->config, i);

		if (!*word)
			continue;
		if (strlen(*word) >= sizeof(kept->words[i]))
			return false;
		*word = strcpy(kept->words[i], *word);
	}
	kept->machine = machine;
	return true;
}

static bool same_config(struct dmalab_config *a, struct dmalab_config *b)
{
	for (unsigned i = 0; i < NR_CONFIG_WORDS; i++) {
		const char *one = *word_of(a, i), *other = *word_of(b, i);

		if (!one != !other || (one && strcmp(one, other) != 0))
			return false;
	}
	return a->ram_size == b->ram_size && a->seed == b->seed && a->fail_nth == b->fail_nth &&
	       a->fail_every == b->fail_every && a->quarantine == b->quarantine;
}

/* The machine of the run before, or a new one; NULL: no memory. */
static struct dmalab_machine *take_machine(struct run *r, struct kept_machine *kept)
{
	struct dmalab_machine *machine = kept->machine;

	kept->machine = NULL;
	if (!machine || !same_config(&kept->config, &r->config)) {
		dmalab_machine_free(machine);
		return dmalab_machine_new(&r->config);
	}
	dmalab_machine_set_current(machine);
	return machine;
}

bool run_make_machine(struct run *r, unsigned number)
{
	const char *name;

	r->machine = r->machines[number] = number ? dmalab_machine_new(&r->config) :
						     take_machine(r, r->kept);
	r->in_use = number;
	if (!r->machine) {
		run_stop(r, "no memory for the machine");
		return false;
	}
	for (unsigned i = 0; (name = dmalab_profile_name(i)); i++)
		if (strcmp(name, dmalab_machine_profile(r->machine)) == 0)
			r->profile = 1u << i;
	r->reporters[number] = (struct reporter){ .run = r, .number = number };
	dmalab_set_report_handler(r->machine, run_on_report, &r->reporters[number]);
	if (r->options->on_machine)
		r->options->on_machine(r, number, MACHINE_MADE, r->options->context);
	return true;
}
