/* SPDX-License-Identifier: MIT */
/*
 * The DMA API: names, signatures, constants and results of the kernel's
 * include/linux/dma-mapping.h. What each call does follows kernel/dma/mapping.c
 * and kernel/dma/direct.c; where versions differ, the newest.
 *
 * Which call for which memory:
 *
 *                   coherent             no-mapping handle     noncoherent
 *   alloc           dma_alloc_coherent   dma_alloc_attrs with  dma_alloc_noncoherent,
 *                                        NO_KERNEL_MAPPING     dma_alloc_pages
 *   the CPU gets    a pointer            a cookie              a cached pointer
 *   the device gets a DMA address        a DMA address         a DMA address
 *   zeroed          yes, seen by both    no                    yes, but in the cache
 *   owned by        both, always         the device            moves with sync
 *
 * Who may do what with memory that has been mapped or that is noncoherent:
 *
 *   owner    CPU load       CPU store   device load   device store
 *   CPU      yes            yes         no            no
 *   device   TO_DEVICE only no          not FROM      not TO_DEVICE
 *
 * Context: no call sleeps. Every call may be made from any thread, beside any
 * other, as on Linux; but a buffer that one thread frees while another still
 * uses it is a bug, here as there.
 *
 * Checks that every call with a device can draw, and which are not repeated
 * below: "no-device" (NULL, or not from dmalab_device_new()).
 */
#ifndef DMALAB_LINUX_DMA_MAPPING_H
#define DMALAB_LINUX_DMA_MAPPING_H

#include <linux/cache.h>
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <errno.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* ----------------------------------------------------------- attributes */

#define DMA_ATTR_WEAK_ORDERING       (1UL << 1)  /* ignored */
#define DMA_ATTR_WRITE_COMBINE       (1UL << 2)  /* ignored but for matching */
#define DMA_ATTR_NO_KERNEL_MAPPING   (1UL << 4)  /* return a cookie */
#define DMA_ATTR_SKIP_CPU_SYNC       (1UL << 5)  /* no cache maintenance at map, unmap */
#define DMA_ATTR_FORCE_CONTIGUOUS    (1UL << 6)  /* always is, here */
#define DMA_ATTR_ALLOC_SINGLE_PAGES  (1UL << 7)  /* a hint, ignored */
#define DMA_ATTR_NO_WARN             (1UL << 8)  /* no message on failure */
#define DMA_ATTR_PRIVILEGED          (1UL << 9)  /* ignored but for matching */
#define DMA_ATTR_MMIO                (1UL << 10) /* for dma_map_resource() */
#define DMA_ATTR_DEBUGGING_IGNORE_CACHELINES (1UL << 11)
#define DMA_ATTR_REQUIRE_COHERENT    (1UL << 12) /* fail where syncs would be needed */
#define DMA_ATTR_CC_SHARED           (1UL << 13)

/* The one DMA address that is an error. Never compare: dma_mapping_error(). */
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)

#define DMA_BIT_MASK(n) (((n) == 64) ? ~0ULL : ((1ULL << (n)) - 1))

/* ------------------------------------------------------- allocation paths */

/*
 * dma_alloc_coherent() - memory that CPU and device share without syncs.
 * @size:       bytes; memory comes in pages
 * @dma_handle: receives the DMA address, aligned to the smallest power-of-two
 *              number of pages that holds @size; untouched on failure
 * @gfp:        zone flags are ignored; __GFP_COMP is refused
 *
 * Zeroed, and the device sees the zeroes. On a non-coherent device the pointer
 * is uncached. Fits dev->coherent_dma_mask. Returns NULL on failure; test that,
 * not *@dma_handle. Free with dma_free_coherent(). Draws "mask-unset",
 * "compound-gfp", "zero-size"; each gives NULL.
 */
void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp);

/*
 * dma_free_coherent() - all of @dev, @size, @cpu_addr and @dma_handle as they
 * were at the allocation; the device must no longer use it.
 *
 * NULL @cpu_addr: nothing. A wrong free draws one report, named after the
 * gravest mismatch, and releases the object as it was allocated: "free-unknown",
 * "double-free", "free-wrong-device", "free-wrong-function",
 * "free-attrs-mismatch", "free-cpu-address-mismatch",
 * "free-dma-address-mismatch", "free-size-mismatch". As on Linux, the object is
 * the one that @dma_handle belongs to.
 */
void dma_free_coherent(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle);

