#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The words of the language of traces, as a dictionary for the engines: calls, words, and
# what stands between them.

set -u
trace=$srcdir/core/trace
{
	sed -n 's/^CALL_ROW(\([A-Za-z_0-9]*\),.*/\1(/p' "$trace/calls.def"
	sed -n 's/^\t{ "\([a-z_]*\)", .*/\1(/p' "$trace/calls.c"
	grep -v '#define' "$trace/words.c" | grep -o 'WORD([A-Za-z_0-9]*' | sed 's/WORD(//'
	printf '%s\n' .cpu .dma .page .phys .sgl .sgt '[0].dma' '[0].len' 'DMA_BIT_MASK(32)' \
		0x '# expect: ' '# expect[arm64]: '
} | sort -u | sed 's/.*/"&"/'
