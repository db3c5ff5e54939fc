#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The proof at a length that takes seconds, and that it would notice an error.
# "make proof PROOF_LENGTH=N" goes further.

set -u
# Under valgrind everything takes fifty times as long, and the self-test has
# nothing new to show it.
[ -z "$TEST_RUNNER" ] && length=5 || length=3
$TEST_RUNNER tests/proof --length=$length && tests/proof --self-test
