/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of criteria for tests, one line each. */
#ifndef TW_TEST_CRITERIA_SET_H
#define TW_TEST_CRITERIA_SET_H

#include <stdio.h>

#include "base/buf.h"
#include "base/date.h"
#include "check.h"
#include "criteria/criteria.h"

#define HEAD "name: t\nversion: 3\nauthor: kim\ncriteria:\n"
/* All but condition and examples: lines 5 to 11 of a set of one. */
#define REST                                                                                                 \
    "    channel: red\n    reason: r\n    owner: kim\n    valid: {from: 2025-01-01, to: 2026-12-31}\n"       \
    "    offices: [\"*\"]\n"
#define ONE(id, when, examples) "  - id: " id "\n    when: " when "\n" REST "    examples: " examples "\n"

static inline struct tw_criteria *set_of(const char *yaml)
{
    struct tw_criteria *c = NULL;
    struct tw_fault fault = {0};
    if (tw_criteria_parse(tw_str_from(yaml), NULL, NULL, &c, &fault) != TW_OK)
        printf("# %u:%u %s: %s\n", fault.line, fault.column, fault.path, fault.note);
    CHECK(c != NULL);
    return c;
}

#endif
