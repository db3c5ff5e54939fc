/* SPDX-License-Identifier: MIT */
/* Kernel basics: a macro's value as a string. */
#ifndef DMALAB_LINUX_STRINGIFY_H
#define DMALAB_LINUX_STRINGIFY_H

#ifndef __stringify
#define __stringify_1(...) #__VA_ARGS__
#define __stringify(...)   __stringify_1(__VA_ARGS__)
#endif

#endif
