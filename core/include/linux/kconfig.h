/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: IS_ENABLED() and its like: of what -D sets to 1, as
 * CONFIG_PM.
 */
#ifndef DMALAB_LINUX_KCONFIG_H
#define DMALAB_LINUX_KCONFIG_H

#ifndef IS_ENABLED
#define DMALAB_PLACE_1 0,
#define DMALAB_SECOND(_ignored, value, ...) value
#define DMALAB_IS_SET3(place_or_junk) DMALAB_SECOND(place_or_junk 1, 0, 0)
#define DMALAB_IS_SET2(value) DMALAB_IS_SET3(DMALAB_PLACE_##value)
#define DMALAB_IS_SET(option) DMALAB_IS_SET2(option)
#define IS_BUILTIN(option)   DMALAB_IS_SET(option)
#define IS_MODULE(option)    DMALAB_IS_SET(option##_MODULE)
#define IS_ENABLED(option)   (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)
#endif

#endif
