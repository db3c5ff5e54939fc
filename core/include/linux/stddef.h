/* SPDX-License-Identifier: MIT */
/* Kernel basics: offsets and sizes of members; also the host's. */
#ifndef DMALAB_LINUX_STDDEF_H
#define DMALAB_LINUX_STDDEF_H

#pragma GCC system_header /* for #include_next, which is an extension */
#include_next <linux/stddef.h>
#include <stdbool.h>
#include <stddef.h>

#ifndef sizeof_field
#define sizeof_field(TYPE, MEMBER) sizeof(((TYPE *)0)->MEMBER)
#endif
#ifndef offsetofend
#define offsetofend(TYPE, MEMBER) \
	(offsetof(TYPE, MEMBER) + sizeof_field(TYPE, MEMBER))
#endif
#ifndef struct_group
#define struct_group(NAME, ...) \
	union { \
		struct { __VA_ARGS__ }; \
		struct { __VA_ARGS__ } NAME; \
	}
#endif

#endif
