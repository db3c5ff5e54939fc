# SPDX-License-Identifier: MIT

dmalabinclude_HEADERS += core/include/dmalab.h

dmalabown_HEADERS += core/include/dmalab/coherent-handle.h core/include/dmalab/hooks.h core/include/dmalab/quick.h \
	core/include/dmalab/registers.h core/include/dmalab/bus.h

dmalabasm_HEADERS += core/include/asm/io.h

dmalablinux_HEADERS += \
	core/include/linux/align.h \
	core/include/linux/array_size.h \
	core/include/linux/atomic.h \
	core/include/linux/bitfield.h \
	core/include/linux/bitmap.h \
	core/include/linux/bitops.h \
	core/include/linux/bits.h \
	core/include/linux/bottom_half.h \
	core/include/linux/bug.h \
	core/include/linux/build_bug.h \
	core/include/linux/bvec.h \
	core/include/linux/cache.h \
	core/include/linux/compiler.h \
	core/include/linux/compiler_attributes.h \
	core/include/linux/compiler_types.h \
	core/include/linux/completion.h \
	core/include/linux/container_of.h \
	core/include/linux/crc32.h \
	core/include/linux/delay.h \
	core/include/linux/dev_printk.h \
	core/include/linux/device.h \
	core/include/linux/dma-direction.h \
	core/include/linux/dma-map-ops.h \
	core/include/linux/dma-mapping.h \
	core/include/linux/dmapool.h \
	core/include/linux/err.h \
	core/include/linux/errno.h \
	core/include/linux/etherdevice.h \
	core/include/linux/export.h \
	core/include/linux/gfp.h \
	core/include/linux/hardirq.h \
	core/include/linux/highmem.h \
	core/include/linux/init.h \
	core/include/linux/interrupt.h \
	core/include/linux/io.h \
	core/include/linux/iopoll.h \
	core/include/linux/ioport.h \
	core/include/linux/mod_devicetable.h \
	core/include/linux/pci.h \
	core/include/linux/platform_device.h \
	core/include/linux/irq.h \
	core/include/linux/irqflags.h \
	core/include/linux/irqreturn.h \
	core/include/linux/jiffies.h \
	core/include/linux/kconfig.h \
	core/include/linux/kernel.h \
	core/include/linux/kref.h \
	core/include/linux/kthread.h \
	core/include/linux/ktime.h \
	core/include/linux/limits.h \
	core/include/linux/list.h \
	core/include/linux/llist.h \
	core/include/linux/lockdep.h \
	core/include/linux/log2.h \
	core/include/linux/math.h \
	core/include/linux/math64.h \
	core/include/linux/minmax.h \
	core/include/linux/mm.h \
	core/include/linux/module.h \
	core/include/linux/moduleparam.h \
	core/include/linux/mutex.h \
	core/include/linux/of.h \
	core/include/linux/of_device.h \
	core/include/linux/once.h \
	core/include/linux/overflow.h \
	core/include/linux/preempt.h \
	core/include/linux/printk.h \
	core/include/linux/property.h \
	core/include/linux/random.h \
	core/include/linux/ratelimit.h \
	core/include/linux/refcount.h \
	core/include/linux/scatterlist.h \
	core/include/linux/sched.h \
	core/include/linux/sizes.h \
	core/include/linux/slab.h \
	core/include/linux/spinlock.h \
	core/include/linux/stddef.h \
	core/include/linux/string.h \
	core/include/linux/stringify.h \
	core/include/linux/timekeeping.h \
	core/include/linux/timer.h \
	core/include/linux/types.h \
	core/include/linux/unaligned.h \
	core/include/linux/vmalloc.h \
	core/include/linux/wait.h \
	core/include/linux/workqueue.h

dmalabasm_HEADERS += \
	core/include/asm/atomic.h \
	core/include/asm/barrier.h \
	core/include/asm/bug.h \
	core/include/asm/byteorder.h \
	core/include/asm/unaligned.h

dmalabbyteorder_HEADERS += core/include/linux/byteorder/generic.h

