#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What was recorded reports the same when it is run, and is in the canonical form.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

# check PROFILE FILE Reported: the trace runs as it expects, and expects as much as was reported.
check()
{
	# TEST_RUNNER is a command with arguments.
	# shellcheck disable=SC2086
	$TEST_RUNNER ./dmalab run --profile="$1" "$2" > "$work/out" 2>&1 || {
		fail "$3 on $1"
		grep -v '(expected)' "$work/out" | head -n 20
	}
	./dmalab fmt "$2" | cmp -s - "$2" || fail "the trace of $3 is not as dmalab fmt writes it"
	calls=$(sed -n 's/^\(.* = \)\{0,1\}\([a-z_0-9]*\)(.*/\2/p' "$2" | sort -u)
	for call in $calls; do
		grep -qx "$call" "$work/calls" || fail "$call() is in the trace of $3, and no call"
	done
}

# record PROFILE PROGRAM ARGUMENT...
record()
{
	profile=$1
	shift
	rm -f "$work"/t.dma*
	# shellcheck disable=SC2086
	DMALAB_OPTIONS=profile=$profile:$options:record=$work/t.dma $TEST_RUNNER "$@" \
		> "$work/log" 2>&1
}

reported()
{
	sed -n 's/.*# expect\[[^]]*\]: //p' "$work/t.dma" | tr ',' '\n' | grep -c .
}

./dmalab calls | sed 's/(.*//' | sort -u > "$work/calls"
options=seed=1
profiles='x86 arm64 mips-nonspec powerpc swiotlb iommu'
# Valgrind is slow, and its lowest addresses are others.
test -z "${TEST_RUNNER-}" || profiles='arm64 swiotlb'

for profile in $profiles; do
	for source in "${srcdir:-.}"/examples/[0-9]*.c; do
		# What two threads do at once has an order in a trace that need not be the one it had.
		grep -q pthread_create "$source" && continue
		example=examples/$(basename "$source" .c)
		for kind in bug fixed; do
			record "$profile" "$example" $kind
			check "$profile" "$work/t.dma" "$example $kind"
			reports=$(sed -n 's/^reports: //p' "$work/log")
			test "$(reported)" = "$reports" ||
				fail "$example $kind gave $reports, its trace has $(reported)"
		done
	done
	for options in seed=1 cache_policy=eager accesses=explicit ram_size=4m \
		checks=full,+sync-redundant,-leak checks=contract,-leak; do
		record "$profile" tests/record-subject broad ||
			fail "broad on $profile with $options"
		check "$profile" "$work/t.dma" "broad with $options"
		test "$(reported)" -gt 10 || fail "broad reports only $(reported) on $profile with $options"
	done
	case $profile in
	x86 | iommu) ;;
	*)
		options=seed=1
		record "$profile" tests/record-subject broad
		grep -q '^cpu_store(m[0-9]*.cpu + 16, 2[0-9])' "$work/t.dma" ||
			fail "a store that nobody tells, on $profile"
		;;
	esac
	options=fail_every=5:seed=3
	record "$profile" tests/record-subject failing || fail "failing on $profile"
	check "$profile" "$work/t.dma" failing
	grep -q 'fail_nth' "$work/t.dma" || fail "nothing fails on $profile"
	options=seed=1
done

# To valgrind, the fault is an error of the program's.
if test -z "${TEST_RUNNER-}"; then
	record arm64 tests/record-subject touch || fail touch
	check arm64 "$work/t.dma" touch
	grep -q '^cpu_read(m1.cpu + 8, 1)  # expect\[arm64\]: handle-deref' "$work/t.dma" ||
		fail "a cookie that is touched"
fi

# However it stops: the file is complete, and what is left no leak.
record arm64 tests/record-subject crash
check arm64 "$work/t.dma" crash
tail -n 1 "$work/t.dma" | grep -qx 'kfree(m2.cpu)' || fail "the last call before a crash"
options=halt_on_error=1
record arm64 tests/record-subject halt
grep -q 'went on' "$work/log" && fail "halt_on_error goes on"
options=seed=1
check arm64 "$work/t.dma" halt
tail -n 1 "$work/t.dma" | grep -q 'expect\[arm64\]: free-unknown' || fail "the last report"

# Long programs: all of it is there, up to the bug at its end. Valgrind is slow.
whole='endless:0 names:0 alive:1 ten-thousand:1 long-list:1'
long='for-ever in-order in-disorder'
if test -n "${TEST_RUNNER-}"; then
	whole='names:0 long-list:1'
	long=
fi
for profile in arm64 iommu; do
	for program in $whole; do
		name=${program%:*}
		record "$profile" tests/record-subject "$name" || fail "$name does not go on"
		check "$profile" "$work/t.dma" "$name"
		test "$(reported)" -eq "${program#*:}" || fail "reports of $name on $profile"
		grep '^#' "$work/t.dma" | grep -qv recorded && fail "$name is not whole"
	done
done
tail -n 1 "$work/t.dma" | grep -qx 'device_free(disk)' || fail "the end of a long list"

# Longer than a trace may be: what is left out is what came round, or else what is old.
for program in $long; do
	record arm64 tests/record-subject $program || fail "$program does not go on"
	check arm64 "$work/t.dma" $program
	grep -q '^# [0-9]* lines in all were left out' "$work/t.dma" || fail "$program is whole"
	grep -q 'ends here' "$work/t.dma" && fail "$program has an end of its own"
	grep 'may report something' "$work/t.dma" | grep -q . && test $program != in-disorder &&
		fail "$program comes round, and nobody sees it"
	test "$(reported)" -eq 1 || fail "$program has lost its bug"
	tail -n 200 "$work/t.dma" | grep -q 'expect\[' || fail "the bug of $program is not at its end"
	test "$(echo "$work"/t.dma.??????)" != "$work/t.dma.??????" && fail "$program leaves a second file"
done

# Of two machines the first is recorded; when it is gone, the next.
record arm64 tests/record-subject machines || fail machines
check arm64 "$work/t.dma" machines
check arm64 "$work/t.dma.2" "the second of machines"
grep -q 'another machine' "$work/t.dma" || fail "the machine inside is not mentioned"
grep -q 'second' "$work/t.dma" "$work/t.dma.2" && fail "the machine inside is recorded"
test "$(reported)" -eq 1 || fail "reports of another machine"
grep -q 'kmalloc(128, GFP_KERNEL)' "$work/t.dma.2" || fail "the third machine"

record arm64 tests/record-subject forked || fail forked
check arm64 "$work/t.dma" forked
test "$(grep -c kfree "$work/t.dma")" -eq 1 || fail "the child of a fork wrote as well"

record arm64 tests/record-subject threads || fail threads
test "$(grep -c 'dma_alloc_coherent' "$work/t.dma")" -eq 400 || fail "calls of threads"

# No file: it says so, and the program goes on.
DMALAB_OPTIONS=record=$work/no/such/file examples/05-own-driver fixed > "$work/log" 2>&1 ||
	fail "a file that cannot be made stops the program"
grep -q 'nothing is recorded: .*/no/such/file: No such' "$work/log" || fail "no message"
DMALAB_OPTIONS=record= examples/05-own-driver fixed > "$work/log" 2>&1
grep -q 'no file' "$work/log" || fail "an empty name"
if test -w /dev/full; then
	DMALAB_OPTIONS=record=/dev/full examples/05-own-driver fixed > "$work/log" 2>&1 ||
		fail "a full disk stops the program"
	grep -q 'dmalab: ' "$work/log" || fail "no message of a full disk"
fi
test $failed -eq 0 && echo ok
exit $failed
