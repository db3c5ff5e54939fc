# SPDX-License-Identifier: MIT
#
# make bench          measure; BENCH_FILTER, BENCH_MIN_TIME, BENCH_REPETITIONS, BENCH_FLAGS
# make bench-quick    the same in less than a minute, for a first look
# make bench-compare  the latest results against those before them, or BASE=FILE.json
# make bench-counts   instructions per operation of each hot path; BENCH_PATH=NAME: the
#                     functions that they are of
# make bench-baseline the same, and keep them in bench/counts.tsv for make check
# make bench-publish  the latest results to docs/benchmarks.md
#
# A new benchmark: its source here, its registration in bench/main.c.

BENCH_FILTER =
BENCH_MIN_TIME =
BENCH_REPETITIONS =
BENCH_FLAGS =
BENCH_PATH =

if WITH_BENCH
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
	bench/clock.c \
	bench/clock.h \
	bench/gbench.cc \
	bench/halves.c \
	bench/latency.c \
	bench/main.c \
	bench/peers.c \
	bench/reference.c \
	bench/register.c \
	bench/replay.c \
	bench/streaming.c \
	bench/sync.c \
	bench/timed.c
bench_dmalab_bench_CPPFLAGS = $(AM_CPPFLAGS) $(GSL_CFLAGS) -DBENCH_CFLAGS='"$(CFLAGS)"'
bench_dmalab_bench_CXXFLAGS = $(AM_CXXFLAGS) $(BENCHMARK_CFLAGS)
bench_dmalab_bench_LDADD = libtrace.la libdmalab.la $(BENCHMARK_LIBS) $(GSL_LIBS)

if WITH_BENCH
if WITH_DPDK
EXTRA_PROGRAMS += bench/dmalab-bench-dpdk
BENCH_DPDK = bench/dmalab-bench-dpdk$(EXEEXT)
endif
endif
bench_dmalab_bench_dpdk_SOURCES = bench/dpdk.c bench/gbench.cc bench/gbench.h
# Its headers are not ours to warn of.
bench_dmalab_bench_dpdk_CPPFLAGS = $(AM_CPPFLAGS)
bench_dmalab_bench_dpdk_CFLAGS = $(AM_CFLAGS) $(DPDK_CFLAGS)
bench_dmalab_bench_dpdk_CXXFLAGS = $(AM_CXXFLAGS) $(BENCHMARK_CFLAGS)
bench_dmalab_bench_dpdk_LDADD = $(BENCHMARK_LIBS) $(DPDK_LIBS)

# The same accesses, compiled as they are and for two of GCC's and Clang's tools.
if WITH_BENCH
EXTRA_PROGRAMS += bench/dmalab-seen
BENCH_SEEN = bench/dmalab-seen$(EXEEXT)
if WITH_BENCH_ASAN
EXTRA_PROGRAMS += bench/dmalab-seen-asan
BENCH_SEEN += bench/dmalab-seen-asan$(EXEEXT)
endif
if WITH_BENCH_TSAN
EXTRA_PROGRAMS += bench/dmalab-seen-tsan
BENCH_SEEN += bench/dmalab-seen-tsan$(EXEEXT)
endif
endif
SEEN = bench/seen.c bench/gbench.cc bench/gbench.h
bench_dmalab_seen_SOURCES = $(SEEN)
bench_dmalab_seen_CFLAGS = $(AM_CFLAGS)
bench_dmalab_seen_CXXFLAGS = $(AM_CXXFLAGS) $(BENCHMARK_CFLAGS)
bench_dmalab_seen_LDADD = $(BENCHMARK_LIBS)
bench_dmalab_seen_asan_SOURCES = $(SEEN)
bench_dmalab_seen_asan_CFLAGS = $(AM_CFLAGS) -fsanitize=address
bench_dmalab_seen_asan_CXXFLAGS = $(bench_dmalab_seen_CXXFLAGS) -fsanitize=address
bench_dmalab_seen_asan_LDADD = $(BENCHMARK_LIBS)
bench_dmalab_seen_tsan_SOURCES = $(SEEN)
bench_dmalab_seen_tsan_CFLAGS = $(AM_CFLAGS) -fsanitize=thread
bench_dmalab_seen_tsan_CXXFLAGS = $(bench_dmalab_seen_CXXFLAGS) -fsanitize=thread
bench_dmalab_seen_tsan_LDADD = $(BENCHMARK_LIBS)

# A driver's loop over packets, likewise, and with our own runtime. The instrumented part is compiled
# with what pkg-config says.
if WITH_BENCH
if WITH_RUNTIME
if WITH_BENCH_TSAN
EXTRA_PROGRAMS += bench/dmalab-packet bench/dmalab-packet-rt bench/dmalab-packet-tsan
BENCH_SEEN += bench/dmalab-packet$(EXEEXT) bench/dmalab-packet-rt$(EXEEXT) \
	bench/dmalab-packet-tsan$(EXEEXT)
