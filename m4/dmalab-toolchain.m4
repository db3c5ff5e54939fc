# SPDX-License-Identifier: MIT
# What the compilers must be able to do, and which warnings they give.

# DMALAB_KEEP_CORE: autoconf's tests clean up with "rm -f core ...", meaning core
# dumps. Here core is a directory, and each of them would complain.
AC_DEFUN([DMALAB_KEEP_CORE], [
rm ()
{
	for dmalab_arg; do
		shift
		test "$dmalab_arg" = core || set -- "@S|@@" "$dmalab_arg"
	done
	command rm "@S|@@"
}
])

# DMALAB_SUPPORTED_HOST: the simulated RAM and its cookies need the address space
# of a 64-bit process, and the system calls of Linux.
AC_DEFUN([DMALAB_SUPPORTED_HOST], [
	AS_CASE([$host_os], [linux*], [],
		[AC_MSG_ERROR([dmalab runs on Linux only, not on $host_os])])
	AC_CHECK_SIZEOF([void *])
	AS_IF([test "$ac_cv_sizeof_void_p" -ne 8],
		[AC_MSG_ERROR([dmalab needs a 64-bit machine])])
	AC_C_BIGENDIAN([AC_MSG_ERROR([dmalab needs a little-endian machine, and $host_cpu is none])],
		[], [AC_MSG_ERROR([which byte order $host_cpu has cannot be told])])
	# What <linux/types.h> of ours adds to: kernel headers, which not every C library brings.
	AC_CHECK_HEADER([linux/types.h], [],
		[AC_MSG_ERROR([no <linux/types.h> of the kernel (Debian: linux-libc-dev, Alpine: linux-headers)])])
])

# DMALAB_ADD_FLAG(VARIABLE, FLAG): add FLAG to VARIABLE if the compiler of the
# current language knows it. The test runs with -Werror, as Clang only warns of
# flags it does not know.
AC_DEFUN([DMALAB_ADD_FLAG], [
	AS_VAR_PUSHDEF([cache], [dmalab_cv_[]_AC_LANG_ABBREV[]_flag_$2])
	AC_CACHE_CHECK([whether $[]_AC_CC takes $2], [cache], [
		dmalab_saved_flags=$_AC_LANG_PREFIX[]FLAGS
		_AC_LANG_PREFIX[]FLAGS="$dmalab_saved_flags -Werror $2"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
			[AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
		_AC_LANG_PREFIX[]FLAGS=$dmalab_saved_flags
	])
	AS_VAR_IF([cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
	AS_VAR_POPDEF([cache])
])

# DMALAB_LANGUAGE: C11 with GNU extensions, and C++17 if there is a C++ compiler.
# Named, not left to the compiler's default, which moves. Sets STD_CFLAGS,
# STD_CXXFLAGS and have_cxx.
AC_DEFUN([DMALAB_LANGUAGE], [
	AC_SUBST([STD_CFLAGS], [])
	AC_SUBST([STD_CXXFLAGS], [])
	DMALAB_ADD_FLAG([STD_CFLAGS], [-std=gnu11])
	AS_IF([test -z "$STD_CFLAGS"], [AC_MSG_ERROR([$CC does not compile -std=gnu11])])

	AC_CACHE_CHECK([for a working C++17 compiler], [dmalab_cv_cxx17], [
		AC_LANG_PUSH([C++])
		dmalab_saved_flags=$CXXFLAGS
		CXXFLAGS="$CXXFLAGS -std=gnu++17"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <string_view>]],
			[[constexpr std::string_view s("x"); if constexpr (s.size() == 1) return 0;]])],
			[dmalab_cv_cxx17=yes], [dmalab_cv_cxx17=no])
		CXXFLAGS=$dmalab_saved_flags
		AC_LANG_POP([C++])
	])
	have_cxx=$dmalab_cv_cxx17
	AS_IF([test "$have_cxx" = yes], [STD_CXXFLAGS=-std=gnu++17])
	AM_CONDITIONAL([WITH_CXX], [test "$have_cxx" = yes])
])

# DMALAB_WARNINGS: sets WARNING_CFLAGS and WARNING_CXXFLAGS.
#
# Left out on purpose:
#   -Wpedantic       refuses the GNU extensions that the headers are built on
#                    (#include_next, statement expressions)
#   -Wcast-qual      the kernel's own signatures drop const: kfree(const void *)
#   -Wconversion     says nothing but noise about masks, shifts and page numbers
#   -Wcast-align     never fires on the machines we run on, or always
#   -Winline, -Wpadded, -Waggregate-return: no mistakes in themselves
#   -Wnull-dereference: GCC 12 sees NULL paths that are not there, after inlining
#   -Wpointer-arith  arithmetic on void * is the kernel's way
#   -Wswitch-enum    wants every case spelled out in spite of a default
#   -Wunused-parameter of callbacks is kept: name them in a (void) cast
AC_DEFUN([DMALAB_WARNINGS], [
	AC_SUBST([WARNING_CFLAGS], [])
	AC_SUBST([WARNING_CXXFLAGS], [])
	m4_foreach_w([flag], [
		-Wall -Wextra
		-Walloca
		-Wdate-time
		-Wduplicated-branches
		-Wduplicated-cond
		-Wfloat-equal
		-Wformat=2
		-Wimplicit-fallthrough
		-Winit-self
		-Wjump-misses-init
		-Wlogical-op
		-Wmissing-declarations
		-Wmissing-include-dirs
		-Wmissing-prototypes
		-Wmissing-variable-declarations
		-Wnested-externs
		-Wold-style-definition
		-Wredundant-decls
		-Wshadow
		-Wstrict-prototypes
		-Wundef
		-Wunreachable-code
		-Wvla
		-Wwrite-strings
	], [DMALAB_ADD_FLAG([WARNING_CFLAGS], flag)])

	AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror],
		[warnings are errors (default: no, for compilers yet to come)])],
		[], [enable_werror=no])
	AC_SUBST([ENABLE_WERROR], [$enable_werror])
	AS_IF([test "$enable_werror" = yes], [AS_VAR_APPEND([WARNING_CFLAGS], [" -Werror"])])

	AS_IF([test "$have_cxx" = yes], [
		AC_LANG_PUSH([C++])
		m4_foreach_w([flag], [-Wall -Wextra -Wformat=2 -Wshadow -Wundef],
			[DMALAB_ADD_FLAG([WARNING_CXXFLAGS], flag)])
		AC_LANG_POP([C++])
		AS_IF([test "$enable_werror" = yes], [AS_VAR_APPEND([WARNING_CXXFLAGS], [" -Werror"])])
	])
])
