/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: hints to the compiler, and accesses that it must make as
 * written.
 */
#ifndef DMALAB_LINUX_COMPILER_H
#define DMALAB_LINUX_COMPILER_H

#include <linux/compiler_attributes.h>
#include <linux/compiler_types.h>

#endif
