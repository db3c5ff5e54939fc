/* SPDX-License-Identifier: MIT */
/* What is known of a statement only when its call is on its way. */
#include "machine/image.h"
#include "record/recorder.h"

#include <string.h>

void dlab_record_store(const struct machine *m, size_t offset, size_t len)
{
	struct line line = { .len = 0 };
	bool grows;

	if (!dlab_record_enter())
		return;
	if (m == &dlab_rec.lab->hw) {
		grows = dlab_rec.store_len && dlab_rec.store_offset + dlab_rec.store_len == offset;
		if (grows) {
			dlab_rec.at = dlab_rec.store_at;
			dlab_rec.nr_lines--;
		} else {
			dlab_rec.store_offset = offset;
			dlab_rec.store_len = 0;
			dlab_rec.store_at = dlab_rec.at;
		}
		dlab_rec.store_len += len;
		dlab_line_add(&line, "cpu_store(");
		dlab_line_add_cpu(&line, view_at(m, dlab_rec.store_offset));
		dlab_line_add(&line, ", %zu)", dlab_rec.store_len);
		dlab_file_insert(&line);
		/* Wherever it stands by now. */
		dlab_rec.store_at = dlab_rec.at - (line.len + 1);
	}
	dlab_record_leave();
}

void dlab_record_decision(const struct dmalab_machine *lab, bool fails)
{
	if (!dlab_record_enter())
		return;
	if (lab == dlab_rec.lab && dlab_rec.open.len && !dlab_rec.is_comment &&
	    !dlab_rec.unwritten) {
		dlab_rec.nr_decisions++;
		if (fails)
			record_line("fail_nth(%u)", dlab_rec.nr_decisions);
	}
	dlab_record_leave();
}

/* A cookie that was touched by an instruction, not by a call. */
static void open_touch(const void *cpu)
{
	struct line line = { .len = 0 };

	dlab_mine.foreign = false;
	dlab_record_close_line();
	dlab_line_add(&line, "cpu_read(");
	dlab_line_add_cpu(&line, cpu);
	dlab_line_add(&line, ", 1)");
	dlab_record_open_line(&line, true);
}

static void add_drawn(const char *check, const struct call *call)
{
	struct line *open = &dlab_rec.open;

	if (dlab_mine.serial != dlab_rec.serial || !open->len || dlab_mine.foreign) {
		record_line("# %s() reported %s, in another thread or no statement", call->name, check);
		return;
	}
	dlab_rec.drawn |= 1ull << dlab_check_by_name(check, strlen(check));
	if (dlab_rec.nr_drawn == MAX_DRAWN)
		return;
	if (dlab_rec.is_comment)
		dlab_line_add(open, "%s %s", dlab_rec.nr_drawn ? "," : ": it reported", check);
	else if (dlab_rec.nr_drawn)
		dlab_line_add(open, ", %s", check);
	else
		dlab_line_add(open, "  # expect[%s]: %s", dlab_rec.lab->hw.profile->name, check);
	dlab_rec.nr_drawn++;
	dlab_rec.unwritten = false;
	dlab_file_write(NULL);
}

void dlab_record_report(const struct machine *hw, const char *check, const struct call *call,
			const void *cpu)
{
	if (!dlab_record_enter())
		return;
	if (hw == &dlab_rec.lab->hw) {
		if (strcmp(call->name, "a plain access") == 0)
			open_touch(cpu);
		add_drawn(check, call);
	}
	dlab_record_leave();
}
