/* SPDX-License-Identifier: MIT */
/* Who has requested which physical addresses. */
#include "io/resource.h"
#include "io/window.h"
#include "lab/devres.h"

#include <linux/ioport.h>
#include <stdlib.h>

/* In one list, under the mutex of the windows. */
struct request {
	struct resource res;           /* first: the driver has a pointer to it */
	struct dmalab_machine *machine;
	struct request *next;
};

static struct request *requests;

static bool is_claimed(const struct dmalab_machine *lab, resource_size_t start, resource_size_t last)
{
	for (const struct request *c = requests; c; c = c->next)
		if (c->machine == lab && start <= c->res.end && c->res.start <= last)
			return true;
	return false;
}

struct resource *request_mem_region(resource_size_t start, resource_size_t n, const char *name)
{
	struct dmalab_machine *lab = dlab_current();
	resource_size_t last = start + n - 1;
	struct request *c;

	if (!lab || !n || last < start)
		return NULL;
	c = malloc(sizeof(*c));
	if (!c)
		return NULL;
	c->res = (struct resource){ .start = start, .end = last, .name = name,
				    .flags = IORESOURCE_MEM };
	c->machine = lab;
	dlab_windows_lock();
	if (is_claimed(lab, start, last)) {
		dlab_windows_unlock();
		free(c);
		return NULL;
	}
	c->next = requests;
	requests = c;
	dlab_windows_unlock();
	return &c->res;
}

/* False: nobody has claimed exactly this. */
static bool release(const struct dmalab_machine *lab, resource_size_t start, resource_size_t n)
{
	struct request **at, *c;

	dlab_windows_lock();
	for (at = &requests; (c = *at); at = &c->next)
		if (c->machine == lab && c->res.start == start && resource_size(&c->res) == n)
			break;
	if (c)
		*at = c->next;
	dlab_windows_unlock();
	free(c);
	return c;
}

void release_mem_region(resource_size_t start, resource_size_t n)
{
	struct dmalab_machine *lab = dlab_current();

	if (unlikely(!release(lab, start, n)))
		dlab_window_mistake(lab, &THIS_CALL, "0x%llx, %llu bytes, were not requested like this: "
				    "give what request_mem_region() was given",
				    (unsigned long long)start, (unsigned long long)n);
}

static void release_claim(struct device *dev, void *data)
{
	const struct resource *res = data;

	release(dev->dmalab->machine, res->start, resource_size(res));
}

struct resource *dlab_claim_managed(struct device *dev, resource_size_t start, resource_size_t n,
				    const char *name, const struct call *call)
{
	struct resource *res;
	struct dmalab_device *d;
	int err;

	if (!lab_device(dev)) {
		dlab_no_device(dev, call);
		return NULL;
	}
	res = request_mem_region(start, n, name);
	if (!res)
		return NULL;
	d = lab_enter(dev, call);
	err = d ? dlab_devres_add(d, release_claim, res) : -1;
	if (d)
		lab_leave(d);
	if (!err)
		return res;
	release(dlab_current(), start, n);
	return NULL;
}

struct resource *devm_request_mem_region(struct device *dev, resource_size_t start,
					 resource_size_t n, const char *name)
{
	return dlab_claim_managed(dev, start, n, name, &THIS_CALL);
}

void dlab_requests_exit(const struct dmalab_machine *lab)
{
	struct request **at = &requests;

	dlab_windows_lock();
	while (*at) {
		struct request *c = *at;

		if (c->machine != lab) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		free(c);
	}
	dlab_windows_unlock();
}
