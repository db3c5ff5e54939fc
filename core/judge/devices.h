/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_JUDGE_DEVICES_H
#define DMALAB_JUDGE_DEVICES_H

struct device;

/* A device that is bound; it and its name stay as long as the machine. */
struct known_device {
	const struct device *dev;
	const char *name;
	struct known_device *next;
};

void dlab_known_add(struct known_device *known);

/* Does nothing for one that is not there. */
void dlab_known_remove(struct known_device *known);

/* That at this address, or NULL: @dev is not read. */
const struct known_device *dlab_known_find(const struct device *dev);

/* For reports: "unknown" for one that is gone, "NULL" for none. */
const char *dlab_device_name(const struct device *dev);

#endif
