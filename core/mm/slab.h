/* SPDX-License-Identifier: MIT */
/*
 * Objects of one size to a page: those of kmalloc(), by classes, and those of
 * kmem_cache_create(). Larger ones of kmalloc() are blocks of pages.
 */
#ifndef DMALAB_MM_SLAB_H
#define DMALAB_MM_SLAB_H

#include "machine/machine.h"

#define SLAB_CLASSES 8 /* 32 bytes to one page */

struct call;
struct dmalab_machine;
struct mm_object;

struct kmem_cache {
	struct kmem_cache *next;       /* of the machine */
	struct dmalab_machine *lab;
	struct slab_page *room;        /* pages that have some */
	void (*ctor)(void *object);
	char *name;                    /* NULL: a class of kmalloc() */
	u32 size;                      /* of an object, as the driver sees it */
	u32 stride;                    /* from one to the next, bytes */
	u32 nr;                        /* to a page, or to a block of pages */
	u8 order;
	bool gone;                     /* kmem_cache_destroy() was called */
	gfp_t gfp;                     /* added to that of each call */
};

/* A page of objects, or a block that is one object. */
struct slab_page {
	struct slab_page *next, *prev; /* with room, of its cache */
	struct slab_page *all_next, **all_prev;
	struct kmem_cache *cache;      /* NULL: one object of kmalloc() */
	u32 page;
	u32 nr, nr_used;               /* objects; used by who has them, or waiting */
	u32 stride;
	u8 shift;                      /* of kmalloc(): log2 of the stride; else 0 */
	u8 order;
	u64 *used;                     /* a bit for each object that lives, */
	u64 *waiting;                  /* and that is in quarantine; NULL: none ever is */
	u64 *built;                    /* of a cache with a constructor: who has seen it */
	size_t *sizes;                 /* of kmalloc(): as asked for, and these: */
};

#define SLAB_DEVM  (1ul << 63)
#define SLAB_WHOLE (1ul << 62)         /* ksize() told the driver of all its room */
#define SLAB_SIZE  (SLAB_WHOLE - 1)

struct slab {
	struct kmem_cache classes[SLAB_CLASSES];
	struct kmem_cache *caches;     /* of kmem_cache_create() */
	struct slab_page *all;
	struct slab_page **pages;      /* by page frame; NULL: not of the slab */
};

void dlab_slab_init(struct slab *s, struct slab_page **pages);
void dlab_slab_exit(struct slab *s);

/* An object of @size bytes for @cache, or of kmalloc() when NULL; NULL: no memory. */
void *dlab_slab_alloc(struct dmalab_machine *lab, struct kmem_cache *cache, size_t size, gfp_t gfp,
		      const struct call *call);

/*
 * The two halves of it: what is wrong with @gfp, which gives one report at most and then
 * is true; and taking the object.
 */
bool dlab_slab_check_gfp(struct dmalab_machine *lab, size_t size, gfp_t gfp,
			 const struct call *call);
void *dlab_slab_take(struct dmalab_machine *lab, struct kmem_cache *cache, size_t size, gfp_t gfp,
		     const struct call *call);

/* Has the constructor seen it? From now on it has. */
bool dlab_slab_is_built(struct dmalab_machine *lab, const void *p);

/* A live object of kmalloc() is another size now, or a resource of a device. */
void dlab_slab_set_size(struct dmalab_machine *lab, const void *p, size_t size);

/* From now on all the room of a live object of kmalloc() is the driver's. */
void dlab_slab_take_whole(struct dmalab_machine *lab, const void *p);

static inline size_t slab_object_offset(const struct slab_page *p, u32 index)
{
	return page_offset(p->page) + (size_t)index * p->stride;
}

static inline u32 slab_object_index(const struct slab_page *p, size_t offset)
{
	u32 at = offset - page_offset(p->page);

	/* kmalloc() is to be quick, and its classes are powers of two. */
	return likely(p->shift) ? at >> p->shift : at / p->stride;
}

static inline bool slab_object_lives(const struct slab_page *p, u32 index)
{
	return p->used[index >> 6] >> (index & 63) & 1;
}

/*
 * The end of what the driver owns of the live object at @offset, or NO_OFFSET: there is
 * none.
 */
static inline size_t slab_end(const struct slab *s, size_t offset)
{
	const struct slab_page *p = s->pages[offset >> PAGE_SHIFT];
	size_t size;
	u32 index;

	if (!p)
		return NO_OFFSET;
	index = slab_object_index(p, offset);
	if (unlikely(index >= p->nr || !slab_object_lives(p, index)))
		return NO_OFFSET;
	size = likely(p->sizes) ? p->sizes[index] : p->cache->size;
	if (unlikely(size & SLAB_WHOLE))
		size = p->stride;
	return slab_object_offset(p, index) + (size & SLAB_SIZE);
}

/* May memory that ends at @offset go on there, in a live object or in pages? */
bool dlab_slab_goes_on(const struct slab *s, size_t offset);

struct mm_object dlab_slab_object(const struct dmalab_machine *lab, size_t offset);
void dlab_slab_give_back(struct dmalab_machine *lab, size_t offset);

#endif
