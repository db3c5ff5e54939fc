/* SPDX-License-Identifier: MIT */
/*
 * The DMA API: names, signatures, constants and results of the kernel's
 * include/linux/dma-mapping.h. What each call does follows kernel/dma/mapping.c
 * and kernel/dma/direct.c; where versions differ, the newest.
 *
 * Which call for which memory:
 *
 *             coherent            no-mapping handle     noncoherent
 *   alloc     dma_alloc_coherent  dma_alloc_attrs with  dma_alloc_noncoherent,
 *                                 NO_KERNEL_MAPPING     dma_alloc_pages
 *   for CPU   a pointer           a cookie              a cached pointer
 *   for device  a DMA address     a DMA address         a DMA address
 *   zeroed    yes, seen by both   no                    yes, in the cache
 *   owned by  both, always        the device            moves with sync
 *
 * Who may do what with memory that has been mapped or that is noncoherent:
 *
 *   owner    CPU load       CPU store   device load   device store
 *   CPU      yes            yes         no            no
 *   device   TO_DEVICE only no          not FROM      not TO_DEVICE
 *
 * Context: as on Linux. An allocation may sleep if its gfp has
 * __GFP_DIRECT_RECLAIM, as GFP_KERNEL has; in atomic context it is then
 * reported as "sleep-in-atomic" and goes on. dma_free_coherent(), _attrs() and
 * _wc() are reported as "free-in-irq" where interrupts are off
 * (irqs_disabled()), and of memory that is remapped (docs/checks.md, Context)
 * in_interrupt(), so also with bottom halves off, unless something worse is to
 * be reported, and free all the same. "Any" is any thread and any context.
 *
 * Threads: any call may run beside any other, on one device or several: the
 * machine has one lock. What the calls are about is for the driver to order, as
 * on Linux:
 *
 *   this                beside this                        on one object
 *   alloc, map          anything                           yes: it is new
 *   sync                sync or access of other lines      yes
 *   sync                sync or access of the same bytes   (1)
 *   device access       CPU access, device access          (1)
 *   free, unmap         any use of it, another free        no (2)
 *   dma_map_sg(), dma_unmap_sg()  any use of the list      no
 *   dma_mapping_error(), dma_get_*(), dma_need_sync()      anything: yes
 *   dma_set_*(), dma_direct_set_offset()   alloc, map of the device: no
 *   dmalab_device_free()   any call for the device         no (2)
 *
 * (1) Internal state stays consistent, but which check is reported, if any,
 *     depends on who comes first: a driver has a lock or a ring index here.
 * (2) A mistake, and reported once, of whoever comes second: "double-free",
 *     "sync-unknown", "device-use-after-unmap", "cpu-use-after-free",
 *     "no-device". Unless the memory has been handed out again by then: the
 *     call then means that.
 *
 * kmalloc(), alloc_pages(), vmalloc(), sg_alloc_table(),
 * dma_get_cache_alignment() and what else has no device means the current
 * machine: none of these may run beside dmalab_machine_free() of it.
 *
 * Every call with a device can report "no-device" (NULL, or not from
 * dmalab_device_new()), which is not repeated below.
 */
#ifndef DMALAB_LINUX_DMA_MAPPING_H
#define DMALAB_LINUX_DMA_MAPPING_H

#include <linux/cache.h>
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
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
#define DMA_ATTR_SKIP_CPU_SYNC       (1UL << 5)  /* no maintenance */
#define DMA_ATTR_FORCE_CONTIGUOUS    (1UL << 6)  /* always is, here */
#define DMA_ATTR_ALLOC_SINGLE_PAGES  (1UL << 7)  /* a hint, ignored */
#define DMA_ATTR_NO_WARN             (1UL << 8)  /* no message on failure */
#define DMA_ATTR_PRIVILEGED          (1UL << 9)  /* ignored but for matching */
#define DMA_ATTR_MMIO                (1UL << 10) /* for dma_map_resource() */
#define DMA_ATTR_DEBUGGING_IGNORE_CACHELINES (1UL << 11)
#define DMA_ATTR_REQUIRE_COHERENT    (1UL << 12) /* fail if syncs needed */
#define DMA_ATTR_CC_SHARED           (1UL << 13)

/* The one DMA address that is an error. Never compare: dma_mapping_error(). */
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)

/* The lowest @n bits, 0 to 64. */
#define DMA_BIT_MASK(n) ((n) ? ~0ULL >> ((64 - (n)) & 63) : 0ULL)

/* ------------------------------------------------------- allocation paths */

/**
 * dma_alloc_coherent() - memory that CPU and device share without syncs
 * @dev: the device
 * @size: bytes; memory comes in pages
 * @dma_handle: receives the DMA address, aligned to the smallest power-of-two
 *	number of pages that holds @size; untouched on failure
 * @gfp: zone flags are ignored; __GFP_COMP is refused
 *
 * Zeroed, and the device sees the zeroes. On a non-coherent device the pointer
 * is uncached, and with a @gfp that does not allow blocking (GFP_ATOMIC) it
 * comes from a pool of limited size, docs/machine-model.md. Fits
 * dev->coherent_dma_mask.
 *
 * Context: May sleep if @gfp allows it.
 * Return: the memory, to be freed with dma_free_coherent(); NULL on failure.
 * Test that, not *@dma_handle.
 * Checks: "mask-unset", "compound-gfp", "zero-size" (each gives NULL),
 * "sleep-in-atomic".
 */
