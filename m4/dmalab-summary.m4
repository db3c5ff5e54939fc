# SPDX-License-Identifier: MIT

# DMALAB_FOUND(NAME, FOUND, WHICH, LOSS, PACKAGE): one line of the summary. WHICH
# is shown when it was found; else LOSS says what is off, and PACKAGE is the
# Debian package that brings it.
AC_DEFUN([DMALAB_FOUND], [
	AS_IF([test "$2" = yes],
		[printf '  %-18s %s\n' "$1" "$3"],
		[printf '  %-18s not found: $4 (Debian: $5)\n' "$1"])
])

AC_DEFUN([DMALAB_SUMMARY], [
	AS_ECHO([""])
	AS_ECHO(["dmalab $PACKAGE_VERSION for $host"])
	printf '  %-18s %s\n' "compiler" "$CC $CFLAGS"
	AS_IF([test "$enable_werror" = yes], [printf '  %-18s %s\n' "warnings" "are errors"])
	DMALAB_FOUND([libdw], [$have_libdw], [yes], [reports show addresses instead of file:line], [libdw-dev])
	DMALAB_FOUND([capstone], [$have_capstone], [yes], [no dmalab-kbuild], [libcapstone-dev])
	DMALAB_FOUND([cmocka], [$have_cmocka], [yes], [make check skips the unit tests], [libcmocka-dev])
	DMALAB_FOUND([valgrind], [$have_valgrind], [$VALGRIND], [no make check-valgrind], [valgrind])
	DMALAB_FOUND([libFuzzer], [$have_libfuzzer], [$FUZZ_CLANG], [make fuzz skips this engine], [clang libclang-rt-dev])
	DMALAB_FOUND([AFL++], [$have_afl], [$AFL_FUZZ], [make fuzz skips this engine], [afl++])
	DMALAB_FOUND([C++17], [$have_cxx], [$CXX], [no make bench], [g++])
	DMALAB_FOUND([google-benchmark], [$have_benchmark], [yes], [no make bench], [libbenchmark-dev])
	DMALAB_FOUND([jq], [$have_jq], [$JQ], [no make bench], [jq])
	DMALAB_FOUND([GSL], [$have_gsl], [yes], [make bench has no percentiles], [libgsl-dev])
	DMALAB_FOUND([DPDK], [$have_dpdk], [yes], [make bench compares without it], [libdpdk-dev])
	DMALAB_FOUND([gnuplot], [$have_gnuplot], [$GNUPLOT], [no make plots], [gnuplot-nox])
	AS_ECHO([""])
])
