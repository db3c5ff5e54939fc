/* SPDX-License-Identifier: MIT */
/* Devices: their names, and what drivers set in them without a call. */
#include "record/recorder.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static struct device_state state_of(const struct device *dev)
{
	return (struct device_state){
		.coherent = dev->dma_coherent, .has_mask = dev->dma_mask,
		.mask = dev->dma_mask ? *dev->dma_mask : 0,
		.coherent_mask = dev->coherent_dma_mask, .limit = dev->bus_dma_limit,
	};
}

void dlab_device_prepare(const struct device *dev)
{
	struct named *n = dlab_name_by_key(NAMED_DEVICE, dev);
	const char *name = n ? n->text : NULL;
	struct device_state now, was;

	/* Of one that is gone, the mask may be too. */
	if (!n || !lab_knows(dev))
		return;
	now = state_of(dev);
	was = n->state;
	n->state = now;
	if (now.coherent && !was.coherent)
		record_line("set_coherent(%s, 1)", name);
	if (!now.has_mask && was.has_mask)
		record_line("clear_dma_mask(%s)", name);
	if (now.has_mask && now.mask != was.mask)
		record_line("dma_set_mask(%s, 0x%llx)", name, (unsigned long long)now.mask);
	if (!now.coherent_mask && was.coherent_mask)
		record_line("clear_coherent_dma_mask(%s)", name);
	else if (now.coherent_mask != was.coherent_mask)
		record_line("dma_set_coherent_mask(%s, 0x%llx)", name,
			    (unsigned long long)now.coherent_mask);
	if (now.limit != was.limit)
		record_line("set_bus_dma_limit(%s, 0x%llx)", name, (unsigned long long)now.limit);
}

void dlab_record_state(const struct device *dev)
{
	struct named *n;

	if (!dlab_record_enter())
		return;
	n = dlab_name_by_key(NAMED_DEVICE, dev);
	if (n)
		n->state = state_of(dev);
	dlab_record_leave();
}

/* m1, list2: so are other things called. */
static bool looks_like_another(const char *text)
{
	static const char *const prefixes[] = { "m", "list", "pool", "cache", "lock" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(text, prefixes[i], len) == 0 && text[len] &&
		    !text[len + strspn(text + len, "0123456789")])
			return true;
	}
	return false;
}

/*
 * As near to @name as an identifier can be; in small letters, as the words of the
 * language are not.
 */
static void identifier(char text[64], const char *name)
{
	char *end = text;
	size_t len;

	if (!isalpha((unsigned char)*name))
		end += sprintf(end, "dev_");
	for (; *name && end < text + 40; name++)
		*end++ = isalnum((unsigned char)*name) ? tolower((unsigned char)*name) : '_';
	*end = 0;
	if (looks_like_another(text))
		strcat(text, "_");
	len = strlen(text);
	for (unsigned i = 2; dlab_device_is_taken(text); i++)
		snprintf(text + len, 64 - len, "_%u", i);
}

static void add(struct device *dev)
{
	const char *name = dev_name(dev);
	struct line line = { .len = 0 };
	struct named *n;
	char text[64];

	dlab_record_close_line();
	if (!dlab_rec.lab)
		return;
	identifier(text, name);
	n = dlab_name_new_device(text);
	if (!n) {
		record_line("# a device more than there are names for");
		return;
	}
	n->state = state_of(dev);
	n->key = dev;
	dlab_name_bind(n);
	dlab_line_add(&line, "%s = device(", n->text);
	if (strcmp(n->text, name) != 0)
		dlab_line_add_string(&line, name, MAX_STRING);
	dlab_record_making(n, "%s)", line.text);
}

void dlab_record_device(struct device *dev)
{
	if (!dlab_record_enter())
		return;
	if (dev->dmalab->machine == dlab_rec.lab)
		add(dev);
	dlab_record_leave();
}
