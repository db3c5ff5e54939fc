# SPDX-License-Identifier: MIT
#
# make fuzz       the campaign: FUZZ_TIME, FUZZ_ENGINE, FUZZ_TARGET, FUZZ_JOBS
# make check      replays the corpora without an engine
#
# A new target: its source here and in engine.mk, its name in FUZZ_TARGETS, its
# seeds in corpora/fuzz.

FUZZ_TARGETS = misuse coherency
FUZZ_TIME = 60
FUZZ_ENGINE =
FUZZ_TARGET =
FUZZ_JOBS =

check_PROGRAMS += fuzz/replay-misuse fuzz/replay-coherency
fuzz_replay_misuse_SOURCES = fuzz/replay.c fuzz/misuse.c fuzz/input.h fuzz/target.h
fuzz_replay_misuse_LDADD = libdmalab.la
fuzz_replay_coherency_SOURCES = fuzz/replay.c fuzz/coherency.c fuzz/program.c fuzz/program.h \
	fuzz/input.h fuzz/target.h
fuzz_replay_coherency_LDADD = libdmalab.la

TESTS += fuzz/check-misuse.sh fuzz/check-coherency.sh

FUZZ_SEEDS = $(wildcard $(srcdir)/corpora/fuzz/*/*)
EXTRA_DIST += fuzz/README.md fuzz/afl.c fuzz/engine.mk fuzz/campaign.sh \
	fuzz/check-misuse.sh fuzz/check-coherency.sh $(FUZZ_SEEDS:$(srcdir)/%=%)

FUZZ_BUILD = $(MAKE) -f $(srcdir)/fuzz/engine.mk SRC='$(srcdir)' TARGETS='$(FUZZ_TARGETS)' \
	SOURCES='$(libdmalab_la_SOURCES)' FLAGS='$(DEFS) -I. $(AM_CPPFLAGS) $(LIBDW_CFLAGS)' \
	LIBS='$(LIBDW_LIBS) $(LIBS)'

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

fuzz: fuzz/replay-misuse$(EXEEXT) fuzz/replay-coherency$(EXEEXT)
	+@srcdir='$(srcdir)' MAKE='$(MAKE)' AFL_FUZZ='$(AFL_FUZZ)' \
	FUZZ_INSTALLED='$(FUZZ_HAVE_LIBFUZZER) $(FUZZ_HAVE_AFL)' FUZZ_TARGETS='$(FUZZ_TARGETS)' \
	FUZZ_TIME='$(FUZZ_TIME)' FUZZ_ENGINE='$(FUZZ_ENGINE)' FUZZ_TARGET='$(FUZZ_TARGET)' \
	FUZZ_JOBS='$(FUZZ_JOBS)' $(SHELL) $(srcdir)/fuzz/campaign.sh

CLEAN_LOCAL += fuzz-clean
fuzz-clean:
	-rm -rf fuzz/build-libfuzzer fuzz/build-afl

.PHONY: fuzz fuzz-build-libfuzzer fuzz-build-afl fuzz-clean
