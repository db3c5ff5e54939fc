/* SPDX-License-Identifier: MIT */
/*
 * What is missing. Calls are advised only where they are certain to help: put where the
 * advice says, they remove the report and report no other about these bytes. advice.c opens
 * with the reasons. Everything else is said in words.
 */
#ifndef DMALAB_JUDGE_ADVICE_H
#define DMALAB_JUDGE_ADVICE_H

#include "judge/cause.h"

/* In the order of time. */
enum place {
	BEFORE_STORE, AFTER_STORE, /* the device's */
	BEFORE_LOSS, BEFORE_END,   /* the call that lost bytes; that ended the mapping */
	BEFORE_THIS, AFTER_THIS
};

struct sync_advice {
	const struct region *r;
	enum handover to;
	size_t first, last;        /* in @r */
	bool list;                 /* all of its list */
	enum place place;
	site_t site;
};

struct advice {
	const struct judge *j;
	struct looking look;
	bool store;
	site_t site;               /* of this access */
	bool plain;                /* a store that was found later: nobody knows where it is */
	struct sync_advice calls[DMALAB_ADVICE_MAX];
	unsigned nr;
	bool in_words;
	char words[320];
};

/*
 * For an access that gives a coherency report (@causes) or one about ownership (NULL).
 * @look->r: the object that a device accesses; NULL: the CPU does.
 */
void dlab_advise(struct advice *a, const struct judge *j, const struct looking *look, bool store,
		 site_t site, const struct causes *causes);

/* As a sentence, and as a program takes it: nothing where the place is not known. */
void dlab_advice_text(const struct advice *a, char *buf, size_t size);
unsigned dlab_advice_public(const struct advice *a, struct missing *calls);

#endif
