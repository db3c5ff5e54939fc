/* SPDX-License-Identifier: MIT */
#include "base/host.h"
#include "lab/devres.h"

#include <errno.h>
#include <stdlib.h>

struct devres {
	struct devres *next;   /* the one made before it */
	devres_release release;
	void *data;
};

int dlab_devres_add(struct dmalab_device *d, devres_release release, void *data)
{
	struct devres *res = host_malloc(sizeof(*res));

	if (!res)
		return -ENOMEM;
	res->release = release;
	res->data = data;
	res->next = d->resources;
	d->resources = res;
	return 0;
}

/* The link that leads to it, or to NULL. */
static struct devres *const *find(struct devres *const *at, devres_release release,
				  devres_match match, const void *arg)
{
	for (; *at; at = &(*at)->next)
		if ((*at)->release == release &&
		    (match ? match((*at)->data, arg) : (*at)->data == arg))
			break;
	return at;
}

void *dlab_devres_find(const struct dmalab_device *d, devres_release release, devres_match match,
		       const void *arg)
{
	const struct devres *res = *find(&d->resources, release, match, arg);

	return res ? res->data : NULL;
}

/* Take it off the list. Returns its data. */
static void *forget(struct devres **at)
{
	struct devres *res = *at;
	void *data = res->data;

	*at = res->next;
	free(res);
	return data;
}

void *dlab_devres_remove(struct dmalab_device *d, devres_release release, devres_match match,
			 const void *arg)
{
	struct devres **at = (struct devres **)find(&d->resources, release, match, arg);

	return *at ? forget(at) : NULL;
}

void dlab_devres_release_all(struct dmalab_device *d)
{
	while (d->resources) {
		devres_release release = d->resources->release;
		void *data = forget(&d->resources);

		lab_unlock(d->machine);
		release(d->dev, data);
		lab_lock(d->machine);
	}
}
