# SPDX-License-Identifier: MIT
#
# The examples see the public headers and nothing else, as an installed user would.

noinst_PROGRAMS += \
	examples/01-atlantic-ring \
	examples/02-venus-leak \
	examples/03-sgiseeq-poll \
	examples/04-talitos-done \
	examples/05-own-driver \
	examples/06-fail-each \
	examples/07-descriptor-ring \
	examples/08-flush-page \
	examples/09-page-recycling \
	examples/10-block-queue \
	examples/11-to-noncoherent

EXAMPLE_CPPFLAGS = -I$(top_srcdir)/core/include
EXAMPLE_LDADD = libdmalab.la

examples_01_atlantic_ring_SOURCES = examples/01-atlantic-ring.c
examples_01_atlantic_ring_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_01_atlantic_ring_LDADD = $(EXAMPLE_LDADD)

examples_02_venus_leak_SOURCES = examples/02-venus-leak.c
examples_02_venus_leak_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_02_venus_leak_LDADD = $(EXAMPLE_LDADD)

examples_03_sgiseeq_poll_SOURCES = examples/03-sgiseeq-poll.c
examples_03_sgiseeq_poll_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_03_sgiseeq_poll_LDADD = $(EXAMPLE_LDADD)

examples_04_talitos_done_SOURCES = examples/04-talitos-done.c
examples_04_talitos_done_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_04_talitos_done_LDADD = $(EXAMPLE_LDADD)

examples_05_own_driver_SOURCES = examples/05-own-driver.c
examples_05_own_driver_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_05_own_driver_LDADD = $(EXAMPLE_LDADD)

examples_06_fail_each_SOURCES = examples/06-fail-each.c
examples_06_fail_each_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_06_fail_each_LDADD = $(EXAMPLE_LDADD)

examples_07_descriptor_ring_SOURCES = examples/07-descriptor-ring.c
examples_07_descriptor_ring_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_07_descriptor_ring_LDADD = $(EXAMPLE_LDADD)

examples_08_flush_page_SOURCES = examples/08-flush-page.c
examples_08_flush_page_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_08_flush_page_LDADD = $(EXAMPLE_LDADD)

examples_09_page_recycling_SOURCES = examples/09-page-recycling.c
examples_09_page_recycling_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_09_page_recycling_LDADD = $(EXAMPLE_LDADD) -lpthread

examples_10_block_queue_SOURCES = examples/10-block-queue.c
examples_10_block_queue_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_10_block_queue_LDADD = $(EXAMPLE_LDADD) -lpthread

examples_11_to_noncoherent_SOURCES = examples/11-to-noncoherent.c
examples_11_to_noncoherent_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_11_to_noncoherent_LDADD = $(EXAMPLE_LDADD)

# A driver and a hostile device, with a main that replays inputs: docs/fuzz-your-driver.md.
FUZZ_DRIVER = examples/fuzz-driver/driver.c examples/fuzz-driver/driver.h \
	examples/fuzz-driver/fuzz.c examples/fuzz-driver/replay.c
check_PROGRAMS += examples/fuzz-driver/replay examples/fuzz-driver/replay-trusts-number
examples_fuzz_driver_replay_SOURCES = $(FUZZ_DRIVER)
examples_fuzz_driver_replay_CPPFLAGS = $(EXAMPLE_CPPFLAGS)
examples_fuzz_driver_replay_LDADD = $(EXAMPLE_LDADD)
examples_fuzz_driver_replay_trusts_number_SOURCES = $(FUZZ_DRIVER)
examples_fuzz_driver_replay_trusts_number_CPPFLAGS = $(EXAMPLE_CPPFLAGS) -DTRUSTS_NUMBER
examples_fuzz_driver_replay_trusts_number_LDADD = $(EXAMPLE_LDADD)
TESTS += examples/fuzz-driver/check.sh
EXTRA_DIST += examples/fuzz-driver/check.sh examples/fuzz-driver/findings/trusts-number \
	examples/fuzz-driver/findings/trusts-length

TESTS += examples/check.sh examples/compilers.sh
EXTRA_DIST += examples/README.md examples/check.sh examples/compilers.sh