lib_LTLIBRARIES += libdmalab.la
# A program that unloads the library may keep its handler of SIGSEGV installed, or one that
# calls it: nodelete leaves the code where that handler points.
libdmalab_la_LDFLAGS = -no-undefined -version-info 1:0:0 -Wl,-z,nodelete \
	-Wl,--version-script=$(srcdir)/core/libdmalab.map
EXTRA_libdmalab_la_DEPENDENCIES = core/libdmalab.map
EXTRA_DIST += core/libdmalab.map
libdmalab_la_LIBADD = $(LIBDW_LIBS)
# What threads have of their own is reached without a call; that is a page at most, for dlopen().
libdmalab_la_CFLAGS = $(AM_CFLAGS) -ftls-model=initial-exec $(LIBDW_CFLAGS)
libdmalab_la_SOURCES = \
	core/base/compiler.h \
	core/base/host.h \
	core/base/nearest.h \
	core/base/probe.c \
	core/base/bits.h \
	core/base/probe.h \
	core/base/random.h \
	core/base/site.c \
	core/base/site.h \
	core/base/sized.h \
	core/base/stack.c \
	core/base/stack.h \
	core/base/thread.h \
	core/base/utf8.h \
	core/base/wild.c \
	core/base/wild.h \
	core/base/zero.h \
	core/machine/announced.c \
	core/machine/announced.h \
	core/machine/bus.h \
	core/machine/cache.c \
	core/machine/cache.h \
	core/machine/image.c \
	core/machine/image.h \
	core/machine/iommu.c \
	core/machine/iommu.h \
	core/machine/machine.h \
	core/machine/pages.c \
	core/machine/policy.c \
	core/machine/profile.c \
	core/machine/profile.h \
	core/machine/quarantine.c \
	core/machine/quarantine.h \
	core/machine/ram.c \
	core/machine/reset.c \
	core/machine/share.c \
	core/machine/swiotlb.c \
	core/machine/swiotlb.h \
	core/judge/access-device.c \
	core/judge/access-report.c \
	core/judge/access.c \
	core/judge/access.h \
	core/judge/advice-calls.c \
	core/judge/advice-harm.c \
	core/judge/advice-parts.h \
	core/judge/advice-past.c \
	core/judge/advice.c \
	core/judge/advice.h \
	core/judge/blocks.c \
	core/judge/blocks.h \
	core/judge/bounce-look.c \
	core/judge/bounce-parts.h \
	core/judge/bounce.c \
	core/judge/bounce.h \
	core/judge/catalogue.c \
	core/judge/catalogue.def \
	core/judge/cause.c \
	core/judge/cause.h \
	core/judge/devices.c \
	core/judge/devices.h \
	core/judge/judge.h \
	core/judge/ledger.c \
	core/judge/ledger.h \
	core/judge/machines.c \
	core/judge/log.c \
	core/judge/log.h \
	core/judge/many.h \
	core/judge/origin.c \
	core/judge/origin.h \
	core/judge/ownership.c \
	core/judge/quick.h \
	core/judge/report-text.c \
	core/judge/report.c \
	core/judge/reset.c \
	core/judge/settle.c \
	core/judge/shadow-look.c \
	core/judge/shadow-pages.c \
	core/judge/shadow-parts.h \
	core/judge/shadow.c \
	core/judge/shadow.h \
	core/judge/states.c \
	core/judge/stores.c \
	core/judge/stores.h \
	core/judge/story.c \
	core/judge/story.h \
	core/judge/told.c \
	core/judge/told.h \
	core/judge/trust.c \
	core/judge/unwritten.c \
	core/judge/unwritten.h \
	core/lab/context.c \
	core/lab/context.h \
	core/lab/devres.c \
	core/lab/devres.h \
	core/lab/embedded.c \
	core/lab/embedded.h \
	core/lab/enter.c \
	core/lab/failure.c \
	core/lab/lab.h \
	core/lab/lock.c \
	core/lab/options.c \
	core/lab/options.h \
	core/lab/quick.c \
	core/lab/registry.c \
	core/lab/tell.c \
	core/mm/access.c \
	core/mm/address.c \
	core/mm/devm.c \
	core/mm/hooks.c \
	core/mm/view.h \
	core/mm/kmalloc.c \
	core/mm/kmem-cache.c \
	core/mm/mm.h \
	core/mm/object.c \
	core/mm/page.c \
	core/mm/pointer.c \
	core/mm/quick.h \
	core/mm/pointer.h \
	core/mm/slab.c \
	core/mm/slab.h \
	core/mm/vmalloc.c \
	core/mm/vmap.c \
	core/io/access.c \
	core/io/poll.c \
	core/io/remap.c \
	core/io/resource.c \
	core/io/resource.h \
	core/io/script.c \
	core/io/window.c \
	core/io/window.h \
	core/dma/astray.c \
	core/dma/astray.h \
	core/dma/atomic-pool.c \
	core/dma/atomic-pool.h \
	core/dma/bus.c \
	core/dma/coherent-handle.c \
	core/dma/coherent.c \
	core/dma/device-memory.c \
	core/dma/device-memory.h \
	core/dma/direct.c \
	core/dma/direct.h \
	core/dma/free.c \
	core/dma/limits.c \
	core/dma/managed.c \
	core/dma/map.c \
	core/dma/map.h \
	core/dma/mask.c \
	core/dma/mmap.c \
	core/dma/noncoherent.c \
	core/dma/noncontiguous.c \
	core/dma/noncontiguous.h \
	core/dma/pool-free.c \
	core/dma/pool.c \
	core/dma/pool.h \
	core/dma/quick.h \
	core/dma/scatterlist.c \
	core/dma/sg.c \
	core/dma/sg-miter.c \
	core/dma/streaming.c \
	core/dma/sync-check.c \
	core/dma/sync.c \
	core/dma/sync.h \
	core/dma/translate.c \
	core/dma/translate.h \
	core/dma/walk.h \
	core/dma/undo.c \
	core/record/arguments.c \
	core/record/devices.c \
	core/record/drawn.c \
	core/record/file.c \
	core/record/lists.c \
	core/record/made.c \
	core/record/names.c \
	core/record/record.c \
	core/record/record.h \
	core/record/recorder.h \
	core/record/shorten-read.c \
	core/record/shorten.c \
	core/record/shorten.h \
	core/record/start.c \
	core/record/stretches.c \
	core/record/words.c \
	core/face/device.c \
	core/face/expect.c \
	core/face/face.h \
	core/face/fault.c \
	core/face/handler.c \
	core/face/lost.c \
	core/face/machine.c \
	core/bus/bus.c \
	core/bus/bus.h \
	core/bus/pci.c \
	core/bus/pci.h \
	core/bus/pci-config.c \
	core/bus/pci-regions.c \
	core/bus/platform.c \
	core/kernel/irq.c \
	core/kernel/kthread.c \
	core/kernel/library.c \
	core/kernel/module.c \
	core/kernel/printk.c \
	core/kernel/time.c \
	core/kernel/timer.c \
	core/kernel/wait.c \
	core/kernel/wake.h \
	core/kernel/work.c