void *dma_alloc_coherent(struct device *dev, size_t size,
			 dma_addr_t *dma_handle, gfp_t gfp);

/**
 * dma_free_coherent() - free memory of dma_alloc_coherent()
 * @dev: as at the allocation
 * @size: as at the allocation
 * @cpu_addr: as it was returned; NULL: nothing is freed
 * @dma_handle: as it was given. As on Linux, the object is the one that it
 *	belongs to
 *
 * The device must no longer use it. A wrong free is one report, named after the
 * most severe mismatch, and releases the object as it was allocated.
 *
 * Context: Interrupts on, see above.
 * Checks: "free-unknown", "double-free", "free-wrong-device",
 * "free-wrong-function", "free-attrs-mismatch", "free-cpu-address-mismatch",
 * "free-dma-address-mismatch", "free-size-mismatch", "free-in-irq".
 */
void dma_free_coherent(struct device *dev, size_t size, void *cpu_addr,
		       dma_addr_t dma_handle);

/**
 * dma_alloc_attrs() - dma_alloc_coherent() with attributes
 * @dev: the device
 * @size: bytes
 * @dma_handle: receives the DMA address
 * @gfp: as there
 * @attrs: DMA_ATTR_*; those that do not belong to an allocation (DMA_ATTR_MMIO,
 *	DMA_ATTR_CC_SHARED, unknown bits) are refused
 *
 * With DMA_ATTR_NO_KERNEL_MAPPING: memory that only the device touches. It is
 * not zeroed, even with __GFP_ZERO.
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there; with DMA_ATTR_NO_KERNEL_MAPPING a cookie, good for
 * dma_free_attrs() with the same attribute and for nothing else: touching it is
 * reported as "handle-dereference".
 * Checks: those of dma_alloc_coherent(), and "bad-attrs".
 */
void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle,
		      gfp_t gfp, unsigned long attrs);

/**
 * dma_free_attrs() - free memory of dma_alloc_attrs()
 * @dev: as at the allocation
 * @size: as at the allocation
 * @cpu_addr: as it was returned; a handle is found by its cookie
 * @dma_handle: as it was given
 * @attrs: as at the allocation. These must be equal: NO_KERNEL_MAPPING,
 *	FORCE_CONTIGUOUS, MMIO, REQUIRE_COHERENT, PRIVILEGED, CC_SHARED
 *
 * Context: Interrupts on, see above.
 * Checks: those of dma_free_coherent().
 */
void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr,
		    dma_addr_t dma_handle, unsigned long attrs);

/**
 * dma_alloc_wc() - dma_alloc_attrs() with DMA_ATTR_WRITE_COMBINE
 * @dev: the device
 * @size: bytes
 * @dma_addr: receives the DMA address
 * @gfp: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: the memory, to be freed with dma_free_wc(), or NULL.
 * Checks: those of dma_alloc_coherent().
 */
void *dma_alloc_wc(struct device *dev, size_t size, dma_addr_t *dma_addr,
		   gfp_t gfp);

/**
 * dma_free_wc() - free memory of dma_alloc_wc()
 * @dev: as at the allocation
 * @size: as at the allocation
 * @cpu_addr: as it was returned
 * @dma_addr: as it was given
 *
 * Context: Interrupts on, see above.
 * Checks: those of dma_free_coherent().
 */
void dma_free_wc(struct device *dev, size_t size, void *cpu_addr,
		 dma_addr_t dma_addr);

/**
 * dmam_alloc_attrs() - dma_alloc_attrs() that goes with the device
 * @dev: the device; the memory is freed when its driver is unbound
 * @size: bytes
 * @dma_handle: receives the DMA address
 * @gfp: as there; __GFP_DMA32 and __GFP_HIGHMEM are reported, and ignored: on
 *	Linux a kmalloc() gets them too
 * @attrs: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there. Handles cannot be freed earlier.
 * Checks: those of dma_alloc_attrs(), and "zone-gfp".
 */
void *dmam_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle,
		       gfp_t gfp, unsigned long attrs);

/**
 * dmam_alloc_coherent() - dma_alloc_coherent() that goes with the device
 * @dev: the device; the memory is freed when its driver is unbound
 * @size: bytes
 * @dma_handle: receives the DMA address
 * @gfp: as for dmam_alloc_attrs()
 *
 * Context: May sleep if @gfp allows it.
 * Return: the memory, which dmam_free_coherent() frees earlier; or NULL.
 * Checks: those of dma_alloc_coherent(), and "zone-gfp".
 */
void *dmam_alloc_coherent(struct device *dev, size_t size,
			  dma_addr_t *dma_handle, gfp_t gfp);

/**
 * dmam_free_coherent() - free managed memory before its device goes
 * @dev: as at the allocation
 * @size: as at the allocation
 * @vaddr: as it was returned; the object is the one that it belongs to. NULL:
 *	nothing
 * @dma_handle: as it was given
 *
 * Memory of dma_alloc_coherent() here, and managed memory that is given to
 * dma_free_coherent(), is reported as "free-wrong-function"; either is
 * released, and not a second time later.
 *
 * Context: Interrupts on, see above.
 * Checks: those of dma_free_coherent().
 */
