/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/ed25519.h"

#include "base/buf.h"
#include "check.h"

/* RFC 8032, section 7.1: tests 1 to 3. */
static const struct vector {
    const char *seed, *key, *message, *signature;
} vector[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

static size_t bytes_of(const char *hex, uint8_t *ret)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < 2 * n; i++) {
        const char c = hex[i];
        const int v = c <= '9' ? c - '0' : c - 'a' + 10;
        ret[i / 2] = (uint8_t)(i % 2 == 0 ? v << 4 : ret[i / 2] | v);
    }
    return n;
}

static void keys_and_signatures_are_those_of_the_rfc(void)
{
    for (size_t i = 0; i < sizeof vector / sizeof *vector; i++) {
        uint8_t seed[32], key[32], message[8], signature[64], is_key[32], is_signature[64];
        bytes_of(vector[i].seed, seed);
        bytes_of(vector[i].key, key);
        bytes_of(vector[i].signature, signature);
        const size_t n = bytes_of(vector[i].message, message);
        tw_ed25519_key(seed, is_key);
        CHECK(memcmp(is_key, key, sizeof key) == 0);
        tw_ed25519_sign(seed, message, n, is_signature);
        CHECK(memcmp(is_signature, signature, sizeof signature) == 0);
        CHECK(tw_ed25519_holds(key, message, n, signature));
    }
}

static void no_bit_can_be_changed(void)
{
    uint8_t key[32], message[8], signature[64];
    bytes_of(vector[2].key, key);
    bytes_of(vector[2].signature, signature);
    const size_t n = bytes_of(vector[2].message, message);
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(!tw_ed25519_holds(key, message, n, signature));
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof key; bit++) {
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(!tw_ed25519_holds(key, message, n, signature));
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    CHECK(!tw_ed25519_holds(key, message, n - 1, signature));
    CHECK(tw_ed25519_holds(key, message, n, signature));
}

/* S and S + L say the same to a lax reader (RFC 8032, section 5.1.7, asks for S < L). */
static void a_signature_has_one_form(void)
{
    uint8_t key[32], message[8], signature[64], order[32];
    bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", order);
    bytes_of(vector[1].key, key);
    bytes_of(vector[1].signature, signature);
    const size_t n = bytes_of(vector[1].message, message);
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    CHECK(carry == 0 && !tw_ed25519_holds(key, message, n, signature));
}

/* For the neutral element as a key, R = B and S = 1 hold of every message, to a lax reader. */
static void a_key_of_small_order_signs_nothing(void)
{
    uint8_t key[32] = {1}, signature[64] = {0};
    bytes_of("5866666666666666666666666666666666666666666666666666666666666666", signature);
    signature[32] = 1;
    CHECK(!tw_ed25519_holds(key, "a", 1, signature));
}

static void sums_are_those_of_the_standard(void)
{
    uint8_t is[TW_SHA512_BYTES], sum[TW_SHA512_BYTES];
    bytes_of("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebb"
             "d454d44"
             "23643ce80e2a9ac94fa54ca49f",
             sum); /* FIPS 180-4, example "abc" */
    tw_sha512("abc", 3, is);
    CHECK(memcmp(is, sum, sizeof sum) == 0);
}

static void what_is_wiped_is_gone(void)
{
    uint8_t p[40], none[40] = {0};
    memset(p, 7, sizeof p);
    tw_wipe(p, sizeof p);
    CHECK(memcmp(p, none, sizeof p) == 0);
    tw_wipe(NULL, 0);
}

int main(void)
{
    RUN(keys_and_signatures_are_those_of_the_rfc);
    RUN(no_bit_can_be_changed);
    RUN(a_signature_has_one_form);
    RUN(a_key_of_small_order_signs_nothing);
    RUN(sums_are_those_of_the_standard);
    RUN(what_is_wiped_is_gone);
    return DONE();
}
