/* SPDX-License-Identifier: MIT */
/* Kernel basics: the host's errors, and those that only the kernel has. */
#ifndef DMALAB_LINUX_ERRNO_H
#define DMALAB_LINUX_ERRNO_H

#pragma GCC system_header /* for #include_next, which is an extension */
#include_next <linux/errno.h>
#include <errno.h>

#ifndef ERESTARTSYS
#define ERESTARTSYS  512
#define ENOIOCTLCMD  515
#define EPROBE_DEFER 517
#define EOPENSTALE   518
#define ENOPARAM     519
#define ENOTSUPP     524
#define EIOCBQUEUED  529
#endif

#endif
