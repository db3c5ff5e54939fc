/* SPDX-License-Identifier: MIT */
/* The small kernel headers that are no more than arithmetic, and lists. */
#include "capture.h"
#include "rig.h"

#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/crc32.h>
#include <linux/etherdevice.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <sys/wait.h>

struct item {
	int value;
	struct list_head list;
	struct hlist_node node;
	struct llist_node lnode;
};

/* "1 2 3" of a list, forwards; and backwards it is the same in the other order. */
static const char *contents(struct list_head *head)
{
	static char text[128];
	char back[128] = "";
	struct item *item;
	size_t len = 0;

	text[0] = 0;
	list_for_each_entry(item, head, list)
		len += snprintf(text + len, sizeof(text) - len, "%d", item->value);
	len = 0;
	list_for_each_entry_reverse(item, head, list)
		len += snprintf(back + len, sizeof(back) - len, "%d", item->value);
	assert_int_equal(strlen(text), len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(text[i], back[len - 1 - i]);
	assert_int_equal(list_count_nodes(head), len);
	return text;
}

static void lists(void **state)
{
	struct item items[6], other = { .value = 9 }, *item, *next;
	struct list_head *at, *after;
	LIST_HEAD(a);
	LIST_HEAD(b);

	(void)state;
	assert_true(list_empty(&a));
	assert_null(list_first_entry_or_null(&a, struct item, list));
	for (int i = 0; i < 6; i++) {
		items[i].value = i;
		list_add_tail(&items[i].list, i < 3 ? &a : &b);
	}
	assert_string_equal(contents(&a), "012");
	list_add(&other.list, &a);
	assert_string_equal(contents(&a), "9012");
	assert_true(list_is_first(&other.list, &a));
	assert_true(list_is_last(&items[2].list, &a));
	assert_ptr_equal(list_first_entry(&a, struct item, list), &other);
	assert_ptr_equal(list_last_entry(&a, struct item, list), &items[2]);
	assert_ptr_equal(list_next_entry(&items[0], list), &items[1]);
	assert_ptr_equal(list_prev_entry(&items[0], list), &other);
	list_del(&other.list);
	assert_ptr_equal(other.list.next, LIST_POISON1);
	assert_ptr_equal(other.list.prev, LIST_POISON2);
	list_move(&items[2].list, &a);
	assert_string_equal(contents(&a), "201");
	list_move_tail(&items[2].list, &a);
	assert_string_equal(contents(&a), "012");
	list_replace(&items[1].list, &other.list);
	assert_string_equal(contents(&a), "092");
	list_splice_init(&b, &a);
	assert_string_equal(contents(&a), "345092");
	assert_true(list_empty(&b));
	list_for_each_entry_safe(item, next, &a, list)
		if (item->value > 2 && item->value < 9)
			list_move_tail(&item->list, &b);
	assert_string_equal(contents(&b), "345");
	list_splice_tail_init(&b, &a);
	assert_string_equal(contents(&a), "092345");
	list_for_each_safe(at, after, &a)
		list_del_init(at);
	assert_true(list_empty(&a));
	list_add(&other.list, &a);
	assert_true(list_is_singular(&a));
	list_add(&items[0].list, &b);
	list_splice(&b, &a);
	assert_string_equal(contents(&a), "09");
	INIT_LIST_HEAD(&b);
	list_splice_tail(&b, &a);
	list_for_each(at, &a)
		assert_ptr_equal(list_entry(at, struct item, list)->list.next, at->next);
	item = &items[0];
	list_for_each_entry_continue(item, &a, list)
		assert_ptr_equal(item, &other);
}

static void hash_lists(void **state)
{
	struct item items[3] = { { .value = 0 }, { .value = 1 }, { .value = 2 } }, *item;
	struct hlist_node *n;
	int sum = 0;
	HLIST_HEAD(head);
	LLIST_HEAD(list);

	(void)state;
	assert_true(hlist_empty(&head));
	for (int i = 0; i < 3; i++) {
		INIT_HLIST_NODE(&items[i].node);
		assert_true(hlist_unhashed(&items[i].node));
		hlist_add_head(&items[i].node, &head);
	}
	hlist_for_each_entry(item, &head, node)
		sum = sum * 10 + item->value;
	assert_int_equal(sum, 210);
	hlist_del_init(&items[1].node);
	hlist_del_init(&items[1].node);
	hlist_for_each_entry_safe(item, n, &head, node)
		hlist_del(&item->node);
	assert_true(hlist_empty(&head));
	INIT_HLIST_HEAD(&head);

	init_llist_head(&list);
	assert_true(llist_add(&items[0].lnode, &list));
	assert_false(llist_add(&items[1].lnode, &list));
	assert_ptr_equal(llist_entry(llist_del_all(&list), struct item, lnode), &items[1]);
	assert_ptr_equal(items[1].lnode.next, &items[0].lnode);
	assert_true(llist_empty(&list));
}

static void single_bits(void **state)
{
	DECLARE_BITMAP(map, 130) = { 0 };
	unsigned int bit, nr = 0;

	(void)state;
	assert_int_equal(BITS_TO_LONGS(130), 3);
	set_bit(3, map);
	__set_bit(64, map);
	assert_false(test_and_set_bit(129, map));
	assert_true(test_and_set_bit(129, map));
	assert_true(test_bit(129, map) && !test_bit(128, map));
	for_each_set_bit(bit, map, 130)
		nr = nr * 1000 + bit;
	assert_int_equal(nr, 3064129);
	assert_int_equal(find_first_bit(map, 130), 3);
	assert_int_equal(find_next_bit(map, 130, 4), 64);
	assert_int_equal(find_next_bit(map, 129, 65), 129);
	assert_int_equal(find_last_bit(map, 130), 129);
	assert_int_equal(find_first_zero_bit(map, 130), 0);
	assert_int_equal(find_next_zero_bit(map, 130, 3), 4);
	assert_int_equal(bitmap_weight(map, 130), 3);
	clear_bit(3, map);
	clear_bit_unlock(64, map);
	assert_true(test_and_clear_bit(129, map));
	assert_false(__test_and_clear_bit(129, map));
	assert_true(bitmap_empty(map, 130));
	change_bit(1, map);
	__change_bit(1, map);
	assert_false(test_and_change_bit(1, map));
	__clear_bit(1, map);
	__assign_bit(2, map, true);
	assert_true(__test_and_set_bit(2, map));
	__assign_bit(2, map, false);
	bitmap_set(map, 60, 10);
	assert_int_equal(bitmap_weight(map, 130), 10);
	bitmap_clear(map, 61, 9);
	assert_int_equal(find_last_bit(map, 130), 60);
	bitmap_fill(map, 130);
	assert_true(bitmap_full(map, 130));
	bitmap_zero(map, 130);
	assert_int_equal(find_last_bit(map, 130), 130);
	nr = 0;
	for_each_clear_bit(bit, map, 5)
		nr++;
	assert_int_equal(nr, 5);
}

static void words(void **state)
{
	(void)state;
	assert_int_equal(BIT(5), 32);
	assert_true(BIT_ULL(40) == 1ull << 40);
	assert_int_equal(GENMASK(7, 4), 0xf0);
	assert_true(GENMASK_ULL(63, 0) == ~0ull);
	assert_int_equal(BIT_MASK(65), 2);
	assert_int_equal(BIT_WORD(65), 1);
	assert_int_equal(__ffs(8), 3);
	assert_int_equal(__fls(9), 3);
	assert_int_equal(ffz(7), 3);
	assert_int_equal(fls(0), 0);
	assert_int_equal(fls(0x80000000), 32);
	assert_int_equal(fls64(1ull << 40), 41);
	assert_int_equal(fls_long(1), 1);
	assert_int_equal(hweight8(0x1ff), 8);
	assert_int_equal(hweight16(0x1ffff), 16);
	assert_int_equal(hweight32(0xf0f0), 8);
	assert_int_equal(hweight64(~0ull), 64);
	assert_int_equal(hweight_long(3), 2);
	assert_int_equal(rol8(0x81, 1), 3);
	assert_int_equal(rol32(0x80000001, 1), 3);
	assert_int_equal(ror32(3, 1), 0x80000001);
	assert_true(rol64(1ull << 63, 1) == 1);
	assert_int_equal(rol32(5, 0), 5);
	assert_int_equal(sign_extend32(0xf, 3), -1);
	assert_true(is_power_of_2(64) && !is_power_of_2(0) && !is_power_of_2(65));
	assert_int_equal(ilog2(65), 6);
	assert_int_equal(roundup_pow_of_two(65), 128);
	assert_int_equal(rounddown_pow_of_two(65), 64);
	assert_int_equal(order_base_2(65), 7);
	assert_int_equal(SZ_4K, 4096);
	assert_int_equal(SZ_2M, 2 << 20);
}

static void fields(void **state)
{
	__le32 le = cpu_to_le32(0x12345678);
	__be16 be = cpu_to_be16(0x1234);

	(void)state;
	assert_int_equal(FIELD_PREP(0xff00, 0x12), 0x1200);
	assert_int_equal(FIELD_GET(0xff00, 0x1234), 0x12);
	assert_true(FIELD_FIT(0xff00, 0xff) && !FIELD_FIT(0xff00, 0x100));
	assert_int_equal(FIELD_MAX(0x0ff0), 0xff);
	assert_int_equal(le32_get_bits(le, GENMASK(15, 8)), 0x56);
	le32p_replace_bits(&le, 0xab, GENMASK(15, 8));
	assert_int_equal(le32_to_cpu(le), 0x1234ab78);
	assert_int_equal(le32_to_cpu(le32_encode_bits(3, 0xf0)), 0x30);
	assert_int_equal(be16_get_bits(be, 0xff00), 0x12);
	assert_int_equal(u8_get_bits(0xa5, 0xf0), 0xa);
	assert_int_equal(u16_encode_bits(2, 0x300), 0x200);
	assert_true(u64_get_bits(~0ull, GENMASK_ULL(63, 60)) == 15);
}

static void byte_order(void **state)
{
	u8 bytes[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	__le32 le = cpu_to_le32(1);
	__be64 be = cpu_to_be64(1);
	u32 word = 0x01020304;
	u16 half;

	(void)state;
	assert_int_equal(*(u8 *)&le, 1);
	assert_int_equal(((u8 *)&be)[7], 1);
	le32_add_cpu(&le, 0x100);
	assert_int_equal(le32_to_cpup(&le), 0x101);
	cpu_to_be32s(&word);
	assert_int_equal(*(u8 *)&word, 1);
	be32_to_cpus(&word);
	assert_int_equal(word, 0x01020304);
	assert_int_equal(swab16(0x1234), 0x3412);
	assert_int_equal(swab32(0x12345678), 0x78563412);
	assert_true(swab64(1) == 1ull << 56);
	assert_int_equal(ntohs(cpu_to_be16(5)), 5);
	assert_int_equal(get_unaligned_le16(bytes + 1), 0x0201);
	assert_int_equal(get_unaligned_be32(bytes + 1), 0x01020304);
	assert_true(get_unaligned_le64(bytes + 1) == 0x0807060504030201);
	put_unaligned_be16(0xabcd, bytes + 3);
	assert_int_equal(bytes[3], 0xab);
	put_unaligned_le32(0x11223344, bytes + 5);
	assert_int_equal(bytes[8], 0x11);
	half = get_unaligned((const u16 *)(bytes + 3));
	put_unaligned(half, (u16 *)(bytes + 1));
	assert_int_equal(bytes[1], 0xab);
}

static void numbers(void **state)
{
	u64 big = 1000000007;
	u32 rem;
	int a = 3, b = 7, wide[2] = { 0x1ff, 0x180 };
	u8 sum;

	(void)state;
	assert_int_equal(min(a, b), 3);
	assert_int_equal(max(a++, b), 7);
	assert_int_equal(a, 4);
	assert_int_equal(min_t(u8, wide[0], wide[1]), 0x80);
	assert_int_equal(max_t(int, -1, 1), 1);
	assert_int_equal(min3(3, 1, 2), 1);
	assert_int_equal(max3(3, 1, 2), 3);
	assert_int_equal(min_not_zero(0, 5), 5);
	assert_int_equal(clamp(9, 1, 5), 5);
	assert_int_equal(clamp_t(int, -9, 1, 5), 1);
	assert_int_equal(clamp_val(3, 1, 5), 3);
	swap(a, b);
	assert_true(a == 7 && b == 4);
	assert_int_equal(DIV_ROUND_UP(9, 4), 3);
	assert_int_equal(DIV_ROUND_CLOSEST(10, 4), 3);
	assert_int_equal(DIV_ROUND_CLOSEST(-10, 4), -3);
	assert_int_equal(roundup(10, 4), 12);
	assert_int_equal(rounddown(10, 4), 8);
	assert_int_equal(round_up(65, 64), 128);
	assert_int_equal(round_down(65, 64), 64);
	assert_int_equal(mult_frac(1000, 2, 3), 666);
	assert_int_equal(ALIGN(5, 4), 8);
	assert_int_equal(ALIGN_DOWN(5, 4), 4);
	assert_ptr_equal(PTR_ALIGN((char *)5, 8), (char *)8);
	assert_true(IS_ALIGNED(64, 64) && !IS_ALIGNED(65, 64));
	assert_int_equal(upper_32_bits(0x1234567890ull), 0x12);
	assert_int_equal(lower_32_bits(0x1234567890ull), 0x34567890);
	assert_int_equal(upper_16_bits(0x12345678), 0x1234);
	assert_int_equal(lower_16_bits(0x12345678), 0x5678);
	assert_true(div_u64(big, 10) == 100000000);
	assert_true(div_s64(-10, 3) == -3);
	assert_true(div64_u64(big, big) == 1);
	assert_true(div_u64_rem(big, 10, &rem) == 100000000 && rem == 7);
	assert_int_equal(do_div(big, 10), 7);
	assert_true(big == 100000000);
	assert_true(mul_u32_u32(0x80000000, 4) == 1ull << 33);
	assert_true(check_add_overflow(200, 100, &sum));
	assert_true(size_mul(SIZE_MAX, 2) == SIZE_MAX);
	assert_true(size_add(SIZE_MAX, 2) == SIZE_MAX);
	assert_true(array_size(3, 4) == 12);
	assert_int_equal(offsetofend(struct item, value), 4);
	assert_int_equal(sizeof_field(struct item, value), 4);
	assert_true(U8_MAX == 255 && S16_MAX == 32767 && U64_MAX == ~0ull);
}

static void texts_to_numbers(void **state)
{
	unsigned long long ull;
	unsigned long ul;
	long long ll;
	long l;
	u8 small;
	int i;

	(void)state;
	assert_int_equal(kstrtoull("0x10\n", 0, &ull), 0);
	assert_true(ull == 16);
	assert_int_equal(kstrtoull("-1", 0, &ull), -EINVAL);
	assert_int_equal(kstrtoull("12x", 0, &ull), -EINVAL);
	assert_int_equal(kstrtoull("", 0, &ull), -EINVAL);
	assert_int_equal(kstrtoull(" 1", 0, &ull), -EINVAL);
	assert_int_equal(kstrtoull("99999999999999999999", 10, &ull), -ERANGE);
	assert_int_equal(kstrtoll("-9223372036854775808", 10, &ll), 0);
	assert_true(ll == S64_MAX * -1 - 1);
	assert_int_equal(kstrtoll("9223372036854775808", 10, &ll), -ERANGE);
	assert_int_equal(kstrtou8("255", 10, &small), 0);
	assert_int_equal(small, 255);
	assert_int_equal(kstrtou8("256", 10, &small), -ERANGE);
	assert_int_equal(kstrtoul("77", 8, &ul), 0);
	assert_int_equal(ul, 63);
	assert_int_equal(kstrtol("-9223372036854775809", 10, &l), -ERANGE);
	assert_int_equal(kstrtol("-9", 10, &l), 0);
	assert_int_equal(l, -9);
	assert_int_equal(kstrtoint("-5", 10, &i), 0);
	assert_int_equal(i, -5);
	assert_int_equal(kstrtoint("2147483648", 10, &i), -ERANGE);
}

static int format(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = dmalab_vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

static void strings(void **state)
{
	static const char *const names[] = { "one", "two", NULL };
	char buf[8];

	(void)state;
	assert_int_equal(strscpy(buf, "abc", sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "abcdefgh", sizeof(buf)), -E2BIG);
	assert_string_equal(buf, "abcdefg");
	assert_int_equal(strscpy(buf, "abc", 0), -E2BIG);
	assert_int_equal(strscpy_pad(buf, "x", sizeof(buf)), 1);
	assert_int_equal(buf[7], 0);
	memzero_explicit(buf, sizeof(buf));
	assert_null(memchr_inv(buf, 0, sizeof(buf)));
	buf[3] = 1;
	assert_ptr_equal(memchr_inv(buf, 0, sizeof(buf)), buf + 3);
	assert_true(strstarts("prefix", "pre") && !strstarts("pre", "prefix"));
	assert_true(sysfs_streq("on\n", "on") && !sysfs_streq("on", "off"));
	assert_int_equal(match_string(names, 3, "two"), 1);
	assert_int_equal(match_string(names, 3, "three"), -EINVAL);
	assert_int_equal(scnprintf(buf, sizeof(buf), "%s", "abcdefghi"), 7);
	assert_int_equal(format(buf, sizeof(buf), "%d", 123456789), 7);
	assert_string_equal(buf, "1234567");
	assert_int_equal(format(buf, 0, "%d", 1), 0);
	assert_int_equal(format(buf, sizeof(buf), "%"), 1);
	assert_string_equal(__stringify(SZ_4K), "0x1000");
}

static void errors(void **state)
{
	void *p = ERR_PTR(-EPROBE_DEFER);

	(void)state;
	assert_int_equal(PTR_ERR(ERR_CAST(p)), -517);
	assert_int_equal(PTR_ERR_OR_ZERO(p), -EPROBE_DEFER);
	assert_int_equal(PTR_ERR_OR_ZERO(&p), 0);
	assert_int_equal(ENOTSUPP, 524);
}

static void counters(void **state)
{
	atomic_t v = ATOMIC_INIT(5);
	atomic64_t big = ATOMIC64_INIT(1);
	int plain = 3;

	(void)state;
	atomic_inc(&v);
	atomic_add(3, &v);
	atomic_dec(&v);
	atomic_sub(2, &v);
	assert_int_equal(atomic_read(&v), 6);
	assert_int_equal(atomic_add_return(2, &v), 8);
	assert_int_equal(atomic_fetch_sub(2, &v), 8);
	assert_int_equal(atomic_xchg(&v, 1), 6);
	assert_int_equal(atomic_cmpxchg(&v, 2, 3), 1);
	assert_int_equal(atomic_cmpxchg(&v, 1, 3), 1);
	assert_false(atomic_add_unless(&v, 1, 3));
	assert_true(atomic_inc_not_zero(&v));
	assert_false(atomic_dec_and_test(&v));
	assert_true(atomic_sub_and_test(3, &v));
	atomic_set(&v, -1);
	assert_true(atomic_inc_and_test(&v));
	atomic64_add(1ll << 40, &big);
	assert_true(atomic64_read(&big) == (1ll << 40) + 1);
	assert_int_equal(xchg(&plain, 4), 3);
	assert_int_equal(cmpxchg(&plain, 4, 5), 4);
	assert_int_equal(plain, 5);
}

static int gone;

static void last(struct kref *kref)
{
	(void)kref;
	gone++;
}

static void references(void **state)
{
	unsigned long before = dmalab_warnings();
	struct kref ref;
	struct capture c;

	(void)state;
	kref_init(&ref);
	kref_get(&ref);
	assert_int_equal(kref_read(&ref), 2);
	assert_int_equal(kref_put(&ref, last), 0);
	assert_int_equal(kref_put(&ref, last), 1);
	assert_int_equal(gone, 1);
	assert_false(kref_get_unless_zero(&ref));
	assert_int_equal(dmalab_warnings(), before);
	capture_begin(&c, NULL);
	kref_get(&ref);
	capture_end(&c);
	assert_int_equal(dmalab_warnings(), before + 1);
	assert_non_null(strstr(captured, "refcount_t: addition on 0; use-after-free."));
	assert_non_null(strstr(captured, "WARNING: refcount.h:"));
}

static void warnings_and_bugs(void **state)
{
	unsigned long before = dmalab_warnings();
	struct capture c;
	int status;
	pid_t child;

	(void)state;
	capture_begin(&c, NULL);
	assert_true(WARN_ON(before + 1));
	assert_false(WARN_ON(0));
	assert_true(WARN(1, "ring %d is full\n", 3));
	for (int i = 0; i < 3; i++)
		assert_true(WARN_ON_ONCE(1));
	child = fork();
	if (child == 0)
		BUG_ON(before + 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	capture_end(&c);
	assert_int_equal(dmalab_warnings(), before + 3);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(captured, "WARNING: test-kernel-basics.c:"));
	assert_non_null(strstr(captured, "warnings_and_bugs()\nring 3 is full\n"));
	assert_non_null(strstr(captured, "kernel BUG at test-kernel-basics.c:"));
}

static void printing(void **state)
{
	u8 mac[6] = { 0, 0x1b, 0x21, 0xab, 0xcd, 0xef };
	u8 ip[4] = { 10, 0, 0, 1 };
	dma_addr_t dma = 0x12345678;
	struct device_driver driver = { .name = "nic-driver" };
	struct capture c;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	capture_begin(&c, NULL);
	pr_info("plain %d %5.2x|%-4s|%c %lld %zu %%\n", -1, 10, "ab", 'c', 1ll << 40, sizeof(dma));
	printk(KERN_ERR "level\n");
	pr_debug("not there %d\n", 1);
	pr_warn("no newline");
	dev_err(r.dev, "dma %pad mac %pM ip %pI4 %*ph\n", &dma, mac, ip, 3, mac);
	r.dev->driver = &driver;
	dev_info(r.dev, "width %*d, precision %.*s\n", 4, 7, 2, "abc");
	assert_int_equal(dev_err_probe(r.dev, -ENOMEM, "no ring %d\n", 3), -ENOMEM);
	dev_dbg(r.dev, "not there either\n");
	dev_warn(NULL, "nobody\n");
	for (int i = 0; i < 3; i++)
		pr_warn_once("once\n");
	print_hex_dump(KERN_INFO, "ring ", DUMP_PREFIX_OFFSET, 16, 1, "0123456789abcdefg", 17, true);
	capture_end(&c);
	assert_string_equal(captured,
			    "plain -1    0a|ab  |c 1099511627776 8 %\n"
			    "level\n"
			    "no newline\n"
			    "nic: dma 0x0000000012345678 mac 00:1b:21:ab:cd:ef ip 10.0.0.1 00 1b 21\n"
			    "nic-driver nic: width    7, precision ab\n"
			    "nic-driver nic: error -ENOMEM: no ring 3\n"
			    "(NULL device *): nobody\n"
			    "once\n"
			    "ring 00000000: 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66\n"
			    "ring 00000010: 67\n");
	rig_down(&r);
}

static void ethernet(void **state)
{
	u8 a[6], b[6] = { 0x02, 1, 2, 3, 4, 5 };

	(void)state;
	eth_zero_addr(a);
	assert_true(is_zero_ether_addr(a) && !is_valid_ether_addr(a));
	eth_broadcast_addr(a);
	assert_true(is_broadcast_ether_addr(a) && is_multicast_ether_addr(a));
	assert_true(is_valid_ether_addr(b) && is_local_ether_addr(b) && is_unicast_ether_addr(b));
	ether_addr_copy(a, b);
	assert_true(ether_addr_equal(a, b));
	memset(a, 0, sizeof(a));
	for (int i = 0; i < 64 && is_zero_ether_addr(a); i++)
		get_random_bytes(a, sizeof(a));
	assert_false(is_zero_ether_addr(a));
	eth_random_addr(a);
	assert_true(is_valid_ether_addr(a));
	/* The well-known CRC of these digits. */
	assert_int_equal(~crc32_le(~0u, "123456789", 9), 0xcbf43926);
	assert_int_equal(~crc32_be(~0u, "123456789", 9), 0xfc891918);
	assert_int_equal(ether_crc_le(9, "123456789"), ~0xcbf43926);
	assert_int_equal(dmalab_bit_reverse(1), 0x80000000);
}

#define CONFIG_THERE 1
#define CONFIG_PART_MODULE 1

static int inserted, fails, numbers_given[2];
static int number = 3;
module_param(number, int, 0644);
MODULE_PARM_DESC(number, "a number");
MODULE_LICENSE("GPL");
MODULE_AUTHOR("nobody");

static int __init test_init(void)
{
	numbers_given[inserted++] = number;
	return fails;
}

static void __exit test_exit(void)
{
	inserted--;
}

module_init(test_init);
module_exit(test_exit);

static void modules(void **state)
{
	(void)state;
	assert_int_equal(inserted, 0);
	assert_int_equal(dmalab_modules_init("another"), 0);
	assert_int_equal(inserted, 0);
	number = 4;
	assert_int_equal(dmalab_modules_init(NULL), 2);
	assert_int_equal(inserted, 1);
	assert_int_equal(numbers_given[0], 4);
	assert_int_equal(dmalab_modules_init(NULL), 0);
	dmalab_modules_exit(KBUILD_MODNAME);
	assert_int_equal(inserted, 0);
	fails = -ENODEV;
	assert_int_equal(dmalab_modules_init(NULL), -ENODEV);
	assert_true(IS_ENABLED(CONFIG_THERE) && IS_ENABLED(CONFIG_PART));
	assert_false(IS_ENABLED(CONFIG_NOT_THERE) || IS_BUILTIN(CONFIG_PART));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(hash_lists),
		cmocka_unit_test(single_bits),
		cmocka_unit_test(words),
		cmocka_unit_test(fields),
		cmocka_unit_test(byte_order),
		cmocka_unit_test(numbers),
		cmocka_unit_test(texts_to_numbers),
		cmocka_unit_test(strings),
		cmocka_unit_test(errors),
		cmocka_unit_test(counters),
		cmocka_unit_test(references),
		cmocka_unit_test(warnings_and_bugs),
		cmocka_unit_test(printing),
		cmocka_unit_test(ethernet),
		cmocka_unit_test(modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
