/* SPDX-License-Identifier: MIT */
/* Every check is reported by its case alone, and not by the near miss. */
#include "cases.h"

static const struct case_family families[] = CASE_FAMILIES;

#define for_each_case(c) \
	for (size_t family_i = 0; family_i < ARRAY_SIZE(families); family_i++) \
		for (const struct check_case *c = families[family_i].cases; c->check; c++)

static bool is_in_catalogue(const char *name)
{
	size_t count;
	const struct dmalab_check *const *checks = dmalab_checks(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(checks[i]->name, name) == 0)
			return true;
	return false;
}

static void every_check_has_a_case(void **state)
{
	size_t count, found;
	const struct dmalab_check *const *checks = dmalab_checks(&count);

	(void)state;
	assert_true(count > 40);
	assert_ptr_equal(checks, dmalab_checks(NULL));
	for (size_t i = 0; i < count; i++) {
		found = 0;
		for_each_case(c)
			found += strcmp(c->check, checks[i]->name) == 0 && c->draw && c->miss;
		if (found != 1)
			print_error("%s has %zu cases with a near miss\n", checks[i]->name, found);
		assert_int_equal(found, 1);
	}
	for_each_case(c)
		assert_true(is_in_catalogue(c->check));
}

static void catalogue_is_complete(void **state)
{
	size_t count;
	const struct dmalab_check *const *checks = dmalab_checks(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(strlen(checks[i]->name) > 0 && strlen(checks[i]->title) > 0);
		assert_in_range(checks[i]->severity, DMALAB_LINT, DMALAB_ERROR);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(checks[i]->name, checks[k]->name);
	}
}

static void each_case_draws_its_check(void **state)
{
	struct rig r;

	(void)state;
	for_each_case(c) {
		case_up(&r, c);
		c->draw(&r);
		assert_int_equal(dmalab_report_count(r.machine, c->check), 1);
		assert_int_equal(dmalab_report_count(r.machine, NULL), 1);
		expect(&r, c->check);
		rig_down(&r);
	}
}

static void no_near_miss_draws(void **state)
{
	struct rig r;

	(void)state;
	for_each_case(c) {
		if (!c->miss)
			continue;
		case_up(&r, c);
		c->miss(&r);
		expect(&r, "");
		rig_down(&r);
	}
}

/* The near misses are right everywhere, or right nowhere. */
static void near_misses_are_quiet_on_all_profiles(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for_each_case(c) {
			struct dmalab_config config = {
				.profile = profile, .checks = c->checks, .accesses = c->accesses,
			};

			/* What is another line on one machine is the same on the next. */
			if (!c->miss || strstr(c->check, "line"))
				continue;
			rig_up_with(&r, &config);
			c->miss(&r);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

/* A check that is switched off is neither reported nor counted. */
static void each_check_can_be_switched_off(void **state)
{
	char checks[64];
	struct rig r;

	(void)state;
	for_each_case(c) {
		struct dmalab_config config = {
			.profile = c->profile, .checks = checks, .accesses = c->accesses,
		};

		snprintf(checks, sizeof(checks), RIG_CHECKS ",-%s", c->check);
		rig_up_with(&r, &config);
		c->draw(&r);
		expect(&r, "");
		assert_int_equal(dmalab_report_count(r.machine, NULL), 0);
		rig_down(&r);
	}
}

/* One that is asked for by name needs no other. */
static void each_check_alone(void **state)
{
	char checks[64];
	struct rig r;

	(void)state;
	for_each_case(c) {
		struct dmalab_config config = {
			.profile = c->profile, .checks = checks, .accesses = c->accesses,
		};

		snprintf(checks, sizeof(checks), "off,+%s", c->check);
		rig_up_with(&r, &config);
		c->draw(&r);
		expect(&r, c->check);
		rig_down(&r);
	}
}

/* Level "contract" knows what was called, and nothing of what was stored. */
static bool needs_accesses(const char *family, const char *check)
{
	if (strcmp(check, "handle-dereference") == 0)
		return false;
	return strcmp(family, "ownership") == 0 || strcmp(family, "coherency") == 0 ||
	       strcmp(family, "trust") == 0 || strcmp(check, "cpu-use-after-free") == 0 ||
	       strcmp(check, "sync-partial-line") == 0 || strncmp(check, "stale-", 6) == 0;
}

static void contract_level(void **state)
{
	struct rig r;

	(void)state;
	for_each_case(c) {
		struct dmalab_config config = {
			.profile = c->profile, .checks = "contract", .accesses = c->accesses,
		};
		bool quiet = needs_accesses(families[family_i].name, c->check) ||
			     strcmp(c->check, "sync-redundant") == 0 ||
			     strcmp(c->check, "sync-other-direction") == 0;

		/* What the device's accesses return, depends on the level. */
		if (strcmp(c->check, "device-out-of-bounds") == 0 ||
		    strcmp(c->check, "device-use-after-unmap") == 0)
			continue;
		rig_up_with(&r, &config);
		c->draw(&r);
		expect(&r, quiet ? "" : c->check);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_check_has_a_case),
		cmocka_unit_test(catalogue_is_complete),
		cmocka_unit_test(each_case_draws_its_check),
		cmocka_unit_test(no_near_miss_draws),
		cmocka_unit_test(near_misses_are_quiet_on_all_profiles),
		cmocka_unit_test(each_check_can_be_switched_off),
		cmocka_unit_test(each_check_alone),
		cmocka_unit_test(contract_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
