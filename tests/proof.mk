# SPDX-License-Identifier: MIT
#
# make proof [PROOF_LENGTH=N] [PROOF_MODE=NAME]: enumerate all programs of up to N events.
# Each more takes 14 times as long. PROOF_MODE is how the CPU's accesses are seen: one of
# told, plain, mixed and both; all, if it is empty.

PROOF_LENGTH = 6
PROOF_MODE =

check_PROGRAMS += tests/proof
tests_proof_SOURCES = tests/proof.c tests/proof.h \
	tests/proof-enumerate.c tests/proof-enumerate.h \
	tests/proof-oracle.c tests/proof-oracle.h \
	tests/proof-subject.c tests/proof-subject.h \
	tests/proof-buffer.c tests/proof-buffer.h
tests_proof_LDADD = libdmalab.la
tests_proof_LDFLAGS = -static

TESTS += tests/proof.sh
EXTRA_DIST += tests/proof.sh

proof: tests/proof$(EXEEXT)
	tests/proof --length=$(PROOF_LENGTH) $(PROOF_MODE:%=--mode=%)

.PHONY: proof
