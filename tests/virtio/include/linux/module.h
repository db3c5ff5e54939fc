/* SPDX-License-Identifier: MIT */
/* There are no modules: what is exported is a global symbol as it is. */
#ifndef TESTS_VIRTIO_LINUX_MODULE_H
#define TESTS_VIRTIO_LINUX_MODULE_H

#define EXPORT_SYMBOL_GPL(symbol) extern __typeof__(symbol) symbol
#define MODULE_LICENSE(license)   _Static_assert(sizeof(license) > 1, "no license")
#define MODULE_DESCRIPTION(text)  _Static_assert(sizeof(text) > 1, "no description")

#endif