# Instead of the sanitizer's own, in a driver that is compiled with -fsanitize=thread. Shared only:
# the program is linked with --wrap, which must not reach the library.
if WITH_RUNTIME
lib_LTLIBRARIES += libdmalab-rt.la libdmalab-cov.la
pkgconfig_DATA += dmalab-rt.pc dmalab-cov.pc
endif
libdmalab_rt_la_LDFLAGS = -no-undefined -shared -version-info 0:0:0
libdmalab_rt_la_CFLAGS = $(AM_CFLAGS) -ftls-model=initial-exec
libdmalab_rt_la_LIBADD = libdmalab.la
libdmalab_rt_la_SOURCES = \
	core/runtime/atomics.c \
	core/runtime/runtime.h \
	core/runtime/start.c \
	core/runtime/string.c \
	core/runtime/tsan.c

# Part of the program, where its definitions come before those of a sanitizer.
libdmalab_cov_la_LDFLAGS = -static
libdmalab_cov_la_CFLAGS = $(AM_CFLAGS) -prefer-pic -ftls-model=initial-exec
libdmalab_cov_la_SOURCES = core/runtime/coverage.c core/runtime/runtime.h

# Of the public headers only, for the command and for the fuzzer.
noinst_LTLIBRARIES += libtrace.la
TRACE_SOURCES = \
	core/trace/advice.c \
	core/trace/advice.h \
	core/trace/advice-outcome.c \
	core/trace/arguments.c \
	core/trace/binary.c \
	core/trace/binary.h \
	core/trace/breaks.c \
	core/trace/calls-device.c \
	core/trace/calls-list.c \
	core/trace/calls-mapping.c \
	core/trace/calls-memory.c \
	core/trace/calls.c \
	core/trace/calls.def \
	core/trace/calls.h \
	core/trace/decode.c \
	core/trace/emit-access.c \
	core/trace/emit.c \
	core/trace/emit.h \
	core/trace/encode.c \
	core/trace/expectations.c \
	core/trace/names.c \
	core/trace/outcome.c \
	core/trace/parse.c \
	core/trace/parser.h \
	core/trace/print.c \
	core/trace/run-access.c \
	core/trace/run.c \
	core/trace/run.h \
	core/trace/same.c \
	core/trace/scan.c \
	core/trace/settings.c \
	core/trace/shrink.c \
	core/trace/shrink.h \
	core/trace/simplify.c \
	core/trace/timeline.c \
	core/trace/timeline.h \
	core/trace/timeline-rows.c \
	core/trace/timeline-where.c \
	core/trace/trace.h \
	core/trace/words.c
