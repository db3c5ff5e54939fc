/* SPDX-License-Identifier: MIT */
/*
 * The border between two worlds. On one side is code that is compiled with the kernel's
 * headers: the driver, and the files beside this one. On the other is the laboratory, and
 * the user's test. Both have a struct device, a struct page and a memcpy() of their own, so
 * nothing but plain C types crosses, and only under these names: kbh_ is of the host,
 * kbs_ is of the kernel side. All other global names of the kernel's world are renamed when
 * a driver is linked.
 *
 * @site is always the return address in the driver: reports name that place.
 */
#ifndef DMALAB_KBUILD_BRIDGE_H
#define DMALAB_KBUILD_BRIDGE_H

typedef unsigned long kb_size;
typedef unsigned long long kb_dma;

/* ------------------------------------------------------------ of the host */

void *kbh_kmalloc(kb_size size, unsigned gfp, const void *site);
void kbh_kfree(const void *p, const void *site);
kb_size kbh_ksize(const void *p);
void *kbh_vmalloc(kb_size size, const void *site);
void kbh_vfree(const void *p, const void *site);
int kbh_is_vmalloc(const void *p);
void *kbh_pages(unsigned gfp, unsigned order, const void *site);
void kbh_free_pages(void *p, unsigned order, const void *site);
void *kbh_reserve(kb_size size); /* zeroes, which cost nothing until they are written */

void kbh_read(void *to, const void *from, kb_size len, const void *site);
void kbh_write(void *to, const void *from, kb_size len, const void *site);
void kbh_fill(void *to, int byte, kb_size len, const void *site);

void *kbh_device_new(const char *name);
void kbh_device_free(void *dev);
int kbh_set_mask(void *dev, unsigned long long mask, int coherent, const void *site);
void *kbh_dma_alloc(void *dev, kb_size size, kb_dma *dma, unsigned gfp, unsigned long attrs,
		    const void *site);
void kbh_dma_free(void *dev, kb_size size, void *p, kb_dma dma, unsigned long attrs,
		  const void *site);
kb_dma kbh_dma_map(void *dev, void *p, kb_size size, int dir, unsigned long attrs, const void *site);
void kbh_dma_unmap(void *dev, kb_dma dma, kb_size size, int dir, unsigned long attrs,
		   const void *site);
void kbh_dma_sync(void *dev, kb_dma dma, kb_size size, int dir, int for_cpu, const void *site);
int kbh_dma_error(void *dev, kb_dma dma, const void *site);

enum kb_atomic { KB_PREEMPT, KB_BH, KB_IRQS, KB_SOFTIRQ, KB_HARDIRQ };
void kbh_context(enum kb_atomic kind, int begin, const void *site);
void kbh_might_sleep(const void *site);

void kbh_puts(const char *line, kb_size len);
void kbh_format(char *buf, kb_size size, const char *spec, unsigned long long value);
/* @site may be NULL. What stops the program is said whatever the log is set to. */
void kbh_stop(const char *why, const void *site) __attribute__((noreturn));
void kbh_complain(const char *what);
unsigned kbh_random(void);

/* Of the registers at @p; -1: there is no window, and that has been said. */
int kbh_io_read(const volatile void *p, unsigned width, unsigned long long *value, const void *site);
int kbh_io_write(volatile void *p, unsigned width, unsigned long long value, const void *site);
void *kbh_ioremap(unsigned long long phys, kb_size size);
void kbh_iounmap(const volatile void *p);

void kbh_frame(void *context, const unsigned char *frame, kb_size len);

/* ----------------------------------------------------- of the kernel side */

struct kbs_bar {
	unsigned long long start; /* 0: none */
	kb_size size;
	int ports;
};

struct kbs_pci {
	unsigned short vendor, device, subvendor, subdevice;
	unsigned char revision;
	unsigned class;
	struct kbs_bar bar[6];
	void *context; /* kbh_frame() gets it */
};

void kbs_start(const void *some_ram);
int kbs_set_param(const char *name, long value);
int kbs_module_init(void);
void kbs_module_exit(void);
void *kbs_plug(const struct kbs_pci *what); /* NULL: no memory */
int kbs_probe(void *pdev);
void kbs_remove(void *pdev);
void *kbs_host_device(void *pdev);
void kbs_unplug(void *pdev);
void kbs_irq(void *pdev);
void kbs_run(unsigned ms);
unsigned long kbs_warnings(void);
int kbs_trap(unsigned long rip);                 /* 0: not ours, 1: WARN, 2: BUG */
const char *kbs_stub_at(unsigned long address);  /* NULL: not one */
extern char kbs_stubs[], kbs_stubs_end[];

int kbs_net_open(void *pdev);
int kbs_net_close(void *pdev);
int kbs_net_send(void *pdev, const void *frame, kb_size len, kb_size linear);
int kbs_net_timeout(void *pdev);
int kbs_net_stopped(void *pdev);

#endif
