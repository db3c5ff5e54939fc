/* SPDX-License-Identifier: MIT */
/* irqreturn_t is in <linux/interrupt.h> here. */
#include <linux/interrupt.h>
