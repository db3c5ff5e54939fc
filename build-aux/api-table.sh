#!/bin/sh
# SPDX-License-Identifier: MIT
#
# api-table.sh [SRCDIR]: prints docs/api.md.

cd "${1:-.}" || exit 1
LC_ALL=C
export LC_ALL

cat <<'EOF'
# The API, and what tests it

Written by `make api-table`; `make check` fails when it is not what that would write, or
when a call has no test. The last section is kept in `build-aux/api-absent.md`.

EOF
${AWK:-awk} -f build-aux/api-table.awk core/judge/catalogue.def \
	core/include/linux/*.h core/include/linux/*/*.h core/include/asm/*.h core/include/dmalab.h core/include/dmalab/*.h \
	tests/cases.h tests/cases-*.c tests/test-*.c tests/rig.c || exit 1
echo
sed 1d build-aux/api-absent.md
