# SPDX-License-Identifier: MIT
#
# make defects          what finds the planted defects: run.sh says how to ask for some of it
# make defects-results  the medians become those of the page and of docs/fuzzing.md
#
# A new defect: a patch here, NN-name.patch, whose head says what is wrong.

DEFECTS =
DEFECTS_BY =
DEFECTS_ENGINE =
DEFECTS_TIME = 60
DEFECTS_RUNS = 3
DEFECTS_RESULTS =
DEFECTS_PROOF_LENGTH = 4

# Those that look at what the library does, and take seconds; the others look at files, headers
# and tools, or run all of a corpus.
DEFECTS_TESTS = $(filter %.t,$(TESTS)) tests/test-encode.sh tests/test-shrink.sh \
	tests/test-record.sh fuzz/check-misuse.sh fuzz/check-coherency.sh fuzz/check-trace.sh

# All that these run, and those of them that have parts of core/ in themselves.
DEFECTS_BUILT = dmalab$(EXEEXT) $(check_PROGRAMS) $(noinst_PROGRAMS)
DEFECTS_LINKED = dmalab$(EXEEXT) tests/proof$(EXEEXT) tests/told-plain$(EXEEXT) \
	$(FUZZ_TARGETS:%=fuzz/replay-%$(EXEEXT)) \
	$(filter tests/test-host-memory.t tests/test-reset.t tests/test-mutator.t tests/test-advice.t,$(TESTS))

DEFECTS_PATCHES = $(wildcard $(srcdir)/fuzz/defects/*.patch)
EXTRA_DIST += fuzz/defects/check.sh fuzz/defects/medians.awk fuzz/defects/oracles.sh \
	fuzz/defects/run.sh fuzz/defects/table.awk fuzz/defects/tree.sh \
	$(DEFECTS_PATCHES:$(srcdir)/%=%)

TESTS += fuzz/defects/check.sh

defects:
	+@srcdir='$(srcdir)' MAKE='$(MAKE)' AWK='$(AWK)' CC='$(CC)' CXX='$(CXX)' \
		FUZZ_CLANG='$(FUZZ_CLANG)' AFL_FUZZ='$(AFL_FUZZ)' FUZZ_TARGETS='$(FUZZ_TARGETS)' \
		FUZZ_INSTALLED='$(FUZZ_HAVE_LIBFUZZER) $(FUZZ_HAVE_AFL)' \
		DEFECTS='$(DEFECTS)' DEFECTS_BY='$(DEFECTS_BY)' DEFECTS_ENGINE='$(DEFECTS_ENGINE)' \
		DEFECTS_TIME='$(DEFECTS_TIME)' DEFECTS_RUNS='$(DEFECTS_RUNS)' \
		DEFECTS_RESULTS='$(DEFECTS_RESULTS)' \
		DEFECTS_PROOF_LENGTH='$(DEFECTS_PROOF_LENGTH)' DEFECTS_TESTS='$(DEFECTS_TESTS)' \
		DEFECTS_BUILT='$(DEFECTS_BUILT)' DEFECTS_LINKED='$(DEFECTS_LINKED)' \
		exec $(SHELL) $(srcdir)/fuzz/defects/run.sh

# What the page and docs/fuzzing.md show, in the source tree.
defects-results:
	$(AM_V_GEN)results='$(DEFECTS_RESULTS)'; \
		cp "$${results:-fuzz/results/defects}/defects.tsv" $(srcdir)/docs/results/defects.tsv

.PHONY: defects defects-results
