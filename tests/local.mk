# SPDX-License-Identifier: MIT
#
# A unit test is tests/test-NAME.c, a cmocka program that becomes tests/test-NAME.t:
# two lines in the lists, and four below (non-letters of NAME become _ in
# variables). What is no TAP program has no suffix, or .sh; see the top of
# Makefile.am. tests/rig.h is what they have in common, tests/cases.h the table of
# what reports each check.

if WITH_CMOCKA
unit_tests = \
	tests/test-abi.t \
	tests/test-all-machines.t \
	tests/test-arguments.t \
	tests/test-astray.t \
	tests/test-atomic-pool.t \
	tests/test-bounce.t \
	tests/test-bus.t \
	tests/test-cache.t \
	tests/test-catalogue.t \
	tests/test-context.t \
	tests/test-cookie.t \
	tests/test-device-memory.t \
	tests/test-edges.t \
	tests/test-embedded.t \
	tests/test-expect.t \
	tests/test-explain.t \
	tests/test-fail-nth.t \
	tests/test-golden.t \
	tests/test-handle.t \
	tests/test-handlers.t \
	tests/test-hooks.t \
	tests/test-host-memory.t \
	tests/test-iommu.t \
	tests/test-kernel-basics.t \
	tests/test-kernel-memory.t \
	tests/test-kernel-threads.t \
	tests/test-limits.t \
	tests/test-lists.t \
	tests/test-machines.t \
	tests/test-managed.t \
	tests/test-many-mappings.t \
	tests/test-mapping-error.t \
	tests/test-memory.t \
	tests/test-mm.t \
	tests/test-model-bytes.t \
	tests/test-model-groups.t \
	tests/test-model-objects.t \
	tests/test-model-values.t \
	tests/test-objects.t \
	tests/test-mmap.t \
	tests/test-mutator.t \
	tests/test-noncontiguous.t \
	tests/test-options.t \
	tests/test-origins.t \
	tests/test-pages.t \
	tests/test-past-object.t \
	tests/test-placement.t \
	tests/test-plain.t \
	tests/test-pool.t \
	tests/test-quarantine.t \
	tests/test-quiet.t \
	tests/test-races.t \
	tests/test-registers.t \
	tests/test-report.t \
	tests/test-resource.t \
	tests/test-scatterlist.t \
	tests/test-segments.t \
	tests/test-signals.t \
	tests/test-sizes.t \
	tests/test-streaming.t \
	tests/test-snooping.t \
	tests/test-reset.t \
	tests/test-states.t \
	tests/test-sync.t \
	tests/test-threads.t \
	tests/test-traps.t \
	tests/test-uninitialised.t \
	tests/test-unwritten.t \
	tests/test-vunmap.t \
	tests/test-words.t \
	tests/test-vmap.t \
	tests/test-wild.t \
	tests/test-zeroing.t \
	tests/test-zones.t

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)

TEST_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
TEST_LDADD = libdmalab.la $(CMOCKA_LIBS)
RIG = tests/rig.c tests/rig.h tests/capture.h
CASES = tests/cases.h tests/cases-arguments.c tests/cases-coherency.c \
	tests/cases-context.c tests/cases-lifetime.c tests/cases-lists.c \
	tests/cases-mapping.c tests/cases-ownership.c tests/cases-pool.c \
	tests/cases-sync.c tests/cases-trust.c

tests_test_abi_t_SOURCES = tests/test-abi.c $(RIG)
tests_test_abi_t_CFLAGS = $(TEST_CFLAGS)
tests_test_abi_t_LDADD = $(TEST_LDADD)

tests_test_all_machines_t_SOURCES = tests/test-all-machines.c $(RIG)
tests_test_all_machines_t_CFLAGS = $(TEST_CFLAGS)
tests_test_all_machines_t_LDADD = $(TEST_LDADD)

tests_test_arguments_t_SOURCES = tests/test-arguments.c $(RIG)
tests_test_arguments_t_CFLAGS = $(TEST_CFLAGS)
tests_test_arguments_t_LDADD = $(TEST_LDADD)

tests_test_astray_t_SOURCES = tests/test-astray.c $(RIG)
tests_test_astray_t_CFLAGS = $(TEST_CFLAGS)
tests_test_astray_t_LDADD = $(TEST_LDADD)

