#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the kernel removed does not compile, and the message names what to use now.

dir='' include=''
# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"

status=0 tried=0

# gone NAME REPLACEMENT STATEMENT
gone()
{
	tried=$((tried + 1))
	cat >"$dir/removed.c" <<EOF2
#include <linux/dma-mapping.h>
void *f(struct device *dev, dma_addr_t *dma, void *p);
void *f(struct device *dev, dma_addr_t *dma, void *p)
{
	$3
	return p;
}
EOF2
	# shellcheck disable=SC2086 # CC may have arguments
	if LC_ALL=C $CC -std=gnu11 -I"$include" -fsyntax-only "$dir/removed.c" 2>"$dir/message"; then
		echo "test-removed: $1 compiles"
		status=1
	elif ! grep -F "$1" "$dir/message" | grep -qF "$2"; then
		echo "test-removed: the message for $1 does not name $2:"
		cat "$dir/message"
		status=1
	fi
}

gone dma_cache_sync dma_sync_single_for_device 'dma_cache_sync(dev, p, 64, DMA_TO_DEVICE);'
gone DMA_ATTR_NON_CONSISTENT dma_alloc_noncoherent \
	'p = dma_alloc_attrs(dev, 64, dma, GFP_KERNEL, DMA_ATTR_NON_CONSISTENT);'
gone DMA_ATTR_WRITE_BARRIER '' \
	'p = dma_alloc_attrs(dev, 64, dma, GFP_KERNEL, DMA_ATTR_WRITE_BARRIER);'
gone dma_alloc_nonconsistent dma_alloc_noncoherent \
	'p = dma_alloc_nonconsistent(dev, 64, dma, GFP_KERNEL);'
gone dma_free_nonconsistent dma_free_noncoherent 'dma_free_nonconsistent(dev, 64, p, *dma);'
gone dma_alloc_writecombine dma_alloc_wc 'p = dma_alloc_writecombine(dev, 64, dma, GFP_KERNEL);'
gone dma_free_writecombine dma_free_wc 'dma_free_writecombine(dev, 64, p, *dma);'
gone dma_zalloc_coherent dma_alloc_coherent 'p = dma_zalloc_coherent(dev, 64, dma, GFP_KERNEL);'
gone dma_is_consistent dma_need_sync 'if (dma_is_consistent(dev, *dma)) p = NULL;'

# The list is that of the header.
listed=$(grep -c 'DMALAB_REMOVED(' "$include/linux/dma-mapping.h")
if test "$listed" != $((tried + 1)); then
	echo "test-removed: the header has $((listed - 1)) removed names, $tried are tested here"
	status=1
fi

# And the snippet itself is sound.
# shellcheck disable=SC2086
gone_is_the_reason=$(gone dma_alloc_coherent x 'p = dma_alloc_coherent(dev, 64, dma, GFP_KERNEL);')
test "$gone_is_the_reason" = "test-removed: dma_alloc_coherent compiles" || {
	echo "$gone_is_the_reason"
	status=1
}
echo "test-removed: $tried names"
exit $status
