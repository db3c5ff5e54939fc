#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Instructions per operation of each hot path, against the committed bench/counts.tsv.
#
#   bench/counts.sh              a test: every count within 3 % of the baseline
#   bench/counts.sh --show       print the table and nothing else
#   bench/counts.sh --baseline   make the baseline of what is counted now
#   bench/counts.sh --functions PATH/ACCESSES/CHECKS
#                                the functions that make up one of the counts
#
# A count depends on the compiler and its flags, which the baseline names; built
# otherwise, the test is skipped. Instructions of the C library are shown, and not
# compared: it chooses its memset() by the CPU.

set -u
LC_ALL=C
export LC_ALL

here=${srcdir:-.}/bench
baseline=$here/counts.tsv
mode=${1:---check} only=${2:-}
percent=3

skip()
{
	echo "counts: $*"
	test "$mode" = --check || exit 1
	exit 77
}

from_makefile()
{
	sed -n "s/^$1 = //p" Makefile
}

test -z "${TEST_RUNNER:-}" || skip "skipped: under another tool ($TEST_RUNNER)"
VALGRIND=${VALGRIND:-$(from_makefile VALGRIND)}
{ test -n "$VALGRIND" && test -x bench/dmalab-count; } ||
	skip "skipped: valgrind was not found (Debian: valgrind)"

# Warnings and debugging information change no instruction.
# shellcheck disable=SC2046 # a list of words
build="$($(from_makefile CC) --version | head -n 1), $(from_makefile host_cpu),$(
	for flag in $(from_makefile CPPFLAGS) $(from_makefile CFLAGS) $(from_makefile STD_CFLAGS); do
		case $flag in
		-g* | -W* | -pipe) ;;
		*) printf ' %s' "$flag" ;;
		esac
	done)"
grep -q '^build_libtool_libs=yes' libtool || build="$build, static"
if test "$mode" = --check; then
	test -f "$baseline" || skip "skipped: no $baseline (make bench-baseline)"
	of=$(sed -n 's/^# build: //p' "$baseline")
	test "$of" = "$build" || skip "skipped: the baseline is of another compiler or other flags
  baseline: $of
  here:     $build"
fi

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

if ! ./libtool --mode=execute "$VALGRIND" -q --tool=callgrind --collect-atstart=no \
	--combine-dumps=yes --compress-strings=no --compress-pos=no \
	--callgrind-out-file="$dir/dumps" bench/dmalab-count ${only:+"$only"} >"$dir/operations" 2>"$dir/messages"; then
	cat "$dir/messages" >&2
	echo "counts: callgrind or dmalab-count failed (see above)" >&2
	exit 1
fi
if test "$mode" = --functions; then
	awk -f "$here/counts.awk" -v functions=1 "$dir/operations" "$dir/dumps" | sort -rn
	exit
fi
awk -f "$here/counts.awk" "$dir/operations" "$dir/dumps" >"$dir/counts" || exit 1
if ! test -s "$dir/counts" || test "$(wc -l <"$dir/counts")" != "$(wc -l <"$dir/operations")"; then
	cat "$dir/messages" >&2
	echo "counts: callgrind has not dumped every path" >&2
	exit 1
fi

awk -f "$here/counts-table.awk" -v build="$build" "$dir/counts" || exit 1
case $mode in
--show) ;;
--baseline)
	{
		echo "# Instructions per operation of each hot path; bench/README.md, make bench-baseline"
		echo "# build: $build"
		echo "# path/accesses/checks	dmalab	C library"
		cat "$dir/counts"
	} >"$baseline.tmp" && mv "$baseline.tmp" "$baseline" || exit 1
	echo "counts: $baseline is written; say in the commit what became cheaper or dearer, and why"
	;;
*) awk -f "$here/counts-compare.awk" -v percent=$percent "$baseline" "$dir/counts" ;;
esac
