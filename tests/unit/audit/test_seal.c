/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/seal.h"

#include "check.h"
#include "fault.h"

static const uint8_t KEY[TW_SEAL_KEY] = {1}, OTHER[TW_SEAL_KEY] = {2}, NONCE[TW_SEAL_NONCE] = {3};

static void opens_with_its_key_and_as_what_it_is(void)
{
    static const char *const text[] = {"", "a", "a trader's name and address"};
    for (size_t i = 0; i < 3; i++) {
        TW_SCOPED_BUF sealed = {0}, back = {0};
        struct tw_fault fault = {0};
        tw_buf_text(&back, "before");
        tw_seal(KEY, NONCE, TW_STR("party 7"), tw_str_from(text[i]), &sealed);
        CHECK(sealed.n == strlen(text[i]) + TW_SEAL_MORE);
        CHECK(i == 0 || memmem(sealed.p, sealed.n, text[i], strlen(text[i])) == NULL || i == 1);
        const struct tw_str s = tw_buf_view(&sealed);
        CHECK(tw_unseal(OTHER, TW_STR("party 7"), s, &back, &fault) == TW_CONFLICT && fault.note[0] != '\0');
        CHECK(tw_unseal(KEY, TW_STR("party 8"), s, &back, NULL) == TW_CONFLICT && back.n == 6);
        CHECK(tw_unseal(KEY, TW_STR("party 7"), (struct tw_str){s.s, TW_SEAL_MORE - 1}, &back, NULL) ==
              TW_CONFLICT);
        for (size_t k = 0; k < sealed.n; k++) {
            sealed.p[k] ^= 1;
            CHECK(tw_unseal(KEY, TW_STR("party 7"), s, &back, NULL) == TW_CONFLICT);
            sealed.p[k] ^= 1;
        }
        CHECK(tw_unseal(KEY, TW_STR("party 7"), s, &back, NULL) == TW_OK);
        CHECK(tw_str_eq(tw_buf_from(&back, 6), tw_str_from(text[i])) || (i == 0 && back.n == 6));
    }
}

/* draft-irtf-cfrg-xchacha-03, appendix A.3.1 */
static void is_what_the_draft_has(void)
{
    static const char plain[] =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        "future, sunscreen would be it.";
    uint8_t key[32], nonce[24];
    for (int i = 0; i < 32; i++) key[i] = (uint8_t)(0x80 + i);
    for (int i = 0; i < 24; i++) nonce[i] = (uint8_t)(0x40 + i);
    TW_SCOPED_BUF out = {0};
    tw_seal(key, nonce, TW_STR("\x50\x51\x52\x53\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7"), TW_STR(plain), &out);
    CHECK(memcmp(out.p + 24, "\xbd\x6d\x17\x9d\x3e\x83\xd4\x3b\x95\x76\x57\x94\x93\xc0\xe9\x39", 16) == 0);
    CHECK(memcmp(out.p + out.n - 16, "\xc0\x87\x59\x24\xc1\xc7\x98\x79\x47\xde\xaf\xd8\x78\x0a\xcf\x49",
                 16) == 0);
}

static tw_err both(void)
{
    TW_SCOPED_BUF sealed = {0}, back = {0};
    tw_seal(KEY, NONCE, TW_STR("x"), TW_STR("text"), &sealed);
    if (sealed.failed) return TW_NOMEM;
    return tw_unseal(KEY, TW_STR("x"), tw_buf_view(&sealed), &back, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(both) > 1);
}

int main(void)
{
    RUN(opens_with_its_key_and_as_what_it_is);
    RUN(is_what_the_draft_has);
    RUN(survives_every_failed_allocation);
    return DONE();
}
