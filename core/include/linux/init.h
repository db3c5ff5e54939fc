/* SPDX-License-Identifier: MIT */
/* Kernel basics: where code stands. All of it stays. */
#ifndef DMALAB_LINUX_INIT_H
#define DMALAB_LINUX_INIT_H

#include <linux/compiler_types.h>
#include <stdlib.h> /* which has a member __init */

#ifndef __init
#define __init
#define __exit
#define __initdata
#define __exitdata
#define __initconst
#define __devinit
#define __devexit
#define __exit_p(x) x
#endif

#endif