void dmam_free_coherent(struct device *dev, size_t size, void *vaddr,
			dma_addr_t dma_handle);

/**
 * dma_alloc_noncoherent() - cached memory whose ownership moves by sync
 * @dev: the device
 * @size: bytes; memory comes in pages
 * @dma_handle: receives the DMA address; untouched on failure
 * @dir: who will write; must be given again at the free
 * @gfp: zone flags and __GFP_COMP are refused
 *
 * Zeroed by the CPU: the zeroes are in its cache, memory is stale until
 * dma_sync_single_for_device(). The CPU owns it first. Fits
 * dev->coherent_dma_mask. virt_to_page() is legal.
 *
 * Context: May sleep if @gfp allows it.
 * Return: the memory, to be freed with dma_free_noncoherent(); NULL on failure.
 * Checks: "bad-direction", "zone-gfp", "compound-gfp", "mask-unset",
 * "zero-size" (each gives NULL), "sleep-in-atomic".
 */
void *dma_alloc_noncoherent(struct device *dev, size_t size,
			    dma_addr_t *dma_handle,
			    enum dma_data_direction dir, gfp_t gfp);

/**
 * dma_free_noncoherent() - free memory of dma_alloc_noncoherent()
 * @dev: as at the allocation
 * @size: as at the allocation
 * @vaddr: as it was returned; the object is the one that it belongs to
 * @dma_handle: as it was given
 * @dir: as at the allocation
 *
 * Context: Any.
 * Checks: those of dma_free_coherent() but "free-in-irq", and
 * "free-direction-mismatch", "free-while-mapped".
 */
void dma_free_noncoherent(struct device *dev, size_t size, void *vaddr,
			  dma_addr_t dma_handle, enum dma_data_direction dir);

/**
 * dma_alloc_pages() - dma_alloc_noncoherent(), as a page
 * @dev: the device
 * @size: bytes
 * @dma_handle: receives the DMA address
 * @dir: who will write
 * @gfp: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: the first page, whose page_address() is the cached pointer, to be
 * freed with dma_free_pages(); NULL on failure.
 * Checks: those of dma_alloc_noncoherent().
 */
struct page *dma_alloc_pages(struct device *dev, size_t size,
			     dma_addr_t *dma_handle,
			     enum dma_data_direction dir, gfp_t gfp);

/**
 * dma_free_pages() - free memory of dma_alloc_pages()
 * @dev: as at the allocation
 * @size: as at the allocation
 * @page: as it was returned
 * @dma_handle: as it was given
 * @dir: as at the allocation
 *
 * Context: Any.
 * Checks: those of dma_free_noncoherent().
 */
void dma_free_pages(struct device *dev, size_t size, struct page *page,
		    dma_addr_t dma_handle, enum dma_data_direction dir);

/**
 * dma_alloc_noncontiguous() - memory that need not be contiguous for the CPU
 * @dev: the device
 * @size: bytes
 * @dir: who will write
 * @gfp: as for dma_alloc_noncoherent()
 * @attrs: 0 or DMA_ATTR_ALLOC_SINGLE_PAGES, which is ignored
 *
 * As dma_alloc_noncoherent() otherwise. The device sees one segment: sgt->nents
 * is 1, sg_dma_address(sgt->sgl). Here it is always contiguous, so that
 * orig_nents is 1 as well. Hand it over with dma_sync_sgtable_for_device() and
 * _for_cpu().
 *
 * Context: May sleep if @gfp allows it.
 * Return: the list, to be freed with dma_free_noncontiguous(); NULL on failure.
 * Checks: those of dma_alloc_noncoherent(), and "bad-attrs".
 */
struct sg_table *dma_alloc_noncontiguous(struct device *dev, size_t size,
					 enum dma_data_direction dir, gfp_t gfp,
					 unsigned long attrs);

/**
 * dma_free_noncontiguous() - free memory of dma_alloc_noncontiguous()
 * @dev: as at the allocation
 * @size: as at the allocation
 * @sgt: as it was returned, and freed as well; NULL and an empty list: nothing
 * @dir: as at the allocation
 *
 * Context: Any.
 * Checks: those of dma_free_noncoherent().
 */
void dma_free_noncontiguous(struct device *dev, size_t size,
			    struct sg_table *sgt, enum dma_data_direction dir);

/**
 * dma_vmap_noncontiguous() - all of it in one piece for the CPU
 * @dev: as at the allocation
 * @size: as at the allocation
 * @sgt: as dma_alloc_noncontiguous() returned it
 *
 * Context: Any.
 * Return: its cached pointer here; NULL for an empty list.
 */
void *dma_vmap_noncontiguous(struct device *dev, size_t size,
			     struct sg_table *sgt);

/**
 * dma_vunmap_noncontiguous() - end what dma_vmap_noncontiguous() began
 * @dev: as there
 * @vaddr: as it was returned
 *
 * Does nothing here.
 *
 * Context: Any.
 */
void dma_vunmap_noncontiguous(struct device *dev, void *vaddr);

/* ------------------------------------------------------------- user space */

