/* SPDX-License-Identifier: MIT */
/* What is printed to standard error, in captured[]. */
#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

#include "rig.h"

#include <unistd.h>

static char captured[65536];

struct capture {
	int saved, file;
};

static inline void capture_begin(struct capture *c, const char *options)
{
	char name[] = "/tmp/dmalab-test-XXXXXX";

	c->saved = dup(STDERR_FILENO);
	c->file = mkstemp(name);
	assert_true(c->saved >= 0 && c->file >= 0);
	unlink(name);
	if (options)
		setenv("DMALAB_OPTIONS", options, 1);
	else
		unsetenv("DMALAB_OPTIONS");
	fflush(NULL);
	dup2(c->file, STDERR_FILENO);
}

static inline void capture_end(struct capture *c)
{
	ssize_t len;

	fflush(stderr);
	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	unsetenv("DMALAB_OPTIONS");
	len = pread(c->file, captured, sizeof(captured) - 1, 0);
	close(c->file);
	captured[len < 0 ? 0 : len] = 0;
}

#endif
