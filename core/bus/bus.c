/* SPDX-License-Identifier: MIT */
/* Devices and drivers find each other. */
#include "bus/bus.h"
#include "face/face.h"
#include "io/window.h"

#include <errno.h>
#include <linux/module.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct enrolled {
	struct enrolled *next;
	struct device_driver *drv;
};

static pthread_mutex_t bus_lock = PTHREAD_MUTEX_INITIALIZER;
static struct seat *seats;
static struct enrolled *drivers;

/*
 * The laboratory's device lasts as long as a driver is bound, so that what it left behind is
 * found; then the same structure is plugged in anew, as the next driver gets it.
 */
static int plug_in(struct seat *seat)
{
	return dmalab_device_init(seat->machine, seat->dev, seat->name);
}

static void pull_out(struct seat *seat, const struct call *call)
{
	seat->dev->driver_data = NULL;
	seat->dev->driver = NULL;
	if (seat->dev->dmalab)
		dlab_device_free(seat->dev, call);
}

/* Without memory to plug it in again after the last driver, it is when the next one comes. */
static void bind(struct seat *seat, struct device_driver *drv, const struct call *call)
{
	seat->result = seat->dev->dmalab ? 0 : plug_in(seat);
	if (seat->result)
		return;
	seat->dev->driver = drv;
	seat->result = seat->dev->bus->probe(seat->dev);
	if (!seat->result)
		return;
	pull_out(seat, call);
	plug_in(seat);
}

static void unbind(struct seat *seat, const struct call *call)
{
	if (!seat->result)
		seat->dev->bus->remove(seat->dev);
	seat->result = -ENODEV;
	pull_out(seat, call);
}

static bool matches(const struct seat *seat, struct device_driver *drv)
{
	return seat->dev->bus == drv->bus && drv->bus->match(seat->dev, drv);
}

static struct device_driver *find_driver(const struct seat *seat)
{
	struct device_driver *drv = NULL;

	pthread_mutex_lock(&bus_lock);
	for (const struct enrolled *e = drivers; e && !drv; e = e->next)
		if (matches(seat, e->drv))
			drv = e->drv;
	pthread_mutex_unlock(&bus_lock);
	return drv;
}

int dlab_bus_add(struct seat *seat, struct dmalab_machine *machine, struct device *dev,
		 const char *name, const struct call *call)
{
	struct device_driver *drv;
	int err;

	seat->dev = dev;
	seat->machine = machine;
	seat->result = -ENODEV;
	seat->name = strdup(name);
	if (!seat->name)
		return -ENOMEM;
	err = plug_in(seat);
	if (err) {
		free(seat->name);
		return err;
	}
	pthread_mutex_lock(&bus_lock);
	seat->next = seats;
	seats = seat;
	pthread_mutex_unlock(&bus_lock);
	drv = find_driver(seat);
	/* Where nobody registered one, a module may have it: they are inserted, as udev does. */
	if (!drv && dmalab_modules_init(NULL) > 0 && seat->result == -ENODEV)
		drv = find_driver(seat);
	if (drv && !seat->dev->driver)
		bind(seat, drv, call);
	return 0;
}

void dlab_bus_remove(struct seat *seat, const struct call *call)
{
	struct seat **at = &seats;

	unbind(seat, call);
	pthread_mutex_lock(&bus_lock);
	while (*at != seat)
		at = &(*at)->next;
	*at = seat->next;
	pthread_mutex_unlock(&bus_lock);
	free(seat->name);
}

/* The next device, from @seat on, that @drv is for and that nobody has. */
static struct seat *find_free(struct seat *seat, struct device_driver *drv)
{
	while (seat && (!seat->result || !matches(seat, drv)))
		seat = seat->next;
	return seat;
}

static struct enrolled **find_enrolled(const struct device_driver *drv)
{
	struct enrolled **at = &drivers;

	while (*at && (*at)->drv != drv)
		at = &(*at)->next;
	return at;
}

int dlab_driver_register(struct device_driver *drv, const struct bus_type *bus,
			 const struct call *call)
{
	struct enrolled *e = malloc(sizeof(*e)), **end;

	if (!e)
		return -ENOMEM;
	drv->bus = bus;
	e->drv = drv;
	e->next = NULL;
	pthread_mutex_lock(&bus_lock);
	end = find_enrolled(drv);
	if (*end) {
		pthread_mutex_unlock(&bus_lock);
		free(e);
		return -EBUSY;
	}
	*end = e;
	pthread_mutex_unlock(&bus_lock);
	for (struct seat *s = find_free(seats, drv); s; s = find_free(s->next, drv))
		bind(s, drv, call);
	return 0;
}

void dlab_driver_unregister(struct device_driver *drv, const struct call *call)
{
	struct enrolled **at, *e;

	for (struct seat *s = seats; s; s = s->next) {
		if (s->dev->driver != drv)
			continue;
		unbind(s, call);
		plug_in(s);
	}
	pthread_mutex_lock(&bus_lock);
	at = find_enrolled(drv);
	e = *at;
	if (e)
		*at = e->next;
	pthread_mutex_unlock(&bus_lock);
	if (!e)
		dlab_window_mistake(NULL, call, "the driver \"%.40s\" is not registered",
				    drv->name ? drv->name : "");
	free(e);
}

int dmalab_bind_result(const struct device *dev)
{
	int result = -ENODEV;

	pthread_mutex_lock(&bus_lock);
	for (const struct seat *s = seats; s; s = s->next)
		if (s->dev == dev)
			result = s->result;
	pthread_mutex_unlock(&bus_lock);
	return result;
}
