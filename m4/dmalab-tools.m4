# SPDX-License-Identifier: MIT
# Optional libraries and tools. Each macro sets have_NAME to yes or no, and an
# automake conditional; what is missing turns off what needs it, and the summary
# at the end of configure says so.

# DMALAB_LINKS(NAME, PREFIX, INCLUDES, CALL): have_NAME stays yes only if a program links with
# PREFIX_CFLAGS and PREFIX_LIBS. pkg-config knows the libraries of the machine that builds, which
# a cross compiler, or one of another C library, cannot use.
AC_DEFUN([DMALAB_LINKS], [
	AS_IF([test "$have_$1" = yes], [
		AC_MSG_CHECKING([whether $CC links $1])
		dmalab_saved_cflags=$CFLAGS dmalab_saved_libs=$LIBS
		CFLAGS="$CFLAGS $$2_CFLAGS" LIBS="$$2_LIBS $LIBS"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([[$3]], [[$4]])], [], [have_$1=no])
		CFLAGS=$dmalab_saved_cflags LIBS=$dmalab_saved_libs
		AC_MSG_RESULT([$have_$1])
	])
])

# DMALAB_WITH_LIBDW: elfutils' libdw turns return addresses into file:line.
AC_DEFUN([DMALAB_WITH_LIBDW], [
	AC_ARG_WITH([libdw], [AS_HELP_STRING([--with-libdw],
		[name call sites in reports by elfutils' libdw (default: auto)])],
		[], [with_libdw=auto])
	have_libdw=no
	AS_IF([test "$with_libdw" != no],
		[PKG_CHECK_MODULES([LIBDW], [libdw], [have_libdw=yes], [have_libdw=no])])
	DMALAB_LINKS([libdw], [LIBDW], [#include <elfutils/libdwfl.h>], [dwfl_end(NULL);])
	AS_IF([test "$have_libdw" = no], [LIBDW_CFLAGS= LIBDW_LIBS=])
	AS_IF([test "$with_libdw:$have_libdw" = yes:no],
		[AC_MSG_ERROR([--with-libdw, but no libdw (Debian: libdw-dev)])])
	AS_IF([test "$have_libdw" = yes],
		[AC_DEFINE([HAVE_LIBDW], [1], [Define to name call sites by libdw.])
		PKG_CHECK_MODULES_STATIC([LIBDW_STATIC], [libdw], [], [LIBDW_STATIC_LIBS=$LIBDW_LIBS])])
	AM_CONDITIONAL([WITH_LIBDW], [test "$have_libdw" = yes])
])

# DMALAB_WITH_CAPSTONE: it decodes the instruction of a driver that accesses a register. x86-64
# alone: the kernel's code is run as it is.
AC_DEFUN([DMALAB_WITH_CAPSTONE], [
	have_capstone=no
	AS_CASE([$host], [x86_64-*-linux*],
		[PKG_CHECK_MODULES([CAPSTONE], [capstone >= 4], [have_capstone=yes], [have_capstone=no])])
	AM_CONDITIONAL([WITH_CAPSTONE], [test "$have_capstone" = yes])
])

AC_DEFUN([DMALAB_WITH_CMOCKA], [
	PKG_CHECK_MODULES([CMOCKA], [cmocka >= 1.1.5], [have_cmocka=yes], [have_cmocka=no])
	DMALAB_LINKS([cmocka], [CMOCKA], [
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>], [skip();])
	AM_CONDITIONAL([WITH_CMOCKA], [test "$have_cmocka" = yes])
])

AC_DEFUN([DMALAB_WITH_VALGRIND], [
	AC_ARG_VAR([VALGRIND], [valgrind, for make check-valgrind])
	AC_PATH_PROG([VALGRIND], [valgrind])
	AS_IF([test -n "$VALGRIND"], [have_valgrind=yes], [have_valgrind=no])
	AM_CONDITIONAL([WITH_VALGRIND], [test "$have_valgrind" = yes])
	AC_CHECK_HEADER([valgrind/callgrind.h], [have_callgrind=$have_valgrind], [have_callgrind=no])
	AM_CONDITIONAL([WITH_CALLGRIND], [test "$have_callgrind" = yes])
])

# DMALAB_TRY_FUZZER(COMPILER COMMAND): run the shell's true branch if it compiles
# and links a fuzz target. A compiler alone is not enough: its runtime libraries
# are often in another package.
AC_DEFUN([DMALAB_TRY_FUZZER], [
	cat >conftest.c <<'_ACEOF'
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return size && data[[0]] == 1;
}
_ACEOF
	AS_IF([AC_TRY_COMMAND([$1 -o conftest$ac_exeext conftest.c >&AS_MESSAGE_LOG_FD 2>&1])],
		[$2], [$3])
	rm -f conftest.c conftest$ac_exeext
])

# DMALAB_WITH_LIBFUZZER: FUZZ_CLANG is a Clang that links -fsanitize=fuzzer.
AC_DEFUN([DMALAB_WITH_LIBFUZZER], [
	AC_ARG_VAR([FUZZ_CLANG], [a Clang with libFuzzer, for make fuzz])
	AC_CACHE_CHECK([for a clang that links -fsanitize=fuzzer], [dmalab_cv_fuzz_clang], [
		dmalab_cv_fuzz_clang=no
		for dmalab_clang in ${FUZZ_CLANG:-clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14}; do
			DMALAB_TRY_FUZZER([$dmalab_clang -fsanitize=fuzzer,address],
				[dmalab_cv_fuzz_clang=$dmalab_clang; break])
		done
	])
	AS_IF([test "$dmalab_cv_fuzz_clang" = no], [have_libfuzzer=no FUZZ_CLANG=],
		[have_libfuzzer=yes FUZZ_CLANG=$dmalab_cv_fuzz_clang])
	AM_CONDITIONAL([WITH_LIBFUZZER], [test "$have_libfuzzer" = yes])
])

# DMALAB_WITH_AFL: AFL_CC and AFL_FUZZ, both or neither.
AC_DEFUN([DMALAB_WITH_AFL], [
	AC_ARG_VAR([AFL_CC], [AFL++'s compiler, for make fuzz])
	AC_ARG_VAR([AFL_FUZZ], [AFL++'s fuzzer, for make fuzz])
	AC_PATH_PROG([AFL_CC], [afl-clang-fast])
	AC_PATH_PROG([AFL_FUZZ], [afl-fuzz])
	have_afl=no
	AS_IF([test -n "$AFL_CC" && test -n "$AFL_FUZZ"], [
		AC_CACHE_CHECK([whether $AFL_CC works], [dmalab_cv_afl_cc],
			[DMALAB_TRY_FUZZER([env AFL_QUIET=1 $AFL_CC -fsanitize=fuzzer],
				[dmalab_cv_afl_cc=yes], [dmalab_cv_afl_cc=no])])
		have_afl=$dmalab_cv_afl_cc
	])
	AM_CONDITIONAL([WITH_AFL], [test "$have_afl" = yes])
])

# DMALAB_WITH_BENCHMARK: google-benchmark, whose pkg-config file some
# distributions leave out.
AC_DEFUN([DMALAB_WITH_BENCHMARK], [
	have_benchmark=no
	AS_IF([test "$have_cxx" = yes], [
		PKG_CHECK_MODULES([BENCHMARK], [benchmark], [have_benchmark=yes], [
			AC_LANG_PUSH([C++])
			dmalab_saved_flags=$CXXFLAGS dmalab_saved_libs=$LIBS
			CXXFLAGS="$CXXFLAGS $STD_CXXFLAGS" LIBS="-lbenchmark -lpthread $LIBS"
			AC_MSG_CHECKING([for google-benchmark without pkg-config])
			AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <benchmark/benchmark.h>]],
				[[benchmark::Shutdown();]])], [have_benchmark=yes])
			AC_MSG_RESULT([$have_benchmark])
			CXXFLAGS=$dmalab_saved_flags LIBS=$dmalab_saved_libs
			AC_LANG_POP([C++])
			AS_IF([test "$have_benchmark" = yes],
				[BENCHMARK_CFLAGS= BENCHMARK_LIBS="-lbenchmark -lpthread"])
		])
	])
	AM_CONDITIONAL([WITH_BENCHMARK], [test "$have_benchmark" = yes])
])

# DMALAB_LINKS_WITH(FLAG, VARIABLE): yes or no. No also where all is compiled with a
# sanitizer: there are none to compare with then.
AC_DEFUN([DMALAB_LINKS_WITH], [
	AC_CACHE_CHECK([whether $CC links $1], [dmalab_cv_$2], [
		dmalab_saved_flags=$CFLAGS CFLAGS="$CFLAGS $1"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [dmalab_cv_$2=yes], [dmalab_cv_$2=no])
		CFLAGS=$dmalab_saved_flags
		AS_CASE(["$CFLAGS"], [*-fsanitize*], [dmalab_cv_$2=no])
	])
])

# DMALAB_WITH_BENCH_PEERS: what make bench compares with, and computes with. jemalloc
# and mimalloc are looked for when it runs.
AC_DEFUN([DMALAB_WITH_BENCH_PEERS], [
	AC_ARG_VAR([JQ], [jq, with which make bench reads results])
	AC_PATH_PROG([JQ], [jq])
	AS_IF([test -n "$JQ"], [have_jq=yes], [have_jq=no])
	AM_CONDITIONAL([WITH_BENCH], [test "$have_benchmark:$have_jq" = yes:yes])
	PKG_CHECK_MODULES([GSL], [gsl], [have_gsl=yes], [have_gsl=no])
	AS_IF([test "$have_gsl" = yes], [AC_DEFINE([HAVE_GSL], [1], [Define to have percentiles in make bench.])])
	PKG_CHECK_MODULES([DPDK], [libdpdk], [have_dpdk=yes
		# As system headers, and nothing but what the benchmark calls.
		DPDK_CFLAGS=`echo " $DPDK_CFLAGS" | sed 's/ -I/ -isystem /g'`
		DPDK_LIBS="`$PKG_CONFIG --libs-only-L libdpdk` -lrte_mempool -lrte_mempool_ring -lrte_ring -lrte_eal"],
		[have_dpdk=no])
	AM_CONDITIONAL([WITH_DPDK], [test "$have_dpdk" = yes])
	DMALAB_LINKS_WITH([-fsanitize=address], [bench_asan])
	AM_CONDITIONAL([WITH_BENCH_ASAN], [test "$dmalab_cv_bench_asan" = yes])
	DMALAB_LINKS_WITH([-fsanitize=thread], [bench_tsan])
	AM_CONDITIONAL([WITH_BENCH_TSAN], [test "$dmalab_cv_bench_tsan" = yes])
])

AC_DEFUN([DMALAB_WITH_GNUPLOT], [
	AC_ARG_VAR([GNUPLOT], [gnuplot, for make plots])
	AC_PATH_PROG([GNUPLOT], [gnuplot])
	AS_IF([test -n "$GNUPLOT"], [have_gnuplot=yes], [have_gnuplot=no])
	AM_CONDITIONAL([WITH_GNUPLOT], [test "$have_gnuplot" = yes])
])
