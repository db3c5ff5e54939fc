#!/bin/sh
# SPDX-License-Identifier: MIT
#
# docs/api.md is what api-table.sh prints, and every call has a test, every check a case.

srcdir=${srcdir:-.}
table=$(mktemp) || exit 1
trap 'rm -f "$table"' EXIT
trap 'exit 1' HUP INT TERM
status=0

sh "$srcdir/build-aux/api-table.sh" "$srcdir" >"$table" || exit 1
test "$(grep -c '^| `dma_' "$table")" -gt 60 || {
	echo "test-api: the headers were not understood"
	status=1
}

if grep -E '\*\*no (test|case)\*\* \|' "$table"; then
	echo "test-api: these have no test"
	status=1
fi
if ! diff "$srcdir/docs/api.md" "$table"; then
	echo "test-api: docs/api.md is out of date: make api-table"
	status=1
fi
exit $status
