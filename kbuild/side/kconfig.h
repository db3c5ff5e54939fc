/* SPDX-License-Identifier: MIT */
/*
 * What of the kernel's configuration is not so in a process. Each of these has a plain form
 * in the kernel's own headers, which they fall back to: no code is patched while it runs, and
 * debug_dma_*() are calls that the kernel side can see.
 */
#undef CONFIG_JUMP_LABEL
#undef CONFIG_TRACEPOINTS
#undef CONFIG_DYNAMIC_DEBUG
#undef CONFIG_DYNAMIC_DEBUG_CORE
#undef CONFIG_FORTIFY_SOURCE
#undef CONFIG_BQL
#undef CONFIG_RETPOLINE
#undef CONFIG_RETHUNK
#undef CONFIG_DMA_API_DEBUG
#define CONFIG_DMA_API_DEBUG 1
#undef CONFIG_DEBUG_ATOMIC_SLEEP
#define CONFIG_DEBUG_ATOMIC_SLEEP 1
