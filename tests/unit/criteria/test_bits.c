/* SPDX-License-Identifier: Apache-2.0 */
#include "criteria/bits_priv.h"

#include <string.h>

#include "base/rng.h"
#include "check.h"

enum { MOST = 10000 };

static uint64_t bits[MOST / 64 + 8], more[MOST / 64 + 8];
static bool in[MOST];

static void put_some(struct tw_rng *r, uint64_t *to, size_t n, size_t how_many)
{
    for (size_t i = 0; i < how_many; i++) {
        const size_t at = tw_rng_below(r, n);
        bits_put(to, n, at);
        in[at] = true;
    }
}

static bool as_told(size_t n)
{
    uint32_t at = bits_next(bits, n, 0);
    for (size_t i = 0; i < n; i++) {
        if (bits_has(bits, i) != in[i] || (at == i) != in[i]) return false;
        if (in[i]) at = bits_next(bits, n, i + 1);
    }
    return at == BITS_NONE;
}

static void what_was_put_in_is_found_in_order(void)
{
    static const size_t size[] = {1, 63, 64, 65, 500, 4095, 4096, 4097, 8192, MOST};
    struct tw_rng r = tw_rng_new(3, "bits");
    for (size_t s = 0; s < sizeof size / sizeof *size; s++)
        for (size_t how_many = 0; how_many < 200; how_many = 2 * how_many + 1) {
            const size_t n = size[s];
            CHECK(bits_words(n) <= sizeof bits / sizeof *bits);
            memset(bits, 0, sizeof bits);
            memset(more, 0, sizeof more);
            memset(in, 0, sizeof in);
            put_some(&r, bits, n, how_many);
            CHECK(as_told(n));
            put_some(&r, more, n, how_many);
            bits_join(bits, more, n);
            CHECK(as_told(n));
        }
}

int main(void)
{
    RUN(what_was_put_in_is_found_in_order);
    return DONE();
}
