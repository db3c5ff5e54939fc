/* SPDX-License-Identifier: MIT */
/* Kernel basics: lists to which anybody adds, without a lock. */
#ifndef DMALAB_LINUX_LLIST_H
#define DMALAB_LINUX_LLIST_H

#include <linux/container_of.h>
#include <stdbool.h>
#include <stddef.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *list)
{
	list->first = NULL;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return !__atomic_load_n(&head->first, __ATOMIC_RELAXED);
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = __atomic_load_n(&head->first, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&head->first, &node->next, node,
					    false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	return !node->next;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return __atomic_exchange_n(&head->first, (struct llist_node *)NULL,
				   __ATOMIC_ACQUIRE);
}

#define llist_entry(ptr, type, member) container_of(ptr, type, member)

#endif
