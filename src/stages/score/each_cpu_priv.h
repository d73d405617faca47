/* SPDX-License-Identifier: Apache-2.0 */
/* score/each_cpu_priv.h -- loops over rows that are compiled once more for CPUs that have AVX2, which is
 * chosen when the program starts; what they compare and add is the same. What such a function calls must be
 * INLINE to be compiled with it.
 */
#ifndef TW_SCORE_EACH_CPU_PRIV_H
#define TW_SCORE_EACH_CPU_PRIV_H

#if defined(__x86_64__) && defined(__GLIBC__) /* the choice needs the loader's help (ifunc) */
#define EACH_CPU __attribute__((target_clones("avx2", "default")))
#else
#define EACH_CPU
#endif
#define INLINE inline __attribute__((always_inline))

#endif
