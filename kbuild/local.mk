# SPDX-License-Identifier: MIT
#
# Drivers built with the kernel's own headers: docs/kernel-drivers.md. The host's side is a
# library; the kernel side is installed as source, since it is compiled with the headers of the
# kernel that the user names.

EXTRA_DIST += kbuild/dmalab-kbuild.in kbuild/dmalab-kbuild.pc.in $(KERNEL_SIDE)
KERNEL_SIDE = \
	kbuild/side/bridge.h \
	kbuild/side/context.c \
	kbuild/side/dma.c \
	kbuild/side/io.c \
	kbuild/side/kconfig.h \
	kbuild/side/memory.c \
	kbuild/side/misc.c \
	kbuild/side/net.c \
	kbuild/side/pci.c \
	kbuild/side/print.c \
	kbuild/side/side.h \
	kbuild/side/skb.c \
	kbuild/side/ssb.c \
	kbuild/side/time.c

if WITH_CAPSTONE
lib_LIBRARIES += kbuild/libdmalab-kbuild.a
# The kernel's code keeps the stack aligned to 8 bytes only where it is assembly.
kbuild_libdmalab_kbuild_a_CPPFLAGS = -I$(top_srcdir)/kbuild/include -I$(top_srcdir)/core/include \
	-I$(top_srcdir)/kbuild $(CAPSTONE_CFLAGS)
kbuild_libdmalab_kbuild_a_CFLAGS = $(AM_CFLAGS) -mstackrealign
kbuild_libdmalab_kbuild_a_SOURCES = \
	kbuild/host/bench.c \
	kbuild/host/host.h \
	kbuild/host/memory.c \
	kbuild/host/trap.c \
	kbuild/host/window.c

dmalabown_HEADERS += kbuild/include/dmalab/kernel.h
kernelsidedir = $(pkgdatadir)/kernel-side
dist_kernelside_DATA = $(KERNEL_SIDE)
bin_SCRIPTS += kbuild/dmalab-kbuild
pkgconfig_DATA += kbuild/dmalab-kbuild.pc
CLEANFILES += kbuild/dmalab-kbuild
kbuild/dmalab-kbuild: $(srcdir)/kbuild/dmalab-kbuild.in Makefile
	$(AM_V_GEN)$(MKDIR_P) kbuild && \
		sed 's|@side@|$(kernelsidedir)|' $(srcdir)/kbuild/dmalab-kbuild.in >$@.tmp && \
		chmod +x $@.tmp && mv $@.tmp $@
endif

TESTS += tests/test-kbuild.sh
EXTRA_DIST += tests/test-kbuild.sh \
	tests/kbuild/8139cp.c \
	tests/kbuild/b44.c \
	tests/kbuild/e1000.c \
	tests/kbuild/mistakes-driver.c \
	tests/kbuild/mistakes.c \
	tests/kbuild/rig.c \
	tests/kbuild/rig.h \
	tests/kbuild/via-rhine.c

# All of its drivers, with all that is taken out of them: some minutes.
check-kernel: all
	+@DMALAB_CI=long; export DMALAB_CI; $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/test-kbuild.sh

# The files of the kernel that the test has extracted.
kbuild-clean:
	-rm -rf tests/kbuild/linux
CLEAN_LOCAL += kbuild-clean
.PHONY: check-kernel kbuild-clean