/**
 * dma_mmap_attrs() - an allocation appears in user space
 * @dev: as at the allocation
 * @vma: where, see <linux/mm.h>; vm_pgoff counts from the start of the
 *	allocation, and vm_page_prot is made uncached where the memory is
 * @cpu_addr: as at the allocation
 * @dma_addr: as at the allocation, which is found by it
 * @size: as at the allocation
 * @attrs: as at the allocation; also of a handle, with
 *	DMA_ATTR_NO_KERNEL_MAPPING
 *
 * Device, kernel and user space see the same bytes from now on. User space may
 * read and write; the laboratory sees of it what it sees of plain pointers. The
 * caller unmaps it, before the memory is freed: that is not checked.
 *
 * Context: Any, while no other thread stores to the memory.
 * Return: 0; -ENXIO when the pages asked for are not all in the allocation, or
 * there is none of the device; -EINVAL when @vma is not memory of the process;
 * -ENOMEM.
 */
int dma_mmap_attrs(struct device *dev, struct vm_area_struct *vma,
		   void *cpu_addr, dma_addr_t dma_addr, size_t size,
		   unsigned long attrs);

/**
 * dma_mmap_coherent() - dma_mmap_attrs() of dma_alloc_coherent()
 * @dev: as there
 * @vma: as there
 * @cpu_addr: as there
 * @dma_addr: as there
 * @size: as there
 *
 * Context: As there.
 * Return: as there.
 */
int dma_mmap_coherent(struct device *dev, struct vm_area_struct *vma,
		      void *cpu_addr, dma_addr_t dma_addr, size_t size);

/**
 * dma_mmap_wc() - dma_mmap_attrs() of dma_alloc_wc()
 * @dev: as there
 * @vma: as there
 * @cpu_addr: as there
 * @dma_addr: as there
 * @size: as there
 *
 * Context: As there.
 * Return: as there.
 */
int dma_mmap_wc(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		dma_addr_t dma_addr, size_t size);

/**
 * dma_mmap_pages() - dma_mmap_attrs() of dma_alloc_pages()
 * @dev: as there
 * @vma: as there; the memory is cached, and synced as before
 * @size: as there
 * @page: as it was returned
 *
 * Context: As there.
 * Return: as there.
 */
int dma_mmap_pages(struct device *dev, struct vm_area_struct *vma, size_t size,
		   struct page *page);

/**
 * dma_mmap_noncontiguous() - dma_mmap_attrs() of dma_alloc_noncontiguous()
 * @dev: as there
 * @vma: as there; the memory is cached, and synced as before
 * @size: as there
 * @sgt: as it was returned
 *
 * Context: As there.
 * Return: as there.
 */
int dma_mmap_noncontiguous(struct device *dev, struct vm_area_struct *vma,
			   size_t size, struct sg_table *sgt);

/**
 * dma_get_sgtable_attrs() - the pages behind an allocation, as a list
 * @dev: as at the allocation
 * @sgt: is filled with one entry; the caller frees it with sg_free_table()
 * @cpu_addr: as dma_alloc_attrs() returned it
 * @dma_addr: as it gave it; the allocation is found by it
 * @size: as at the allocation
 * @attrs: as at the allocation
 *
 * The list is not for dma_map_sgtable(): that is reported as "map-coherent".
 *
 * Context: May sleep.
 * Return: 0; -ENXIO when there is no such allocation of the device; -ENOMEM.
 */
int dma_get_sgtable_attrs(struct device *dev, struct sg_table *sgt,
			  void *cpu_addr, dma_addr_t dma_addr, size_t size,
			  unsigned long attrs);

/**
 * dma_get_sgtable() - dma_get_sgtable_attrs() of dma_alloc_coherent()
 * @dev: as there
 * @sgt: as there
 * @cpu_addr: as there
 * @dma_addr: as there
 * @size: as there
 *
 * Context: May sleep.
 * Return: as there.
 */
int dma_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size);

/**
 * dma_can_mmap() - whether dma_mmap_attrs() can work
 * @dev: the device
 *
 * Context: Any.
 * Return: false where the host's pages are larger than the machine's.
 */
bool dma_can_mmap(struct device *dev);

/* ------------------------------------------------------ streaming mappings */

/**
 * dma_map_single_attrs() - give bytes to the device
 * @dev: the device
 * @ptr: from kmalloc(), kmem_cache_alloc(), alloc_pages() and their kin,
 *	dma_alloc_noncoherent() or dma_alloc_pages()
 * @size: bytes
 * @dir: who will write
 * @attrs: DMA_ATTR_SKIP_CPU_SYNC, or 0
 *
 * The memory must be within the device's reach.
 *
 * Context: Any.
 * Return: the DMA address, or what dma_mapping_error() recognises. Everything
 * undone by dma_unmap_single_attrs().
 * Checks, after which the result is an error: "address-over-mask"; memory that
 * may not be mapped, "map-stack", "map-freed", "map-coherent", "map-handle",
 * "map-vmalloc", "map-rodata" (constants and code), "map-invalid" (anything
 * else); "bad-direction", "zero-size", "mask-unset", "bad-attrs". Checks of
 * mappings that are made: "overlapping-mapping", "map-past-object",
 * "uninitialised-to-device".
 */
dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir,
				unsigned long attrs);

/**
 * dma_unmap_single_attrs() - take the bytes back
 * @dev: as at the map
 * @addr: as it was returned
 * @size: as at the map
 * @dir: as at the map
 * @attrs: as at the map
 *
 * Context: Any.
 * Checks: "free-unknown", "double-free", "free-error-cookie",
 * "free-wrong-device", "free-wrong-function", "free-attrs-mismatch",
 * "free-size-mismatch", "free-direction-mismatch"; "map-error-unchecked" when
 * the address was never given to dma_mapping_error().
 */
