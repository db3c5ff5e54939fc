/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: hints to the compiler and to checkers, and accesses that must
 * be made as written.
 */
#ifndef DMALAB_LINUX_COMPILER_TYPES_H
#define DMALAB_LINUX_COMPILER_TYPES_H

#define __user
#define __kernel
#define __force
#define __rcu
#define __percpu
#define __bitwise__
#ifndef __iomem
#define __iomem
#endif
#ifndef __bitwise
#define __bitwise
#endif
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#ifndef __private
#define __private
#endif

#ifndef __packed
#define __packed __attribute__((__packed__))
#endif
#ifndef __aligned
#define __aligned(x) __attribute__((__aligned__(x)))
#endif
#ifndef __maybe_unused
#define __maybe_unused __attribute__((__unused__))
#endif
#ifndef __always_unused
#define __always_unused __attribute__((__unused__))
#endif
#ifndef __must_check
#define __must_check __attribute__((__warn_unused_result__))
#endif
#ifndef __weak
#define __weak __attribute__((__weak__))
#endif
#ifndef __printf
#define __printf(a, b) __attribute__((__format__(__printf__, a, b)))
#endif
#ifndef __section
#define __section(s) __attribute__((__section__(s)))
#endif
#ifndef __cold
#define __cold __attribute__((__cold__))
#endif
#ifndef __counted_by
#define __counted_by(m)
#endif
#ifndef __randomize_layout
#define __randomize_layout
#endif
#ifndef __read_mostly
#define __read_mostly
#endif
#ifndef __ro_after_init
#define __ro_after_init
#endif
#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

/* One access of the width of the variable, neither left out nor repeated. */
#ifndef READ_ONCE
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#endif
#ifndef WRITE_ONCE
#define WRITE_ONCE(x, val) ((void)(*(volatile __typeof__(x) *)&(x) = (val)))
#endif
#ifndef data_race
#define data_race(expr) (expr)
#endif

#ifndef __cplusplus
#ifndef barrier
#define barrier() __asm__ __volatile__("" : : : "memory")
#endif
#endif

#ifndef __is_constexpr
#define __is_constexpr(x) __builtin_constant_p(x)
#endif
#ifndef OPTIMIZER_HIDE_VAR
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#endif
#ifndef asmlinkage
#define asmlinkage
#endif

#endif
