/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <stdbool.h>

#include "base/arena.h"
#include "check.h"

static bool hex_is(const uint8_t sum[TW_SHA256_BYTES], const char *want)
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(sum, hex);
    return strcmp(hex, want) == 0;
}

/* FIPS 180-4's examples, as NIST publishes them; RFC 4231 test case 2. */
static void sha256_and_hmac_meet_their_standards(void)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256("abc", 3, sum);
    CHECK(hex_is(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    tw_sha256("", 0, sum);
    CHECK(hex_is(sum, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    tw_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, sum);
    CHECK(hex_is(sum, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
}

/* A key's states serve any number of texts; RFC 4231 test cases 1, 6 and 7, the latter two with a key longer
 * than a block. */
static void a_key_serves_many_times(void)
{
    struct tw_hmac_key key;
    uint8_t sum[TW_SHA256_BYTES], once[TW_SHA256_BYTES], bytes[131], text[300];
    memset(bytes, 0x0b, 20);
    tw_hmac_key_make(bytes, 20, &key);
    for (int twice = 0; twice < 2; twice++) {
        tw_hmac_by(&key, "Hi There", 8, sum);
        CHECK(hex_is(sum, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    }
    memset(bytes, 0xaa, sizeof bytes);
    tw_hmac_key_make(bytes, sizeof bytes, &key);
    tw_hmac_by(&key, "Test Using Larger Than Block-Size Key - Hash Key First", 54, sum);
    CHECK(hex_is(sum, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
    memset(text, 'x', sizeof text);
    for (size_t n = 0; n <= sizeof text; n++) {
        tw_hmac_by(&key, text, n, sum);
        tw_hmac_sha256(bytes, sizeof bytes, text, n, once);
        CHECK(memcmp(sum, once, sizeof sum) == 0);
    }
    tw_hmac_key_make(NULL, 0, &key);
    tw_hmac_by(&key, NULL, 0, sum);
    CHECK(hex_is(sum, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
}

static void pieces_make_the_same_sum(void)
{
    TW_SCOPED(tw_sha256) *s = NULL;
    uint8_t sum[TW_SHA256_BYTES];
    CHECK(tw_sha256_new(&s) == TW_OK);
    tw_sha256_add(s, "a", 1);
    tw_sha256_add(s, "", 0);
    tw_sha256_add(s, "bc", 2);
    tw_sha256_end(s, sum);
    CHECK(hex_is(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

/* The fast hash: the same on every machine (pinned), and no prefix, length or seed goes unnoticed. */
static void the_fast_hash_sees_every_byte(void)
{
    uint8_t p[80] = {0};
    uint64_t all = 0;
    for (size_t n = 0; n <= sizeof p; n++) {
        const uint64_t h = tw_hash64(p, n, 1);
        CHECK(n == 0 || h != tw_hash64(p, n - 1, 1));
        CHECK(h != tw_hash64(p, n, 2));
        for (size_t i = 0; i < n; i++) {
            p[i] ^= 1;
            CHECK(tw_hash64(p, n, 1) != h);
            p[i] ^= 1;
        }
        all = tw_hash_join(all, h);
    }
    CHECK(all == 0x26ff3dcec434ecd1u);
    CHECK(tw_hash_join(1, 2) != tw_hash_join(2, 1));
}

/* One bit of the key changes about half the bits of the hash. */
static void the_fast_hash_spreads(void)
{
    double flipped = 0;
    for (uint64_t k = 0; k < 1000; k++)
        for (int b = 0; b < 64; b++) {
            const uint64_t other = k ^ 1ull << b;
            flipped += __builtin_popcountll(tw_hash64(&k, sizeof k, 0) ^ tw_hash64(&other, sizeof other, 0));
        }
    flipped /= 64000;
    CHECK(flipped > 31.5 && flipped < 32.5);
}

int main(void)
{
    RUN(sha256_and_hmac_meet_their_standards);
    RUN(a_key_serves_many_times);
    RUN(pieces_make_the_same_sum);
    RUN(the_fast_hash_sees_every_byte);
    RUN(the_fast_hash_spreads);
    return DONE();
}
