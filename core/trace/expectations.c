/* SPDX-License-Identifier: MIT */
/* What a statement must report, as the comment behind it says. */
#include "trace/parser.h"

#include <stdlib.h>
#include <string.h>

static bool read_profiles(struct parser *p, profile_set *on)
{
	*on = 0;
	do {
		const char *name;
		struct nearest n;
		char hint[96];
		size_t len;
		unsigned i;

		parse_blanks(p);
		len = parse_dashed_word(p->at);
		n = (struct nearest){ .name = p->at, .len = len };
		for (i = 0; (name = dmalab_profile_name(i)); i++) {
			if (strlen(name) == len && memcmp(name, p->at, len) == 0)
				break;
			nearest_try(&n, name);
		}
		if (!name)
			return parse_complain(p, p->at, len, parse_hint(&n, hint, sizeof(hint)),
					      "no profile \"%.*s\"", (int)len, p->at);
		*on |= 1u << i;
		p->at += len;
	} while (parse_accept(p, ','));
	return parse_need(p, ']', "after the profiles");
}

static bool read_check(struct parser *p, profile_set on)
{
	size_t len, count;
	const struct dmalab_check *const *checks = dmalab_checks(&count);
	struct nearest n;
	char hint[96];

	parse_blanks(p);
	len = parse_dashed_word(p->at);
	n = (struct nearest){ .name = p->at, .len = len };
	for (size_t i = 0; i < count; i++) {
		if (strlen(checks[i]->name) != len || memcmp(checks[i]->name, p->at, len) != 0) {
			nearest_try(&n, checks[i]->name);
			continue;
		}
		if (p->s->nr_expected == TRACE_MAX_EXPECTED)
			return parse_complain(p, p->at, len, NULL, "more than %u expectations",
					      TRACE_MAX_EXPECTED);
		p->s->expected[p->s->nr_expected++] = (struct expectation){ checks[i]->name, on };
		p->at += len;
		return true;
	}
	return parse_complain(p, p->at, len, parse_hint(&n, hint, sizeof(hint)),
			      "no check \"%.*s\"", (int)len, p->at);
}

bool parse_expected(struct parser *p)
{
	if (!p->s->expected) {
		p->s->expected = calloc(TRACE_MAX_EXPECTED, sizeof(*p->s->expected));
		if (!p->s->expected)
			return parse_no_memory(p);
	}
	do {
		profile_set on = ALL_PROFILES;

		parse_blanks(p);
		if (strncmp(p->at, "expect", 6) != 0)
			return parse_complain(p, p->at, 1, NULL, "expected \"expect\" after \";\"");
		p->at += 6;
		if (parse_accept(p, '[') && !read_profiles(p, &on))
			return false;
		if (!parse_need(p, ':', "after \"expect\""))
			return false;
		do
			if (!read_check(p, on))
				return false;
		while (parse_accept(p, ','));
	} while (parse_accept(p, ';'));
	parse_blanks(p);
	if (*p->at)
		return parse_complain(p, p->at, 1, "checks are separated by commas",
				      "this does not belong to an expectation");
	return true;
}
