#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each example reports what its table below says, its fix reports nothing, on every
# profile; those with a device that moves by itself, under every cache policy as well.
# EXAMPLES names a directory with other builds of those from 07 on, POLICIES the policies.

directory=${EXAMPLES:-examples}
profiles="x86 arm64 armv7 riscv mips mips-nonspec powerpc swiotlb iommu"
status=0 runs=0

# What the broken version reports, in order.
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
	07-descriptor-ring:*) echo device-out-of-bounds ;;
	08-flush-page:*) echo device-use-after-unmap ;;
	09-page-recycling:x86 | 09-page-recycling:swiotlb | 09-page-recycling:iommu) echo device-write-cpu-owned ;;
	09-page-recycling:*) echo device-write-cpu-owned lost-device-write ;;
	10-block-queue:x86 | 10-block-queue:iommu) echo device-write-read-only ;;
	10-block-queue:swiotlb) echo device-write-read-only lost-device-write ;;
	10-block-queue:*) echo device-write-read-only stale-cpu-read ;;
	11-to-noncoherent:x86 | 11-to-noncoherent:swiotlb | 11-to-noncoherent:iommu) echo cpu-write-device-owned ;;
	11-to-noncoherent:*) echo cpu-write-device-owned stale-device-read shared-cache-line ;;
	*) echo "no expectation for $1" ;;
	esac
}

# policies EXAMPLE: those that it runs under.
policies()
{
	case $TEST_RUNNER:$1 in
	:0[7-9]* | :1*) echo "${POLICIES:-never eager random lru}" ;;
	*) echo never ;;
	esac
}

# run EXAMPLE PROFILE bug|fixed EXPECTED POLICY
run()
{
	# TEST_RUNNER is a command with arguments.
	# shellcheck disable=SC2086
	output=$(DMALAB_OPTIONS=profile=$2:cache_policy=$5:seed=7 $TEST_RUNNER "$directory/$1" "$3" 2>&1)
	code=$?
	drawn=$(echo "$output" | sed -n 's/^dmalab: [a-z]*: \([a-z-]*\): .*/\1/p' | xargs)
	# The number that was counted, printed or not.
	count=$(echo "$output" | sed -n 's/^reports: //p')

	# shellcheck disable=SC2086
	set -- "$@" $4
	runs=$((runs + 1))
	if test "$drawn" = "$4" && test "$count" = $(($# - 5)) && test $code = $(($# > 5)); then
		return
	fi
	echo "$1 $3 on $2, $5: gave \"$drawn\" ($count reports, status $code), expected \"$4\":"
	echo "$output"
	status=1
}

for source in "${srcdir:-.}"/examples/[0-9]*.c; do
	name=$(basename "$source" .c)
	case $EXAMPLES:$name in
	?*:0[1-6]*) continue ;;
	esac
	for profile in $profiles; do
		# Valgrind is slow, and one machine of each kind will do.
		case $TEST_RUNNER:$profile in
		?*:armv7 | ?*:riscv | ?*:mips | ?*:powerpc) continue ;;
		esac
		for policy in $(policies "$name"); do
			run "$name" "$profile" bug "$(expected "$name" "$profile")" "$policy"
			run "$name" "$profile" fixed "" "$policy"
		done
	done
done
echo "examples: $runs runs"
test $runs -gt 0 || exit 1
exit $status
