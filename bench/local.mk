# SPDX-License-Identifier: MIT
#
# make bench          measure; BENCH_FILTER, BENCH_MIN_TIME, BENCH_REPETITIONS, BENCH_FLAGS
# make bench-short    the same in less time, for a first look
# make bench-compare  the latest results against those before them
#
# A new benchmark: its source here, its registration in bench/main.c.

BENCH_FILTER =
BENCH_MIN_TIME =
BENCH_REPETITIONS =
BENCH_FLAGS =

if WITH_BENCHMARK
EXTRA_PROGRAMS += bench/dmalab-bench
endif
bench_dmalab_bench_SOURCES = \
	bench/access.c \
	bench/alloc.c \
	bench/bench.h \
	bench/gbench.cc \
	bench/gbench.h \
	bench/main.c \
	bench/reference.c \
	bench/rig.c \
	bench/streaming.c \
	bench/sync.c
bench_dmalab_bench_CPPFLAGS = $(AM_CPPFLAGS) -DBENCH_CFLAGS='"$(CFLAGS)"'
bench_dmalab_bench_CXXFLAGS = $(AM_CXXFLAGS) $(BENCHMARK_CFLAGS)
bench_dmalab_bench_LDADD = libdmalab.la $(BENCHMARK_LIBS)

EXTRA_DIST += \
	bench/README.md \
	bench/compare.awk \
	bench/merge.awk \
	bench/results.awk \
	bench/run.sh \
	bench/select.awk \
	bench/summary.awk

BENCH_RUN = srcdir='$(srcdir)' AWK='$(AWK)' BENCH_TARGET=$@ BENCH_FILTER='$(value BENCH_FILTER)' \
	BENCH_MIN_TIME='$(BENCH_MIN_TIME)' BENCH_REPETITIONS='$(BENCH_REPETITIONS)' \
	BENCH_FLAGS='$(value BENCH_FLAGS)' $(SHELL) $(srcdir)/bench/run.sh

if WITH_BENCHMARK
bench bench-short: bench/dmalab-bench$(EXEEXT)
	@$(BENCH_RUN)
else
bench bench-short:
	@echo '$@: google-benchmark was not found (Debian: libbenchmark-dev and g++);' \
		'install it and run configure again' >&2; exit 1
endif

bench-compare:
	@cd bench/results 2>/dev/null && test -f latest.json && test -f previous.json || { \
		echo 'bench-compare: needs the results of two runs of make bench' >&2; exit 1; }
	@$(AWK) -f $(srcdir)/bench/results.awk bench/results/previous.json >bench/results/previous.tsv
	@$(AWK) -f $(srcdir)/bench/compare.awk bench/results/previous.tsv bench/results/latest.tsv

CLEANFILES += bench/dmalab-bench$(EXEEXT)

.PHONY: bench bench-short bench-compare
