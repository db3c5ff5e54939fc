# SPDX-License-Identifier: MIT

# DMALAB_RUNTIME: the runtime behind compilers' instrumentation is a shared library, because the
# linker's --wrap must not reach the library's own calls of memcpy(). RUNTIME_WRAP is how a program
# is linked with it.
AC_DEFUN([DMALAB_RUNTIME], [
	AM_CONDITIONAL([WITH_RUNTIME], [test "x$enable_shared" = xyes])
	RUNTIME_WRAP=-Wl
	for name in memcpy memmove memset __memcpy_chk __memmove_chk __memset_chk \
		memcmp memchr strlen strnlen strcmp strncmp strcpy strncpy; do
		RUNTIME_WRAP=$RUNTIME_WRAP,--wrap=$name
	done
	AC_SUBST([RUNTIME_WRAP])
])
