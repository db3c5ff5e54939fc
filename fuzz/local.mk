# SPDX-License-Identifier: MIT
#
# make fuzz        the campaign: FUZZ_TIME, FUZZ_WALL, FUZZ_ENGINE, FUZZ_TARGET, FUZZ_JOBS
# make corpus-min  makes the kept corpora small: FUZZ_TARGET
# make fuzz-clean  throws the results away: corpora, findings, all
# make check       replays the seeds without an engine
#
# A new target: its sources here, its name in FUZZ_TARGETS, its seeds in corpora/fuzz.

FUZZ_TARGETS = misuse coherency trace
FUZZ_TIME = 3m
FUZZ_WALL =
FUZZ_ENGINE =
FUZZ_TARGET =
FUZZ_JOBS =
FUZZ_FRESH =
FUZZ_RESULTS =

# What a target is made of, whoever brings the main.
FUZZ_COMMON = fuzz/input.h fuzz/target.h
FUZZ_TRACE = fuzz/trace.c $(TRACE_SOURCES)
FUZZ_COHERENCY = fuzz/coherency.c fuzz/coherency.h fuzz/coherency-run.c \
	fuzz/coherency-remarks.c fuzz/program.c fuzz/program.h
# Changes programs: in libFuzzer's targets, in a shared object for AFL++, and in its test.
FUZZ_MUTATOR = fuzz/mutator/mutator.h fuzz/mutator/mutator.c fuzz/mutator/program.c \
	fuzz/mutator/generate.c fuzz/mutator/operators.c fuzz/mutator/rules.c
# Runs traces beside the model.
FUZZ_ORACLE = fuzz/oracle/oracle.h fuzz/oracle/arguments.c fuzz/oracle/calls.c \
	fuzz/oracle/oracle.c fuzz/oracle/outcome.c fuzz/oracle/settle.c
# The reference model, which is the oracle of misuse.
FUZZ_MODEL = fuzz/model/access.c fuzz/model/alloc.c fuzz/model/answer.c fuzz/model/bounce.c \
	fuzz/model/bus.c fuzz/model/cache.c fuzz/model/call.h fuzz/model/compare.c \
	fuzz/model/context.c fuzz/model/device.c fuzz/model/device-access.c \
	fuzz/model/explain.c fuzz/model/free.c fuzz/model/grid.c fuzz/model/grid.h \
	fuzz/model/hand-out.c fuzz/model/inside.h fuzz/model/list.c \
	fuzz/model/map.c fuzz/model/memory.c fuzz/model/model.c fuzz/model/model.h \
	fuzz/model/object.c fuzz/model/object.h fuzz/model/owner.c fuzz/model/pages.c \
	fuzz/model/plain.c fuzz/model/pool.c fuzz/model/release.c fuzz/model/sync.c \
	fuzz/model/table.c fuzz/model/unit.c fuzz/model/unit.h fuzz/model/unwritten.c \
	fuzz/model/user.c fuzz/model/vmalloc.c
FUZZ_MISUSE = fuzz/misuse.c $(FUZZ_ORACLE) $(FUZZ_MODEL)

check_PROGRAMS += fuzz/replay-misuse fuzz/replay-coherency fuzz/replay-trace
fuzz_replay_misuse_SOURCES = fuzz/replay.c $(FUZZ_MISUSE) $(FUZZ_COMMON)
fuzz_replay_misuse_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/fuzz
fuzz_replay_misuse_LDADD = libtrace.la libdmalab.la
fuzz_replay_misuse_LDFLAGS = -static
fuzz_replay_coherency_SOURCES = fuzz/replay.c $(FUZZ_COHERENCY) $(FUZZ_COMMON)
fuzz_replay_coherency_LDADD = libdmalab.la
fuzz_replay_coherency_LDFLAGS = -static

fuzz_replay_trace_SOURCES = fuzz/replay.c fuzz/trace.c $(FUZZ_COMMON)
fuzz_replay_trace_LDADD = libtrace.la libdmalab.la
fuzz_replay_trace_LDFLAGS = -static

# make soak: SOAK_TIME (30s, 20m, 1h), SOAK_SEED. make check soaks for some seconds.
check_PROGRAMS += fuzz/soak
fuzz_soak_SOURCES = fuzz/soak.c $(FUZZ_MUTATOR) $(FUZZ_MISUSE) $(FUZZ_COMMON)
fuzz_soak_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/fuzz
fuzz_soak_LDADD = libtrace.la libdmalab.la
fuzz_soak_LDFLAGS = -static

SOAK_TIME = 10m
SOAK_SEED =
soak: fuzz/soak
	@SOAK_TIME='$(SOAK_TIME)' SOAK_SEED='$(SOAK_SEED)' srcdir='$(srcdir)' \
		$(SHELL) $(srcdir)/fuzz/soak.sh
.PHONY: soak
TESTS += fuzz/soak.sh
EXTRA_DIST += fuzz/soak.sh

TESTS += fuzz/check-misuse.sh fuzz/check-coherency.sh fuzz/check-trace.sh

