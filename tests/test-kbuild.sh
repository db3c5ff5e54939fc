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
*-fsanitize=*)
	echo "a driver's code has no place in a sanitizer's address space: skipped"
	exit 77
	;;
esac
test -z "${TEST_RUNNER-}" || {
	echo "code of the kernel's is run on the CPU itself: skipped under $TEST_RUNNER"
	exit 77
}
headers=${KDIR-$(for build in /lib/modules/*/build; do
	test -f "$build/Makefile" && echo "$build"
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
		# shellcheck disable=SC2086 # a list
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

failed=0 includes=''
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
	sh kbuild/dmalab-kbuild KDIR="$headers" -o "$dir/o" --name "$name" --cflags "$includes" "$@" >"$dir/out" 2>&1 || {
		complain "$name does not build"
		return 1
	}
	models="$top/tests/kbuild/rig.c $top/tests/kbuild/$name.c"
	test "$name" != mistakes || models=$top/tests/kbuild/mistakes.c
	# shellcheck disable=SC2046,SC2086 # CC, the flags and the files are lists
	$CC $flags -std=gnu11 -g -fno-optimize-sibling-calls -Wall -I"$top/kbuild/include" \
		-I"$top/core/include" -no-pie -o "$dir/$program" $models "$dir/o/$name.o" \
		kbuild/libdmalab-kbuild.a -L.libs -ldmalab $(from_makefile CAPSTONE_LIBS) \
		-Wl,-rpath,"$here/.libs" >"$dir/link" 2>&1 && return
	mv "$dir/link" "$dir/out"
	complain "$name does not link"
	return 1
}

# What was reported: the check and its place, each once. Of the driver the line, else the file.
reports()
{
	awk '/^dmalab: [a-z]*: [a-z-]*:/ {
		check = $3
		getline
		place = $NF
		if (place ~ /^(rig|net)\.c:/)
			sub(/:.*/, "", place)
		print check, place
	}' "$dir/out" | sort -u
}

# on_all NAME WANTED MORE: on each profile these reports, and no others: WANTED, all of them, on one
# that judges all machines, and some of these and MORE on the others.
on_all()
{
	test -z "$2" || echo "$2" >"$dir/wanted"
	test -n "$2" || : >"$dir/wanted"
	echo "$3" | cat "$dir/wanted" - >"$dir/allowed"
	for options in profile=x86 profile=arm64 profile=armv7 profile=riscv profile=mips \
		profile=mips-nonspec profile=powerpc profile=swiotlb profile=iommu machines=all \
		profile=mips:cache_policy=random:seed=5 profile=arm64:cache_policy=eager; do
		DMALAB_OPTIONS=$options timeout 60 "$dir/$1" >"$dir/out" 2>&1 || {
			complain "$1 on $options"
			continue
		}
		reports >"$dir/reports"
		test $options != machines=all || diff "$dir/wanted" "$dir/reports" ||
			complain "$1 on $options: not these reports"
		if grep -vxFf "$dir/allowed" "$dir/reports"; then
			complain "$1 on $options: other reports"
		fi
		case $options in
		profile=x86 | machines=all) echo "# $1 on $options: $(tail -n 1 "$dir/out")" ;;
		esac
	done
}

