#!/bin/sh
# SPDX-License-Identifier: MIT
#
# make check-toolchains: builds with other compilers and in other ways, warnings as errors, and
# runs there some tests, and every trace of the corpora on every profile:
#
#   clang clang-19       those that there are
#   gcc-O0 gcc-O1 gcc-O3
#   lto                  -flto, make install with DESTDIR, and make installcheck of that
#   spaces               all of it in directories with spaces in their names
#   sanitized            programs that a sanitizer instruments, with the plain library
#
# TOOLCHAINS='clang lto': only these. From the top of a build tree.

set -u
srcdir=${srcdir:-.}
srcdir=$(cd "$srcdir" && pwd)
make=${MAKE:-make} jobs=${JOBS:-2} failed=
tests='tests/test-signals.t tests/test-handlers.t tests/test-sizes.t tests/test-wild.t
	tests/test-cookie.t tests/test-report.t tests/test-threads.t'

dir=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

# $1: of what; $2: where; the rest is a command there. What it says is shown if it fails.
step()
{
	what=$1 where=$2
	shift 2
	(cd "$where" && "$@") >"$dir/log" 2>&1 && return
	tail -n 30 "$dir/log"
	echo "check-toolchains: $what: failed: $*"
	return 1
}

# $1: its name; the rest is for configure
configure()
{
	name=$1
	shift
	echo "check-toolchains: $name"
	build=$dir/$name
	mkdir -p "$build"
	step "$name" "$build" "$dir/source/configure" -q --enable-werror "$@"
}

check()
{
	step "$name" "$build" $make -s -j"$jobs" all &&
		step "$name" "$build" $make -s -j"$jobs" check "TESTS=$(echo $tests)" &&
		step "$name" "$build" ./dmalab run --quiet --profile=all \
			"$srcdir/corpora/bugs" "$srcdir/corpora/checks" "$srcdir/corpora/clean" &&
		tail -n 1 "$dir/log"
}

compiler()
{
	if ! command -v "$1" >/dev/null; then
		echo "check-toolchains: no $1 (Debian: $1): skipped"
		return
	fi
	configure "$1" CC="$1" CXX=false && check
}

optimised()
{
	configure "gcc$1" CC=gcc "CFLAGS=-g $1" && check
}

lto()
{
	configure lto CC=gcc 'CFLAGS=-O2 -g -flto' AR=gcc-ar RANLIB=gcc-ranlib NM=gcc-nm \
		--prefix=/usr && check &&
		step lto "$build" $make -s install DESTDIR="$dir/lto root" &&
		step lto "$build" $make -s installcheck DESTDIR="$dir/lto root"
}

# Not the sources: make itself splits the names of prerequisites at spaces.
spaces()
{
	configure 'with spaces' "--prefix=$dir/a prefix" && check &&
		step "$name" "$build" $make -s install &&
		step "$name" "$build" $make -s installcheck
}

# Such a program sees the library's own loads and stores of its memory as those of any other
# library; TSan and MSan want the library built with them (docs/own-driver.md).
sanitized()
{
	configure sanitized CC=gcc && step sanitized "$build" $make -s -j"$jobs" libdmalab.la || return
	for sanitizer in address undefined thread; do
		step "$sanitizer" "$build" gcc -g "-fsanitize=$sanitizer" -I"$srcdir/core/include" \
			-o "program-$sanitizer" "$srcdir/examples/01-first-report.c" \
			.libs/libdmalab.so "-Wl,-rpath,$build/.libs" || return
		step "$sanitizer" "$build" "./program-$sanitizer" || return
		grep -q 'dmalab: error: ' "$dir/log" || {
			cat "$dir/log"
			return 1
		}
		echo "sanitized: $sanitizer: a report, and nothing else wrong"
	done
}

if test -f "$srcdir/config.status"; then
	$make -s distdir distdir="$dir/source" >/dev/null || exit 1
else
	ln -s "$srcdir" "$dir/source"
fi

for each in ${TOOLCHAINS:-clang clang-19 gcc-O0 gcc-O1 gcc-O3 lto spaces sanitized}; do
	case $each in
	clang*) compiler "$each" ;;
	gcc-O*) optimised "${each#gcc}" ;;
	*) $each ;;
	esac || failed="$failed $each"
done
test -z "$failed" || { echo "check-toolchains: FAILED:$failed"; exit 1; }
echo "check-toolchains: all well"
