/* SPDX-License-Identifier: MIT */
/*
 * Files that appear whole. What is written goes to a file beside the one that is asked for
 * and takes its name when all of it is on disk: a full disk, an interrupt or a crash leaves
 * what was there. The new file has the mode and the owner of the old one, and stands where
 * its links lead: a link stays a link. A hard link is a second name of the old content, and
 * keeps that, as with sed -i.
 *
 * A FIFO, a device or a socket is written to as it is.
 */
#define _GNU_SOURCE /* euidaccess() */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_write(const char *path, const char *why)
{
	fprintf(stderr, "dmalab: %s: %s; nothing there has changed\n", path, why);
	return BAD_USAGE;
}

static bool put(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= n;
	}
	return true;
}

/*
 * Where the links of @path lead, whether there is a file or not. False with errno: a link
 * that leads to itself (ELOOP), a name that is too long.
 */
static bool follow(const char *path, char real[PATH_MAX])
{
	char target[PATH_MAX];

	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(real, path);
	for (unsigned links = 0; links < 40; links++) {
		ssize_t n = readlink(real, target, sizeof(target) - 1);
		char *slash = strrchr(real, '/');
		size_t kept = slash ? slash + 1 - real : 0;

		if (n < 0)
			return errno == EINVAL || errno == ENOENT;
		target[n] = 0;
		if (target[0] == '/')
			kept = 0;
		if (kept + n >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return false;
		}
		memcpy(real + kept, target, n + 1);
	}
	errno = ELOOP;
	return false;
}

static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/*
 * Of another's file, whoever may not give files away keeps at most the mode: with it, those
 * who could read it still can. Bits that run it as its owner go with the owner.
 */
static bool dress(int fd, const struct stat *old)
{
	if (!old)
		return fchmod(fd, new_mode()) == 0;
	if (fchown(fd, old->st_uid, old->st_gid) && fchown(fd, -1, old->st_gid))
		return fchmod(fd, old->st_mode & 0777) == 0;
	return fchmod(fd, old->st_mode & 07777) == 0;
}

/* @real: without links. @old: NULL if there is none. False with errno. */
static bool replace(const char *real, const struct stat *old, const char *bytes, size_t len)
{
	char beside[PATH_MAX];
	int fd, err;

	if ((size_t)snprintf(beside, sizeof(beside), "%s.XXXXXX", real) >= sizeof(beside)) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return false;
	if (put(fd, bytes, len) && dress(fd, old) && fsync(fd) == 0 && close(fd) == 0) {
		if (rename(beside, real) == 0)
			return true;
		fd = -1;
	}
	err = errno;
	if (fd >= 0)
		close(fd);
	unlink(beside);
	errno = err;
	return false;
}

/* No signal ends us between the two names. It does a moment later. */
static bool replace_undisturbed(const char *real, const struct stat *old, const char *bytes,
				size_t len)
{
	sigset_t all, before;
	bool good;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	good = replace(real, old, bytes, len);
	err = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = err;
	return good;
}

static bool write_through(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	bool good = fd >= 0 && put(fd, bytes, len);

	if (fd >= 0 && close(fd))
		good = false;
	return good;
}

int write_file(const char *path, const void *bytes, size_t len, bool only_regular)
{
	char real[PATH_MAX];
	struct stat old;
	bool is_there;

	if (!follow(path, real))
		return cannot_write(path, strerror(errno));
	is_there = stat(real, &old) == 0;
	if (!is_there && errno != ENOENT)
		return cannot_write(path, strerror(errno));
	if (is_there && S_ISDIR(old.st_mode))
		return cannot_write(path, strerror(EISDIR));
	if (is_there && !S_ISREG(old.st_mode)) {
		if (only_regular)
			return cannot_write(path, "it is not a regular file");
		if (write_through(real, bytes, len))
			return AS_EXPECTED;
		fprintf(stderr, "dmalab: %s: %s\n", path, strerror(errno));
		return BAD_USAGE;
	}
	/* A file that may not be written stays, though its directory would allow to replace it. */
	if (is_there && euidaccess(real, W_OK))
		return cannot_write(path, strerror(errno));
	if (!replace_undisturbed(real, is_there ? &old : NULL, bytes, len))
		return cannot_write(path, strerror(errno));
	return AS_EXPECTED;
}
