#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Network drivers of Debian's linux-source, unmodified, built with the kernel's own headers: probe,
# open, 1,000 frames each way, stop and remove, on every profile, with no report but those that
# are listed here. Then with a call of the DMA API taken out, which must be reported at its line.
#
# DMALAB_CI=long: all drivers; else the first. DMALAB_LINUX_SOURCE, KDIR: other sources and headers.

set -u
# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"

skip()
{
	echo "$1: skipped (Debian: apt-get install $2)"
	exit 77
}

test -f kbuild/libdmalab-kbuild.a || skip "no libdmalab-kbuild here, as there is no capstone" libcapstone-dev
flags=$(from_makefile CFLAGS)
case $flags in
*-fsanitize=thread*)
	echo "ThreadSanitizer maps its own memory where a driver's code must be: skipped"
	exit 77
	;;
esac
test -z "${TEST_RUNNER-}" || {
	echo "code of the kernel's is run on the CPU itself: skipped under $TEST_RUNNER"
	exit 77
}
headers=${KDIR-$(for dir in /lib/modules/*/build; do
	test -f "$dir/Makefile" && echo "$dir"
done | sort -V | tail -n 1)}
test -n "$headers" || skip "no kernel headers" linux-headers-amd64
source=${DMALAB_LINUX_SOURCE-$(for file in /usr/src/linux-source-6.1.tar.*; do
	test -f "$file" && echo "$file"
done)}
test -n "$source" || skip "no sources of Linux 6.1" linux-source-6.1

# ------------------------------------------------------------- the sources

linux=tests/kbuild/linux # in the build tree: once for each state of a tarball
net=drivers/net/ethernet
files="drivers/net/mii.c $net/realtek/8139cp.c $net/via/via-rhine.c $net/broadcom/b44.c
	$net/broadcom/b44.h $net/intel/e1000"
stamp=$(ls -ld "$source")
if test "$stamp" != "$(cat $linux/stamp 2>/dev/null)"; then
	rm -rf $linux
	mkdir -p $linux
	set -f
	members=$(for file in $files; do echo "*/$file"; done)
	if test -d "$source"; then
		(cd "$source" && tar cf - $files) | tar xf - -C $linux
	else
		# shellcheck disable=SC2086 # a list
		XZ_DEFAULTS=-T0 tar xf "$source" -C $linux --strip-components=1 --wildcards $members
	fi || {
		echo "$source: no kernel tree or tarball of one"
		exit 1
	}
	set +f
	echo "$stamp" >$linux/stamp
fi

# ----------------------------------------------------------------- building

failed=0
here=$(pwd)
top=$(cd "${srcdir:-.}" && pwd)
DMALAB_KBUILD_SIDE=$top/kbuild/side
export DMALAB_KBUILD_SIDE

complain()
{
	echo "not ok - $1"
	test ! -f "$dir/out" || sed 's/^/# /' "$dir/out"
	failed=1
}

# build NAME PROGRAM FILE...: the driver of these files, with the model tests/kbuild/NAME.c.
build()
{
	name=$1 program=$2
	shift 2
	sh kbuild/dmalab-kbuild KDIR="$headers" -o "$dir/o" --name "$name" "$@" >"$dir/out" 2>&1 || {
		complain "$name does not build"
		return 1
	}
	# shellcheck disable=SC2086 # CC and the flags are lists
	$CC $flags -std=gnu11 -g -Wall -I"$top/kbuild/include" -I"$top/core/include" -no-pie -o "$dir/$program" \
		"$top/tests/kbuild/rig.c" "$top/tests/kbuild/$name.c" "$dir/o/$name.o" \
		kbuild/libdmalab-kbuild.a -L.libs -ldmalab $(from_makefile CAPSTONE_LIBS) \
		-Wl,-rpath,"$here/.libs" >"$dir/out" 2>&1 && return
	complain "$name does not link"
	return 1
}

# What was reported: the check and its place, each once.
reports()
{
	awk '/^dmalab: [a-z]*: [a-z-]*:/ { check = $3; getline; print check, $NF }' "$dir/out" | sort -u
}

# on_all NAME WANTED: on each profile, and on one that judges all, these reports and no others.
on_all()
{
	for options in profile=x86 profile=arm64 profile=armv7 profile=riscv profile=mips \
		profile=mips-nonspec profile=powerpc profile=swiotlb profile=iommu machines=all \
		profile=mips:cache_policy=random:seed=5 profile=arm64:cache_policy=eager; do
		DMALAB_OPTIONS=$options timeout 60 "$dir/$1" >"$dir/out" 2>&1 || {
			complain "$1 on $options"
			continue
		}
		case $options in
		machines=all)
			test "$(reports)" = "$2" || complain "$1 on $options: other reports than $2"
			;;
		*) test -z "$(reports | grep -vxF "$2")" || complain "$1 on $options: other reports than $2" ;;
		esac
	done
	echo "# $1: $(tail -n 1 "$dir/out")"
}

# without NAME FILE FUNCTION CALL: FILE with the first CALL of FUNCTION taken out, lines kept.
without()
{
	mkdir -p "$dir/mutants"
	awk -v function_name="$3" -v call="$4" '
		$0 ~ "[ *]" function_name " ?\\(" && !/;/ { inside = 1 }
		inside && !done && index($0, call "(") && !/^#/ {
			sub(call "\\(", "(void)(")
			gone = 1
		}
		gone && !done {
			# Arguments are evaluated, and nothing is called.
			if (/;/)
				done = 1
		}
		{ print }
		END { if (!done) exit 1 }' "$2" >"$dir/mutants/$(basename "$2")"
}

# mutant NAME FILE FUNCTION CALL CHECK PLACE: the driver $others, without that call.
mutant()
{
	without "$1" "$2" "$3" "$4" || {
		complain "$2: no $4() in $3()"
		return
	}
	# shellcheck disable=SC2086 # a list
	build "$1" mutant "$dir/mutants/$(basename "$2")" $others || return
	DMALAB_OPTIONS=machines=all timeout 60 "$dir/mutant" >"$dir/out" 2>&1
	reports | grep -qxF "$5 $6" && echo "ok - $3() of $1 without $4(): $5 $6" && return
	complain "$3() of $1 without $4(): not reported as $5 $6"
}

# ------------------------------------------------------------------ drivers

d=$linux/$net
others=$linux/drivers/net/mii.c
# shellcheck disable=SC2086 # a list
if build 8139cp 8139cp $d/realtek/8139cp.c $others; then
	on_all 8139cp ''
	mutant 8139cp $d/realtek/8139cp.c cp_rx_poll dma_unmap_single stale-cpu-read: 8139cp.c:423
	mutant 8139cp $d/realtek/8139cp.c cp_tx dma_unmap_single free-while-mapped: 8139cp.c:694
	mutant 8139cp $d/realtek/8139cp.c cp_clean_rings dma_unmap_single free-while-mapped: 8139cp.c:1143
fi
exit $failed
