/* SPDX-License-Identifier: MIT */
/* struct coherent_handle: owning memory that only hardware touches. */
#include "rig.h"

#include <dmalab/coherent-handle.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void as_asked_for(void **state)
{
	static const size_t sizes[] = { 1, 100, 4096, 4097, 65537 };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct coherent_handle *h = coherent_handle_alloc(r.dev, sizes[i], GFP_KERNEL, 0);

		assert_false(IS_ERR_OR_NULL(h));
		assert_int_equal(coherent_handle_size(h), sizes[i]);
		assert_int_equal(dev_write(&r, coherent_handle_dma_addr(h), sizes[i]), 0);
		assert_int_equal(dev_read(&r, coherent_handle_dma_addr(h), sizes[i]), 0);
		assert_int_equal(dev_read(&r, coherent_handle_dma_addr(h), sizes[i] + 1), -EFAULT);
		expect(&r, "device-out-of-bounds");
		coherent_handle_free(h);
	}
	rig_down(&r);
}

static void errors(void **state)
{
	struct device homemade = { .dmalab = NULL };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(PTR_ERR(coherent_handle_alloc(r.dev, 0, GFP_KERNEL, 0)), -EINVAL);
	assert_int_equal(PTR_ERR(coherent_handle_alloc(NULL, 64, GFP_KERNEL, 0)), -EINVAL);
	assert_int_equal(PTR_ERR(coherent_handle_alloc(NULL, 0, GFP_KERNEL, 0)), -EINVAL);
	expect(&r, "");
	assert_int_equal(PTR_ERR(coherent_handle_alloc(r.dev, 64 << 20, GFP_KERNEL, 0)), -ENOMEM);
	assert_int_equal(PTR_ERR(coherent_handle_alloc(r.dev, (size_t)-1, GFP_KERNEL, 0)),
			 -ENOMEM);
	dmalab_machine_fail_nth(r.machine, 1);
	assert_int_equal(PTR_ERR(coherent_handle_alloc(r.dev, 64, GFP_KERNEL, 0)), -ENOMEM);
	expect(&r, "");
	/* What dma_alloc_attrs() reports. */
	assert_true(IS_ERR(coherent_handle_alloc(r.dev, 64, GFP_KERNEL | __GFP_COMP, 0)));
	expect(&r, "compound-gfp");
	assert_true(IS_ERR(coherent_handle_alloc(r.dev, 64, GFP_KERNEL, DMA_ATTR_MMIO)));
	expect(&r, "bad-attrs");
	assert_true(IS_ERR(coherent_handle_alloc(&homemade, 64, GFP_KERNEL, 0)));
	expect(&r, "no-device");
	coherent_handle_free(NULL);
	coherent_handle_free(ERR_PTR(-ENOMEM));
	coherent_handle_free(ERR_PTR(-EINVAL));
	rig_down(&r);
}

/* The attribute may be given, or others with it: the free has the same. */
static void attributes(void **state)
{
	static const unsigned long attrs[] = {
		DMA_ATTR_NO_KERNEL_MAPPING, DMA_ATTR_FORCE_CONTIGUOUS, DMA_ATTR_PRIVILEGED,
		DMA_ATTR_NO_WARN | DMA_ATTR_WEAK_ORDERING,
	};
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++) {
		struct coherent_handle *h = coherent_handle_alloc(r.dev, 64, GFP_ATOMIC, attrs[i]);

		assert_false(IS_ERR(h));
		coherent_handle_free(h);
	}
	rig_down(&r);
}

static int use_in_scope(struct rig *r, int way)
{
	struct coherent_handle *h __free_coherent_handle = NULL;
	struct coherent_handle *second __free_coherent_handle = ERR_PTR(-ENOMEM);

	if (way == 0)
		return 0;
	h = coherent_handle_alloc(r->dev, 4096, GFP_KERNEL, 0);
	if (way == 1)
		return PTR_ERR(second);
	second = coherent_handle_alloc(r->dev, way == 2 ? 0 : 4096, GFP_KERNEL, 0);
	if (IS_ERR(second))
		return PTR_ERR(second);
	return dev_write(r, coherent_handle_dma_addr(h), 4096);
}

static void scope_frees_on_every_way_out(void **state)
{
	static const int results[] = { 0, -ENOMEM, -EINVAL, 0 };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (int way = 0; way < 4; way++)
		assert_int_equal(use_in_scope(&r, way), results[way]);
	/* Reports "leak" if anything is left. */
	dmalab_device_free(r.dev);
	expect(&r, "");
	rig_down(&r);
}

static void forgotten_handle_leaks(void **state)
{
	struct coherent_handle *h;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	h = coherent_handle_alloc(r.dev, 4096, GFP_KERNEL, 0);
	dmalab_device_free(r.dev);
	expect(&r, "leak");
	rig_down(&r);
	/* Its memory; freeing the handle now would be a mistake. */
	free(h);
}

/* Rather stop than free something else. */
static void scribbled_handle_aborts(void **state)
{
	(void)state;
	for (size_t at = 0; at < 48; at += 8) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct device *dev = dmalab_device_new(dmalab_machine_new(NULL), NULL);
			u8 *h = (u8 *)coherent_handle_alloc(dev, 4096, GFP_KERNEL, 0);

			signal(SIGABRT, SIG_DFL);
			signal(SIGSEGV, SIG_DFL);
			h[at] ^= 0x10;
			coherent_handle_free((struct coherent_handle *)h);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 1);
		if (WIFSIGNALED(status))
			assert_int_equal(WTERMSIG(status), SIGABRT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_asked_for),
		cmocka_unit_test(errors),
		cmocka_unit_test(attributes),
		cmocka_unit_test(scope_frees_on_every_way_out),
		cmocka_unit_test(forgotten_handle_leaks),
		cmocka_unit_test(scribbled_handle_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
