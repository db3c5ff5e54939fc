#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Replay the seeds of the fuzz target "misuse": no finding.

set -u
exec $TEST_RUNNER fuzz/replay-misuse "$srcdir/corpora/fuzz/misuse"
