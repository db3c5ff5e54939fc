#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every check has a page, docs/checks/NAME.md, that fits a terminal; the overview,
# docs/checks.md, links to it, and no page is of no check. (What the pages say is
# for tests/test-explain.c.)

docs=${srcdir:-.}/docs
names=$(sed -n 's/^CHECK([A-Z_]*, "\([^"]*\)".*/\1/p' "${srcdir:-.}/core/judge/catalogue.def")
status=0

fail()
{
	echo "test-check-pages: $*"
	status=1
}

test "$(echo "$names" | wc -l)" -gt 40 || fail "the catalogue was not understood"

for name in $names; do
	page=$docs/checks/$name.md
	if ! test -f "$page"; then
		fail "no page docs/checks/$name.md"
		continue
	fi
	test "$(head -n 1 "$page")" = "# $name" || fail "$page does not begin with '# $name'"
	wide=$(awk 'length > 80' "$page")
	test -z "$wide" || fail "$page: more than 80 columns: $wide"
	test "$(wc -l <"$page")" -le 48 || fail "$page: more than 48 lines"
	test "$(grep -c '^Reported on: ' "$page")" = 1 || fail "$page: no line 'Reported on: '"
	grep -qF "[\`$name\`](checks/$name.md)" "$docs/checks.md" ||
		fail "docs/checks.md does not list $name"
	for other in $(sed -n '/^See also: /,$p' "$page" | sed 's/^See also: //; s/,/ /g'); do
		test -f "$docs/checks/$other.md" || fail "$page: see also $other, which has no page"
	done
done

for page in "$docs"/checks/*; do
	echo "$names" | grep -qx "$(basename "$page" .md)" || fail "$page: no check of this name"
done
exit $status
