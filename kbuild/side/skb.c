// SPDX-License-Identifier: MIT
/*
 * Packets. As in the kernel, data and struct skb_shared_info are one allocation. They are
 * 128 bytes apart, not 64 as on x86: the machines that are simulated have such cache lines.
 */
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/checksum.h>

#include "side.h"

#define LINE 128

static void use_buffer(struct sk_buff *skb, void *head, unsigned int end)
{
	memset(skb, 0, sizeof(*skb));
	refcount_set(&skb->users, 1);
	skb->head = head;
	skb->data = head;
	skb_reset_tail_pointer(skb);
	skb->end = end;
	skb->mac_header = (typeof(skb->mac_header))~0u;
	skb->transport_header = (typeof(skb->transport_header))~0u;
	skb->truesize = SKB_TRUESIZE(end);
	memset(skb_shinfo(skb), 0, sizeof(struct skb_shared_info));
	atomic_set(&skb_shinfo(skb)->dataref, 1);
}

static struct sk_buff *allocate(unsigned int reserve, unsigned int size, gfp_t gfp,
				struct net_device *dev, const void *site)
{
	unsigned int end = ALIGN(reserve + size, LINE);
	struct sk_buff *skb;
	void *head;

	side_context(site);
	skb = kbh_kmalloc(sizeof(*skb), gfp, site);
	if (!skb)
		return NULL;
	head = kbh_kmalloc(end + ALIGN(sizeof(struct skb_shared_info), LINE), gfp, site);
	if (!head) {
		kbh_kfree(skb, site);
		return NULL;
	}
	use_buffer(skb, head, end);
	skb_reserve(skb, reserve);
	skb->dev = dev;
	return skb;
}

struct sk_buff *__alloc_skb(unsigned int size, gfp_t gfp, int flags, int node)
{
	return allocate(0, size, gfp, NULL, SITE);
}

struct sk_buff *__netdev_alloc_skb(struct net_device *dev, unsigned int len, gfp_t gfp)
{
	return allocate(NET_SKB_PAD, len, gfp, dev, SITE);
}

struct sk_buff *__napi_alloc_skb(struct napi_struct *napi, unsigned int len, gfp_t gfp)
{
	return allocate(NET_SKB_PAD + NET_IP_ALIGN, len, gfp, napi->dev, SITE);
}

/*
 * Fragments are cut from blocks of pages, from the end down. Each holds a reference to its block,
 * which is why any address in one is good for freeing it.
 */
#define FRAG_ORDER 3
#define FRAG_BLOCK (PAGE_SIZE << FRAG_ORDER)

static struct page *block;
static unsigned int block_left;

static void *fragment(unsigned int size)
{
	size = ALIGN(size, LINE);
	if (size > FRAG_BLOCK)
		return NULL;
	if (!block || block_left < size) {
		if (block)
			put_page(block);
		block = alloc_pages(GFP_ATOMIC | __GFP_COMP, FRAG_ORDER);
		block_left = FRAG_BLOCK;
	}
	if (!block)
		return NULL;
	get_page(block);
	block_left -= size;
	return page_address(block) + block_left;
}

/* Of a machine that is gone. */
void side_forget_fragments(void)
{
	block = NULL;
}

void *__netdev_alloc_frag_align(unsigned int size, unsigned int mask)
{
	return fragment(size);
}

void *__napi_alloc_frag_align(unsigned int size, unsigned int mask)
{
	return fragment(size);
}

void page_frag_free(void *p)
{
	put_page(virt_to_head_page(p));
}

static struct sk_buff *build(void *data, unsigned int size, const void *site)
{
	struct sk_buff *skb = kbh_kmalloc(sizeof(*skb), GFP_ATOMIC, site);

	if (!skb)
		return NULL;
	use_buffer(skb, data, size - SKB_DATA_ALIGN(sizeof(struct skb_shared_info)));
	skb->head_frag = 1;
	return skb;
}

struct sk_buff *build_skb(void *data, unsigned int size)
{
	return build(data, size ?: kbh_ksize(data), SITE);
}

struct sk_buff *napi_build_skb(void *data, unsigned int size)
{
	return build(data, size ?: kbh_ksize(data), SITE);
}

