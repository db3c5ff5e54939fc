#!/bin/sh
# SPDX-License-Identifier: MIT
#
# compilers.sh: the examples with a device of their own once more, as GCC and Clang build
# them without and with optimisation. Skipped under valgrind and the sanitizers, whose
# runtime a program of another compiler does not have.

# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"

test -z "$TEST_RUNNER" || exit 77
library=.libs/libdmalab.so
if ! test -f "$library" || nm -D "$library" | grep -qE ' U __(asan|tsan)_init'; then
	echo "no plain shared library: skipped"
	exit 77
fi

status=0 built=0
for compiler in gcc clang; do
	command -v $compiler >/dev/null || {
		echo "no $compiler: without it"
		continue
	}
	for level in -O0 -O2; do
		for source in "${srcdir:-.}"/examples/0[7-9]*.c "${srcdir:-.}"/examples/1*.c; do
			$compiler -std=gnu11 -g $level -Wall -Wextra -Werror -I"$include" \
				-o "$dir/$(basename "$source" .c)" "$source" "$library" \
				-Wl,-rpath,"$PWD/.libs" -lpthread || status=1
		done
		echo "$compiler $level"
		EXAMPLES=$dir POLICIES=random sh "${srcdir:-.}/examples/check.sh" || status=1
		built=$((built + 1))
	done
done
test $built -gt 0 || exit 77
exit $status
