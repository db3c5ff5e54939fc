/* SPDX-License-Identifier: MIT */
/* Kernel basics: from a member to the structure that has it. */
#ifndef DMALAB_LINUX_CONTAINER_OF_H
#define DMALAB_LINUX_CONTAINER_OF_H

#include <stddef.h>

#ifndef typeof_member
#define typeof_member(T, m) __typeof__(((T *)0)->m)
#endif
#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#endif
#ifndef container_of_const
#define container_of_const(ptr, type, member) container_of(ptr, type, member)
#endif
#ifndef container_of_safe
#define container_of_safe(ptr, type, member) \
	__extension__({ \
		void *safe_ptr = (void *)(ptr); \
		IS_ERR_OR_NULL(safe_ptr) ? \
			(type *)safe_ptr : \
			container_of(safe_ptr, type, member); \
	})
#endif

#endif
