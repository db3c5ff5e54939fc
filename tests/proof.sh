#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The proof at a length that takes seconds, and that it would notice an error.
# "make proof PROOF_LENGTH=N" goes further. How much of it is $PROOF_CHECK:
#
#   full          both
#   no-self-test  the proof alone: make check-tsan. The self-test is the proof once more
#                 for each rule of the machine, with that rule broken; it has one thread,
#                 so that ThreadSanitizer takes minutes and cannot find anything
#   quick         the proof of short programs: make distcheck, which tests that the
#                 tarball is complete; what is in it was tested by make check
#
# Under valgrind, too, it is quick: everything takes fifty times as long.

set -u
case ${TEST_RUNNER:+quick}${PROOF_CHECK:-full} in
quick*) exec $TEST_RUNNER tests/proof --length=3 ;;
no-self-test) exec tests/proof ;;
full) tests/proof && tests/proof --self-test ;;
*)
	echo "PROOF_CHECK=$PROOF_CHECK is not known; valid: full, no-self-test, quick" >&2
	exit 2
	;;
esac
