#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The public structures and signatures, by libabigail (Debian: abigail-tools).
#
#   abi.sh check    the built library against build-aux/libdmalab.abi (make check)
#   abi.sh write    a new build-aux/libdmalab.abi (make abi)
#
# check-symbols.sh compares names; this compares what is behind them: what a function
# takes, and where in a structure a field lies. Without libabigail, without debug
# information, and on machines of another kind than the list was made on: skipped.

action=${1:-check}
srcdir=${srcdir:-.}
library=.libs/libdmalab.so
baseline=$srcdir/build-aux/libdmalab.abi

skip()
{
	echo "abi: $*: skipped"
	test "$action" = check && exit 77
	exit 1
}

test -f "$library" || skip "$library was not built"
command -v abidw >/dev/null && command -v abidiff >/dev/null || skip "no libabigail"
readelf -S "$library" | grep -q '\.debug_info' || skip "$library has no debug information"

current=$(mktemp) || exit 1
trap 'rm -f "$current"' EXIT
trap 'exit 1' HUP INT TERM
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --exported-interfaces-only \
	--drop-undefined-syms --drop-private-types --headers-dir "$srcdir/core/include" \
	"$library" >"$current" || exit 1

architecture()
{
	sed -n "s/.*<abi-corpus .*architecture='\([^']*\)'.*/\1/p" "$1"
}

if test "$action" = write; then
	# Which other libraries a build needs is not the interface.
	sed '/<elf-needed>/,/<\/elf-needed>/d' "$current" >"$baseline.tmp" &&
		mv "$baseline.tmp" "$baseline"
	exit
fi

test "$(architecture "$baseline")" = "$(architecture "$current")" ||
	skip "the list is of another architecture"
abidiff --no-added-syms --no-show-locs "$baseline" "$current"
status=$?
# 4 is a change, and 8 goes with it; the other bits are abidiff's own troubles.
test $((status & 4)) = 0 || {
	echo "abi: the interface has changed since $baseline was written. Programs that were"
	echo "abi: built before must keep working: fields are added at the end of structures"
	echo "abi: that begin with a size, functions in a new node of core/libdmalab.map. If"
	echo "abi: it is that, or no release had the old one: make abi"
	exit 1
}
test $status = 0 || skip "abidiff failed with status $status"