void dma_unmap_single_attrs(struct device *dev, dma_addr_t addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_map_single() - dma_map_single_attrs() without attributes
 * @dev: as there
 * @ptr: as there
 * @size: as there
 * @dir: as there
 *
 * Context: Any.
 * Return: as there.
 * Checks: as there.
 */
dma_addr_t dma_map_single(struct device *dev, void *ptr, size_t size,
			  enum dma_data_direction dir);

/**
 * dma_unmap_single() - dma_unmap_single_attrs() without attributes
 * @dev: as there
 * @addr: as there
 * @size: as there
 * @dir: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_unmap_single(struct device *dev, dma_addr_t addr, size_t size,
		      enum dma_data_direction dir);

/**
 * dma_map_page_attrs() - dma_map_single_attrs() of a page
 * @dev: as there
 * @page: the first page
 * @offset: bytes into it
 * @size: bytes, which may run into the pages behind it
 * @dir: as there
 * @attrs: as there
 *
 * single, page and phys are one function under three names: what one maps, each
 * unmaps.
 *
 * Context: Any.
 * Return: as there.
 * Checks: as there.
 */
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page,
			      size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_unmap_page_attrs() - dma_unmap_single_attrs(), of a page
 * @dev: as there
 * @addr: as there
 * @size: as there
 * @dir: as there
 * @attrs: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_map_page() - dma_map_page_attrs() without attributes
 * @dev: as there
 * @page: as there
 * @offset: as there
 * @size: as there
 * @dir: as there
 *
 * Context: Any.
 * Return: as there.
 * Checks: as there.
 */
dma_addr_t dma_map_page(struct device *dev, struct page *page, size_t offset,
			size_t size, enum dma_data_direction dir);

/**
 * dma_unmap_page() - dma_unmap_page_attrs() without attributes
 * @dev: as there
 * @addr: as there
 * @size: as there
 * @dir: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_unmap_page(struct device *dev, dma_addr_t addr, size_t size,
		    enum dma_data_direction dir);

/**
 * dma_map_phys() - dma_map_single_attrs() of a physical address
 * @dev: as there
 * @phys: physical address; with DMA_ATTR_MMIO as for dma_map_resource()
 * @size: as there
 * @dir: as there
 * @attrs: as there, and DMA_ATTR_MMIO
 *
 * Context: Any.
 * Return: as there.
 * Checks: as there.
 */
dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_unmap_phys() - dma_unmap_single_attrs(), of a physical address
 * @dev: as there
 * @addr: as there
 * @size: as there
 * @dir: as there
 * @attrs: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
		    enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_map_resource() - give the device access to something that is no RAM
 * @dev: the device
 * @phys_addr: physical address of it, such as the registers of another device
 * @size: bytes, up to 1 TiB
 * @dir: who will write
 * @attrs: as for dma_map_phys(), with DMA_ATTR_MMIO
 *
 * No cache maintenance. There is nothing behind it here: the device reads ones.
 *
 * Context: Any.
 * Return: the DMA address, or what dma_mapping_error() recognises: always on a
 * machine that bounces, as on Linux.
 * Checks: those of dma_map_phys(), and "map-resource-ram" when there is RAM at
 * either end.
 */
dma_addr_t dma_map_resource(struct device *dev, phys_addr_t phys_addr,
			    size_t size, enum dma_data_direction dir,
			    unsigned long attrs);

/**
 * dma_unmap_resource() - end a mapping of dma_map_resource()
 * @dev: as at the map
 * @addr: as it was returned
 * @size: as at the map
 * @dir: as at the map
 * @attrs: as at the map
 *
 * Context: Any.
 * Checks: those of dma_unmap_single_attrs().
 */
void dma_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
			enum dma_data_direction dir, unsigned long attrs);

/* ------------------------------------------------------------------- lists */

/**
 * dma_map_sg_attrs() - give all memory of a list to the device
 * @dev: the device
 * @sg: the list
 * @nents: its entries
 * @dir: who will write
 * @attrs: DMA_ATTR_SKIP_CPU_SYNC, or 0
 *
 * An entry that the device's parameters do not allow is reported, and mapped
 * all the same.
 *
 * Context: Any.
 * Return: the number of segments, which may be less than @nents behind an
 * IOMMU: that many entries have an sg_dma_address() and an sg_dma_len(). 0:
 * nothing is mapped. There is no dma_mapping_error() for it.
 * Checks: those of dma_map_single_attrs(), and "sg-segment-too-long",
 * "sg-boundary", "sg-count-mismatch" for a list that is shorter than @nents.
 */
unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sg,
			      int nents, enum dma_data_direction dir,
			      unsigned long attrs);

/**
 * dma_map_sg() - dma_map_sg_attrs() without attributes
 * @dev: as there
 * @sg: as there
 * @nents: as there
 * @dir: as there
 *
 * Context: Any.
 * Return: as there.
 * Checks: as there.
 */
unsigned int dma_map_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir);

/**
 * dma_unmap_sg_attrs() - take the memory of a list back
 * @dev: as at the map
 * @sg: as at the map
 * @nents: as it was given to the map, and not as that returned it
 * @dir: as at the map
 * @attrs: as at the map
 *
 * The whole list is released, whatever @nents is.
 *
 * Context: Any.
 * Checks: those of dma_unmap_single_attrs() but "map-error-unchecked", and
 * "sg-count-mismatch".
 */
