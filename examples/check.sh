#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each example draws what its table below says, its fix draws nothing, on every
# profile.

profiles="x86 arm64 armv7 riscv mips mips-nonspec powerpc swiotlb iommu"
status=0 runs=0

# What the broken version draws, in order.
expected()
{
	case $1:$2 in
	01-atlantic-ring:*) echo free-size-mismatch ;;
	02-venus-leak:*) echo leak ;;
	03-sgiseeq-poll:mips-nonspec) echo device-write-cpu-owned stale-cpu-read ;;
	03-sgiseeq-poll:*) echo device-write-cpu-owned ;;
	04-talitos-done:x86 | 04-talitos-done:iommu | 04-talitos-done:mips-nonspec) echo cpu-read-device-owned ;;
	04-talitos-done:*) echo stale-cpu-read ;;
	05-own-driver:x86 | 05-own-driver:iommu) echo cpu-write-device-owned ;;
	05-own-driver:*) echo cpu-write-device-owned stale-device-read ;;
	06-fail-each:*) echo leak ;;
	*) echo "no expectation for $1" ;;
	esac
}

# run EXAMPLE PROFILE bug|fixed EXPECTED
run()
{
	# TEST_RUNNER is a command with arguments.
	# shellcheck disable=SC2086
	output=$(DMALAB_OPTIONS=profile=$2 $TEST_RUNNER "examples/$1" "$3" 2>&1)
	code=$?
	drawn=$(echo "$output" | sed -n 's/^dmalab: [a-z]*: \([a-z-]*\): .*/\1/p' | xargs)
	# The number that was counted, printed or not.
	count=$(echo "$output" | sed -n 's/^reports: //p')

	# shellcheck disable=SC2086
	set -- "$@" $4
	runs=$((runs + 1))
	if test "$drawn" = "$4" && test "$count" = $(($# - 4)) && test $code = $(($# > 4)); then
		return
	fi
	echo "$1 $3 on $2: drew \"$drawn\" ($count reports, status $code), expected \"$4\":"
	echo "$output"
	status=1
}

for source in "${srcdir:-.}"/examples/[0-9]*.c; do
	name=$(basename "$source" .c)
	for profile in $profiles; do
		# Valgrind is slow, and one machine of each kind will do.
		case $TEST_RUNNER:$profile in
		?*:armv7 | ?*:riscv | ?*:mips | ?*:powerpc) continue ;;
		esac
		run "$name" "$profile" bug "$(expected "$name" "$profile")"
		run "$name" "$profile" fixed ""
	done
done
echo "examples: $runs runs"
test $runs -gt 0 || exit 1
exit $status
