#!/bin/sh
# SPDX-License-Identifier: MIT
#
# timelines.sh DMALAB CORPORA DIR: the timelines that the documentation shows, into DIR: a row
# each of picture, machine and trace.

dmalab=$1 corpora=$2 to=$3
while read -r picture profile trace; do
	"$dmalab" timeline --profile="$profile" -o "$to/timeline-$picture.svg" "$corpora/$trace.dma" || exit 1
done <<'END'
atlantic arm64 bugs/B69-atlantic-ptp-ring
venus arm64 bugs/B117-venus-early-return
sgiseeq mips-nonspec bugs/B118-sgiseeq-polling
talitos arm64 bugs/B05-talitos-done-bits
talitos-fixed arm64 bugs/B05-talitos-done-bits-fixed
vsock arm64 bugs/B100-vsock-event-list
END