endif
endif
endif
PACKET = bench/packet.c bench/packet.h bench/packet-loop.c bench/gbench.cc bench/gbench.h
bench_dmalab_packet_SOURCES = $(PACKET)
bench_dmalab_packet_CFLAGS = $(AM_CFLAGS)
bench_dmalab_packet_CXXFLAGS = $(AM_CXXFLAGS) $(BENCHMARK_CFLAGS)
bench_dmalab_packet_LDADD = libdmalab.la $(BENCHMARK_LIBS)
bench_dmalab_packet_rt_SOURCES = $(PACKET)
bench_dmalab_packet_rt_CFLAGS = $(AM_CFLAGS) -fno-builtin -fsanitize=thread
bench_dmalab_packet_rt_CXXFLAGS = $(bench_dmalab_packet_CXXFLAGS)
bench_dmalab_packet_rt_LDFLAGS = $(RUNTIME_WRAP)
bench_dmalab_packet_rt_LDADD = libdmalab-rt.la libdmalab.la $(BENCHMARK_LIBS)
bench_dmalab_packet_tsan_SOURCES = $(PACKET)
bench_dmalab_packet_tsan_CFLAGS = $(AM_CFLAGS) -fno-builtin -fsanitize=thread
bench_dmalab_packet_tsan_CXXFLAGS = $(bench_dmalab_packet_CXXFLAGS) -fsanitize=thread
bench_dmalab_packet_tsan_LDADD = libdmalab.la $(BENCHMARK_LIBS)

# The kernel's own two tools, on a simulated machine; they need no other library.
check_PROGRAMS += bench/dma_map_benchmark bench/dmapool_test
bench_dma_map_benchmark_SOURCES = bench/dma_map_benchmark.c
bench_dma_map_benchmark_LDADD = libdmalab.la -lm
bench_dmapool_test_SOURCES = bench/dmapool_test.c
bench_dmapool_test_LDADD = libdmalab.la

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
		$(if $(filter bench-baseline,$@),--baseline,$(if $(BENCH_PATH),--functions '$(BENCH_PATH)',--show))

EXTRA_DIST += \
	bench/README.md \
	bench/aims.tsv \
	bench/compare.sh \
	bench/counts-compare.awk \
	bench/counts-table.awk \
	bench/counts.awk \
	bench/counts.sh \
	bench/counts.tsv \
	bench/publish.sh \
	bench/published.tsv \
	bench/reach.awk \
	bench/results.jq \
	bench/run.sh \
	bench/select.awk \
	bench/summary.awk \
	bench/tables.awk

BENCH_RUN = srcdir='$(srcdir)' AWK='$(AWK)' JQ='$(JQ)' BENCH_TARGET=$@ \
	BENCH_FILTER='$(value BENCH_FILTER)' BENCH_MIN_TIME='$(BENCH_MIN_TIME)' \
	BENCH_REPETITIONS='$(BENCH_REPETITIONS)' BENCH_FLAGS='$(value BENCH_FLAGS)' \
	BENCH_DPDK='$(BENCH_DPDK)' BENCH_SEEN='$(BENCH_SEEN)' VALGRIND='$(VALGRIND)' $(SHELL) $(srcdir)/bench/run.sh

# bench-peers is bench for ./bootstrap, which installs the peers for it; bench-short is what
# bench-quick was called before.
if WITH_BENCH
bench bench-peers bench-quick bench-short: bench/dmalab-bench$(EXEEXT) $(BENCH_DPDK) $(BENCH_SEEN)
	@$(BENCH_RUN)
else
bench bench-peers bench-quick bench-short:
	@echo '$@: needs google-benchmark and jq (Debian: libbenchmark-dev, g++, jq);' \
		'install them and run configure again, or ./bootstrap $@' >&2; exit 1
endif

# google-benchmark's own tool: medians, and a U test of all repetitions.
BASE = bench/results/previous.json
bench-compare:
	@srcdir='$(srcdir)' BASE='$(BASE)' $(SHELL) $(srcdir)/bench/compare.sh

# The latest results to docs/benchmarks.md, in the source tree. What they are of is kept beside
# them, so that make check sees when the page is of other results.
bench-publish:
	@test -f bench/results/latest.tsv || { echo 'bench-publish: run make bench first' >&2; exit 1; }
	@cp bench/results/latest.tsv $(srcdir)/bench/published.tsv
	@AWK='$(AWK)' $(SHELL) $(srcdir)/bench/publish.sh '$(srcdir)' >$(srcdir)/docs/benchmarks.md.tmp
	@mv $(srcdir)/docs/benchmarks.md.tmp $(srcdir)/docs/benchmarks.md

CLEANFILES += bench/dmalab-bench$(EXEEXT) $(BENCH_DPDK) $(BENCH_SEEN)

.PHONY: bench bench-publish bench-peers bench-quick bench-short bench-compare bench-counts bench-baseline
