/* SPDX-License-Identifier: MIT */
/* Kernel basics: modules. A test inserts those that are linked with it. */
#ifndef DMALAB_LINUX_MODULE_H
#define DMALAB_LINUX_MODULE_H

#include <linux/compiler_attributes.h>
#include <linux/compiler_types.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/moduleparam.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A module that was linked in; the laboratory's. */
struct dmalab_module {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
	bool is_there;
	struct dmalab_module *next;
};

/**
 * dmalab_module_add() - what module_init() and module_exit() do before main()
 * @module: static
 *
 * Context: Before any other function.
 */
void dmalab_module_add(struct dmalab_module *module);

/**
 * dmalab_modules_init() - insert the modules that are linked in
 * @name: of one: KBUILD_MODNAME, or else the source file; NULL: all
 *
 * Calls what module_init() names, in the order in which they were linked. What
 * is inserted already stays.
 *
 * Context: May sleep.
 * Return: how many were inserted, or the error of the first that failed: those
 * after it are not tried.
 */
int dmalab_modules_init(const char *name);

/**
 * dmalab_modules_exit() - remove them again
 * @name: as there
 *
 * Calls what module_exit() names, the last first.
 *
 * Context: May sleep.
 */
void dmalab_modules_exit(const char *name);

/* Of the file; module_init() and module_exit() each have a part of it. */
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME __FILE__
#endif
#define DMALAB_MODULE(part, init_fn, exit_fn) \
	__attribute__((__constructor__)) \
	static void dmalab_module_##part(void) \
	{ \
		static struct dmalab_module module_part = { \
			KBUILD_MODNAME, init_fn, exit_fn, false, NULL \
		}; \
		dmalab_module_add(&module_part); \
	} \
	DMALAB_STATIC_ASSERT(1)

#ifndef module_init
#define module_init(fn) DMALAB_MODULE(init, fn, NULL)
#define module_exit(fn) DMALAB_MODULE(exit, NULL, fn)
#endif
#ifndef subsys_initcall
#define subsys_initcall(fn) module_init(fn)
#define device_initcall(fn) module_init(fn)
#define late_initcall(fn)   module_init(fn)
#endif

/* As in <linux/platform_device.h>: there from the start of the program on. */
#ifndef module_driver
#define module_driver(drv, register_it, unregister_it) \
	static void __attribute__((constructor)) drv##_init(void) \
	{ \
		register_it(&(drv)); \
	} \
	static void __attribute__((destructor)) drv##_exit(void) \
	{ \
		unregister_it(&(drv)); \
	} \
	extern int drv##_is_a_module
#endif

#ifdef __cplusplus
#define DMALAB_STATIC_ASSERT(x) static_assert(x, "")
#else
#define DMALAB_STATIC_ASSERT(x) _Static_assert(x, "")
#endif
#define DMALAB_SAY_NOTHING(text) DMALAB_STATIC_ASSERT(sizeof(text) > 0)
#ifndef MODULE_LICENSE
#define MODULE_LICENSE(text)     DMALAB_SAY_NOTHING(text)
#endif
#ifndef MODULE_DESCRIPTION
#define MODULE_DESCRIPTION(text) DMALAB_SAY_NOTHING(text)
#endif
#ifndef MODULE_AUTHOR
#define MODULE_AUTHOR(text)      DMALAB_SAY_NOTHING(text)
#define MODULE_VERSION(text)     DMALAB_SAY_NOTHING(text)
#define MODULE_ALIAS(text)       DMALAB_SAY_NOTHING(text)
#define MODULE_FIRMWARE(text)    DMALAB_SAY_NOTHING(text)
#define MODULE_SOFTDEP(text)     DMALAB_SAY_NOTHING(text)
#define MODULE_IMPORT_NS(ns)     DMALAB_STATIC_ASSERT(1)
#define MODULE_INFO(tag, text)   DMALAB_SAY_NOTHING(text)
#define MODULE_DEVICE_TABLE(type, name) extern __typeof__(name) name
#endif

static inline bool try_module_get(struct module *module)
{
	(void)module;
	return true;
}

static inline void module_put(struct module *module)
{
	(void)module;
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
