#!/bin/sh
# SPDX-License-Identifier: MIT
#
# "breaks on" is true: as dmalab run says it, which runs the trace on each machine, and as
# machines=all says it, which judges one run for all of them (where it is sure of all: else
# dmalab run fills in). The corpora and programs at random, each on each profile; so the two
# are held against each other as well.

srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# Valgrind is slow, and the automata are the same.
test -z "${TEST_RUNNER-}" || exit 77

# check NAME FILE...
check()
{
	name=$1
	shift
	./dmalab run --profile=all --format=json "$@" > "$work/out" 2> /dev/null
	awk -v what="$name" -f "$srcdir/tests/breaks.awk" "$work/out" "$work/out" || failed=1
}

awk -v n=400 -v seed=1 -v dir="$work" -f "$srcdir/tests/random-programs.awk"
for machines in one all; do
	DMALAB_OPTIONS=machines=$machines
	export DMALAB_OPTIONS
	check "corpora, machines=$machines" "$srcdir"/corpora/*/*.dma
	check "400 random programs, machines=$machines" "$work"/random-*.dma
done
exit $failed
