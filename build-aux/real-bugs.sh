#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints docs/real-bugs.md: real-bugs.sh DMALAB CORPUS

dmalab=$1 corpus=$2
cat <<'EOF'
# Real bugs

![Real bugs by kind: how many are caught here, and how many the kernel's dma-debug sees](pictures/bugs.svg)

What of `corpora/bugs` is caught: real bugs of drivers, each reduced to a trace, and each with a twin that has the
driver's fix and must be quiet on every profile. Written by `make score`, which runs `dmalab score corpora/bugs`.

A bug counts as caught where the check that names the mistake itself, at the step that makes it, is reported as the trace says, and
everything else goes as the trace says on all profiles; a bug of several traces, where all of them are. A control is no bug,
though somebody took it for one: it is right where nothing is reported on any profile, and its twin has what the driver did about
the complaint. What dma-debug sees is a judgement from reading the kernel's `kernel/dma/debug.c`.

The checks that name a bug *damage data* on the machines where they are coherency reports (`stale-...`, `lost-...`,
`shared-cache-line`): two legal caches disagree about the bytes. On those where they are others, the bug *breaks the contract* of
the API: a missing sync does so on x86, and the bytes are right all the same. A class has those of all its bugs.

Classes: C1 no sync for the CPU, or too early; C2 no sync for the device; C3 the wrong part synced; C4 wrong direction; C5 the
CPU touches what the device owns; C6 freed or reused while in use; C7 freed or unmapped twice; C8 leak; C9 wrong size, address,
device or function; C10 a mapping error not looked at; C11 memory that may not be mapped; C12 a cache line shared; C13 coherent
memory misused; C14 noncoherent memory taken for coherent; C15 lists; C16 pools; C17 ordering; C18 double fetch; C19 old
contents shown; C20 the wrong belief about coherency; C21 no bug, to be left alone.

![Where each bug bites: on which machines it damages data, and on which it only breaks the contract](pictures/matrix.svg)

EOF
"$dmalab" score "$corpus"
status=$?
cat <<'EOF'

## Not expressed

These have no trace, or one for a part of them only; C17 and C18 wait for checks of ordering and of double fetches. The reasons are in
`corpora/bugs/not-expressed.txt`.

EOF
awk '/^B[0-9]+ / { printf "%s %s (%s)", n++ ? "," : "", $1, $2 } END { print "." }' "$corpus/not-expressed.txt" |
	sed 's/^ //' | fold -s -w 110 | sed 's/ *$//'
exit $status
