/* SPDX-License-Identifier: MIT */
/*
 * Registers: what stands behind the pointers of ioremap(). A test puts a window
 * where the driver will look for its device, and says what a read of it gives
 * and what a write does. The driver's side is <linux/io.h>. docs/registers.md
 * has both.
 */
#ifndef DMALAB_REGISTERS_H
#define DMALAB_REGISTERS_H

#include <dmalab.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct dmalab_window;

/**
 * struct dmalab_window_ops - a register model
 * @size: sizeof(struct dmalab_window_ops)
 * @read: what a read of @width bytes (1, 2, 4, 8) at @offset from the start of
 *	the window gives; of the result the low @width bytes count. NULL: the
 *	window cannot be read
 * @write: the driver writes the low @width bytes of @value. NULL: the window
 *	cannot be written
 *
 * Both are called in the thread that accesses the register, at once, with
 * nothing locked: they may call anything of the laboratory, such as
 * dmalab_device_read(). An access is within the window and aligned to its
 * width. Accesses of several threads are not serialised.
 */
struct dmalab_window_ops {
	size_t size;
	uint64_t (*read)(void *context, uint64_t offset, unsigned width);
	void (*write)(void *context, uint64_t offset, unsigned width,
		      uint64_t value);
};

/**
 * dmalab_window_new() - put registers on the bus
 * @machine: on whose bus
 * @name: for messages and the log, such as "bar0"; copied
 * @phys: physical address of the first byte, where the machine has neither RAM
 *	nor another window
 * @size: bytes, from 1 on
 * @ops: the model; copied. NULL: nothing answers, and each access is a mistake
 * @context: passed on to @ops
 *
 * The window goes with dmalab_window_free() or with its machine, also when that
 * is reset.
 *
 * Context: Any thread.
 * Return: the window; NULL, after a message that says why, with errno EINVAL
 * when there is no machine, no size, or something else at @phys, or ENOMEM.
 */
struct dmalab_window *dmalab_window_new(struct dmalab_machine *machine,
					const char *name, phys_addr_t phys,
					size_t size,
					const struct dmalab_window_ops *ops,
					void *context);

/**
 * dmalab_window_free() - take the registers off the bus
 * @window: the window, no access to which is under way; NULL: nothing
 *
 * A driver that still has a pointer into it is told so when it uses that.
 *
 * Context: Any thread.
 */
void dmalab_window_free(struct dmalab_window *window);

/**
 * dmalab_window_log() - print each access of the driver
 * @window: to which; NULL: nothing
 * @stream: where to, a line each; NULL: nowhere, as at first. It is the
 *	caller's, and must stay open
 *
 *	bar0: writel(0x1, 0x10) at nic_start() nic.c:41
 *	bar0: readl(0x14) = 0x80 at nic_poll() nic.c:57
 *
 * The numbers in parentheses that stand last are offsets in the window. A write
 * is printed before the model has it, a read behind what the model printed.
 *
 * Context: Any thread.
 */
void dmalab_window_log(struct dmalab_window *window, FILE *stream);

/**
 * dmalab_window_mistakes() - accesses of registers that were none
 * @machine: on which machine; NULL: 0
 *
 * Outside of a window, misaligned, through a pointer that was unmapped or never
 * mapped, or to where no model answers. A read gives all ones then, as from a
 * bus where nobody answers, and a write goes nowhere; a message says what it
 * was and what to do, once for each place in the program. What comes through no
 * pointer of any window counts on the current machine.
 *
 * Context: Any thread.
 * Return: how many there were since the machine was made.
 */
unsigned long dmalab_window_mistakes(const struct dmalab_machine *machine);

/* ------------------------------------------------------ without a model */

/**
 * dmalab_window_new_scripted() - registers that follow a script
 * @machine: as for dmalab_window_new()
 * @name: as there
 * @phys: as there
 * @size: as there, at most 16 MiB
 *
 * For a device that needs no program. A register holds what was written last, 0
 * at first, but where dmalab_window_answer() says what reads give; and
 * dmalab_window_on_write() has writes do something.
 *
 * Context: Any thread.
 * Return: as of dmalab_window_new().
 */
struct dmalab_window *dmalab_window_new_scripted(struct dmalab_machine *machine,
						 const char *name,
						 phys_addr_t phys, size_t size);

/**
 * dmalab_window_answer() - say what reads of a register give
 * @window: of dmalab_window_new_scripted()
 * @offset: of the register; a read counts that begins there, whatever its width
 * @values: one for each read, in order; the last one from then on. Copied
 * @nr: how many; 0: what was written last, as at first
 *
 * Context: Any thread.
 * Return: 0; -EINVAL, after a message, when the window has no script or @offset
 * is outside; -ENOMEM.
 */
int dmalab_window_answer(struct dmalab_window *window, uint64_t offset,
			 const uint64_t *values, size_t nr);

/**
 * dmalab_window_on_write() - have the writes of a register do something
 * @window: of dmalab_window_new_scripted()
 * @offset: of the register; a write counts that begins there
 * @mask: a write counts that has one of these bits; 0: every write does
 * @fn: called with what was written, after the register holds it, in the thread
 *	that wrote, with nothing locked; NULL: nothing is called, as at first
 * @context: passed on to @fn
 *
 * One for each register: a later call replaces an earlier one.
 *
 * Context: Any thread.
 * Return: as of dmalab_window_answer().
 */
int dmalab_window_on_write(struct dmalab_window *window, uint64_t offset,
			   uint64_t mask,
			   void (*fn)(void *context, uint64_t value),
			   void *context);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
