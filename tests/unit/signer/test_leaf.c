/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/leaf_priv.h"

#include "check.h"

#define SUM "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static bool commits(const char *leaf)
{
    return signer_leaf_commits(tw_str_from(leaf), TW_STR("2026-11-23"), TW_STR(SUM));
}

static void a_commitment_says_day_sum_and_type(void)
{
    CHECK(commits("{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\",\"type\":\"commitment\"}"));
    CHECK(commits(
        "{\"a\":[1,{\"type\":\"x\"}],\"at\":-7,\"day\":\"2026-11-23\",\"e\":{},\"more\":\"\\\"},{\\\\\","
        "\"sha256\":\"" SUM "\",\"type\":\"commitment\",\"v\":1}"));
}

static void what_says_something_else_is_none(void)
{
    const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"day\":\"2026-11-24\",\"sha256\":\"" SUM "\",\"type\":\"commitment\"}",
        "{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "0\",\"type\":\"commitment\"}",
        "{\"day\":\"2026-11-23\",\"sha256\":\"\",\"type\":\"commitment\"}",
        "{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\",\"type\":\"reveal\"}",
        "{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\"}",
        "{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\",\"types\":\"commitment\"}",
        /* not in the object itself */
        "{\"of\":{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\",\"type\":\"commitment\"}}",
        "{\"of\":\"{\\\"day\\\":\\\"2026-11-23\\\"}\",\"sha256\":\"" SUM "\",\"type\":\"commitment\"}",
        /* not canonical: a blank, a key twice, keys out of order, cut off, more behind */
        "{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\", \"type\":\"commitment\"}",
        "{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\",\"type\":\"commitment\",\"type\":\"commitment\"}",
        "{\"sha256\":\"" SUM "\",\"day\":\"2026-11-23\",\"type\":\"commitment\"}",
        "{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\",\"type\":\"commitment\"",
        "{\"day\":\"2026-11-23\",\"sha256\":\"" SUM "\",\"type\":\"commitment\"}x",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!commits(bad[i]));
}

int main(void)
{
    RUN(a_commitment_says_day_sum_and_type);
    RUN(what_says_something_else_is_none);
    return DONE();
}
