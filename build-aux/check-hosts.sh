#!/bin/sh
# SPDX-License-Identifier: MIT
#
# make check-hosts: builds for hosts other than this one, and runs there every trace of the
# corpora on every profile:
#
#   musl      by musl-gcc, another C library (no <sys/single_threaded.h>)
#   aarch64   by aarch64-linux-gnu-gcc, and qemu-user
#
# and asks configure to refuse hosts that cannot be had. What needs a package that is not there
# is skipped, with a sentence. HOSTS=musl: only that one. From the top of a build tree.

set -u
srcdir=${srcdir:-.}
srcdir=$(cd "$srcdir" && pwd)
jobs=${JOBS:-2} failed=

dir=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

need()
{
	command -v "$1" >/dev/null && return
	echo "check-hosts: $host: no $1 (Debian: $2): skipped"
	return 1
}

# $1: the program; the rest is what runs it. Each trace on each profile, as it expects.
run_corpora()
{
	program=$1
	shift
	"$@" "$program" run --quiet --profile=all "$srcdir"/corpora/bugs "$srcdir"/corpora/checks \
		"$srcdir"/corpora/clean >"$dir/$host.log" 2>&1
	status=$?
	tail -n 1 "$dir/$host.log"
	test $status = 0 && grep -q ': 0 not as expected' "$dir/$host.log"
}

# $1: what runs programs of the host, or nothing; the rest is for configure.
check_host()
{
	runner=$1
	shift
	mkdir "$dir/$host" || exit 1
	echo "check-hosts: $host: building"
	(cd "$dir/$host" && "$dir/source/configure" -q --enable-werror --disable-shared "$@" &&
		${MAKE:-make} -s -j"$jobs" libdmalab.la dmalab) >"$dir/$host.build" 2>&1 || {
		tail -n 30 "$dir/$host.build"
		failed="$failed $host"
		return
	}
	# shellcheck disable=SC2086 # a program and its arguments, or nothing
	run_corpora "$dir/$host/dmalab" $runner || {
		tail -n 20 "$dir/$host.log"
		failed="$failed $host"
	}
}

# The kernel's headers are this host's: a C library brings none.
musl()
{
	host=musl
	need musl-gcc musl-tools || return
	mkdir "$dir/kernel"
	for headers in linux asm-generic "$(gcc -print-multiarch)/asm"; do
		ln -s "/usr/include/$headers" "$dir/kernel/${headers##*/}"
	done
	check_host '' CC="musl-gcc -idirafter $dir/kernel" CXX=false LDFLAGS=-static
}

aarch64()
{
	host=aarch64
	need aarch64-linux-gnu-gcc 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross' || return
	need qemu-aarch64 qemu-user || return
	check_host 'qemu-aarch64 -L /usr/aarch64-linux-gnu' --host=aarch64-linux-gnu CC=aarch64-linux-gnu-gcc CXX=false \
		LDFLAGS=-static
}

# $1: a name, $2: a word of what configure says, $3...: what makes it such a host
refused()
{
	name=$1 says=$2
	shift 2
	mkdir "$dir/$name"
	(cd "$dir/$name" && "$dir/source/configure" -q "$@") >"$dir/$name.log" 2>&1
	if grep -q "$says" "$dir/$name.log"; then
		echo "check-hosts: $name: refused: $(grep "$says" "$dir/$name.log" | sed 's/.*error: //')"
	else
		tail -n 5 "$dir/$name.log"
		failed="$failed $name"
	fi
}

host=source
if test -f "$srcdir/Makefile" || test -f "$srcdir/config.status"; then
	# A tree that is configured cannot be built elsewhere: a copy of its sources can.
	${MAKE:-make} -s distdir distdir="$dir/source" >/dev/null || exit 1
else
	ln -s "$srcdir" "$dir/source"
fi

for each in ${HOSTS:-musl aarch64}; do
	$each
done
# The answers of a compiler for such a machine, as there need be none here.
refused 32-bit '64-bit machine' ac_cv_sizeof_void_p=4
refused big-endian 'little-endian machine' ac_cv_c_bigendian=yes

test -z "$failed" || { echo "check-hosts: FAILED:$failed"; exit 1; }
echo "check-hosts: all well"