tests_test_atomic_pool_t_SOURCES = tests/test-atomic-pool.c $(RIG)
tests_test_atomic_pool_t_CFLAGS = $(TEST_CFLAGS)
tests_test_atomic_pool_t_LDADD = $(TEST_LDADD)
tests_test_bounce_t_SOURCES = tests/test-bounce.c $(RIG)
tests_test_bounce_t_CFLAGS = $(TEST_CFLAGS)
tests_test_bounce_t_LDADD = $(TEST_LDADD)

tests_test_cache_t_SOURCES = tests/test-cache.c $(RIG)
tests_test_cache_t_CFLAGS = $(TEST_CFLAGS)
tests_test_cache_t_LDADD = $(TEST_LDADD)

tests_test_catalogue_t_SOURCES = tests/test-catalogue.c $(RIG) $(CASES)
tests_test_catalogue_t_CFLAGS = $(TEST_CFLAGS)
tests_test_catalogue_t_LDADD = $(TEST_LDADD)

tests_test_context_t_SOURCES = tests/test-context.c $(RIG)
tests_test_context_t_CFLAGS = $(TEST_CFLAGS)
tests_test_context_t_LDADD = $(TEST_LDADD)

tests_test_cookie_t_SOURCES = tests/test-cookie.c $(RIG)
tests_test_cookie_t_CFLAGS = $(TEST_CFLAGS)
tests_test_cookie_t_LDADD = $(TEST_LDADD)

tests_test_device_memory_t_SOURCES = tests/test-device-memory.c $(RIG)
tests_test_device_memory_t_CFLAGS = $(TEST_CFLAGS)
tests_test_device_memory_t_LDADD = $(TEST_LDADD)

tests_test_edges_t_SOURCES = tests/test-edges.c $(RIG)
tests_test_edges_t_CFLAGS = $(TEST_CFLAGS)
tests_test_edges_t_LDADD = $(TEST_LDADD)

tests_test_embedded_t_SOURCES = tests/test-embedded.c $(RIG)
tests_test_embedded_t_CFLAGS = $(TEST_CFLAGS)
tests_test_embedded_t_LDADD = $(TEST_LDADD)

tests_test_expect_t_SOURCES = tests/test-expect.c $(RIG)
tests_test_expect_t_CFLAGS = $(TEST_CFLAGS)
tests_test_expect_t_LDADD = $(TEST_LDADD)

tests_test_explain_t_SOURCES = tests/test-explain.c $(RIG)
nodist_tests_test_explain_t_SOURCES = tests/pages.inc
tests_test_explain_t_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_builddir)
tests_test_explain_t_CFLAGS = $(TEST_CFLAGS)
tests_test_explain_t_LDADD = $(TEST_LDADD)

