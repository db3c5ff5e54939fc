/* SPDX-License-Identifier: MIT */
#include "base/probe.h"

const struct probe *probe;
bool probe_on;