void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_unmap_sg() - dma_unmap_sg_attrs() without attributes
 * @dev: as there
 * @sg: as there
 * @nents: as there
 * @dir: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
		  enum dma_data_direction dir);

/**
 * dma_map_sgtable() - dma_map_sg_attrs() of a table
 * @dev: as there
 * @sgt: the table, whose nents becomes the number of segments
 * @dir: as there
 * @attrs: as there
 *
 * Context: Any.
 * Return: 0; -EINVAL (wrong arguments or memory), -ENOMEM (no address, or
 * ordered by fail_nth), -EIO (a piece could not be mapped), -EOPNOTSUPP
 * (DMA_ATTR_REQUIRE_COHERENT on a device that is not).
 * Checks: as there.
 */
int dma_map_sgtable(struct device *dev, struct sg_table *sgt,
		    enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_unmap_sgtable() - dma_unmap_sg_attrs() of a table
 * @dev: as there
 * @sgt: as at the map
 * @dir: as there
 * @attrs: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_unmap_sgtable(struct device *dev, struct sg_table *sgt,
		       enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_sync_sg_for_device() - dma_sync_single_for_device() of a list
 * @dev: as at the map
 * @sg: as at the map
 * @nelems: as it was given to the map
 * @dir: as at the map
 *
 * Context: Any.
 * Checks: those of dma_sync_single_for_device() but "sync-invalid" and
 * "sync-out-of-range", and "sg-count-mismatch".
 */
void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sg,
			    int nelems, enum dma_data_direction dir);

/**
 * dma_sync_sg_for_cpu() - dma_sync_single_for_cpu() of a list
 * @dev: as at the map
 * @sg: as at the map
 * @nelems: as it was given to the map
 * @dir: as at the map
 *
 * Context: Any.
 * Checks: those of dma_sync_sg_for_device().
 */
void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg, int nelems,
			 enum dma_data_direction dir);

/**
 * dma_sync_sgtable_for_device() - dma_sync_single_for_device() of a table
 * @dev: as at the map
 * @sgt: as at the map, or of dma_alloc_noncontiguous()
 * @dir: as at the map
 *
 * Context: Any.
 * Checks: those of dma_sync_sg_for_device().
 */
void dma_sync_sgtable_for_device(struct device *dev, struct sg_table *sgt,
				 enum dma_data_direction dir);

/**
 * dma_sync_sgtable_for_cpu() - dma_sync_single_for_cpu() of a table
 * @dev: as at the map
 * @sgt: as at the map, or of dma_alloc_noncontiguous()
 * @dir: as at the map
 *
 * Context: Any.
 * Checks: those of dma_sync_sg_for_device().
 */
void dma_sync_sgtable_for_cpu(struct device *dev, struct sg_table *sgt,
			      enum dma_data_direction dir);

/* ------------------------------------------------------------------ errors */

/**
 * dma_mapping_error() - whether a mapping failed
 * @dev: as at the map
 * @dma_addr: what the map returned
 *
 * Notes that the driver asked: an unmap of an address that it never asked about
 * is reported.
 *
 * Context: Any.
 * Return: -ENOMEM when @dma_addr is an error, else 0.
 * Checks: "map-error-of-allocation", as allocations return NULL.
 */
int dma_mapping_error(struct device *dev, dma_addr_t dma_addr);

/* ------------------------------------------------------------------- syncs */

/**
 * dma_sync_single_for_device() - the CPU is done, the device may go
 * @dev: as at the map
 * @addr: DMA address of any part of one live mapping or noncoherent buffer
 * @size: bytes of it
 * @dir: as it was mapped; a bidirectional mapping takes any
 *
 * Moves ownership of the bytes to the device and does the cache maintenance of
 * the machine's profile: also after a report, as the hardware would. Only a bad
 * direction does nothing.
 *
 * Context: Any.
 * Checks: "sync-unknown", "sync-invalid", "sync-out-of-range",
 * "sync-direction-mismatch", "bad-direction", "sync-partial-line",
 * "sync-redundant", "sync-other-direction", "uninitialised-to-device".
 */
void dma_sync_single_for_device(struct device *dev, dma_addr_t addr,
				size_t size, enum dma_data_direction dir);

/**
 * dma_sync_single_for_cpu() - the device is done, the CPU may go
 * @dev: as for dma_sync_single_for_device()
 * @addr: as there
 * @size: as there
 * @dir: as there
 *
 * Moves ownership of the bytes to the CPU; the rest is as there.
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir);

/**
 * dma_sync_single_range_for_device() - dma_sync_single_for_device() of a part
 * @dev: as there
 * @addr: as it was returned by the map
 * @offset: bytes from there to the part
 * @size: of the part, bytes
 * @dir: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_sync_single_range_for_device(struct device *dev, dma_addr_t addr,
				      unsigned long offset, size_t size,
				      enum dma_data_direction dir);

/**
 * dma_sync_single_range_for_cpu() - dma_sync_single_for_cpu() of a part
 * @dev: as there
 * @addr: as it was returned by the map
 * @offset: bytes from there to the part
 * @size: of the part, bytes
 * @dir: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t addr,
				   unsigned long offset, size_t size,
				   enum dma_data_direction dir);

/**
 * dma_need_sync() - whether an address must be synced
 * @dev: as at the map
 * @dma_addr: of the mapping
 *
 * Context: Any.
 * Return: on Linux false on a device that snoops, unless the mapping is
 * bounced; here true as long as any checks are on, since they follow each
 * hand-over.
 */
