/* SPDX-License-Identifier: MIT */
/*
 * The pages docs/checks/NAME.md: each names its check as the catalogue does, and its
 * examples do as they say: the mistake reports the check on the profiles that the page
 * names, and on no other; the fix, and whatever else is shown, reports nothing at all.
 *
 * The examples do not ask whether a mapping failed, nor free what they have, nor fill what
 * they map: these checks are off but on their own pages.
 */
#include "rig.h"

#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#define EXAMPLES 4

struct page_of_check {
	const char *name, *title, *profiles;
	void (*examples[EXAMPLES])(struct dmalab_machine *machine, struct device *dev);
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wcast-align"
#include "tests/pages.inc"
#pragma GCC diagnostic pop

static void up(struct rig *r, const struct page_of_check *page, const char *profile)
{
	char checks[128];
	/* The two checks that have to see every store. */
	bool explicit = strcmp(page->name, "unwritten-read") == 0 ||
			strcmp(page->name, "uninitialised-to-device") == 0;
	struct dmalab_config config = {
		.profile = profile, .checks = checks, .accesses = explicit ? "explicit" : NULL,
	};

	snprintf(checks, sizeof(checks), "full,-map-error-unchecked,-leak,-uninitialised-to-device,"
		 "-unwritten-read,+%s", page->name);
	rig_up_with(r, &config);
}

static bool is_drawn_on(const struct page_of_check *page, const char *profile)
{
	size_t len = strlen(profile);

	if (strcmp(page->profiles, "every profile") == 0)
		return true;
	for (const char *at = page->profiles; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (strncmp(at, profile, len) == 0 && (!at[len] || at[len] == ' '))
			return true;
	}
	return false;
}

static bool mistake_is_as_told(const struct page_of_check *page, const char *profile)
{
	unsigned long expected = is_drawn_on(page, profile), nr;
	struct rig r;
	bool ok;

	up(&r, page, profile);
	page->examples[0](r.machine, r.dev);
	nr = dmalab_report_count(r.machine, page->name);
	ok = nr == expected && (!nr || r.nr == 1);
	if (!ok)
		print_error("%s.md: the mistake on %s reports \"%s\"\n%s", page->name, profile,
			    r.drawn, r.text);
	r.drawn[0] = 0;
	r.nr = 0;
	rig_down(&r);
	return ok;
}

static bool is_quiet(const struct page_of_check *page, unsigned example, const char *profile)
{
	struct rig r;
	bool ok;

	up(&r, page, profile);
	page->examples[example](r.machine, r.dev);
	ok = !r.nr;
	if (!ok)
		print_error("%s.md: example %u on %s reports \"%s\"\n%s", page->name, example + 1,
			    profile, r.drawn, r.text);
	r.drawn[0] = 0;
	r.nr = 0;
	rig_down(&r);
	return ok;
}

static void examples_do_as_they_say(void **state)
{
	const char *profile;
	bool ok = true;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		assert_non_null(pages[i].examples[0]);
		assert_non_null(pages[i].examples[1]);
		for_each_profile(profile) {
			ok &= mistake_is_as_told(&pages[i], profile);
			for (unsigned k = 1; pages[i].examples[k]; k++)
				ok &= is_quiet(&pages[i], k, profile);
		}
	}
	assert_true(ok);
}

static void titles_are_those_of_the_catalogue(void **state)
{
	static const char *const severities[] = { "Lint", "Warning", "Error" };
	size_t count;
	const struct dmalab_check *const *checks = dmalab_checks(&count);
	char title[256];

	(void)state;
	assert_int_equal(count, ARRAY_SIZE(pages));
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < ARRAY_SIZE(pages) && strcmp(pages[k].name, checks[i]->name) != 0)
			k++;
		assert_true(k < ARRAY_SIZE(pages));
		snprintf(title, sizeof(title), "%s: %s.", severities[checks[i]->severity],
			 checks[i]->title);
		assert_string_equal(pages[k].title, title);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_do_as_they_say),
		cmocka_unit_test(titles_are_those_of_the_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
