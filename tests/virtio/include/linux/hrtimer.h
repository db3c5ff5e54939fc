/* SPDX-License-Identifier: MIT */
/* The driver takes the time only when it is compiled with DEBUG. */
