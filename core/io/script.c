/* SPDX-License-Identifier: MIT */
/* Registers without a model: bytes that keep what was written, and a list of exceptions. */
#include "io/window.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define SCRIPT_MAX (16ul << 20)

struct scripted {
	struct scripted *next;
	u64 offset;
	u64 *answers;                  /* NULL: what was written last */
	size_t nr, given;              /* of which so many were given */
	u64 mask;
	void (*on_write)(void *context, uint64_t value);
	void *context;
};

struct script {
	pthread_mutex_t lock;
	struct scripted *registers;
	u8 bytes[];                    /* what was written last */
};

static struct scripted *find(const struct script *s, u64 offset)
{
	struct scripted *r = s->registers;

	while (r && r->offset != offset)
		r = r->next;
	return r;
}

static u64 script_read(void *context, u64 offset, unsigned width)
{
	struct script *s = context;
	struct scripted *r;
	u64 value = 0;

	pthread_mutex_lock(&s->lock);
	r = find(s, offset);
	if (!r || !r->answers) {
		memcpy(&value, s->bytes + offset, width);
	} else {
		value = r->answers[r->given];
		r->given += r->given + 1 < r->nr;
	}
	pthread_mutex_unlock(&s->lock);
	return value;
}

static void script_write(void *context, u64 offset, unsigned width, u64 value)
{
	struct scripted copy = { .on_write = NULL };
	struct script *s = context;
	const struct scripted *r;

	if (width < 8)
		value &= (1ull << width * 8) - 1;
	pthread_mutex_lock(&s->lock);
	memcpy(s->bytes + offset, &value, width);
	r = find(s, offset);
	if (r)
		copy = *r;
	pthread_mutex_unlock(&s->lock);
	if (copy.on_write && (!copy.mask || copy.mask & value))
		copy.on_write(copy.context, value);
}

struct dmalab_window *dmalab_window_new_scripted(struct dmalab_machine *machine, const char *name,
						 phys_addr_t phys, size_t size)
{
	static const struct dmalab_window_ops ops = {
		.size = sizeof(ops), .read = script_read, .write = script_write,
	};
	struct dmalab_window *w;
	struct script *s;

	if (size > SCRIPT_MAX) {
		fprintf(stderr, "dmalab: dmalab_window_new_scripted(\"%.*s\"): %zu bytes; give at most "
			"%lu, or use dmalab_window_new()\n", NAME_MAX_SHOWN, name ? name : "registers",
			size, SCRIPT_MAX);
		errno = EINVAL;
		return NULL;
	}
	s = calloc(1, sizeof(*s) + size);
	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	w = dmalab_window_new(machine, name, phys, size, &ops, s);
	if (w)
		w->script = s;
	else
		dlab_script_free(s);
	return w;
}

void dlab_script_free(struct script *s)
{
	if (!s)
		return;
	while (s->registers) {
		struct scripted *r = s->registers;

		s->registers = r->next;
		free(r->answers);
		free(r);
	}
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static cold int refuse(const struct dmalab_window *w, u64 offset, const char *function)
{
	char words[128];

	if (w && w->script)
		fprintf(stderr, "dmalab: %s(): offset 0x%llx is outside of %s\n", function,
			(unsigned long long)offset, dlab_window_words(w, words, sizeof(words)));
	else
		fprintf(stderr, "dmalab: %s(): %s has no script: make it with "
			"dmalab_window_new_scripted()\n", function,
			w ? dlab_window_words(w, words, sizeof(words)) : "NULL");
	return -EINVAL;
}

/* The exception for @offset, which is made if there is none. With the lock; NULL: no memory. */
static struct scripted *get(struct script *s, u64 offset)
{
	struct scripted *r = find(s, offset);

	if (r)
		return r;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->offset = offset;
	r->next = s->registers;
	s->registers = r;
	return r;
}

int dmalab_window_answer(struct dmalab_window *window, uint64_t offset, const uint64_t *values,
			 size_t nr)
{
	struct script *s;
	struct scripted *r;
	u64 *answers = NULL;

	if (!window || !window->script || offset >= window->size)
		return refuse(window, offset, __func__);
	s = window->script;
	if (nr) {
		answers = nr <= SIZE_MAX / sizeof(*answers) ? malloc(nr * sizeof(*answers)) : NULL;
		if (!answers)
			return -ENOMEM;
		memcpy(answers, values, nr * sizeof(*answers));
	}
	pthread_mutex_lock(&s->lock);
	r = get(s, offset);
	if (r) {
		free(r->answers);
		r->answers = answers;
		r->nr = nr;
		r->given = 0;
	}
	pthread_mutex_unlock(&s->lock);
	if (r)
		return 0;
	free(answers);
	return -ENOMEM;
}

int dmalab_window_on_write(struct dmalab_window *window, uint64_t offset, uint64_t mask,
			   void (*fn)(void *context, uint64_t value), void *context)
{
	struct script *s;
	struct scripted *r;

	if (!window || !window->script || offset >= window->size)
		return refuse(window, offset, __func__);
	s = window->script;
	pthread_mutex_lock(&s->lock);
	r = get(s, offset);
	if (r) {
		r->mask = mask;
		r->on_write = fn;
		r->context = context;
	}
	pthread_mutex_unlock(&s->lock);
	return r ? 0 : -ENOMEM;
}
