#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check.sh: the driver survives random inputs and the kept findings; each of its broken forms
# is caught by the finding that was made with it. With ASan and libFuzzer, where they are:
# the second form by its finding, and both of them by the fuzzer within seconds.

# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"

here=${srcdir:-.}/examples/fuzz-driver
findings=$here/findings
library=.libs/libdmalab.so
status=0

fail()
{
	echo "fuzz-driver: $*"
	cat "$dir/out"
	status=1
}

# caught TEXT COMMAND...: it fails, and says TEXT.
caught()
{
	text=$1
	shift
	if "$@" >"$dir/out" 2>&1 || ! grep -q "$text" "$dir/out"; then
		fail "no \"$text\" of $*"
	fi
}

# TEST_RUNNER is a command with arguments.
# shellcheck disable=SC2086
{
	$TEST_RUNNER examples/fuzz-driver/replay "$findings"/* >"$dir/out" 2>&1 ||
		fail "the driver does not survive what was found"
	number=500
	test -z "$TEST_RUNNER" || number=20
	$TEST_RUNNER examples/fuzz-driver/replay --random $number 7 >"$dir/out" 2>&1 ||
		fail "the driver does not survive random inputs"
	caught 'double-free: freed or unmapped a second time' \
		$TEST_RUNNER examples/fuzz-driver/replay-trusts-number "$findings/trusts-number"
}

# build FLAGS OUTPUT SOURCE...
build()
{
	flags=$1 output=$2
	shift 2
	# FLAGS are several.
	# shellcheck disable=SC2086
	$compiler -std=gnu11 -g -O1 $flags -I"$include" -o "$output" "$here/driver.c" "$here/fuzz.c" "$@" \
		"$library" -Wl,-rpath,"$PWD/.libs" 2>"$dir/out"
}

if test -n "$TEST_RUNNER" || ! test -f "$library" || nm -D "$library" | grep -qE ' U __(asan|tsan)_init'; then
	echo "no plain shared library: without ASan and libFuzzer"
	exit $status
fi

compiler=$CC
if build '-fsanitize=address -DTRUSTS_LENGTH' "$dir/length" "$here/replay.c"; then
	caught 'heap-buffer-overflow' "$dir/length" "$findings/trusts-length"
else
	echo "$CC has no ASan: without it"
fi

compiler=clang
for bug in TRUSTS_NUMBER TRUSTS_LENGTH; do
	build "-fsanitize=fuzzer,address -D$bug" "$dir/fuzz" || {
		echo "no clang with libFuzzer: nothing was looked for"
		break
	}
	caught 'deadly signal\|heap-buffer-overflow' \
		"$dir/fuzz" -seed=1 -runs=200000 -artifact_prefix="$dir/"
done
exit $status
