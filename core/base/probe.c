/* SPDX-License-Identifier: MIT */
#include "base/probe.h"

const struct probe *dlab_probe;
bool dlab_probe_on;