/*
 * dma_alloc_attrs() - as dma_alloc_coherent(), with attributes.
 *
 * With DMA_ATTR_NO_KERNEL_MAPPING: memory that only the device touches. Returns
 * a cookie, good for dma_free_attrs() with the same attribute and for nothing
 * else: touching it draws "handle-dereference". Not zeroed, even with
 * __GFP_ZERO. Other attributes that do not belong to an allocation
 * (DMA_ATTR_MMIO, DMA_ATTR_CC_SHARED, unknown bits) draw "bad-attrs", and NULL.
 */
void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		      unsigned long attrs);

/*
 * dma_free_attrs() - as dma_free_coherent(); of a handle, the object is the one
 * that the cookie belongs to. Attributes that must be equal: NO_KERNEL_MAPPING,
 * FORCE_CONTIGUOUS, MMIO, REQUIRE_COHERENT, PRIVILEGED, CC_SHARED.
 */
void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
		    unsigned long attrs);

/* dma_alloc_attrs() with DMA_ATTR_WRITE_COMBINE. */
void *dma_alloc_wc(struct device *dev, size_t size, dma_addr_t *dma_addr, gfp_t gfp);
void dma_free_wc(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_addr);

/*
 * dma_alloc_noncoherent() - cached memory whose ownership moves by sync.
 * @dir: who will write; recorded, and must be given again at the free
 * @gfp: zone flags and __GFP_COMP are refused
 *
 * Zeroed by the CPU: the zeroes are in its cache, memory is stale until
 * dma_sync_single_for_device(). The CPU owns it first. Fits
 * dev->coherent_dma_mask. Returns NULL on failure. virt_to_page() is legal.
 * Draws "bad-direction", "zone-gfp", "compound-gfp", "mask-unset", "zero-size";
 * each gives NULL.
 */
void *dma_alloc_noncoherent(struct device *dev, size_t size, dma_addr_t *dma_handle,
			    enum dma_data_direction dir, gfp_t gfp);

/*
 * dma_free_noncoherent() - as dma_free_coherent(); the object is the one that
 * @vaddr belongs to. Draws also "free-direction-mismatch" and
 * "free-while-mapped".
 */
void dma_free_noncoherent(struct device *dev, size_t size, void *vaddr, dma_addr_t dma_handle,
			  enum dma_data_direction dir);

/* The same memory as a page; page_address() is the cached pointer. */
struct page *dma_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
			     enum dma_data_direction dir, gfp_t gfp);
void dma_free_pages(struct device *dev, size_t size, struct page *page, dma_addr_t dma_handle,
		    enum dma_data_direction dir);

/* ------------------------------------------------------ streaming mappings */

/*
 * dma_map_single() - give @size bytes at @ptr to the device.
 * @ptr: from kmalloc(), kmem_cache_alloc(), alloc_pages() and their kin,
 *       dma_alloc_noncoherent() or dma_alloc_pages()
 * @dir: who will write
 *
 * Returns the DMA address, or what dma_mapping_error() recognises. Memory out of
 * the device's reach draws "address-over-mask"; memory that may not be mapped,
 * "map-stack", "map-freed", "map-coherent", "map-handle", "map-vmalloc",
 * "map-rodata" (constants and code), "map-invalid" (anything else). Draws also
 * "bad-direction", "zero-size", "mask-unset", "bad-attrs". After each the result is
 * an error.
 */
dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs);

/*
 * dma_unmap_single() - take the bytes back; everything as it was at the map.
 *
 * Draws "free-unknown", "double-free", "free-error-cookie", "free-wrong-device",
 * "free-wrong-function", "free-attrs-mismatch", "free-size-mismatch",
 * "free-direction-mismatch"; and "map-error-unchecked" when the address was never
 * given to dma_mapping_error().
 */
void dma_unmap_single_attrs(struct device *dev, dma_addr_t addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs);

dma_addr_t dma_map_single(struct device *dev, void *ptr, size_t size,
			  enum dma_data_direction dir);
void dma_unmap_single(struct device *dev, dma_addr_t addr, size_t size,
		      enum dma_data_direction dir);

/* -ENOMEM when @dma_addr is an error, else 0; and notes that you asked. */
int dma_mapping_error(struct device *dev, dma_addr_t dma_addr);

/*
 * dma_sync_single_for_device() - the CPU is done, the device may go.
 * dma_sync_single_for_cpu() - the device is done, the CPU may go.
 * @addr, @size: any part of one live mapping or noncoherent buffer
 * @dir: as it was mapped; a bidirectional mapping takes any
 *
 * Moves ownership of the bytes and does the cache maintenance of the machine's
 * profile. Draws "sync-unknown", "sync-out-of-range", "sync-direction-mismatch",
 * "bad-direction", "sync-partial-line", "sync-redundant". The maintenance is
 * done all the same, as the hardware would; only a bad direction does nothing.
 */
void dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
				enum dma_data_direction dir);
void dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir);

/* The same at @addr + @offset. */
void dma_sync_single_range_for_device(struct device *dev, dma_addr_t addr, unsigned long offset,
				      size_t size, enum dma_data_direction dir);
void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t addr, unsigned long offset,
				   size_t size, enum dma_data_direction dir);

/* Whether syncs of this address do anything: false on a coherent device. */
bool dma_need_sync(struct device *dev, dma_addr_t dma_addr);

/* ------------------------------------------------------------------ masks */

/*
 * dma_set_mask() - the device can drive these address bits in mappings.
 * dma_set_coherent_mask() - and these for allocations.
 *
 * 0, or -EIO when the machine has no memory such a device could reach, or
 * dev->dma_mask is NULL. Any mask of 32 bits or more is good.
 */
int dma_set_mask(struct device *dev, u64 mask);
int dma_set_coherent_mask(struct device *dev, u64 mask);
int dma_set_mask_and_coherent(struct device *dev, u64 mask);

/* As above, after pointing dev->dma_mask at dev->coherent_dma_mask. */
int dma_coerce_mask_and_coherent(struct device *dev, u64 mask);

/* The streaming mask; 32 bits when unset. */
u64 dma_get_mask(struct device *dev);

/* The smallest mask that reaches all RAM of the machine. */
u64 dma_get_required_mask(struct device *dev);

/*
 * The alignment, in bytes and a power of two, that keeps a buffer's lines its
 * own: ARCH_DMA_MINALIGN of the current machine's profile; 1 where the machine
 * is coherent or there is none.
 */
int dma_get_cache_alignment(void);

/*
 * Members of a structure that a device writes, between these two, have their lines to
 * themselves: they begin at ARCH_DMA_MINALIGN, and so does what follows. The structure
 * itself has to come from kmalloc() and the like, and must not be packed.
 *
 *	struct nic {
 *		u32 flags;
 *		__dma_from_device_group_begin(rx);
 *		u8 status[16];
 *		__dma_from_device_group_end(rx);
 *		u32 counter;
 *	};
 */
#define __dma_from_device_group_begin(GROUP) \
	__cacheline_group_begin(GROUP) __aligned(ARCH_DMA_MINALIGN)
#define __dma_from_device_group_end(GROUP) \
	__cacheline_group_end(GROUP) __aligned(ARCH_DMA_MINALIGN)

/* -------------------------------------------------- gone from the kernel */

/*
 * Each fails to compile, with a message that says what to use instead. C only:
 * in C++ they are simply not declared.
 */
#ifndef __cplusplus
#define DMALAB_REMOVED(type, message) \
	((type)sizeof(struct { _Static_assert(0, message); int unused; }))

#define DMA_ATTR_NON_CONSISTENT DMALAB_REMOVED(unsigned long, \
	"DMA_ATTR_NON_CONSISTENT was removed in Linux 5.10: use dma_alloc_noncoherent()")
#define DMA_ATTR_WRITE_BARRIER DMALAB_REMOVED(unsigned long, \
	"DMA_ATTR_WRITE_BARRIER was removed in Linux 4.16: it did nothing on any live machine")
#define dma_cache_sync(...) ((void)DMALAB_REMOVED(int, \
	"dma_cache_sync() was removed in Linux 5.10: use dma_sync_single_for_device() and _for_cpu()"))
#define dma_alloc_nonconsistent(...) DMALAB_REMOVED(void *, \
	"dma_alloc_nonconsistent() is gone: use dma_alloc_noncoherent()")
#define dma_free_nonconsistent(...) ((void)DMALAB_REMOVED(int, \
	"dma_free_nonconsistent() is gone: use dma_free_noncoherent()"))
#define dma_alloc_writecombine(...) DMALAB_REMOVED(void *, \
	"dma_alloc_writecombine() was removed in Linux 4.6: use dma_alloc_wc()")
#define dma_free_writecombine(...) ((void)DMALAB_REMOVED(int, \
	"dma_free_writecombine() was removed in Linux 4.6: use dma_free_wc()"))
#define dma_zalloc_coherent(...) DMALAB_REMOVED(void *, \
	"dma_zalloc_coherent() was removed in Linux 5.1: dma_alloc_coherent() zeroes")
#define dma_is_consistent(...) DMALAB_REMOVED(int, \
	"dma_is_consistent() was removed in Linux 4.8: use dma_need_sync()")
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
