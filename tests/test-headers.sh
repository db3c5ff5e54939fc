#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each public header compiles alone, twice, as C11 and as C++17, and says nothing
# under -Wall -Wextra. All of them together as well, in either order, and beside the
# headers of the host: before and after them.

dir='' include=''
# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"

status=0 tried=0

# compile FILE WHAT COMPILER FLAG...
compile()
{
	file=$1 what=$2
	shift 2
	tried=$((tried + 1))
	"$@" -I"$include" -Wall -Wextra -Wundef -Werror -fsyntax-only "$file" || {
		echo "test-headers: $what: $*"
		status=1
	}
}

headers=$(cd "$include" && find . -name '*.h' | sed 's,^\./,,' | sort)
test -n "$headers" || exit 1

# each SUFFIX COMPILER FLAG...
each()
{
	file=$dir/header.$1
	for header in $headers; do
		printf '#include <%s>\n#include <%s>\n' "$header" "$header" >"$file"
		shift_and_compile "$file" "<$header>" "$@"
	done
	together "$@"
}

shift_and_compile()
{
	compiled=$1 of=$2
	shift 3
	compile "$compiled" "$of" "$@"
}

host='arpa/inet.h assert.h byteswap.h ctype.h endian.h errno.h fcntl.h limits.h math.h net/if.h
	netinet/in.h poll.h pthread.h sched.h semaphore.h signal.h stdint.h stdio.h stdlib.h string.h
	strings.h sys/ioctl.h sys/mman.h sys/param.h sys/random.h sys/socket.h sys/stat.h sys/sysinfo.h
	sys/time.h sys/types.h sys/uio.h sys/wait.h time.h unistd.h
	linux/byteorder/little_endian.h linux/ethtool.h linux/fs.h linux/futex.h linux/if_ether.h
	linux/if_packet.h linux/input.h linux/ioctl.h linux/netlink.h linux/pci_regs.h linux/swab.h
	linux/sockios.h linux/types.h linux/vfio.h'
host_of_cxx='algorithm atomic chrono condition_variable functional map memory mutex string thread vector'

# includes NAME...
includes()
{
	printf '#include <%s>\n' "$@"
}

# All of them in one program, with user-space code that uses words of both.
# shellcheck disable=SC2086 # lists
together()
{
	all=$dir/all.$1
	theirs=$host
	test "$1" = c || theirs="$host $host_of_cxx"
	echo "$headers" | sed 's/.*/#include <&>/' >"$all"
	shift_and_compile "$all" "all headers" "$@"
	echo "$headers" | sort -r | sed 's/.*/#include <&>/' >"$all"
	shift_and_compile "$all" "all headers, backwards" "$@"
	{ includes $theirs && includes $headers && uses; } >"$all"
	shift_and_compile "$all" "the host's headers, and all" "$@"
	{ includes $headers && includes $theirs && uses; } >"$all"
	shift_and_compile "$all" "all headers, and the host's" "$@"
}

uses()
{
	cat <<'EOF'
struct thing {
	int value;
	struct list_head list;
};

int uses(struct list_head *head, struct timespec *ts);
int uses(struct list_head *head, struct timespec *ts)
{
	struct thing *thing;
	struct sysinfo info;
	int sum = htons(1) + ENOTSUPP + errno + (int)strlen("");

	list_for_each_entry(thing, head, list)
		sum += thing->value;
	if (sysinfo(&info) || clock_gettime(CLOCK_MONOTONIC, ts))
		pr_err("%s\n", strerror(errno));
	return sum + (int)ARRAY_SIZE(info.loads);
}
EOF
}

# A kernel's tools/include behind ours: by these guards its headers are told that they are
# not wanted.
shims()
{
	mkdir -p "$dir/shims/linux"
	printf '#ifndef __TOOLS_LINUX_KERNEL_H\n#define __TOOLS_LINUX_KERNEL_H\n%s\n#endif\n' \
		'#define ARRAY_SIZE(x) tools' >"$dir/shims/linux/kernel.h"
	printf '#ifndef _TOOLS_LINUX_TYPES_H_\n#define _TOOLS_LINUX_TYPES_H_\n%s\n#endif\n' \
		'typedef unsigned int dma_addr_t; typedef struct { int c; } atomic_t;' \
		>"$dir/shims/linux/types.h"
	echo "$headers" | sed 's/.*/#include <&>/' >"$dir/shims.c"
	compile "$dir/shims.c" "all headers, and shims behind them" "$@" "-I$include" "-I$dir/shims"
}

# CC and CXX may have arguments.
# shellcheck disable=SC2086
{
	each c $CC -D_POSIX_C_SOURCE=200809L -std=c11
	together c $CC -D_GNU_SOURCE -std=gnu11 -Wshadow -Wstrict-prototypes
	together c $CC -D_GNU_SOURCE -std=gnu17
	shims $CC -std=gnu11
	if test -n "$CXX"; then
		each cc $CXX -std=c++17
		together cc $CXX -std=gnu++17
	else
		echo "no C++ compiler: C only"
	fi
}

# The face of the owning type has no CPU pointer in it.
if sed 's,/\*.*,,; /^ \*/d' "$include/dmalab/coherent-handle.h" |
	grep -nE 'void \*|cpu|vaddr|u8 \*|char \*'; then
	echo "test-headers: a pointer in the public face of struct coherent_handle"
	status=1
fi

echo "test-headers: $tried compilations"
exit $status
