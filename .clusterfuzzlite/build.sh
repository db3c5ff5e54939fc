#!/bin/bash -eu
# SPDX-License-Identifier: MIT
exec "$SRC/dmalab/fuzz/oss-fuzz/build.sh"
