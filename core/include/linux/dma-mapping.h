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
 * Context: as on Linux. An allocation may sleep if its gfp has
 * __GFP_DIRECT_RECLAIM, as GFP_KERNEL has; in atomic context it then draws
 * "sleep-in-atomic" and goes on. dma_free_coherent(), _attrs() and _wc() draw
 * "free-in-irq" where interrupts are off (irqs_disabled()), and of memory that
 * is remapped (docs/checks.md, Context) in_interrupt(), so also with bottom halves
 * off, unless they have something worse to tell, and free all the same. Everything
 * else may be called in any context.
 *
 * Threads: any call may run beside any other, on one device or several: the machine
 * has one lock. What the calls are about is for the driver to order, as on Linux:
 *
 *   this                      beside this                         on one object
 *   alloc, map                anything                            it is new: nobody has it
 *   sync                      sync or access of other lines       yes
 *   sync                      sync or access of the same bytes    (1)
 *   device access             CPU access, device access           (1)
 *   free, unmap               any use of it, another free         no (2)
 *   dma_map_sg(), _unmap_sg() any use of the same list            no
 *   dma_mapping_error(), dma_get_*(), dma_need_sync()   anything  yes
 *   dma_set_*(), dma_direct_set_offset()  alloc, map of the device  no
 *   dmalab_device_free()      any call for the device             no (2)
 *
 * (1) No harm is done to the books, but which report is drawn, if any, depends on who
 *     comes first: a driver has a lock or a ring index here.
 * (2) A mistake, and drawn once, by whoever comes second: "double-free",
 *     "sync-unknown", "device-use-after-unmap", "cpu-use-after-free", "no-device".
 *     Unless the memory has been handed out again by then: the call then means
 *     that.
 *
 * kmalloc(), alloc_pages(), vmalloc(), sg_alloc_table(), dma_get_cache_alignment() and
 * what else has no device means the current machine: none of these may run beside
 * dmalab_machine_free() of the machine that is the current one.
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

/* The lowest @n bits, 0 to 64. */
#define DMA_BIT_MASK(n) ((n) ? ~0ULL >> ((64 - (n)) & 63) : 0ULL)

/* ------------------------------------------------------- allocation paths */

/*
 * dma_alloc_coherent() - memory that CPU and device share without syncs.
 * @size:       bytes; memory comes in pages
 * @dma_handle: receives the DMA address, aligned to the smallest power-of-two
 *              number of pages that holds @size; untouched on failure
 * @gfp:        zone flags are ignored; __GFP_COMP is refused
 *
 * Zeroed, and the device sees the zeroes. On a non-coherent device the pointer
 * is uncached, and with a @gfp that does not allow blocking (GFP_ATOMIC) it comes from
 * a pool of limited size, docs/machine-model.md. Fits dev->coherent_dma_mask. Returns
 * NULL on failure; test that,
 * not *@dma_handle. Free with dma_free_coherent(). Draws "mask-unset",
 * "compound-gfp", "zero-size"; each gives NULL.
 */
void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp);

/*
 * dma_free_coherent() - all of @dev, @size, @cpu_addr and @dma_handle as they
 * were at the allocation; the device must no longer use it.
 *
 * NULL @cpu_addr: nothing is freed. A wrong free draws one report, named after the
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
 * dmam_alloc_attrs(), dmam_alloc_coherent() - as their namesakes; freed when the driver
 * lets go of the device, without being called a leak. __GFP_DMA32 and __GFP_HIGHMEM draw
 * "zone-gfp", and are ignored: on Linux a kmalloc() gets them too.
 */
void *dmam_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		       unsigned long attrs);
void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp);

/*
 * dmam_free_coherent() - free it earlier.
 *
 * As dma_free_coherent(), NULL being nothing, but the object is the one that @vaddr
 * belongs to. Memory of
 * dma_alloc_coherent() draws "free-wrong-function", as does managed memory that is
 * given to dma_free_coherent(); either is released, and not a second time later. There
 * is no such function for the handles of dmam_alloc_attrs().
 */
void dmam_free_coherent(struct device *dev, size_t size, void *vaddr, dma_addr_t dma_handle);

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

