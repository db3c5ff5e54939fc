#!/bin/sh
# SPDX-License-Identifier: MIT
#
# make soak: SOAK_TIME=1h SOAK_SEED=7; as a test of make check, five seconds of it, always the
# same. SOAK_ROUND=N runs one round of the seed again.

set -u
time=${SOAK_TIME:-5s}
if test -n "${TEST_RUNNER:-}"; then
	echo "soak: under another tool ($TEST_RUNNER): skipped"
	exit 77
fi

case $time in
*h) seconds=$((${time%h} * 3600)) ;;
*m) seconds=$((${time%m} * 60)) ;;
*) seconds=${time%s} ;;
esac
case $seconds in
'' | *[!0-9]*)
	echo "soak: SOAK_TIME=$time is not valid; valid: 30s, 20m, 1h" >&2
	exit 2
	;;
esac

# By the clock, unless a seed is given: each soak is another one.
seed=${SOAK_SEED:-$(test -n "${SOAK_TIME:-}" && date +%s || echo 1)}
program=$(pwd)/fuzz/soak
seeds=$(cd "${srcdir:-.}" && pwd)/corpora/fuzz/misuse
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

echo "soak: SOAK_TIME=${seconds}s SOAK_SEED=$seed"
# shellcheck disable=SC2086 # one round, or none
(cd "$dir" && unset DMALAB_OPTIONS && "$program" "$seconds" "$seed" "$seeds" ${SOAK_ROUND:-})
