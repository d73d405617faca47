/* SPDX-License-Identifier: Apache-2.0 */
/* base/each_cpu.h -- loops that are compiled once more for CPUs that have AVX2, which is chosen when the
 * program starts; what they compute is the same. What such a function calls must be TW_INLINE to be compiled
 * with it.
 */
#ifndef TW_BASE_EACH_CPU_H
#define TW_BASE_EACH_CPU_H

#include <stddef.h> /* tells which C library this is */

#if defined(__x86_64__) && defined(__GLIBC__) /* the choice needs the loader's help (ifunc) */
#define TW_EACH_CPU __attribute__((target_clones("avx2", "default")))
#else
#define TW_EACH_CPU
#endif
#define TW_INLINE inline __attribute__((always_inline))

#endif
