#!/bin/sh
# SPDX-License-Identifier: MIT
#
# bootstrap is killed at random moments and run again: it ends with a program that works,
# configured as it was asked to be. On a small project with the same tools; on this one with
#
#   BOOTSTRAP_TREE=here BOOTSTRAP_KILLS=100 make check TESTS=tests/test-bootstrap.sh

set -u
kills=${BOOTSTRAP_KILLS:-3}
bootstrap=$(cd "$srcdir" && pwd)/bootstrap
case $(./config.status --config) in
*-fsanitize* | *--coverage*)
	echo "there is nothing of the library in this test: skipped in this build of it"
	exit 77
	;;
esac
for tool in autoreconf libtoolize setsid; do
	if ! command -v $tool >/dev/null; then
		echo "$tool is not installed: skipped"
		exit 77
	fi
done

tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT

small_project()
{
	mkdir "$tree/m4"
	cat >"$tree/configure.ac" <<-'END'
		AC_INIT([small], [1])
		AC_CONFIG_SRCDIR([library.c])
		AC_CONFIG_MACRO_DIRS([m4])
		AC_CONFIG_HEADERS([config.h])
		AM_INIT_AUTOMAKE([foreign])
		AC_PROG_CC
		AM_PROG_AR
		AC_CONFIG_COMMANDS([window], [sleep 1]) # time to be killed before libtool is made
		LT_INIT
		AC_CONFIG_FILES([Makefile])
		AC_OUTPUT
	END
	cat >"$tree/Makefile.am" <<-'END'
		ACLOCAL_AMFLAGS = -I m4
		lib_LTLIBRARIES = libsmall.la
		libsmall_la_SOURCES = library.c
		bin_PROGRAMS = dmalab
		dmalab_SOURCES = program.c
		dmalab_LDADD = libsmall.la
	END
	echo 'int answer(void); int answer(void) { return 42; }' >"$tree/library.c"
	echo 'int answer(void); int main(void) { return answer() != 42; }' >"$tree/program.c"
	cp "$bootstrap" "$tree/"
	works=./dmalab
}

this_project()
{
	(cd "$srcdir" && git archive HEAD 2>/dev/null) | tar -x -C "$tree" || exit 1
	cp "$bootstrap" "$tree/"
	works="./dmalab --version"
}

if test "${BOOTSTRAP_TREE:-}" = here; then
	this_project
else
	small_project
fi
cd "$tree" || exit 1
DMALAB_CONFIGURE_FLAGS="--disable-static CFLAGS='-O0 -g'"
export DMALAB_CONFIGURE_FLAGS
unset MAKEFLAGS MAKELEVEL MFLAGS

# random BELOW
random()
{
	echo $(($(od -An -N4 -tu4 /dev/urandom) % $1))
}

# reached MOMENT: is the run there yet? The moments between which a run passes most time.
reached()
{
	case $1 in
	libtool) test -f Makefile && ! test -f libtool ;; # inside config.status
	*) grep -qsx "$1" bootstrap.step ;;
	esac
}

# kill_in MOMENT: a run from the beginning, killed up to a second after it came there
kill_in()
{
	rm -rf configure Makefile Makefile.in config.status libtool .libs ./*.o ./*.lo
	setsid ./bootstrap --no-install >killed.log 2>&1 &
	run=$!
	while ! reached "$1" && kill -0 $run 2>/dev/null; do
		sleep 0.02
	done
	after=0
	test "$1" = libtool || after=$(random 20)
	sleep $((after / 20)).$((after % 20 * 5 / 10))$((after % 20 * 5 % 10))
	kill -s KILL -- -$run
	wait $run 2>/dev/null
	echo "killed in $1, after $((after * 5)) hundredths of a second"
}

fails()
{
	cat ./*.log
	echo "$*"
	exit 1
}

number=0
while test $number -lt "$kills"; do
	set -- libtool make autoreconf configure
	shift $((number % 4))
	number=$((number + 1))
	kill_in "$1"
	# Not said again: that of the run that was killed stays.
	if test $((number % 2)) = 0; then
		(unset DMALAB_CONFIGURE_FLAGS && ./bootstrap --no-install >again.log 2>&1)
	else
		./bootstrap --no-install >again.log 2>&1
	fi || fails "bootstrap does not recover"
	$works >/dev/null || fails "what bootstrap built does not work"
	./config.status --config | grep -q "disable-static" || fails "the arguments of configure are lost"
	test ! -e bootstrap.step || fails "bootstrap.step is left"
done
echo "killed $kills times: ok"
