/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: parameters of modules: variables with their initial values,
 * which a test may set.
 */
#ifndef DMALAB_LINUX_MODULEPARAM_H
#define DMALAB_LINUX_MODULEPARAM_H

#include <linux/compiler_types.h>

#ifndef module_param
#define module_param(name, type, perm) \
	module_param_named(name, name, type, perm)
#define module_param_named(name, value, type, perm) \
	static __typeof__(&(value)) const dmalab_param_##name \
		__maybe_unused = &(value)
#define module_param_array(name, type, nump, perm) \
	static const void *const dmalab_param_##name __maybe_unused = &(name)
#define module_param_string(name, string, len, perm) \
	static const void *const dmalab_param_##name __maybe_unused = string
#define MODULE_PARM_DESC(param, description) \
	_Static_assert(sizeof(description) > 0, "")
#endif

#endif
