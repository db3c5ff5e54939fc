#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Driver code is plain C. Whatever way the CPU's accesses are made, and whatever the cache
# does meanwhile, a program that is right sees the right values and reports nothing, and one
# that is wrong reports the same: every trace of the corpora, and every example, as it stands
# and as the trace that is recorded of it.

srcdir=${srcdir:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
programs=0
policies='never eager random lru'
profiles=$(./dmalab profiles)
traces=$(find "$srcdir"/corpora/clean "$srcdir"/corpora/bugs "$srcdir"/corpora/checks -name '*.dma' | sort)
# Valgrind is slow: of many, a few stand for all.
if test -n "${TEST_RUNNER-}"; then
	profiles='arm64 swiotlb'
	traces=$(echo "$traces" | sed -n '1~40p')
fi

# What a program reports and where, without addresses: those of the machine are the process's.
# One that is wrong may see other values.
reported()
{
	shown=p
	test "$5" = fixed || shown='/^reports:/p; /^dmalab:/{p; n; p;}'
	# shellcheck disable=SC2086
	DMALAB_OPTIONS=profile=$2:cache_policy=$3:seed=7$4 $TEST_RUNNER "examples/$1" "$5" 2>&1 |
		sed 's/0x[0-9a-f]*/ADDRESS/g' | sed -n "$shown"
	programs=$((programs + 1))
}

for source in "$srcdir"/examples/[0-9]*.c; do
	example=$(basename "$source" .c)
	for profile in $profiles; do
		for kind in bug fixed; do
			for policy in $policies; do
				reported "$example" "$profile" "$policy" '' $kind > "$work/$policy"
				cmp -s "$work/never" "$work/$policy" && continue
				echo "FAIL: $example $kind on $profile, under never and $policy:"
				diff "$work/never" "$work/$policy" | head -n 10
				failed=1
			done
			grep -qx 'reports: 0' "$work/never" || test $kind = bug || {
				echo "FAIL: $example $kind on $profile is not quiet"
				failed=1
			}
			# What it did, with stores that are found, and with the same stores told. A trace
			# of two threads may have another order than they had.
			grep -q pthread_create "$source" && continue
			test $kind = fixed && name=right || name=wrong
			trace=$work/$example-$profile
			reported "$example" "$profile" never ":record=$trace-found-$name.dma" $kind > "$work/out"
			sed 's/^cpu_store(/cpu_write(/' "$trace-found-$name.dma" > "$trace-$name.dma"
		done
	done
done

# TEST_RUNNER is a command with arguments, and names have no blanks.
# shellcheck disable=SC2086
$TEST_RUNNER tests/told-plain $traces "$work"/*.dma || failed=1
echo "examples: $programs runs"
exit $failed
