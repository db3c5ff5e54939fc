#!/bin/sh
# SPDX-License-Identifier: MIT
#
# publish.sh SRCDIR: docs/benchmarks.md with the tables of bench/published.tsv in it, between
# the two lines that say so, to standard output. Called by make bench-publish, and by make
# check, which wants the page to be that.

set -u
LC_ALL=C
export LC_ALL
AWK=${AWK:-awk}
bench=$1/bench page=$1/docs/benchmarks.md

$AWK '{ print } /^<!-- tables -->$/ { exit }' "$page" || exit 1
if ! grep -q -v '^#' "$bench/published.tsv"; then
	# shellcheck disable=SC2016 # Markdown
	echo 'Nothing measured on a quiet machine is published yet: `make bench`, then `make bench-publish`.'
	$AWK '/^<!-- end of tables -->$/ { on = 1 } on' "$page"
	exit
fi
# The fences are Markdown. Where and how, in one line each.
# shellcheck disable=SC2016
echo '```'
# shellcheck disable=SC2016
$AWK -F '\t' '
	/^#(cpu_model|num_cpus|kernel|governor|compiler|cflags|commit|date|command)\t/ {
		printf "%-10s %s\n", substr($1, 2), $2
	}' "$bench/published.tsv" || exit 1
echo
$AWK -f "$bench/reach.awk" "$bench/aims.tsv" "$bench/published.tsv" || exit 1
$AWK -f "$bench/tables.awk" "$bench/published.tsv" || exit 1
echo '```'
# And what "make pictures" has drawn of it.
for name in latency sync checks seen live percentiles; do
	test ! -f "$1/docs/pictures/$name.svg" ||
		printf '\n![%s](pictures/%s.svg)\n' "$(sh "$1/plots/words.sh" title $name)" $name
done
$AWK '/^<!-- end of tables -->$/ { on = 1 } on' "$page"
