#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The proof at a length that takes seconds, and that it would notice an error.
# "make proof PROOF_LENGTH=N" goes further.

set -u
# Under valgrind everything takes fifty times as long.
[ -z "$TEST_RUNNER" ] || exec $TEST_RUNNER tests/proof --length=3
tests/proof && tests/proof --self-test