# The examples of the pages. A wildcard: a check is in the catalogue and has a page, and
# nothing else lists it.
CHECK_PAGES = $(wildcard $(top_srcdir)/docs/checks/*.md)
tests/pages.inc: $(CHECK_PAGES) build-aux/pages-to-c.awk
	$(AM_V_GEN)$(MKDIR_P) tests && $(AWK) -f $(top_srcdir)/build-aux/pages-to-c.awk \
		$(CHECK_PAGES) >$@.tmp && mv $@.tmp $@
tests/test_explain_t-test-explain.$(OBJEXT): tests/pages.inc
CLEANFILES += tests/pages.inc

tests_test_fail_nth_t_SOURCES = tests/test-fail-nth.c $(RIG)
tests_test_fail_nth_t_CFLAGS = $(TEST_CFLAGS)
tests_test_fail_nth_t_LDADD = $(TEST_LDADD)

tests_test_golden_t_SOURCES = tests/test-golden.c $(RIG) $(CASES)
tests_test_golden_t_CFLAGS = $(TEST_CFLAGS)
tests_test_golden_t_LDADD = $(TEST_LDADD)

tests_test_handle_t_SOURCES = tests/test-handle.c $(RIG)
tests_test_handle_t_CFLAGS = $(TEST_CFLAGS)
tests_test_handle_t_LDADD = $(TEST_LDADD)

tests_test_iommu_t_SOURCES = tests/test-iommu.c $(RIG)
tests_test_iommu_t_CFLAGS = $(TEST_CFLAGS)
tests_test_iommu_t_LDADD = $(TEST_LDADD)

tests_test_hooks_t_SOURCES = tests/test-hooks.c $(RIG)
tests_test_hooks_t_CFLAGS = $(TEST_CFLAGS)
tests_test_hooks_t_LDADD = $(TEST_LDADD) -lpthread

tests_test_host_memory_t_SOURCES = tests/test-host-memory.c tests/host.c tests/host.h $(RIG)
tests_test_host_memory_t_CFLAGS = $(TEST_CFLAGS)
tests_test_host_memory_t_LDADD = $(TEST_LDADD)
# Not the shared library: --wrap redirects calls that are linked in.
tests_test_host_memory_t_LDFLAGS = -static \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=free \
	-Wl,--wrap=mmap,--wrap=munmap,--wrap=mprotect \
	-Wl,--wrap=dwarf_getscopes,--wrap=dwarf_getscopes_die

tests_test_kernel_basics_t_SOURCES = tests/test-kernel-basics.c $(RIG)
tests_test_kernel_basics_t_CFLAGS = $(TEST_CFLAGS)
tests_test_kernel_basics_t_LDADD = $(TEST_LDADD)

tests_test_kernel_memory_t_SOURCES = tests/test-kernel-memory.c $(RIG)
tests_test_kernel_memory_t_CFLAGS = $(TEST_CFLAGS)
tests_test_kernel_memory_t_LDADD = $(TEST_LDADD)

tests_test_kernel_threads_t_SOURCES = tests/test-kernel-threads.c $(RIG)
tests_test_kernel_threads_t_CFLAGS = $(TEST_CFLAGS)
tests_test_kernel_threads_t_LDADD = $(TEST_LDADD)

tests_test_limits_t_SOURCES = tests/test-limits.c $(RIG)
tests_test_limits_t_CFLAGS = $(TEST_CFLAGS)
tests_test_limits_t_LDADD = $(TEST_LDADD)

tests_test_lists_t_SOURCES = tests/test-lists.c $(RIG)
tests_test_lists_t_CFLAGS = $(TEST_CFLAGS)
tests_test_lists_t_LDADD = $(TEST_LDADD)

tests_test_machines_t_SOURCES = tests/test-machines.c $(RIG)
tests_test_machines_t_CFLAGS = $(TEST_CFLAGS)
tests_test_machines_t_LDADD = $(TEST_LDADD)

tests_test_managed_t_SOURCES = tests/test-managed.c $(RIG)
tests_test_managed_t_CFLAGS = $(TEST_CFLAGS)
tests_test_managed_t_LDADD = $(TEST_LDADD)
tests_test_many_mappings_t_SOURCES = tests/test-many-mappings.c $(RIG)
tests_test_many_mappings_t_CFLAGS = $(TEST_CFLAGS)
tests_test_many_mappings_t_LDADD = $(TEST_LDADD)

tests_test_mapping_error_t_SOURCES = tests/test-mapping-error.c $(RIG)
tests_test_mapping_error_t_CFLAGS = $(TEST_CFLAGS)
tests_test_mapping_error_t_LDADD = $(TEST_LDADD)

tests_test_memory_t_SOURCES = tests/test-memory.c $(RIG)
tests_test_memory_t_CFLAGS = $(TEST_CFLAGS)
tests_test_memory_t_LDADD = $(TEST_LDADD)

# The fuzzer's model, without the fuzzer; built once for all of its tests.
check_LTLIBRARIES += tests/libmodel.la
tests_libmodel_la_SOURCES = $(FUZZ_MODEL)
MODEL_RIG = tests/model-rig.c tests/model-rig.h

tests_test_model_bytes_t_SOURCES = tests/test-model-bytes.c $(MODEL_RIG)
tests_test_model_bytes_t_CFLAGS = $(TEST_CFLAGS)
tests_test_model_bytes_t_LDADD = tests/libmodel.la $(TEST_LDADD)

tests_test_model_groups_t_SOURCES = tests/test-model-groups.c $(MODEL_RIG)
tests_test_model_groups_t_CFLAGS = $(TEST_CFLAGS)
tests_test_model_groups_t_LDADD = tests/libmodel.la $(TEST_LDADD)

tests_test_model_objects_t_SOURCES = tests/test-model-objects.c $(MODEL_RIG)
tests_test_model_objects_t_CFLAGS = $(TEST_CFLAGS)
tests_test_model_objects_t_LDADD = tests/libmodel.la $(TEST_LDADD)

tests_test_model_values_t_SOURCES = tests/test-model-values.c $(MODEL_RIG)
tests_test_model_values_t_CFLAGS = $(TEST_CFLAGS)
tests_test_model_values_t_LDADD = tests/libmodel.la $(TEST_LDADD)

tests_test_mm_t_SOURCES = tests/test-mm.c $(RIG)
tests_test_mm_t_CFLAGS = $(TEST_CFLAGS)
tests_test_mm_t_LDADD = $(TEST_LDADD)

tests_test_objects_t_SOURCES = tests/test-objects.c $(RIG)
tests_test_objects_t_CFLAGS = $(TEST_CFLAGS)
tests_test_objects_t_LDADD = $(TEST_LDADD)

tests_test_mmap_t_SOURCES = tests/test-mmap.c $(RIG)
tests_test_mmap_t_CFLAGS = $(TEST_CFLAGS)
tests_test_mmap_t_LDADD = $(TEST_LDADD)

tests_test_noncontiguous_t_SOURCES = tests/test-noncontiguous.c $(RIG)
tests_test_noncontiguous_t_CFLAGS = $(TEST_CFLAGS)
tests_test_noncontiguous_t_LDADD = $(TEST_LDADD)

tests_test_options_t_SOURCES = tests/test-options.c $(RIG)
tests_test_options_t_CFLAGS = $(TEST_CFLAGS)
tests_test_options_t_LDADD = $(TEST_LDADD)

tests_test_origins_t_SOURCES = tests/test-origins.c $(RIG)
tests_test_origins_t_CFLAGS = $(TEST_CFLAGS)
tests_test_origins_t_LDADD = $(TEST_LDADD)

tests_test_pages_t_SOURCES = tests/test-pages.c $(RIG)
tests_test_pages_t_CFLAGS = $(TEST_CFLAGS)
tests_test_pages_t_LDADD = $(TEST_LDADD)

tests_test_past_object_t_SOURCES = tests/test-past-object.c $(RIG)
tests_test_past_object_t_CFLAGS = $(TEST_CFLAGS)
tests_test_past_object_t_LDADD = $(TEST_LDADD)

tests_test_placement_t_SOURCES = tests/test-placement.c $(RIG)
tests_test_placement_t_CFLAGS = $(TEST_CFLAGS)
tests_test_placement_t_LDADD = $(TEST_LDADD)

tests_test_plain_t_SOURCES = tests/test-plain.c $(RIG)
tests_test_plain_t_CFLAGS = $(TEST_CFLAGS)
tests_test_plain_t_LDADD = $(TEST_LDADD)

tests_test_pool_t_SOURCES = tests/test-pool.c $(RIG)
tests_test_pool_t_CFLAGS = $(TEST_CFLAGS)
tests_test_pool_t_LDADD = $(TEST_LDADD)

tests_test_quarantine_t_SOURCES = tests/test-quarantine.c $(RIG)
tests_test_quarantine_t_CFLAGS = $(TEST_CFLAGS)
tests_test_quarantine_t_LDADD = $(TEST_LDADD)

tests_test_quiet_t_SOURCES = tests/test-quiet.c $(RIG)
tests_test_quiet_t_CFLAGS = $(TEST_CFLAGS)
tests_test_quiet_t_LDADD = $(TEST_LDADD)

tests_test_races_t_SOURCES = tests/test-races.c $(RIG)
tests_test_races_t_CFLAGS = $(TEST_CFLAGS)
tests_test_races_t_LDADD = $(TEST_LDADD)

tests_test_registers_t_SOURCES = tests/test-registers.c $(RIG)
tests_test_registers_t_CFLAGS = $(TEST_CFLAGS)
tests_test_registers_t_LDADD = $(TEST_LDADD)

tests_test_bus_t_SOURCES = tests/test-bus.c $(RIG)
tests_test_bus_t_CFLAGS = $(TEST_CFLAGS)
tests_test_bus_t_LDADD = $(TEST_LDADD)

tests_test_report_t_SOURCES = tests/test-report.c $(RIG)
tests_test_report_t_CFLAGS = $(TEST_CFLAGS)
tests_test_report_t_LDADD = $(TEST_LDADD)

tests_test_resource_t_SOURCES = tests/test-resource.c $(RIG)
tests_test_resource_t_CFLAGS = $(TEST_CFLAGS)
tests_test_resource_t_LDADD = $(TEST_LDADD)

tests_test_scatterlist_t_SOURCES = tests/test-scatterlist.c $(RIG)
tests_test_scatterlist_t_CFLAGS = $(TEST_CFLAGS)
tests_test_scatterlist_t_LDADD = $(TEST_LDADD)

tests_test_segments_t_SOURCES = tests/test-segments.c $(RIG)
tests_test_segments_t_CFLAGS = $(TEST_CFLAGS)
tests_test_segments_t_LDADD = $(TEST_LDADD)

tests_test_handlers_t_SOURCES = tests/test-handlers.c $(RIG)
tests_test_handlers_t_CFLAGS = $(TEST_CFLAGS)
tests_test_handlers_t_LDADD = $(TEST_LDADD) -lpthread

tests_test_sizes_t_SOURCES = tests/test-sizes.c $(RIG)
tests_test_sizes_t_CFLAGS = $(TEST_CFLAGS)
tests_test_sizes_t_LDADD = $(TEST_LDADD)

tests_test_wild_t_SOURCES = tests/test-wild.c $(RIG)
tests_test_wild_t_CFLAGS = $(TEST_CFLAGS)
tests_test_wild_t_LDADD = $(TEST_LDADD)

tests_test_signals_t_SOURCES = tests/test-signals.c $(RIG)
tests_test_signals_t_CFLAGS = $(TEST_CFLAGS)
tests_test_signals_t_LDADD = $(TEST_LDADD)

tests_test_reset_t_SOURCES = tests/test-reset.c $(RIG)
tests_test_reset_t_CFLAGS = $(TEST_CFLAGS)
tests_test_reset_t_LDADD = libtrace.la $(TEST_LDADD)
tests_test_states_t_SOURCES = tests/test-states.c $(RIG)
tests_test_states_t_CFLAGS = $(TEST_CFLAGS)
tests_test_states_t_LDADD = $(TEST_LDADD)

tests_test_streaming_t_SOURCES = tests/test-streaming.c $(RIG)
tests_test_streaming_t_CFLAGS = $(TEST_CFLAGS)
tests_test_streaming_t_LDADD = $(TEST_LDADD)

tests_test_snooping_t_SOURCES = tests/test-snooping.c $(RIG)
tests_test_snooping_t_CFLAGS = $(TEST_CFLAGS)
tests_test_snooping_t_LDADD = $(TEST_LDADD)

tests_test_sync_t_SOURCES = tests/test-sync.c $(RIG)
tests_test_sync_t_CFLAGS = $(TEST_CFLAGS)
tests_test_sync_t_LDADD = $(TEST_LDADD)

tests_test_threads_t_SOURCES = tests/test-threads.c $(RIG)
tests_test_threads_t_CFLAGS = $(TEST_CFLAGS)
tests_test_threads_t_LDADD = $(TEST_LDADD)

tests_test_traps_t_SOURCES = tests/test-traps.c $(RIG)
tests_test_traps_t_CFLAGS = $(TEST_CFLAGS)
tests_test_traps_t_LDADD = $(TEST_LDADD)

tests_test_uninitialised_t_SOURCES = tests/test-uninitialised.c $(RIG)
tests_test_uninitialised_t_CFLAGS = $(TEST_CFLAGS)
tests_test_uninitialised_t_LDADD = $(TEST_LDADD)

tests_test_unwritten_t_SOURCES = tests/test-unwritten.c $(RIG)
tests_test_unwritten_t_CFLAGS = $(TEST_CFLAGS)
tests_test_unwritten_t_LDADD = $(TEST_LDADD)

tests_test_vunmap_t_SOURCES = tests/test-vunmap.c $(RIG)
tests_test_vunmap_t_CFLAGS = $(TEST_CFLAGS)
tests_test_vunmap_t_LDADD = $(TEST_LDADD)

tests_test_vmap_t_SOURCES = tests/test-vmap.c $(RIG)
tests_test_vmap_t_CFLAGS = $(TEST_CFLAGS)
tests_test_vmap_t_LDADD = $(TEST_LDADD)

tests_test_words_t_SOURCES = tests/test-words.c $(RIG)
tests_test_words_t_CFLAGS = $(TEST_CFLAGS)
tests_test_words_t_LDADD = $(TEST_LDADD)

tests_test_zeroing_t_SOURCES = tests/test-zeroing.c $(RIG)
tests_test_zeroing_t_CFLAGS = $(TEST_CFLAGS)
tests_test_zeroing_t_LDADD = $(TEST_LDADD)

tests_test_zones_t_SOURCES = tests/test-zones.c $(RIG)
tests_test_zones_t_CFLAGS = $(TEST_CFLAGS)
tests_test_zones_t_LDADD = $(TEST_LDADD)


tests_test_mutator_t_SOURCES = tests/test-mutator.c $(FUZZ_MUTATOR)
tests_test_mutator_t_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/fuzz
tests_test_mutator_t_CFLAGS = $(TEST_CFLAGS)
tests_test_mutator_t_LDADD = libtrace.la libdmalab.la $(CMOCKA_LIBS)
endif

TESTS += tests/test-headers.sh tests/test-kernel-doc.sh tests/test-rooms.sh tests/test-removed.sh tests/test-trace.sh tests/test-record.sh
# The public corpus, with what it says of itself.
TRACES = $(wildcard $(srcdir)/corpora/*/*.dma $(srcdir)/corpora/*/*.md $(srcdir)/corpora/*/*.txt)