# without NAME FILE FUNCTION CALL: FILE with the first CALL of FUNCTION taken out, lines kept.
without()
{
	mkdir -p "$dir/mutants"
	awk -v function_name="$3" -v call="$4" '
		$0 ~ "^([a-z].*[ *])?" function_name " ?\\(" { maybe = 1 }
		maybe && /;/ { maybe = 0 } # a prototype
		maybe && /^{/ { inside = 1 }
		/^}/ { inside = 0 }
		inside && !done && index($0, call "(") {
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

# mutant NAME FILE FUNCTION CALL CHECK PLACE: the driver, with $others, without that call.
mutant()
{
	without "$1" "$2" "$3" "$4" || {
		complain "$2: no $4() in $3()"
		return
	}
	includes=-I$(realpath "$(dirname "$2")")
	# shellcheck disable=SC2086 # a list
	build "$1" mutant "$dir/mutants/$(basename "$2")" $others || return
	DMALAB_OPTIONS=machines=all timeout 60 "$dir/mutant" >"$dir/out" 2>&1
	reports | grep -qxF "$5 $6" && echo "ok - $3() of $1 without $4(): $5 $6" && return
	complain "$3() of $1 without $4(): not reported as $5 $6"
}

# ------------------------------------------------------------------ drivers

# shellcheck disable=SC2086 # a list
card()
{
	build "$1" "$1" "$2" $others && on_all "$1" "$3" "$4"
}

# says N STATUS TEXT: mistake N ends the program with this status, after this text.
says()
{
	timeout 60 "$dir/mistakes" "$1" >"$dir/out" 2>&1
	status=$?
	if test $status != "$2" || ! grep -qF "$3" "$dir/out"; then
		complain "mistake $1: status $status, not $2 after \"$3\""
	fi
}

# What is wrong has a message that names it. 134: abort(), 139: the fault itself.
if build mistakes mistakes "$top/tests/kbuild/mistakes-driver.c"; then
	grep -q '^ *nobody_has_this *$' "$dir/out" || complain "the missing name is not listed"
	says 0 0 "WARNING at mistakes-driver.c:98"
	says 0 0 "2 warnings, 0 reports"
	says 0 0 "before the module: -22"
	says 0 0 "no such parameter: -2"
	says 0 0 "no driver: -19"
	says 1 134 "the kernel side has no nobody_has_this (kernel_nobody_has_this() in the test would be it), which is used at blunder() mistakes-driver.c:49"
	says 2 134 "a register is accessed after iounmap(), or without ioremap() at blunder() mistakes-driver.c:53"
	says 3 134 "a register is accessed behind the end of its window at blunder() mistakes-driver.c:56"
	says 4 134 "kernel BUG at mistakes-driver.c:59"
	says 5 134 "a spin lock is taken that this very thread holds: the driver's deadlock at blunder() mistakes-driver.c:63"
	says 6 134 "registers are accessed through a plain pointer at blunder() mistakes-driver.c:66"
	says 7 139 "the program faults on address 0x123456 at blunder() mistakes-driver.c:69"
	says 8 134 "no device has the I/O port 0x60"
	says 9 0 "ioremap() of 0xfee00000, 4096 bytes: no window of registers is there"
	says 10 0 "sleep-in-atomic"
	says 11 0 "might_sleep at on_irq() mistakes-driver.c:38"
	says 12 0 "the driver did not free_irq() when it was removed"
	DMALAB_KERNEL_LOG=1 "$dir/mistakes" >"$dir/out" 2>&1
	grep -qxF "kernel: 2 timers, 2 works, 2 interrupts, 02:00:00:00:00:01 text 7   |00ab" "$dir/out" ||
		complain "what the driver prints"
fi

# refuses TEXT ARGUMENT...: dmalab-kbuild fails, and says so.
refuses()
{
	text=$1
	shift
	if sh kbuild/dmalab-kbuild "$@" >"$dir/out" 2>&1 || ! grep -qF -- "$text" "$dir/out"; then
		complain "dmalab-kbuild $*: not refused with \"$text\""
	fi
}

echo 'int driver(void) { return no_such_name; }' >"$dir/broken.c"
refuses "no driver was given" -o "$dir/o"
refuses "-o DIR is missing" "$dir/broken.c"
refuses "nowhere.c: no such file" -o "$dir/o" "$dir/nowhere.c"
refuses "unknown option --frob" --frob
refuses "no kernel to build with" KDIR="$dir" -o "$dir/o" "$dir/broken.c"
refuses "the driver does not compile" KDIR="$headers" -o "$dir/o" "$dir/broken.c"
grep -q "no_such_name" "$dir/out" || complain "the compiler's message is lost"

d=$linux/$net
rm -f "$dir/out"
others=$linux/drivers/net/mii.c
cp=$d/realtek/8139cp.c
card 8139cp $cp '' ''
mutant 8139cp $cp cp_rx_poll dma_unmap_single stale-cpu-read: 8139cp.c:423
test "${DMALAB_CI-}" = long || exit $failed

mutant 8139cp $cp cp_tx dma_unmap_single free-while-mapped: 8139cp.c:694
mutant 8139cp $cp cp_clean_rings dma_unmap_single free-while-mapped: 8139cp.c:1143

# It maps as many bytes as there are, and has the card send 60.
rhine=$d/via/via-rhine.c
card via-rhine $rhine 'device-out-of-bounds: rig.c' ''
mutant via-rhine $rhine rhine_rx dma_sync_single_for_cpu stale-cpu-read: via-rhine.c:2095
mutant via-rhine $rhine rhine_rx dma_sync_single_for_device device-write-cpu-owned: rig.c
mutant via-rhine $rhine rhine_rx dma_unmap_single stale-cpu-read: via-rhine.c:2122
mutant via-rhine $rhine rhine_tx dma_unmap_single free-while-mapped: via-rhine.c:1980
mutant via-rhine $rhine free_rbufs dma_unmap_single free-while-mapped: via-rhine.c:1295

# The card reaches 1 GiB, and the machines have their memory above: what is tried first is refused.
# Then it maps a packet before it copies it there, stores to what it has mapped for the card to
# write, and reads what it has given back.
b44=$d/broadcom/b44.c
card b44 $b44 'address-over-mask: b44.c:673
address-over-mask: b44.c:987
cpu-read-device-owned: b44.c:841
cpu-write-device-owned: b44.c:1010
cpu-write-device-owned: b44.c:673
cpu-write-device-owned: b44.c:689
lost-device-write: b44.c:841
shared-cache-line: b44.c:792
stale-device-read: rig.c
uninitialised-to-device: b44.c:1000' 'address-over-mask: b44.c:689
address-over-mask: b44.c:1000'
mutant b44 $b44 b44_recycle_rx dma_sync_single_for_device device-write-cpu-owned: rig.c
mutant b44 $b44 b44_tx dma_unmap_single free-while-mapped: b44.c:637
mutant b44 $b44 b44_free_rings dma_unmap_single free-while-mapped: b44.c:1102

# A buffer whose frame was copied goes back to the card without a sync.
e1000=$d/intel/e1000/e1000_main.c
others="$d/intel/e1000/e1000_hw.c $d/intel/e1000/e1000_param.c $d/intel/e1000/e1000_ethtool.c"
card e1000 $e1000 'device-write-cpu-owned: rig.c
stale-cpu-read: e1000_main.c:3999
stale-cpu-read: e1000_main.c:4006
stale-cpu-read: net.c' ''
mutant e1000 $e1000 e1000_copybreak dma_sync_single_for_cpu stale-cpu-read: e1000_main.c:4344
mutant e1000 $e1000 e1000_clean_rx_irq dma_unmap_single stale-cpu-read: e1000_main.c:3999
mutant e1000 $e1000 e1000_unmap_and_free_tx_resource dma_unmap_single free-while-mapped: e1000_main.c:1970
exit $failed
