/* SPDX-License-Identifier: MIT */
/*
 * The devices of all machines that are bound, by the address of their struct device. What
 * died keeps that address only: the structure may be in memory that has been freed since,
 * so nothing of it is read before it is found here.
 *
 * Only reports ask, and whoever plugs in or pulls out. The mutex is the innermost of all but
 * the recorder's.
 */
#include "judge/devices.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct known_device *devices;

void dlab_known_add(struct known_device *known)
{
	pthread_mutex_lock(&lock);
	known->next = devices;
	devices = known;
	pthread_mutex_unlock(&lock);
}

void dlab_known_remove(struct known_device *known)
{
	struct known_device **at = &devices;

	pthread_mutex_lock(&lock);
	while (*at && *at != known)
		at = &(*at)->next;
	if (*at)
		*at = known->next;
	pthread_mutex_unlock(&lock);
}

const struct known_device *dlab_known_find(const struct device *dev)
{
	const struct known_device *known;

	pthread_mutex_lock(&lock);
	for (known = devices; known && known->dev != dev; known = known->next)
		;
	pthread_mutex_unlock(&lock);
	return known;
}

const char *dlab_device_name(const struct device *dev)
{
	const struct known_device *known;

	if (!dev)
		return "NULL";
	known = dlab_known_find(dev);
	return known ? known->name : "unknown";
}