/*
 * dma_alloc_noncontiguous() - memory that need not be contiguous for the CPU.
 * @attrs: 0 or DMA_ATTR_ALLOC_SINGLE_PAGES, which is ignored; others draw "bad-attrs"
 *
 * As dma_alloc_noncoherent() otherwise. The device sees one segment: sgt->nents is 1,
 * sg_dma_address(sgt->sgl). Here it is always contiguous, so that orig_nents is 1 as
 * well. Hand it over with dma_sync_sgtable_for_device() and _for_cpu(). NULL on failure.
 */
struct sg_table *dma_alloc_noncontiguous(struct device *dev, size_t size,
					 enum dma_data_direction dir, gfp_t gfp,
					 unsigned long attrs);

/*
 * dma_free_noncontiguous() - as dma_free_noncoherent(), and the list as well. NULL, and
 * an empty list: nothing.
 */
void dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
			    enum dma_data_direction dir);

/*
 * dma_vmap_noncontiguous() - all of it in one piece for the CPU: its cached pointer here.
 *
 * NULL for an empty list. dma_vunmap_noncontiguous() does nothing.
 */
void *dma_vmap_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt);
void dma_vunmap_noncontiguous(struct device *dev, void *vaddr);

/* ------------------------------------------------------------- user space */

/*
 * dma_mmap_attrs() - an allocation appears in user space.
 * @vma:      where, see <linux/mm.h>; vm_pgoff counts from the start of the allocation,
 *            and vm_page_prot is made uncached where the memory is
 * @cpu_addr, @dma_addr, @size: as at the allocation; it is found by @dma_addr
 *
 * Also of a handle, with DMA_ATTR_NO_KERNEL_MAPPING. Device, kernel and user space see
 * the same bytes from now on. User space may read and write; the laboratory sees of it
 * what it sees of plain pointers. The caller unmaps it, before the memory is freed:
 * that is not checked. No other thread may store to the memory during the call.
 *
 * Returns 0; -ENXIO when the pages asked for are not all in the allocation, or there is
 * none of the device; -EINVAL when @vma is not memory of the process; -ENOMEM.
 */
int dma_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		   dma_addr_t dma_addr, size_t size, unsigned long attrs);
int dma_mmap_coherent(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		      dma_addr_t dma_addr, size_t size);
int dma_mmap_wc(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		dma_addr_t dma_addr, size_t size);

/* The same of dma_alloc_pages(); cached, and synced as before. */
int dma_mmap_pages(struct device *dev, struct vm_area_struct *vma, size_t size,
		   struct page *page);

/* The same of dma_alloc_noncontiguous(). */
int dma_mmap_noncontiguous(struct device *dev, struct vm_area_struct *vma, size_t size,
			   struct sg_table *sgt);

/*
 * dma_get_sgtable() - the pages behind an allocation of dma_alloc_attrs(), as a list.
 * @sgt: is filled with one entry; the caller frees it with sg_free_table()
 *
 * 0; -ENXIO when there is no such allocation of the device at @dma_addr; -ENOMEM. The
 * list is not for dma_map_sgtable(): that draws "map-coherent".
 */
int dma_get_sgtable_attrs(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs);
int dma_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size);

/* Whether dma_mmap_attrs() can work: not where the host's pages are larger. */
bool dma_can_mmap(struct device *dev);

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
 * an error. "overlapping-mapping", "map-past-object" and "uninitialised-to-device" are
 * drawn of mappings that are made.
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

/*
 * The same of @size bytes from @offset on in @page, which may run into the pages
 * behind it, and of a physical address. single, page and phys are one function under
 * three names: what one maps, each unmaps.
 */
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);
dma_addr_t dma_map_page(struct device *dev, struct page *page, size_t offset, size_t size,
			enum dma_data_direction dir);
void dma_unmap_page(struct device *dev, dma_addr_t addr, size_t size,
		    enum dma_data_direction dir);
dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
		    enum dma_data_direction dir, unsigned long attrs);

/*
 * dma_map_resource() - give the device access to something on the bus that is no RAM,
 * such as the registers of another device; as dma_map_phys() with DMA_ATTR_MMIO.
 *
 * No cache maintenance. There is nothing behind it here: the device reads ones. RAM at
 * either end draws "map-resource-ram" and gives an error; so do, without a report, more
 * than 1 TiB, and any on a machine that bounces, as on Linux.
 */
