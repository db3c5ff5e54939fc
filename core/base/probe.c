/* SPDX-License-Identifier: MIT */
/* Where a recorder says that it wants to be told. */
#include "base/probe.h"

const struct probe *dlab_probe;
bool dlab_probe_on;
