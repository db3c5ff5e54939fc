#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Plain C, compiled with -fsanitize=thread by GCC and Clang, at -O0 and -O2, and linked with the
# runtime as dmalab-rt.pc says, on every profile and under every policy: tests/runtime/widths.c,
# of which each touched byte is told and no other; tests/runtime/ring.c, right and with each
# of five bugs, which are reported at their lines.

dir='' include=''
# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"
# shellcheck source=tests/runtime/flags.sh
. "${srcdir:-.}/tests/runtime/flags.sh"

subjects=${srcdir:-.}/tests/runtime
failed=0
programs=0

# --------------------------------------------------------------------- the ring

line_of()
{
	grep -n "/\* bug $1 \*/" "$subjects/ring.c" | cut -d: -f1
}

# What bug $1 reports, on the machine $2.
expected()
{
	# shellcheck disable=SC2046 # two lines: two words
	set -- "$1" "$2" $(line_of "$1") $(line_of 1)
	case $1:$2 in
	0:*) ;;
	1:x86 | 1:iommu | 1:mips-nonspec)
		echo "cpu-read-device-owned load at rx_poll() ring.c:$3"
		echo "cpu-read-device-owned load at rx_poll() ring.c:$4"
		;;
	1:*)
		echo "stale-cpu-read load at rx_poll() ring.c:$3"
		echo "stale-cpu-read load at rx_poll() ring.c:$4"
		;;
	2:*) echo "free-size-mismatch dma_unmap_single at rx_free_slots() ring.c:$3" ;;
	3:*)
		echo "cpu-write-device-owned store at rx_refill() ring.c:$3"
		# The line is dirty, and what the device then stores to it is lost.
		case $2 in
		x86 | iommu | swiotlb) ;;
		*)
			echo "lost-device-write load at rx_poll() ring.c:$4"
			echo "lost-device-write load at rx_poll() ring.c:$5"
			;;
		esac
		;;
	4:*) echo "leak dmalab_machine_free at rx_open() ring.c:$3" ;;
	5:*) echo "free-while-mapped kfree at rx_free_slots() ring.c:$3" ;;
	esac
}

for bug in 0 1 2 3 4 5; do
	for profile in $(./dmalab profiles); do
		for policy in never eager random lru; do
			expected $bug "$profile" | sed "s/^/$profile $policy /"
		done
	done | sort >"$dir/expected-$bug"
done

# run_ring COMPILER LEVEL BUG
run_ring()
{
	compile_instrumented "$1" "$2" "-DBUG=$3" "$subjects/ring.c" -o "$dir/ring.o" &&
		link "$1" "$dir/ring.o" "$dir/ring-test-$1.o" -o "$dir/ring" || return
	# TEST_RUNNER is a command with arguments. What is wrong with the bytes is not said by
	# what has no bug.
	# shellcheck disable=SC2086
	$TEST_RUNNER "$dir/ring" >"$dir/drawn" 2>"$dir/errors" || return
	test "$3" = 0 || sed -i '/ wrong bytes$/d' "$dir/drawn"
	sort "$dir/drawn" | diff "$dir/expected-$3" - >"$dir/diff" && test ! -s "$dir/errors"
}

# run_widths COMPILER LEVEL
run_widths()
{
	: >"$dir/diff"
	compile_instrumented "$1" "$2" "$subjects/widths.c" -o "$dir/widths.o" &&
		link "$1" "$dir/widths.o" "$dir/widths-test-$1.o" -o "$dir/widths" || return
	# shellcheck disable=SC2086
	$TEST_RUNNER "$dir/widths" >"$dir/diff" 2>"$dir/errors" && test ! -s "$dir/errors"
}

report()
{
	echo "FAIL: $*"
	head -n 20 "$dir/diff" "$dir/errors"
	failed=1
}

levels='-O0 -O2'
bugs='0 1 2 3 4 5'
# Valgrind is slow.
if test -n "${TEST_RUNNER-}"; then
	levels=-O2
	bugs='0 3'
fi

for compiler in $compilers; do
	for subject in ring widths; do
		compile_plain "$compiler" "$subjects/$subject-test.c" \
			-o "$dir/$subject-test-$compiler.o" || exit 1
	done
	for level in $levels; do
		run_widths "$compiler" "$level" || report "$compiler $level: widths.c"
		for bug in $bugs; do
			: >"$dir/errors"
			run_ring "$compiler" "$level" "$bug" ||
				report "$compiler $level: ring.c with bug $bug"
			programs=$((programs + 1))
		done
	done
done
# Clang's traces of loads and stores, alone and beside AddressSanitizer.
run_traced()
{
	: >"$dir/diff"
	compile_traced -O2 ${2:+"$2"} -DCOVERAGE "$subjects/widths.c" -o "$dir/widths.o" &&
		link_traced ${2:+"$2"} "$dir/widths.o" "$dir/widths-test-clang.o" -o "$dir/widths" ||
		return
	# shellcheck disable=SC2086
	ASAN_OPTIONS=detect_leaks=0 $TEST_RUNNER "$dir/widths" >"$dir/diff" 2>"$dir/errors" &&
		test ! -s "$dir/errors" || return
	: >"$dir/errors"
	compile_traced -O2 ${2:+"$2"} "-DBUG=$1" "$subjects/ring.c" -o "$dir/ring.o" &&
		link_traced ${2:+"$2"} "$dir/ring.o" "$dir/ring-test-clang.o" -o "$dir/ring" || return
	# shellcheck disable=SC2086
	ASAN_OPTIONS=detect_leaks=0 $TEST_RUNNER "$dir/ring" 2>"$dir/errors" |
		sed '/ wrong bytes$/d' | sort | diff "$dir/expected-$1" - >"$dir/diff" &&
		test ! -s "$dir/errors"
}

# With the sanitizer's runtime beside this one, the program does not start, and says why.
refuses()
{
	: >"$dir/diff"
	compile_instrumented "$1" -O1 "$subjects/ring.c" -o "$dir/ring.o" &&
		link "$1" -fsanitize=thread "$dir/ring.o" "$dir/ring-test-$1.o" -o "$dir/wrong" || return
	"$dir/wrong" >/dev/null 2>"$dir/errors"
	test $? = 2 && grep -q 'link without -fsanitize=thread' "$dir/errors"
}

for compiler in $compilers; do
	test -z "$sanitizers" || break
	test -z "${TEST_RUNNER-}" || break
	refuses "$compiler" || report "$compiler: a link with both runtimes was not refused"
done

case "$sanitizers:$compilers" in
:*clang)
	for bug in 0 1 3; do
		run_traced $bug "" || report "clang's coverage: ring.c with bug $bug"
		test -z "${TEST_RUNNER-}" || continue
		run_traced $bug -fsanitize=address ||
			report "clang's coverage beside AddressSanitizer: ring.c with bug $bug"
	done
	;;
esac
echo "runtime: $programs rings, compiled by: $compilers"
exit $failed