libtrace_la_SOURCES = $(TRACE_SOURCES)

bin_PROGRAMS += dmalab
dmalab_SOURCES = \
	core/cli/advice.c \
	core/cli/binary.c \
	core/cli/cli.h \
	core/cli/files.c \
	core/cli/format.c \
	core/cli/json.c \
	core/cli/lists.c \
	core/cli/main.c \
	core/cli/matrix.c \
	core/cli/output.c \
	core/cli/picture.c \
	core/cli/picture.h \
	core/cli/picture-key.c \
	core/cli/picture-row.c \
	core/cli/picture-story.c \
	core/cli/picture-svg.c \
	core/cli/picture-words.c \
	core/cli/run.c \
	core/cli/sarif.c \
	core/cli/score.c \
	core/cli/shrink.c \
	core/cli/timeline.c
nodist_dmalab_SOURCES = core/cli/pages.c
dmalab_LDADD = libtrace.la libdmalab.la

EXPLAIN_PAGES = $(sort $(wildcard $(srcdir)/docs/checks/*.md))
EXTRA_DIST += build-aux/embed-pages.awk
CLEANFILES += core/cli/pages.c
core/cli/pages.c: $(EXPLAIN_PAGES) build-aux/embed-pages.awk
	$(AM_V_GEN)$(MKDIR_P) core/cli && \
		LC_ALL=C $(AWK) -f $(srcdir)/build-aux/embed-pages.awk $(EXPLAIN_PAGES) > $@.tmp && mv $@.tmp $@

dist_man_MANS = docs/dmalab.1
bashcompletiondir = $(datadir)/bash-completion/completions
EXTRA_DIST += core/cli/dmalab.bash
install-data-hook:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/core/cli/dmalab.bash '$(DESTDIR)$(bashcompletiondir)/dmalab'
uninstall-hook:
	rm -f '$(DESTDIR)$(bashcompletiondir)/dmalab'

EXTRA_DIST += build-aux/real-bugs.sh
score: dmalab$(EXEEXT)
	$(AM_V_GEN)$(SHELL) $(srcdir)/build-aux/real-bugs.sh ./dmalab '$(srcdir)/corpora/bugs' > $@.tmp && \
		mv $@.tmp '$(srcdir)/docs/real-bugs.md'
