# SPDX-License-Identifier: MIT
#
# make fuzz       the campaign: FUZZ_TIME, FUZZ_ENGINE, FUZZ_TARGET, FUZZ_JOBS
# make check      replays the corpora without an engine
#
# A new target: its sources here, its name in FUZZ_TARGETS, its seeds in corpora/fuzz.

FUZZ_TARGETS = misuse coherency trace
FUZZ_TIME = 60
FUZZ_ENGINE =
FUZZ_TARGET =
FUZZ_JOBS =

# What a target is made of, whoever brings the main.
FUZZ_COMMON = fuzz/input.h fuzz/target.h
FUZZ_TRACE = fuzz/trace.c $(TRACE_SOURCES)
FUZZ_COHERENCY = fuzz/coherency.c fuzz/coherency.h fuzz/coherency-run.c \
	fuzz/coherency-remarks.c fuzz/program.c fuzz/program.h
FUZZ_MISUSE = fuzz/misuse.c fuzz/misuse.h fuzz/misuse-decode.c fuzz/misuse-print.c \
	fuzz/misuse-compare.c \
	fuzz/misuse-run.c fuzz/misuse-decode.h fuzz/misuse-decode-memory.c \
	fuzz/misuse-run-memory.c fuzz/misuse-run-context.c fuzz/misuse-print-memory.c \
	fuzz/misuse-run-pool.c fuzz/misuse-print-pool.c fuzz/model-pool.c \
	fuzz/model.c fuzz/model.h fuzz/model-access.c fuzz/model-alloc.c fuzz/model-cache.c \
	fuzz/model-free.c fuzz/model-sync.c fuzz/model-list.c fuzz/model-bounce.c \
	fuzz/model-bus.c fuzz/misuse-decode-list.c fuzz/model-memory.c fuzz/model-release.c \
	fuzz/model-pages.c fuzz/model-vmalloc.c fuzz/model-context.c fuzz/model-answer.c \
	fuzz/model-device.c fuzz/misuse-decode-arguments.c fuzz/misuse-decode-table.c \
	fuzz/misuse-run-table.c fuzz/misuse-print-table.c fuzz/model-table.c \
	fuzz/misuse-decode-user.c fuzz/misuse-run-user.c fuzz/misuse-print-user.c \
	fuzz/model-user.c fuzz/model-unwritten.c fuzz/model-map.c fuzz/model-plain.c

check_PROGRAMS += fuzz/replay-misuse fuzz/replay-coherency fuzz/replay-trace
fuzz_replay_misuse_SOURCES = fuzz/replay.c $(FUZZ_MISUSE) $(FUZZ_COMMON)
fuzz_replay_misuse_LDADD = libdmalab.la
fuzz_replay_misuse_LDFLAGS = -static
fuzz_replay_coherency_SOURCES = fuzz/replay.c $(FUZZ_COHERENCY) $(FUZZ_COMMON)
fuzz_replay_coherency_LDADD = libdmalab.la
fuzz_replay_coherency_LDFLAGS = -static

fuzz_replay_trace_SOURCES = fuzz/replay.c fuzz/trace.c $(FUZZ_COMMON)
fuzz_replay_trace_LDADD = libtrace.la libdmalab.la
fuzz_replay_trace_LDFLAGS = -static

TESTS += fuzz/check-misuse.sh fuzz/check-coherency.sh fuzz/check-trace.sh

FUZZ_SEEDS = $(wildcard $(srcdir)/corpora/fuzz/*/*)
EXTRA_DIST += fuzz/README.md fuzz/afl.c fuzz/engine.mk fuzz/campaign.sh \
	fuzz/check-misuse.sh fuzz/check-coherency.sh fuzz/check-trace.sh $(FUZZ_SEEDS:$(srcdir)/%=%)

FUZZ_BUILD = $(MAKE) --no-print-directory -f $(srcdir)/fuzz/engine.mk SRC='$(srcdir)' \
	TARGETS='$(FUZZ_TARGETS)' \
	SOURCES='$(libdmalab_la_SOURCES)' FLAGS='$(DEFS) -I. $(AM_CPPFLAGS) $(LIBDW_CFLAGS)' \
	LIBS='$(LIBDW_LIBS) $(LIBS)' misuse_SOURCES='$(FUZZ_MISUSE)' \
	coherency_SOURCES='$(FUZZ_COHERENCY)' trace_SOURCES='$(FUZZ_TRACE)'

fuzz-build-libfuzzer: config.h
	+@$(FUZZ_BUILD) ENGINE=libfuzzer ENGINE_CC='$(FUZZ_CLANG)'

fuzz-build-afl: config.h
	+@$(FUZZ_BUILD) ENGINE=afl ENGINE_CC='$(AFL_CC)'

if WITH_LIBFUZZER
FUZZ_HAVE_LIBFUZZER = libfuzzer
endif
if WITH_AFL
FUZZ_HAVE_AFL = afl
endif

fuzz: fuzz/replay-misuse$(EXEEXT) fuzz/replay-coherency$(EXEEXT) fuzz/replay-trace$(EXEEXT) dmalab$(EXEEXT)
	+@srcdir='$(srcdir)' MAKE='$(MAKE)' AFL_FUZZ='$(AFL_FUZZ)' \
	FUZZ_INSTALLED='$(FUZZ_HAVE_LIBFUZZER) $(FUZZ_HAVE_AFL)' FUZZ_TARGETS='$(FUZZ_TARGETS)' \
	FUZZ_TIME='$(FUZZ_TIME)' FUZZ_ENGINE='$(FUZZ_ENGINE)' FUZZ_TARGET='$(FUZZ_TARGET)' \
	FUZZ_JOBS='$(FUZZ_JOBS)' $(SHELL) $(srcdir)/fuzz/campaign.sh

CLEAN_LOCAL += fuzz-clean
fuzz-clean:
	-rm -rf fuzz/build-libfuzzer fuzz/build-afl

.PHONY: fuzz fuzz-build-libfuzzer fuzz-build-afl fuzz-clean