check_PROGRAMS += tests/told-plain
tests_told_plain_SOURCES = tests/told-plain.c
tests_told_plain_LDADD = libtrace.la libdmalab.la
TESTS += tests/test-told-plain.sh
EXTRA_DIST += tests/test-told-plain.sh tests/tsan.supp

check_PROGRAMS += tests/record-subject
tests_record_subject_SOURCES = tests/record-subject.c
tests_record_subject_LDADD = libdmalab.la -lpthread
EXTRA_DIST += tests/test-record.sh tests/test-trace.sh tests/trace-errors.txt $(TRACES:$(srcdir)/%=%) \
	tests/test-headers.sh tests/test-kernel-doc.sh tests/kernel-doc.awk tests/test-rooms.sh tests/test-removed.sh tests/compiler.sh \
	tests/golden/arguments.txt tests/golden/coherency.txt tests/golden/lifetime.txt \
	tests/golden/ownership.txt tests/golden/sync.txt \
	tests/golden/context.txt tests/golden/pool.txt tests/golden/lists.txt \
	tests/golden/mapping.txt tests/golden/trust.txt tests/golden/trace-errors.txt

if WITH_CXX
check_PROGRAMS += tests/throws
TESTS += tests/throws
endif
tests_throws_SOURCES = tests/throws.cc
tests_throws_LDADD = libdmalab.la
TESTS += tests/test-your-driver.sh
EXTRA_DIST += tests/test-your-driver.sh

