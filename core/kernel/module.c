/* SPDX-License-Identifier: MIT */
/* Modules: what module_init() and module_exit() of the linked drivers name. */
#include <linux/module.h>
#include <string.h>

static struct dmalab_module *modules, **last = &modules;

void dmalab_module_add(struct dmalab_module *module)
{
	module->next = NULL;
	*last = module;
	last = &module->next;
}

static bool is_meant(const struct dmalab_module *module, const char *name)
{
	return !name || strcmp(module->name, name) == 0;
}

int dmalab_modules_init(const char *name)
{
	int nr = 0, err;

	for (struct dmalab_module *m = modules; m; m = m->next) {
		if (!is_meant(m, name) || m->is_there)
			continue;
		err = m->init ? m->init() : 0;
		if (err)
			return err;
		m->is_there = true;
		nr++;
	}
	return nr;
}

/* The latest first. */
static void exit_from(struct dmalab_module *module, const char *name)
{
	if (!module)
		return;
	exit_from(module->next, name);
	if (!is_meant(module, name) || !module->is_there)
		return;
	module->is_there = false;
	if (module->exit)
		module->exit();
}

void dmalab_modules_exit(const char *name)
{
	exit_from(modules, name);
}