bool dma_need_sync(struct device *dev, dma_addr_t dma_addr);

/* ------------------------------------------------------------------ masks */

/**
 * dma_set_mask() - which address bits the device can drive in mappings
 * @dev: the device
 * @mask: all ones below; 32 bits or more are always good
 *
 * Context: Any, while the device neither allocates nor maps.
 * Return: 0; -EIO when the machine has no memory such a device could reach, or
 * dev->dma_mask is NULL.
 */
int dma_set_mask(struct device *dev, u64 mask);

/**
 * dma_set_coherent_mask() - which address bits allocations may have
 * @dev: the device
 * @mask: as for dma_set_mask()
 *
 * Context: As there.
 * Return: 0, or -EIO as there.
 */
int dma_set_coherent_mask(struct device *dev, u64 mask);

/**
 * dma_set_mask_and_coherent() - both masks
 * @dev: the device
 * @mask: as for dma_set_mask()
 *
 * Context: As there.
 * Return: 0, or -EIO as there.
 */
int dma_set_mask_and_coherent(struct device *dev, u64 mask);

/**
 * dma_coerce_mask_and_coherent() - both masks, for a device without the first
 * @dev: the device, whose dma_mask is made to point at its coherent_dma_mask
 * @mask: as for dma_set_mask()
 *
 * Context: As there.
 * Return: 0, or -EIO as there.
 */
int dma_coerce_mask_and_coherent(struct device *dev, u64 mask);

/**
 * dma_get_mask() - the mask of mappings
 * @dev: the device
 *
 * Context: Any.
 * Return: the mask; of 32 bits when it is not set.
 */
u64 dma_get_mask(struct device *dev);

/**
 * dma_get_required_mask() - the smallest mask that reaches all of RAM
 * @dev: the device
 *
 * Context: Any.
 * Return: the mask; behind an IOMMU one of 32 bits.
 */
u64 dma_get_required_mask(struct device *dev);

/**
 * dma_addressing_limited() - whether there is RAM that the device cannot reach
 * @dev: the device
 *
 * Context: Any.
 * Return: true when its mask, or the bus's limit, is smaller than
 * dma_get_required_mask(), or the bus does not show all of RAM.
 */
bool dma_addressing_limited(struct device *dev);

/**
 * dma_coherent_ok() - whether coherent memory may lie somewhere
 * @dev: for which device
 * @phys: physical address
 * @size: bytes
 *
 * Context: Any.
 * Return: true when the device sees it, and dev->coherent_dma_mask and
 * dev->bus_dma_limit allow its last byte.
 */
bool dma_coherent_ok(struct device *dev, phys_addr_t phys, size_t size);

/**
 * dma_get_cache_alignment() - what keeps a buffer's cache lines its own
 *
 * Context: Any.
 * Return: alignment in bytes, a power of two: ARCH_DMA_MINALIGN of the current
 * machine's profile; 1 where the machine is coherent or there is none.
 */
int dma_get_cache_alignment(void);

/* --------------------------------------------------- limits and parameters */

/**
 * dma_max_mapping_size() - the longest mapping that can succeed
 * @dev: the device
 *
 * Context: Any.
 * Return: bytes; SIZE_MAX: no limit. A bounce buffer takes 256 KiB, less what
 * dma_set_min_align_mask() costs.
 */
size_t dma_max_mapping_size(struct device *dev);

/**
 * dma_opt_mapping_size() - the longest mapping that is fast
 * @dev: the device
 *
 * Context: Any.
 * Return: bytes; behind an IOMMU the addresses of up to 128 KiB are quickly
 * had; else dma_max_mapping_size().
 */
size_t dma_opt_mapping_size(struct device *dev);

/**
 * dma_get_merge_boundary() - where segments of a list can be merged
 * @dev: the device
 *
 * Context: Any.
 * Return: the boundary less one, bytes: of a page behind an IOMMU; 0: never.
 */
unsigned long dma_get_merge_boundary(struct device *dev);

/*
 * What the device can take in one segment of a scatter-gather list lives in
 * dev->dma_parms. A new device has some, as devices of PCI and platform buses
 * have, and in them nothing is set. The getters report nothing and take any
 * device, also NULL. Where a driver has cleared dev->dma_parms, the getters
 * return what they do when nothing is set, and the setters do nothing (the
 * kernel does nothing as well, and warns once).
 */

/**
 * dma_get_max_seg_size() - the longest segment
 * @dev: the device, or NULL
 *
 * Context: Any.
 * Return: bytes; 64 KiB when it is not set.
 */
static inline unsigned int dma_get_max_seg_size(struct device *dev)
{
	if (dev && dev->dma_parms && dev->dma_parms->max_segment_size)
		return dev->dma_parms->max_segment_size;
	return 64 * 1024;
}

/**
 * dma_get_seg_boundary() - what no segment may cross
 * @dev: the device, or NULL
 *
 * Context: Any.
 * Return: a mask, all ones below the boundary; ULONG_MAX when it is not set.
 */
