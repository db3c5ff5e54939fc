/* SPDX-License-Identifier: MIT */
/* What is known of a statement only when its call is on its way. */
#include "machine/image.h"
#include "record/recorder.h"

#include <string.h>

void record_store(const struct machine *m, size_t offset, size_t len)
{
	struct line line = { .len = 0 };
	bool grows;

	if (!record_enter())
		return;
	if (m == &rec.lab->hw) {
		grows = rec.store_len && rec.store_offset + rec.store_len == offset;
		if (grows) {
			rec.at = rec.store_at;
			rec.nr_lines--;
		} else {
			rec.store_offset = offset;
			rec.store_len = 0;
			rec.store_at = rec.at;
		}
		rec.store_len += len;
		line_add(&line, "cpu_store(");
		line_add_cpu(&line, view_at(m, rec.store_offset));
		line_add(&line, ", %zu)", rec.store_len);
		file_insert(&line);
		/* Wherever it stands by now. */
		rec.store_at = rec.at - (line.len + 1);
	}
	record_leave();
}

void record_decision(const struct dmalab_machine *lab, bool fails)
{
	if (!record_enter())
		return;
	if (lab == rec.lab && rec.open.len && !rec.is_comment && !rec.unwritten) {
		rec.nr_decisions++;
		if (fails)
			record_line("fail_nth(%u)", rec.nr_decisions);
	}
	record_leave();
}

/* A cookie that was touched by an instruction, not by a call. */
static void open_touch(const void *cpu)
{
	struct line line = { .len = 0 };

	mine.foreign = false;
	record_close_line();
	line_add(&line, "cpu_read(");
	line_add_cpu(&line, cpu);
	line_add(&line, ", 1)");
	record_open_line(&line, true);
}

static void add_drawn(const char *check, const struct call *call)
{
	struct line *open = &rec.open;

	if (mine.serial != rec.serial || !open->len || mine.foreign) {
		record_line("# %s() drew %s, in another thread or no statement", call->name, check);
		return;
	}
	rec.drawn |= 1ull << check_by_name(check, strlen(check));
	if (rec.nr_drawn == MAX_DRAWN)
		return;
	if (rec.is_comment)
		line_add(open, "%s %s", rec.nr_drawn ? "," : ": it drew", check);
	else if (rec.nr_drawn)
		line_add(open, ", %s", check);
	else
		line_add(open, "  # expect[%s]: %s", rec.lab->hw.profile->name, check);
	rec.nr_drawn++;
	rec.unwritten = false;
	file_write(NULL);
}

void record_report(const struct machine *hw, const char *check, const struct call *call,
		   const void *cpu)
{
	if (!record_enter())
		return;
	if (hw == &rec.lab->hw) {
		if (strcmp(call->name, "a plain access") == 0)
			open_touch(cpu);
		add_drawn(check, call);
	}
	record_leave();
}