dma_addr_t dma_map_resource(struct device *dev, phys_addr_t phys_addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
			enum dma_data_direction dir, unsigned long attrs);

/* ------------------------------------------------------------------- lists */

/*
 * dma_map_sg() - give all memory of a list to the device.
 * @nents: entries of the list
 *
 * Returns the number of segments, which may be less than @nents behind an IOMMU: that
 * many entries have an sg_dma_address() and an sg_dma_len(). 0: nothing is mapped.
 * There is no dma_mapping_error() for it. The memory, arguments and reports are as for
 * dma_map_single(); and "sg-segment-too-long", "sg-boundary" for an entry that the
 * device's parameters do not allow, which is mapped all the same, and
 * "sg-count-mismatch" for a list that is shorter than @nents.
 */
unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			      enum dma_data_direction dir, unsigned long attrs);
unsigned int dma_map_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir);

/*
 * dma_unmap_sg() - take it back; @nents as it was given to the map, and not as that
 * returned it. Draws "sg-count-mismatch", and what dma_unmap_single() draws; the whole
 * list is released.
 */
void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
		  enum dma_data_direction dir);

/*
 * dma_map_sgtable() - the same for a table, whose nents becomes the number of segments.
 *
 * 0, or -EINVAL (wrong arguments or memory), -ENOMEM (no address, or ordered by
 * fail_nth), -EIO (a piece could not be mapped), -EOPNOTSUPP (DMA_ATTR_REQUIRE_COHERENT
 * on a device that is not).
 */
int dma_map_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
		    unsigned long attrs);
void dma_unmap_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
		       unsigned long attrs);

/*
 * dma_sync_sg_for_device(), dma_sync_sg_for_cpu() - as dma_sync_single_for_device()
 * and _for_cpu(), of a whole list; @nelems as it was given to the map. Draw
 * "sync-unknown", "sg-count-mismatch", "sync-direction-mismatch", "bad-direction",
 * "sync-partial-line", "sync-redundant", "sync-other-direction", "uninitialised-to-device".
 */
void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sg, int nelems,
			    enum dma_data_direction dir);
void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg, int nelems,
			 enum dma_data_direction dir);
void dma_sync_sgtable_for_device(struct device *dev, struct sg_table *sgt,
				 enum dma_data_direction dir);
void dma_sync_sgtable_for_cpu(struct device *dev, struct sg_table *sgt,
			      enum dma_data_direction dir);

/* ------------------------------------------------------------------ errors */

/*
 * -ENOMEM when @dma_addr is an error, else 0; and notes that you asked. It is for mappings
 * alone: of the address of an allocation draws "map-error-of-allocation".
 */
int dma_mapping_error(struct device *dev, dma_addr_t dma_addr);

/*
 * dma_sync_single_for_device() - the CPU is done, the device may go.
 * dma_sync_single_for_cpu() - the device is done, the CPU may go.
 * @addr, @size: any part of one live mapping or noncoherent buffer
 * @dir: as it was mapped; a bidirectional mapping takes any
 *
 * Moves ownership of the bytes and does the cache maintenance of the machine's
 * profile. Draws "sync-unknown", "sync-invalid", "sync-out-of-range",
 * "sync-direction-mismatch", "bad-direction", "sync-partial-line", "sync-redundant",
 * "sync-other-direction", "uninitialised-to-device". The maintenance is done all the
 * same, as the hardware would; only a bad direction does nothing.
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

/*
 * Whether dma_sync_single_for_device() and _for_cpu() must be called for this address.
 * On Linux false on a device that snoops, unless the mapping is bounced; here true as
 * long as any checks are on, since the judge follows each hand-over.
 */
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

/* The smallest mask that reaches all RAM of the machine; behind an IOMMU, 32 bits. */
u64 dma_get_required_mask(struct device *dev);

/*
 * True when the device does not reach all RAM: its mask, or the bus's limit, is
 * smaller than dma_get_required_mask(), or the bus does not show all of it.
 */
