/* SPDX-License-Identifier: MIT */
/* Kernel basics: assertions about locks, which are not checked here. */
#ifndef DMALAB_LINUX_LOCKDEP_H
#define DMALAB_LINUX_LOCKDEP_H

#ifndef lockdep_assert_held
#define lockdep_assert_held(l)      ((void)(l))
#define lockdep_assert_held_once(l) ((void)(l))
#define lockdep_assert_not_held(l)  ((void)(l))
#define lockdep_set_class(l, key)   ((void)(l))
struct lock_class_key {
	char unused;
};
#endif

#endif