static void release(struct sk_buff *skb, const void *site)
{
	struct skb_shared_info *info;

	if (!skb || !refcount_dec_and_test(&skb->users))
		return;
	side_context(site);
	if (skb->destructor)
		skb->destructor(skb);
	info = skb_shinfo(skb);
	for (int i = 0; i < info->nr_frags; i++)
		put_page(skb_frag_page(&info->frags[i]));
	if (skb->head_frag)
		page_frag_free(skb->head);
	else
		kbh_kfree(skb->head, site);
	kbh_kfree(skb, site);
}

void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason)
{
	release(skb, SITE);
}

void napi_consume_skb(struct sk_buff *skb, int budget)
{
	release(skb, SITE);
}

void __dev_kfree_skb_any(struct sk_buff *skb, enum skb_free_reason reason)
{
	release(skb, SITE);
}

void __dev_kfree_skb_irq(struct sk_buff *skb, enum skb_free_reason reason)
{
	release(skb, SITE);
}

/* -------------------------------------------------------------- its length */

void *skb_put(struct sk_buff *skb, unsigned int len)
{
	void *tail = skb_tail_pointer(skb);

	if (skb->tail + len > skb->end)
		kbh_stop("skb_put() beyond the end of the buffer (skb_over_panic)", SITE);
	skb->tail += len;
	skb->len += len;
	return tail;
}

void skb_add_rx_frag(struct sk_buff *skb, int i, struct page *page, int offset, int size,
		     unsigned int truesize)
{
	skb_fill_page_desc(skb, i, page, offset, size);
	skb->len += size;
	skb->data_len += size;
	skb->truesize += truesize;
}

void *skb_push(struct sk_buff *skb, unsigned int len)
{
	if (skb_headroom(skb) < len)
		kbh_stop("skb_push() before the start of the buffer (skb_under_panic)", SITE);
	skb->data -= len;
	skb->len += len;
	return skb->data;
}

void *skb_pull(struct sk_buff *skb, unsigned int len)
{
	return skb_pull_inline(skb, len);
}

void skb_trim(struct sk_buff *skb, unsigned int len)
{
	if (skb->len > len)
		__skb_trim(skb, len);
}

int ___pskb_trim(struct sk_buff *skb, unsigned int len)
{
	if (skb_is_nonlinear(skb))
		kbh_stop("pskb_trim() of a packet with fragments, which this kernel side cannot do", SITE);
	skb_set_tail_pointer(skb, len);
	skb->len = len;
	return 0;
}

/* Copy from any part of it: the linear one, then the fragments. */
static void copy_out(const struct sk_buff *skb, unsigned int offset, void *to, unsigned int len,
		     const void *site)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int part = skb_headlen(skb);
	const u8 *from = skb->data;

	for (int i = -1; len; i++) {
		unsigned int n;

		if (i >= 0) {
			part = skb_frag_size(&info->frags[i]);
			from = skb_frag_address(&info->frags[i]);
		}
		n = offset < part ? min(len, part - offset) : 0;
		kbh_read(to, from + offset, n, site);
		offset = n ? 0 : offset - part;
		to += n;
		len -= n;
	}
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len)
{
	if (offset < 0 || offset > (int)skb->len - len)
		return -EFAULT;
	copy_out(skb, offset, to, len, SITE);
	return 0;
}

void skb_copy_and_csum_dev(const struct sk_buff *skb, u8 *to)
{
	u8 piece[256];

	for (unsigned int at = 0, n; at < skb->len; at += n) {
		n = min_t(unsigned int, skb->len - at, sizeof(piece));
		copy_out(skb, at, piece, n, SITE);
		kbh_write(to + at, piece, n, SITE);
	}
}

void *__pskb_pull_tail(struct sk_buff *skb, int delta)
{
	kbh_stop("a header of a packet is asked for that lies in its fragments", SITE);
}

int pskb_expand_head(struct sk_buff *skb, int nhead, int ntail, gfp_t gfp)
{
	kbh_stop("pskb_expand_head(): the bench shares no packets, so this is not needed", SITE);
}

int __skb_pad(struct sk_buff *skb, int pad, bool free_on_error)
{
	if (skb->tail + pad > skb->end || skb_is_nonlinear(skb)) {
		if (free_on_error)
			release(skb, SITE);
		return -ENOMEM;
	}
	kbh_fill(skb_tail_pointer(skb), 0, pad, SITE);
	return 0;
}

void skb_tstamp_tx(struct sk_buff *skb, struct skb_shared_hwtstamps *stamps)
{
}

void skb_clone_tx_timestamp(struct sk_buff *skb)
{
}