static inline unsigned long dma_get_seg_boundary(struct device *dev)
{
	if (dev && dev->dma_parms && dev->dma_parms->segment_boundary_mask)
		return dev->dma_parms->segment_boundary_mask;
	return ~0UL;
}

/**
 * dma_set_max_seg_size() - the longest segment that the device takes
 * @dev: the device
 * @size: bytes
 *
 * Context: Any, while the device maps nothing.
 */
void dma_set_max_seg_size(struct device *dev, unsigned int size);

/**
 * dma_set_seg_boundary() - what no segment may cross
 * @dev: the device
 * @mask: all ones below the boundary
 *
 * Context: Any, while the device maps nothing.
 */
void dma_set_seg_boundary(struct device *dev, unsigned long mask);

/**
 * dma_get_seg_boundary_nr_pages() - what no segment may cross, in pages
 * @dev: the device; NULL: as if its mask had 32 bits
 * @page_shift: pages are of 2^@page_shift bytes
 *
 * Context: Any.
 * Return: pages, rounded up; 0 where there is no boundary and @page_shift is 0.
 */
static inline unsigned long
dma_get_seg_boundary_nr_pages(struct device *dev, unsigned int page_shift)
{
	unsigned long mask = dev ? dma_get_seg_boundary(dev) : 0xffffffffUL;

	return (page_shift < 64 ? mask >> page_shift : 0) + 1;
}

/**
 * dma_get_min_align_mask() - the low address bits that a bounce buffer keeps
 * @dev: the device, or NULL
 *
 * For devices that compute with them.
 *
 * Context: Any.
 * Return: a mask; 0 when it is not set.
 */
static inline unsigned int dma_get_min_align_mask(struct device *dev)
{
	return dev && dev->dma_parms ? dev->dma_parms->min_align_mask : 0;
}

/**
 * dma_set_min_align_mask() - the low address bits that a bounce buffer keeps
 * @dev: the device
 * @min_align_mask: all ones below
 *
 * Context: Any, while the device maps nothing.
 */
void dma_set_min_align_mask(struct device *dev, unsigned int min_align_mask);

/**
 * dma_pci_p2pdma_supported() - whether it can reach other devices' memory
 * @dev: the device
 *
 * Context: Any.
 * Return: false.
 */
bool dma_pci_p2pdma_supported(struct device *dev);

/**
 * dma_dev_need_sync() - whether any mapping of the device needs syncs
 * @dev: the device
 *
 * Context: Any.
 * Return: true, as on a kernel with dma-debug: the laboratory follows each
 * sync, also on machines where it does nothing. False only after "no-device".
 */
bool dma_dev_need_sync(struct device *dev);

/**
 * dma_need_unmap() - whether mappings of the device must be unmapped
 * @dev: the device
 *
 * Context: Any.
 * Return: true, as dma_dev_need_sync().
 */
bool dma_need_unmap(struct device *dev);

/* Room in a driver's structure for what the unmap will need. */
#define DEFINE_DMA_UNMAP_ADDR(name)           dma_addr_t name
#define DEFINE_DMA_UNMAP_LEN(name)            u32 name
#define dma_unmap_addr(ptr, name)             ((ptr)->name)
#define dma_unmap_addr_set(ptr, name, value)  ((ptr)->name = (value))
#define dma_unmap_len(ptr, name)              ((ptr)->name)
#define dma_unmap_len_set(ptr, name, value)   ((ptr)->name = (value))

/*
 * Members of a structure that a device writes, between these two, have their
 * lines to themselves: they begin at ARCH_DMA_MINALIGN, and so does what
 * follows. The structure itself has to come from kmalloc() and the like, and
 * must not be packed.
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
	"DMA_ATTR_NON_CONSISTENT was removed in Linux 5.10: " \
	"use dma_alloc_noncoherent()")
#define DMA_ATTR_WRITE_BARRIER DMALAB_REMOVED(unsigned long, \
	"DMA_ATTR_WRITE_BARRIER was removed in Linux 4.16: " \
	"it did nothing on any live machine")
#define dma_cache_sync(...) ((void)DMALAB_REMOVED(int, \
	"dma_cache_sync() was removed in Linux 5.10: " \
	"use dma_sync_single_for_device() and _for_cpu()"))
#define dma_alloc_nonconsistent(...) DMALAB_REMOVED(void *, \
	"dma_alloc_nonconsistent() is gone: use dma_alloc_noncoherent()")
#define dma_free_nonconsistent(...) ((void)DMALAB_REMOVED(int, \
	"dma_free_nonconsistent() is gone: use dma_free_noncoherent()"))
#define dma_alloc_writecombine(...) DMALAB_REMOVED(void *, \
	"dma_alloc_writecombine() was removed in Linux 4.6: use dma_alloc_wc()")
#define dma_free_writecombine(...) ((void)DMALAB_REMOVED(int, \
	"dma_free_writecombine() was removed in Linux 4.6: use dma_free_wc()"))
#define dma_zalloc_coherent(...) DMALAB_REMOVED(void *, \
	"dma_zalloc_coherent() was removed in Linux 5.1: " \
	"dma_alloc_coherent() zeroes")
#define dma_is_consistent(...) DMALAB_REMOVED(int, \
	"dma_is_consistent() was removed in Linux 4.8: use dma_need_sync()")
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
