#!/bin/sh
# SPDX-License-Identifier: MIT
#
# proof-results.sh PROOF LENGTH: what the proof counts at each length up to this one, to
# standard output, tab-separated:
#
#   length  mode  programs  reads  reported  missed  spurious  wrong

printf '# make proof-results PROOF_LENGTH=%s\n' "$2"
length=1
while test $length -le "$2"; do
	"$1" --length=$length >proof.out || { cat proof.out >&2; exit 1; }
	awk -v length_of="$length" '$2 == "all" {
		printf "%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n", length_of, $1, $3, $5, $6, $7, $8, $9
	}' proof.out
	rm -f proof.out
	length=$((length + 1))
done
