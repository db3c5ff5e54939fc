#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The kernel's drivers/virtio/virtio_ring.c, unmodified, its accesses plain: right bytes
# both ways and no report, on every profile and under every policy. Then with mistakes
# put into it, each of which must give its report.
#
# The sources are those of Debian's linux-source package, or what DMALAB_LINUX_SOURCE
# names: a tree, or a tarball of one. Without any, the test is skipped.

dir='' include=''
# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"

bench=${srcdir:-.}/tests/virtio
linux=tests/virtio/linux  # what was extracted, in the build tree
driver=drivers/virtio/virtio_ring.c
files="$driver include/linux/virtio_ring.h include/uapi/linux/virtio_ring.h
	include/uapi/linux/virtio_config.h include/uapi/linux/virtio_types.h Makefile"

# ------------------------------------------------------------- the sources

find_source()
{
	if test -n "${DMALAB_LINUX_SOURCE-}"; then
		echo "$DMALAB_LINUX_SOURCE"
		return
	fi
	for archive in /usr/src/linux-source-*.tar.*; do
		test ! -f "$archive" || echo "$archive"
	done | sort -V | tail -n 1
}

# All of $files, from the source $1 to the directory $2.
# shellcheck disable=SC2086 # a list
extract()
{
	if test -d "$1"; then
		for file in $files; do
			mkdir -p "$(dirname "$2/$file")" && cp "$1/$file" "$2/$file" || return
		done
		return
	fi
	members=$(for file in $files; do echo "*/$file"; done)
	set -f
	XZ_DEFAULTS=-T0 tar xf "$1" -C "$2" --strip-components=1 --occurrence=1 \
		--wildcards --no-wildcards-match-slash $members
	extracted=$?
	set +f
	return $extracted
}

source=$(find_source)
if test -z "$source"; then
	echo "no Linux sources: skipped (apt-get install linux-source, or set" \
		"DMALAB_LINUX_SOURCE to a kernel tree or tarball)"
	exit 77
fi
if ! test -e "$source"; then
	echo "DMALAB_LINUX_SOURCE=$source: no such file or directory; a kernel tree or" \
		"tarball is wanted"
	exit 1
fi
# Once for each state of a tarball, which takes ten seconds.
stamp=$(ls -ld "$source")
if test -d "$source" || test "$stamp" != "$(cat $linux/stamp 2>/dev/null)"; then
	rm -rf $linux
	mkdir -p $linux || exit 1
	# shellcheck disable=SC2086 # on one line
	if ! extract "$source" $linux; then
		echo "$source: no kernel tree or tarball of one; wanted from it:" $files
		exit 1
	fi
	echo "$stamp" >$linux/stamp
fi
version=$(sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = //p' $linux/Makefile | paste -sd .)

# ----------------------------------------------------------------- building

# The driver's accesses are its own: no sanitizer of the build looks at them.
flags=$(from_makefile CFLAGS | sed 's/-fsanitize[^ ]*//g')

# Under valgrind or a sanitizer: the library's accesses are what matters there.
is_slow()
{
	test -n "${TEST_RUNNER-}" || test "$flags" != "$(from_makefile CFLAGS)"
}

# object FILE SOURCE FLAG...
# shellcheck disable=SC2086 # CC and flags have arguments
object()
{
	object=$1 from=$2
	shift 2
	$CC $flags -std=gnu11 -fno-strict-aliasing -Werror=implicit "$@" \
		-I"$bench/include" -I$linux/include -I"$include" -I$linux/include/uapi \
		-c -o "$object" "$from"
}

# build PROGRAM DRIVER FLAG...
# shellcheck disable=SC2046,SC2086
build()
{
	program=$1 from=$2
	shift 2
	object "$program.o" "$from" "$@" &&
		./libtool --tag=CC --mode=link --silent $CC $(from_makefile CFLAGS) -static \
			-o "$program" "$program.o" "$dir/glue.o" tests/virtio/libbench.la libdmalab.la
}

status=0
fail()
{
	echo "test-virtio: FAIL: $*"
	status=1
}

# ------------------------------------------------------------- as it stands

echo "test-virtio: $driver of Linux $version, from $source"

# The stubs, and the places of the mistakes, are for these versions; what is missing for
# another is nobody's mistake.
is_known()
{
	case $version in
	6.1.* | 6.12.*) ;;
	*) return 1 ;;
	esac
}

version_flags=
! grep -q recycle_done $linux/$driver || version_flags=-DRESIZE_DONE
# shellcheck disable=SC2086 # none or one
if ! object "$dir/glue.o" "$bench/glue.c" $version_flags ||
	! build "$dir/virtio" $linux/$driver; then
	if is_known; then
		echo "test-virtio: FAIL: it does not compile"
		exit 1
	fi
	echo "test-virtio: it does not compile with $bench/include, which is for Linux 6.1" \
		"and 6.12: skipped"
	exit 77
