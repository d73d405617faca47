/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/settings_priv.h"

#include "check.h"
#include "fault.h"

static void what_is_left_out_is_as_documented(void)
{
    struct signer_settings s;
    CHECK(signer_settings_parse(TW_STR("{}"), &s, NULL) == TW_OK);
    CHECK(s.line_bytes == 131072 && s.batch == 4096 && s.connections == 16 && s.idle_s == 600);
    CHECK(s.reveal_after_s == 3600 && s.ahead_days == 1 && s.client_uid == -1);
    CHECK(signer_settings_parse(TW_STR("client_uid: 0\nbatch: 1000000 # many\nreveal_after_s: 0\n"), &s,
                                NULL) == TW_OK);
    CHECK(s.client_uid == 0 && s.batch == 1000000 && s.reveal_after_s == 0 && s.idle_s == 600);
}

static void every_limit_has_its_range(void)
{
    const char *const bad[] = {
        "line_bytes: 4095",   "line_bytes: 16777217",     "batch: 0",       "batch: 1000001",
        "connections: 0",     "connections: 1001",        "idle_s: 0",      "idle_s: 86401",
        "reveal_after_s: -1", "reveal_after_s: 31536001", "ahead_days: -1", "ahead_days: 100001",
        "client_uid: -1",     "client_uid: 4294967295"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct signer_settings s = {.batch = 7};
        struct tw_fault fault = {0};
        CHECK(signer_settings_parse(tw_str_from(bad[i]), &s, &fault) == TW_RANGE);
        CHECK(fault.line == 1 && s.batch == 7 && strncmp(fault.path, bad[i], strlen(fault.path)) == 0);
    }
}

static tw_err parse_again(void)
{
    struct signer_settings s;
    return signer_settings_parse(TW_STR("batch: 5\n"), &s, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(parse_again) > 1);
}

int main(void)
{
    RUN(what_is_left_out_is_as_documented);
    RUN(every_limit_has_its_range);
    RUN(survives_every_failed_allocation);
    return DONE();
}