FUZZ_SEEDS = $(wildcard $(srcdir)/corpora/fuzz/*/*)
EXTRA_DIST += fuzz/README.md fuzz/afl.c fuzz/engine.mk \
	fuzz/mutator/libfuzzer.c fuzz/mutator/aflpp.c \
	fuzz/campaign/campaign.sh fuzz/campaign/common.sh fuzz/campaign/corpus-min.sh \
	fuzz/campaign/corpus.sh fuzz/campaign/dictionary.sh fuzz/campaign/engines.sh \
	fuzz/campaign/findings.sh fuzz/campaign/job.sh fuzz/campaign/progress.sh \
	fuzz/oss-fuzz/Dockerfile fuzz/oss-fuzz/build.sh fuzz/oss-fuzz/project.yaml \
	.clusterfuzzlite/Dockerfile .clusterfuzzlite/build.sh .clusterfuzzlite/project.yaml \
	fuzz/check-misuse.sh fuzz/check-coherency.sh fuzz/check-trace.sh $(FUZZ_SEEDS:$(srcdir)/%=%)

FUZZ_BUILD = $(MAKE) --no-print-directory -f $(srcdir)/fuzz/engine.mk SRC='$(srcdir)' \
	TARGETS='$(FUZZ_TARGETS)' \
	SOURCES='$(libdmalab_la_SOURCES)' FLAGS='$(DEFS) -I. $(AM_CPPFLAGS) -I$(srcdir)/fuzz $(LIBDW_CFLAGS)' \
	LIBS='$(LIBDW_LIBS) $(LIBS)' misuse_SOURCES='$(FUZZ_MISUSE) $(TRACE_SOURCES)' \
	libfuzzer_misuse_SOURCES='$(FUZZ_MUTATOR) fuzz/mutator/libfuzzer.c' \
	fast_misuse_SOURCES='$(FUZZ_MUTATOR) fuzz/mutator/libfuzzer.c' \
	MUTATOR_SOURCES='$(FUZZ_MUTATOR) fuzz/mutator/aflpp.c $(TRACE_SOURCES)' \
	coherency_SOURCES='$(FUZZ_COHERENCY)' trace_SOURCES='$(FUZZ_TRACE)'

fuzz-build-libfuzzer fuzz-build-fast: fuzz-build-%: config.h
	+@$(FUZZ_BUILD) ENGINE=$* ENGINE_CC='$(FUZZ_CLANG)'

fuzz-build-afl-alone fuzz-build-cmplog-alone: fuzz-build-%-alone: config.h
	+@$(FUZZ_BUILD) ENGINE=$* ENGINE_CC='$(AFL_CC)'

fuzz-build-afl: fuzz-build-afl-alone fuzz-build-cmplog-alone

# With the compilers and flags of configure: one sanitizer, and the engine in
# $LIB_FUZZING_ENGINE of the environment. TARGETS in fuzz/build-service.
fuzz-build-service: config.h
	+@$(FUZZ_BUILD) ENGINE=service ENGINE_CC='$(CC)' SERVICE_CXX='$(CXX)' \
		service_CFLAGS='$(CFLAGS)' service_LDFLAGS='$(CXXFLAGS)' \
		service_LIBS="$$LIB_FUZZING_ENGINE" \
		service_misuse_SOURCES='$(if $(filter libfuzzer,$(FUZZING_ENGINE)),$(FUZZ_MUTATOR) fuzz/mutator/libfuzzer.c)'

fuzz-targets:
	@echo $(FUZZ_TARGETS)

if WITH_LIBFUZZER
FUZZ_HAVE_LIBFUZZER = libfuzzer fast
endif
if WITH_AFL
FUZZ_HAVE_AFL = afl
endif

# What the language of traces has of words.
fuzz/dict/trace.dict: $(srcdir)/core/trace/words.c $(srcdir)/core/trace/calls.def \
		$(srcdir)/core/trace/calls.c $(srcdir)/fuzz/campaign/dictionary.sh
	$(AM_V_GEN)$(MKDIR_P) fuzz/dict
	$(AM_V_at)srcdir='$(srcdir)' $(SHELL) $(srcdir)/fuzz/campaign/dictionary.sh >$@.new && \
		mv $@.new $@

FUZZ_REPLAYERS = $(FUZZ_TARGETS:%=fuzz/replay-%$(EXEEXT))
FUZZ_ENVIRONMENT = srcdir='$(srcdir)' MAKE='$(MAKE)' AFL_FUZZ='$(AFL_FUZZ)' \
	FUZZ_INSTALLED='$(FUZZ_HAVE_LIBFUZZER) $(FUZZ_HAVE_AFL)' FUZZ_TARGETS='$(FUZZ_TARGETS)' \
	FUZZ_TIME='$(FUZZ_TIME)' FUZZ_WALL='$(FUZZ_WALL)' FUZZ_ENGINE='$(FUZZ_ENGINE)' \
	FUZZ_TARGET='$(FUZZ_TARGET)' FUZZ_JOBS='$(FUZZ_JOBS)' FUZZ_FRESH='$(FUZZ_FRESH)' \
	FUZZ_RESULTS='$(FUZZ_RESULTS)'

# exec: an interrupt of make is one of the campaign, and no shell stands between them.
fuzz: $(FUZZ_REPLAYERS) fuzz/dict/trace.dict dmalab$(EXEEXT)
	+@$(FUZZ_ENVIRONMENT) exec $(SHELL) $(srcdir)/fuzz/campaign/campaign.sh

corpus-min: $(FUZZ_REPLAYERS)
	+@$(FUZZ_ENVIRONMENT) exec $(SHELL) $(srcdir)/fuzz/campaign/corpus-min.sh

CLEAN_LOCAL += fuzz-clean-builds
fuzz-clean-builds:
	-rm -rf fuzz/build-libfuzzer fuzz/build-fast fuzz/build-afl fuzz/build-cmplog fuzz/build-service \
		fuzz/dict

fuzz-clean: fuzz-clean-builds
	-rm -rf fuzz/results

.PHONY: corpus-min fuzz fuzz-build-afl fuzz-build-afl-alone fuzz-build-cmplog-alone fuzz-build-fast \
	fuzz-build-libfuzzer fuzz-build-service fuzz-clean fuzz-clean-builds fuzz-targets

include fuzz/defects/local.mk
