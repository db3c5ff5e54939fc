# SPDX-License-Identifier: MIT
#
# A driver of the kernel's, unmodified: tests/test-virtio.sh compiles virtio_ring.c of
# the sources that it finds, and links it with the device and the client in here.

check_LTLIBRARIES += tests/virtio/libbench.la
tests_virtio_libbench_la_CPPFLAGS = -I$(top_srcdir)/tests/virtio/include $(AM_CPPFLAGS)
tests_virtio_libbench_la_SOURCES = \
	tests/virtio/buffers.c \
	tests/virtio/client.c \
	tests/virtio/client.h \
	tests/virtio/device.c \
	tests/virtio/device.h \
	tests/virtio/main.c \
	tests/virtio/packed.c \
	tests/virtio/queue.h \
	tests/virtio/request.c \
	tests/virtio/request.h \
	tests/virtio/split.c

TESTS += tests/test-virtio.sh
EXTRA_DIST += tests/test-virtio.sh \
	tests/virtio/glue.c \
	tests/virtio/include/asm/barrier.h \
	tests/virtio/include/basics.h \
	tests/virtio/include/linux/hrtimer.h \
	tests/virtio/include/linux/irqreturn.h \
	tests/virtio/include/linux/kmsan.h \
	tests/virtio/include/linux/module.h \
	tests/virtio/include/linux/virtio.h \
	tests/virtio/include/linux/virtio_config.h \
	tests/virtio/include/xen/xen.h

# The files of the kernel that the test has extracted.
virtio-clean:
	-rm -rf tests/virtio/linux
CLEAN_LOCAL += virtio-clean
.PHONY: virtio-clean