TESTS += tests/test-bench.sh
EXTRA_DIST += tests/test-bench.sh
TESTS += tests/test-breaks.sh
EXTRA_DIST += tests/test-breaks.sh tests/breaks.awk tests/random-programs.awk

TESTS += tests/test-api.sh tests/test-apply-advice.sh tests/test-check-pages.sh tests/test-shrink.sh tests/test-encode.sh \
	tests/test-formats.sh
EXTRA_DIST += tests/test-formats.sh tests/sarif-schema.json tests/validate.py tests/test-api.sh tests/test-apply-advice.sh tests/test-check-pages.sh tests/test-shrink.sh tests/test-encode.sh \
	tests/every-argument.dma tests/many-operations.awk

# What is killed and run again: BOOTSTRAP_KILLS=100, CAMPAIGN_KILLS=100 for more of it.
TESTS += tests/test-bootstrap.sh tests/test-campaign.sh tests/test-files.sh tests/test-oss-fuzz.sh
EXTRA_DIST += tests/test-bootstrap.sh tests/test-campaign.sh tests/test-files.sh tests/test-oss-fuzz.sh

TESTS += tests/test-timeline.sh tests/test-page.sh
EXTRA_DIST += tests/test-timeline.sh tests/check-svg.py \
	tests/test-page.sh tests/check-page.py tests/check-page.js tests/sample-results.awk

# They are compiled by the test, as a user's driver is.
TESTS += tests/test-runtime.sh
EXTRA_DIST += tests/test-runtime.sh tests/runtime/flags.sh \
	tests/runtime/ring.c tests/runtime/ring.h tests/runtime/ring-test.c \
	tests/runtime/widths.c tests/runtime/widths.h tests/runtime/widths-test.c

include tests/proof.mk
include tests/virtio/local.mk

# Advice cures: no cmocka, but TAP, with counts.
check_PROGRAMS += tests/test-advice.t
TESTS += tests/test-advice.t
tests_test_advice_t_SOURCES = tests/test-advice.c tests/advice-programs.c tests/advice-programs.h
tests_test_advice_t_LDADD = libtrace.la libdmalab.la
