/* SPDX-License-Identifier: MIT */
/*
 * What the reports say. Each case's report is compared with tests/golden/FAMILY.txt,
 * addresses replaced by names. After a change that is meant:
 *
 *	UPDATE_GOLDEN=1 tests/test-golden.t
 *
 * writes the files anew, to be read before they are committed.
 */
#include "cases.h"

static const struct case_family families[] = CASE_FAMILIES;

/* ---------------------------------------------------------- normalising */

struct names {
	unsigned long long address[8];
	unsigned nr;
};

/* A letter for each address of a report; what lies near it is told from it. */
static void put_name(FILE *out, struct names *names, unsigned long long address)
{
	unsigned i;

	for (i = 0; i < names->nr; i++) {
		long long distance = address - names->address[i];

		if (distance == 0)
			fprintf(out, "<%c>", 'A' + i);
		else if (llabs(distance) < 65536)
			fprintf(out, "<%c%+lld>", 'A' + i, distance);
		else
			continue;
		return;
	}
	assert_true(i < ARRAY_SIZE(names->address));
	names->address[names->nr++] = address;
	fprintf(out, "<%c>", 'A' + i);
}

/* 0x... of four digits and more is an address; smaller numbers are attributes. */
static void normalise(FILE *out, const char *text)
{
	struct names names = { .nr = 0 };

	while (*text) {
		char *end = NULL;
		unsigned long long number = 0;

		if (strncmp(text, "0x", 2) == 0)
			number = strtoull(text, &end, 16);
		if (number > 0xfff) {
			put_name(out, &names, number);
			text = end;
		} else {
			fputc(*text++, out);
		}
	}
}

/* ------------------------------------------------------------ the files */

static void golden_path(char *path, size_t size, const char *family)
{
	const char *srcdir = getenv("srcdir");

	snprintf(path, size, "%s/tests/golden/%s.txt", srcdir ? srcdir : ".", family);
}

static char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	assert_non_null(text);
	if (in) {
		assert_true(fread(text, 1, (1 << 16) - 1, in) < (1 << 16) - 1);
		fclose(in);
	}
	return text;
}

static char *draw_all(const struct case_family *family)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct rig r;

	assert_non_null(out);
	for (const struct check_case *c = family->cases; c->check; c++) {
		fprintf(out, "%s--- %s%s%s\n", c == family->cases ? "" : "\n", c->check,
			c->variant ? ", " : "", c->variant ? c->variant : "");
		case_up(&r, c);
		c->draw(&r);
		expect(&r, c->check);
		normalise(out, r.text);
		rig_down(&r);
	}
	fclose(out);
	return text;
}

/* Line by line, from the first that differs on. */
static void show_difference(const char *path, const char *expected, const char *drawn)
{
	unsigned line = 1;

	while (*expected && *drawn) {
		size_t e = strcspn(expected, "\n"), d = strcspn(drawn, "\n");

		if (e != d || strncmp(expected, drawn, e) != 0)
			break;
		expected += e + (expected[e] == '\n');
		drawn += d + (drawn[d] == '\n');
		line++;
	}
	print_error("%s:%u: expected\n%.400s\n\nbut reported was\n%.400s\n", path, line, expected,
		    drawn);
}

static void compare(const struct case_family *family)
{
	char path[4096];
	char *drawn = draw_all(family), *expected;

	golden_path(path, sizeof(path), family->name);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *out = fopen(path, "w");

		assert_non_null(out);
		fputs(drawn, out);
		fclose(out);
	}
	expected = read_file(path);
	if (strcmp(expected, drawn) != 0) {
		show_difference(path, expected, drawn);
		fail_msg("%s differs; if it should, run with UPDATE_GOLDEN=1", path);
	}
	free(expected);
	free(drawn);
}

static void golden(void **state)
{
	compare(*state);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(families)];

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		tests[i] = (struct CMUnitTest){
			.name = families[i].name, .test_func = golden,
			.initial_state = (void *)&families[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
