/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/settings_priv.h"

#include "check.h"
#include "fault.h"

static const uint8_t loopback[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};

static void what_is_left_out_is_as_documented(void)
{
    struct witness_settings s;
    CHECK(witness_settings_parse(TW_STR("{}"), &s, NULL) == TW_OK);
    CHECK(s.body_bytes == 65536 && s.head_bytes == 16384 && s.proof_lines == 63 && s.connections == 64);
    CHECK(s.idle_s == 30 && s.port == 8417 && memcmp(&s.host, loopback, sizeof loopback) == 0);
    CHECK(witness_settings_parse(TW_STR("idle_s: 86400\nport: 0 # any\n"), &s, NULL) == TW_OK);
    CHECK(s.idle_s == 86400 && s.port == 0 && s.connections == 64);
}

static void every_limit_has_its_range(void)
{
    const char *const bad[] = {
        "body_bytes: 1023", "body_bytes: 1048577", "head_bytes: 4095", "head_bytes: 1048577",
        "proof_lines: 0",   "proof_lines: 64",     "connections: 0",   "connections: 1001",
        "idle_s: 0",        "idle_s: 86401",       "port: -1",         "port: 65536"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct witness_settings s = {.port = 7};
        struct tw_fault fault = {0};
        CHECK(witness_settings_parse(tw_str_from(bad[i]), &s, &fault) == TW_RANGE);
        CHECK(fault.line == 1 && s.port == 7 && strncmp(fault.path, bad[i], strlen(fault.path)) == 0);
    }
}

static void an_address_is_written_in_digits(void)
{
    const char *const bad[] = {"address: localhost",
                               "address: ''",
                               "address: 127.0.0.1.",
                               "address: 1:2",
                               "address: '127.0.0.1 '",
                               "address: 256.0.0.1",
                               "address: 1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111"};
    struct witness_settings s;
    CHECK(witness_settings_parse(TW_STR("address: '::1'"), &s, NULL) == TW_OK &&
          IN6_IS_ADDR_LOOPBACK(&s.host));
    CHECK(witness_settings_parse(TW_STR("address: 0.0.0.0"), &s, NULL) == TW_OK &&
          IN6_IS_ADDR_V4MAPPED(&s.host) && s.host.s6_addr[15] == 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tw_fault fault = {0};
        CHECK(witness_settings_parse(tw_str_from(bad[i]), &s, &fault) == TW_FORMAT && fault.line == 1);
        CHECK(strstr(fault.note, "127.0.0.1 or ::1") != NULL || i == 1);
    }
}

static tw_err parse_again(void)
{
    struct witness_settings s;
    return witness_settings_parse(TW_STR("address: 127.0.0.2\n"), &s, NULL);
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(parse_again) > 1);
}

int main(void)
{
    RUN(what_is_left_out_is_as_documented);
    RUN(every_limit_has_its_range);
    RUN(an_address_is_written_in_digits);
    RUN(survives_every_failed_allocation);
    return DONE();
}
