#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-symbols.sh [LIBRARY]: the shared library exports what
# public-symbols.txt allows, and nothing else.

library=${1:-.libs/libdmalab.so}
allowed=$(dirname "$0")/public-symbols.txt

if ! test -f "$library"; then
	echo "$library was not built: skipped"
	exit 77
fi
symbols=$(nm -D --defined-only "$library" | awk '{ print $NF }') || exit 1
if test -z "$symbols"; then
	echo "$library exports nothing"
	exit 1
fi

patterns=$(sed '/^#/d; /^$/d' "$allowed" | paste -s -d '|' -)
status=0
for symbol in $symbols; do
	eval "case \$symbol in $patterns) continue ;; esac"
	echo "$library exports $symbol, which is not in $allowed"
	status=1
done
exit $status
