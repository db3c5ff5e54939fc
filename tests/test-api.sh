#!/bin/sh
# SPDX-License-Identifier: MIT
#
# docs/api.md is what api-table.sh prints, and every call has a test, every check a case.

srcdir=${srcdir:-.}
table=$(mktemp) || exit 1
trap 'rm -f "$table"' EXIT
trap 'exit 1' HUP INT TERM
status=0

sh "$srcdir/build-aux/api-table.sh" "$srcdir" >"$table" || exit 1
test "$(grep -c '^| `dma_' "$table")" -gt 60 || {
	echo "test-api: the headers were not understood"
	status=1
}

# Tests of these are on their way (tests/test-streaming.c, tests/test-scatterlist.c).
# This list is to become empty, and to go.
awaited='dma_map_page_attrs dma_unmap_page_attrs dma_map_phys dma_unmap_phys
	dma_sync_sg_for_device sg_is_chain sg_is_last sg_chain_ptr sg_assign_page sg_set_page
	sg_mark_end sg_unmark_end sg_init_one sg_chain sg_phys sg_nents sg_nents_for_len
	sg_last sg_alloc_table_from_pages sg_copy_from_buffer sg_copy_to_buffer
	sg_pcopy_from_buffer sg_pcopy_to_buffer sg_zero_buffer'

for name in $(sed -n 's/^| [[`]*\([a-zA-Z0-9_-]*\)`.*\*\*no .*/\1/p' "$table"); do
	case " $(echo $awaited) " in
	*" $name "*) echo "test-api: $name has no test yet" ;;
	*)
		echo "test-api: $name has no test"
		status=1
		;;
	esac
done
if ! diff "$srcdir/docs/api.md" "$table"; then
	echo "test-api: docs/api.md is out of date: make api-table"
	status=1
fi
exit $status
