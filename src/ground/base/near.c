/* SPDX-License-Identifier: Apache-2.0 */
#include "base/near.h"

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned tw_near_slips(struct tw_str a, struct tw_str b)
{
    if (a.n > TW_NEAR_BYTES || b.n > TW_NEAR_BYTES) return TW_NEAR_FAR;
    unsigned row[3][TW_NEAR_BYTES + 1]; /* of the table a[0..i) x b[0..j): i - 2, i - 1 and i, taking turns */
    for (size_t j = 0; j <= b.n; j++) row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *const now = row[i % 3], *const before = row[(i + 2) % 3], *const older = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            const bool same = lower(a.s[i - 1]) == lower(b.s[j - 1]);
            now[j] = least(before[j - 1] + !same, least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a.s[i - 1]) == lower(b.s[j - 2]) &&
                lower(a.s[i - 2]) == lower(b.s[j - 1]))
                now[j] = least(now[j], older[j - 2] + 1);
        }
    }
    return row[a.n % 3][b.n];
}

bool tw_near_better(struct tw_str word, struct tw_str meant, unsigned *best)
{
    const unsigned slips = tw_near_slips(word, meant);
    if (slips >= *best || slips > (word.n + 2) / 3) return false;
    *best = slips;
    return true;
}
