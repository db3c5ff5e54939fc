# SPDX-License-Identifier: MIT

# DMALAB_RUNTIME: the runtime behind compilers' instrumentation is a shared library, because the
# linker's --wrap must not reach the library's own calls of memcpy(). RUNTIME_WRAP is how a program
# is linked with it. It has the names of a sanitizer's runtime, and cannot be instrumented by one.
AC_DEFUN([DMALAB_RUNTIME], [
	dmalab_runtime=$enable_shared
	AS_CASE(["$CC $CFLAGS"], [*-fsanitize*], [dmalab_runtime=no])
	AM_CONDITIONAL([WITH_RUNTIME], [test "x$dmalab_runtime" = xyes])
	RUNTIME_WRAP=-Wl
	for name in memcpy memmove memset __memcpy_chk __memmove_chk __memset_chk \
		memcmp memchr strlen strnlen strcmp strncmp strcpy strncpy; do
		RUNTIME_WRAP=$RUNTIME_WRAP,--wrap=$name
	done
	AC_SUBST([RUNTIME_WRAP])
])
