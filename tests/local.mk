# SPDX-License-Identifier: MIT
#
# A unit test is tests/test-NAME.c, a cmocka program that becomes tests/test-NAME.t:
#
#	check_PROGRAMS += tests/test-NAME.t
#	TESTS += tests/test-NAME.t
#	tests_test_NAME_t_SOURCES = tests/test-NAME.c
#	tests_test_NAME_t_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
#	tests_test_NAME_t_LDADD = libdmalab.la $(CMOCKA_LIBS)
#
# (non-letters of NAME become _ in variables). What is no TAP program has no
# suffix, or .sh; see the top of Makefile.am.

if WITH_CMOCKA
endif

include tests/proof.mk
