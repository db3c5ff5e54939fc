#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Replay the seeds of the fuzz target "coherency": no finding.

set -u
exec $TEST_RUNNER fuzz/replay-coherency "$srcdir/corpora/fuzz/coherency"
