#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-installed.sh DESTDIR PKGCONFIGDIR INCLUDEDIR LIBDIR: what was installed
# serves a user who knows no more than pkg-config. Run by make installcheck.

destdir=$1 pkgconfigdir=$2 includedir=$3 libdir=$4
: "${CC:=cc}" "${PKG_CONFIG:=pkg-config}"

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

PKG_CONFIG_PATH=$destdir$pkgconfigdir
PKG_CONFIG_SYSROOT_DIR=$destdir
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
cflags=$($PKG_CONFIG --cflags dmalab) && libs=$($PKG_CONFIG --libs dmalab) || exit 1

# Each header stands alone.
cd "$destdir$includedir" || exit 1
for header in $(find . -name '*.h' | sed 's,^\./,,'); do
	echo "#include <$header>" >"$dir/header.c"
	# The unquoted variables are lists.
	# shellcheck disable=SC2086
	$CC $cflags -Wall -Werror -fsyntax-only "$dir/header.c" || {
		echo "installcheck: <$header> does not compile on its own" >&2
		exit 1
	}
done

cat >"$dir/user.c" <<'EOF'
#include <dmalab.h>
#include <linux/dma-mapping.h>

int main(void)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "nic");
	dma_addr_t addr;
	void *buf = dma_alloc_coherent(dev, 4096, &addr, GFP_KERNEL);
	unsigned long reports;

	dma_free_coherent(dev, 4096, buf, addr);
	reports = dmalab_report_count(machine, NULL);
	dmalab_machine_free(machine);
	return buf == NULL || reports != 0;
}
EOF
# shellcheck disable=SC2086
$CC $cflags -o "$dir/user" "$dir/user.c" $libs || exit 1
LD_LIBRARY_PATH=$destdir$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$dir/user" || {
	echo "installcheck: a program that uses the installed copy failed" >&2
	exit 1
}

# A driver has names of its own, and so has the archive: they must not meet.
if test -f "$destdir$libdir/libdmalab.a"; then
	cat >"$dir/names.c" <<'EOF'
int release, profiles, catalogue, own_give, cache_init, route_far, iommu_map, context;
EOF
	# shellcheck disable=SC2086
	$CC $cflags -o "$dir/static" "$dir/user.c" "$dir/names.c" \
		"$destdir$libdir/libdmalab.a" $($PKG_CONFIG --libs-only-l --static dmalab |
			sed 's/-ldmalab//') && "$dir/static" || {
		echo "installcheck: the archive's own names get in the way" >&2
		exit 1
	}
fi
echo "installcheck: headers, dmalab.pc and library serve a user's program"
