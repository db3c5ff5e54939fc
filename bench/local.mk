# SPDX-License-Identifier: MIT
#
# make bench          measure; BENCH_FILTER, BENCH_MIN_TIME, BENCH_REPETITIONS, BENCH_FLAGS
# make bench-short    the same in less time, for a first look
# make bench-compare  the latest results against those before them
# make bench-counts   instructions per operation of each hot path
# make bench-baseline the same, and keep them in bench/counts.tsv for make check
#
# A new benchmark: its source here, its registration in bench/main.c.

BENCH_FILTER =
BENCH_MIN_TIME =
BENCH_REPETITIONS =
BENCH_FLAGS =

if WITH_BENCHMARK
EXTRA_PROGRAMS += bench/dmalab-bench
endif
BENCH_PATHS = \
	bench/bench.h \
	bench/gbench.h \
	bench/paths-access.c \
	bench/paths-alloc.c \
	bench/paths-streaming.c \
	bench/paths.c \
	bench/paths.h \
	bench/rig.c
bench_dmalab_bench_SOURCES = $(BENCH_PATHS) \
	bench/access.c \
	bench/alloc.c \
	bench/gbench.cc \
	bench/main.c \
	bench/reference.c \
	bench/register.c \
	bench/streaming.c \
	bench/sync.c
bench_dmalab_bench_CPPFLAGS = $(AM_CPPFLAGS) -DBENCH_CFLAGS='"$(CFLAGS)"'
bench_dmalab_bench_CXXFLAGS = $(AM_CXXFLAGS) $(BENCHMARK_CFLAGS)
bench_dmalab_bench_LDADD = libdmalab.la $(BENCHMARK_LIBS)

# What callgrind counts; without callgrind there is nothing to run it with.
if WITH_CALLGRIND
COUNT_PROGRAM = bench/dmalab-count
check_PROGRAMS += bench/dmalab-count
bench_dmalab_count_SOURCES = $(BENCH_PATHS) bench/count.c
bench_dmalab_count_LDADD = libdmalab.la
endif
TESTS += bench/counts.sh

bench-counts bench-baseline: $(COUNT_PROGRAM)
	@srcdir='$(srcdir)' $(SHELL) $(srcdir)/bench/counts.sh \
		$(if $(filter bench-baseline,$@),--baseline,--show)

EXTRA_DIST += \
	bench/README.md \
	bench/counts-compare.awk \
	bench/counts-table.awk \
	bench/counts.awk \
	bench/counts.sh \
	bench/counts.tsv \
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

.PHONY: bench bench-short bench-compare bench-counts bench-baseline
