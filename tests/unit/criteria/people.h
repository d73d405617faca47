/* SPDX-License-Identifier: Apache-2.0 */
/* People with keys for tests, the configuration that names them, and sets that they sign. */
#ifndef TW_TEST_CRITERIA_PEOPLE_H
#define TW_TEST_CRITERIA_PEOPLE_H

#include <stdio.h>

#include "check.h"
#include "criteria/signers.h"

/* Whoever is no. `who`: its seed is that number. */
static inline struct tw_ssh_private key_of(uint8_t who)
{
    struct tw_ssh_private k = {.seed = {who}};
    tw_ed25519_key(k.seed, k.key);
    return k;
}

/* Appends the row of a signer. more  further keys of the row, each in a line of its own; "" = none */
static inline void put_signer(struct tw_buf *yaml, uint8_t who, const char *name, const char *roles,
                              const char *more)
{
    tw_buf_printf(yaml, "  - name: %s\n    roles: [%s]\n%s    key: ", name, roles, more);
    tw_ssh_key_put(key_of(who).key, TW_STR("x"), yaml);
    tw_buf_char(yaml, '\n');
}

enum { KIM = 1, LEE, MO, KIM_TOO, OLD, YOUNG, STRANGER };

/* kim writes, lee reviews, mo may do both; kim has a second key that may review. */
static inline struct tw_signers *people(void)
{
    struct tw_signers *s = NULL;
    struct tw_fault fault = {0};
    TW_SCOPED_BUF yaml = {0};
    tw_buf_text(&yaml, "signers:\n");
    put_signer(&yaml, KIM, "kim", "author", "");
    put_signer(&yaml, LEE, "lee", "reviewer", "");
    put_signer(&yaml, MO, "mo", "author, reviewer", "");
    put_signer(&yaml, KIM_TOO, "kim", "reviewer", "");
    put_signer(&yaml, OLD, "old", "reviewer", "    valid: {to: 2025-12-31}\n");
    put_signer(&yaml, YOUNG, "young", "reviewer", "    valid: {from: 2026-12-01}\n");
    if (tw_signers_parse(tw_buf_view(&yaml), &s, &fault) != TW_OK) printf("# %s\n", fault.note);
    CHECK(s != NULL);
    return s;
}

/* A set of `author`; free ret->p. */
static inline struct tw_buf set_by(const char *author, const char *name, int version)
{
    struct tw_buf b = {0};
    tw_buf_printf(
        &b,
        "name: %s\nversion: %d\nauthor: %s\ncriteria:\n  - id: A\n    when: item.origin == 'US'\n"
        "    channel: red\n    reason: r\n    owner: kim\n    valid: {from: 2025-01-01, to: 2027-12-31}\n"
        "    offices: [\"*\"]\n    examples: [{origin: US, hit: true}, {hit: unknown}]\n",
        name, version, author);
    return b;
}

#endif
