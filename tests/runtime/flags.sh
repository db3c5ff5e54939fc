# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # dir and include are of tests/compiler.sh
#
# How subjects are compiled for the runtime, and linked with that of the build tree: to be
# sourced behind compiler.sh. Sets compilers. Skips where there is no runtime.

runtime_skip()
{
	echo "$*: skipped"
	exit 77
}

test -f .libs/libdmalab-rt.so || runtime_skip "no shared libraries, and so no runtime"
grep -q '^#define HAVE_LIBDW 1' config.h || runtime_skip "without libdw reports have no lines"
wrap=$(from_makefile RUNTIME_WRAP)

# The library may need a sanitizer's own runtime, of the compiler that built it. Of two
# that see each access one is too many.
sanitizers=$(from_makefile CFLAGS | tr ' ' '\n' | grep '^-fsanitize=' | xargs)
case $sanitizers in
*thread*) runtime_skip "built with ThreadSanitizer" ;;
esac

compilers=
for compiler in gcc clang; do
	test -z "$sanitizers" || test "$CC" = $compiler || continue
	$compiler -fsanitize=thread -fsyntax-only "$dir/try.c" 2>/dev/null || {
		echo "no $compiler here: not tested with it"
		continue
	}
	compilers="$compilers $compiler"
done
test -n "$compilers" || runtime_skip "neither gcc nor clang with -fsanitize=thread"

# What pkg-config --cflags dmalab-rt says.
compile_instrumented()
{
	cc=$1 level=$2
	shift 2
	set -- "$level" -fno-builtin -fsanitize=thread "$@"
	test "$cc" != clang || set -- -mllvm -tsan-instrument-read-before-write=1 "$@"
	test "$(uname -m)" != x86_64 || set -- -mcx16 "$@"
	$cc -g -Wall -Werror -I"$include" -c "$@"
}

# And dmalab-cov.
compile_traced()
{
	level=$1
	shift
	clang -g -Wall -Werror -I"$include" "$level" -fno-builtin \
		-fsanitize-coverage=func,trace-loads,trace-stores -c "$@"
}

# shellcheck disable=SC2086
link_traced()
{
	clang "$@" -L.libs -Wl,--whole-archive -ldmalab-cov -Wl,--no-whole-archive \
		$wrap -ldmalab-rt -ldmalab -Wl,-rpath,"$(pwd)/.libs"
}

compile_plain()
{
	cc=$1
	shift
	$cc -g -O1 -Wall -Werror -I"$include" -c "$@"
}

# shellcheck disable=SC2086 # lists
link()
{
	cc=$1
	shift
	$cc $sanitizers "$@" -L.libs $wrap -ldmalab-rt -ldmalab -Wl,-rpath,"$(pwd)/.libs"
}