fi
machines=
! is_slow || machines='arm64 random'
# shellcheck disable=SC2086 # lists
$TEST_RUNNER "$dir/virtio" $machines >"$dir/log" 2>&1 || fail "the driver as it is"
# The verdicts, and the first few reports.
grep -a '^virtio: ' "$dir/log"
grep -av '^virtio: ' "$dir/log" | head -n 40

# ------------------------------------------------------------- with mistakes

applied=0
# mutant WHAT CHECK SED-SCRIPT...: reports CHECK, perhaps beside others.
mutant()
{
	what=$1 check=$2
	shift 2
	sed "$@" $linux/$driver >"$dir/mutant.c"
	if cmp -s $linux/$driver "$dir/mutant.c"; then
		echo "test-virtio: Linux $version has no place for the mistake: $what"
		! is_known || fail "$what"
		return
	fi
	applied=$((applied + 1))
	if ! build "$dir/mutant" "$dir/mutant.c" -O0; then
		fail "does not compile: $what"
		return
	fi
	"$dir/mutant" arm64 never >"$dir/log" 2>&1
	if ! grep -q "^virtio: reported $check:" "$dir/log"; then
		fail "no $check: $what"
		grep '^virtio: ' "$dir/log"
	fi
}

# within FUNCTION COMMANDS: a sed script for the body of a function.
within()
{
	printf '/^[a-z].*[ *]%s(/,/^}/ {\n%s\n}\n' "$1" "$2"
}

mistakes()
{
	mutant 'indirect tables stay mapped (split)' free-while-mapped "$(within \
		vring_unmap_one_split 's/if (flags & VRING_DESC_F_INDIRECT)/& ; else if (0)/')"
	mutant 'indirect tables stay mapped (packed)' free-while-mapped "$(within \
		vring_unmap_extra_packed 's/if (flags & VRING_DESC_F_INDIRECT)/& ; else if (0)/')"
	mutant 'what an indirect table names stays mapped' free-while-mapped "$(within \
		detach_buf_split 's/vring_unmap_one_split_indirect(.*);/;/')"
	mutant 'buffers go back while they are mapped' free-while-mapped "$(within \
		detach_buf_split 's/^\tvring_unmap_one_split(vq, i);/\t;/')"
	mutant 'all is mapped to be read by the device' device-write-read-only "$(within \
		vring_map_one_sg 's/direction);/DMA_TO_DEVICE);/')"
	mutant 'unmapped in the direction of the other half' free-direction-mismatch "$(within \
		vring_unmap_desc_packed 's/flags & VRING_DESC_F_WRITE/!(&)/')"
	mutant 'unmapped by the length that the ring has' free-size-mismatch "$(within \
		vring_unmap_one_split 's/extra\[i\]\.len/vq->split.vring.desc[i].len/')"
	mutant 'mapped one byte short' device-out-of-bounds "$(within \
		vring_map_one_sg 's/sg->offset, sg->length,/sg->offset, sg->length - 1,/')"
	mutant 'the error path of a table leaves mappings' leak "$(within \
		virtqueue_add_indirect_packed 's/vring_unmap_desc_packed(.*);/;/')"
	mutant 'the error path of a ring leaves mappings' leak "$(within \
		virtqueue_add_split 's/i = vring_unmap_one_split(vq, i);/break;/')"
	mutant 'nobody asks whether a mapping failed' map-error-unchecked "$(within \
		vring_mapping_error 's/return dma_mapping_error(.*);/return 0;/')"
	# The table is mapped first, and the call behind the loop becomes its own arguments.
	mutant 'a table is mapped before it is filled' stale-device-read "$(within \
		virtqueue_add_indirect_packed 's/^\ti = 0;/&\
			dma_addr_t early = vring_map_single(vq, desc, \
				total_sg * sizeof(*desc), DMA_TO_DEVICE);/
			s/addr = vring_map_single(vq, desc,/addr = early; (void)(/')"
	mutant 'an area is freed with the size of another' free-size-mismatch "$(within \
		vring_free '/vq->packed.event_size_in_bytes,/ {
			s/event_size/ring_size/
		}')"
	mutant 'a ring is deleted and its memory kept' leak "$(within \
		vring_del_virtqueue 's/vring_free(_vq);/;/')"
	mutant 'a ring is freed before its buffers are' leak "$(within \
		virtqueue_detach_unused_buf_packed 's/detach_buf_packed(vq, i, NULL);/\
			vq->packed.desc_state[i].data = NULL;\
			vq->vq.num_free += vq->packed.desc_state[i].num;/')"
}

if ! is_slow; then
	mistakes
	test $applied -gt 0 || fail "none of the mistakes could be put into Linux $version"
	echo "test-virtio: $applied mistakes put into it"
fi
exit $status