bool dma_addressing_limited(struct device *dev);

/*
 * True when coherent memory may lie at @phys..@phys+@size: the device sees it, and
 * dev->coherent_dma_mask and dev->bus_dma_limit allow its last byte.
 */
bool dma_coherent_ok(struct device *dev, phys_addr_t phys, size_t size);

/*
 * The alignment, in bytes and a power of two, that keeps a buffer's lines its
 * own: ARCH_DMA_MINALIGN of the current machine's profile; 1 where the machine
 * is coherent or there is none.
 */
int dma_get_cache_alignment(void);

/* --------------------------------------------------- limits and parameters */

/*
 * The longest mapping that can succeed, and the longest fast one, in bytes. SIZE_MAX: no
 * limit. A bounce buffer takes 256 KiB, less what dma_set_min_align_mask() costs; behind
 * an IOMMU the addresses of up to 128 KiB are quickly had.
 */
size_t dma_max_mapping_size(struct device *dev);
size_t dma_opt_mapping_size(struct device *dev);

/*
 * The boundary at which segments of a list can be merged, less one: a page behind an
 * IOMMU; else 0, never.
 */
unsigned long dma_get_merge_boundary(struct device *dev);

/*
 * What the device can take in one segment of a scatter-gather list: bytes; and a
 * mask, all ones below the boundary that no segment may cross.
 *
 * The parameters live in dev->dma_parms. A new device has some, as devices of PCI and
 * platform buses have, and in them nothing is set: the getters then return 64 KiB and
 * ULONG_MAX. They draw nothing and take any device, also NULL. Where a driver has
 * cleared dev->dma_parms, the getters return the same, and the setters do nothing
 * (the kernel does nothing as well, and warns once).
 */
static inline unsigned int dma_get_max_seg_size(struct device *dev)
{
	if (dev && dev->dma_parms && dev->dma_parms->max_segment_size)
		return dev->dma_parms->max_segment_size;
	return 64 * 1024;
}

static inline unsigned long dma_get_seg_boundary(struct device *dev)
{
	if (dev && dev->dma_parms && dev->dma_parms->segment_boundary_mask)
		return dev->dma_parms->segment_boundary_mask;
	return ~0UL;
}

void dma_set_max_seg_size(struct device *dev, unsigned int size);
void dma_set_seg_boundary(struct device *dev, unsigned long mask);

/*
 * The boundary in pages of 2^@page_shift bytes, rounded up; without a device as if
 * its mask had 32 bits. 0 where there is no boundary and @page_shift is 0.
 */
static inline unsigned long dma_get_seg_boundary_nr_pages(struct device *dev,
							  unsigned int page_shift)
{
	unsigned long mask = dev ? dma_get_seg_boundary(dev) : 0xffffffffUL;

	return (page_shift < 64 ? mask >> page_shift : 0) + 1;
}

/*
 * The low bits of an address that a bounce buffer must keep, for devices that
 * compute with them; 0 unless set. As above.
 */
static inline unsigned int dma_get_min_align_mask(struct device *dev)
{
	return dev && dev->dma_parms ? dev->dma_parms->min_align_mask : 0;
}

void dma_set_min_align_mask(struct device *dev, unsigned int min_align_mask);

/* Whether the device can reach other devices' memory: false. */
bool dma_pci_p2pdma_supported(struct device *dev);

/*
 * Whether any mapping of the device needs syncs, or unmapping. Always true, as on a
 * kernel with dma-debug: the laboratory follows each sync and each unmap, also on
 * machines where they do nothing. False only after "no-device".
 */
bool dma_dev_need_sync(struct device *dev);
bool dma_need_unmap(struct device *dev);

/* Room in a driver's structure for what the unmap will need. */
#define DEFINE_DMA_UNMAP_ADDR(name)           dma_addr_t name
#define DEFINE_DMA_UNMAP_LEN(name)            u32 name
#define dma_unmap_addr(ptr, name)             ((ptr)->name)
#define dma_unmap_addr_set(ptr, name, value)  ((ptr)->name = (value))
#define dma_unmap_len(ptr, name)              ((ptr)->name)
#define dma_unmap_len_set(ptr, name, value)   ((ptr)->name = (value))
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
