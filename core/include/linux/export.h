/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: symbols of modules: what is exported is global as it is.
 */
#ifndef DMALAB_LINUX_EXPORT_H
#define DMALAB_LINUX_EXPORT_H

struct module;

#ifndef THIS_MODULE
#define THIS_MODULE ((struct module *)0)
#endif
#ifndef EXPORT_SYMBOL
#define EXPORT_SYMBOL(symbol)     extern __typeof__(symbol) symbol
#define EXPORT_SYMBOL_NS(symbol, ns)     extern __typeof__(symbol) symbol
#define EXPORT_SYMBOL_NS_GPL(symbol, ns) extern __typeof__(symbol) symbol
#endif
#ifndef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(symbol) extern __typeof__(symbol) symbol
#endif

#endif
