/* SPDX-License-Identifier: Apache-2.0 */
/* An audit of a small border, and faults planted in it. */
#ifndef TW_TEST_TRIAL_EXAMINE_H
#define TW_TEST_TRIAL_EXAMINE_H

#include "border.h"
#include "trial/audit.h"

enum { EXAMINED = 5000 };

static inline struct tw_trial_audit *examine(struct border *b)
{
    const struct tw_trial_audit_settings set = {.seed = 1, .draws = 20};
    struct tw_trial_audit *a = NULL;
    CHECK(tw_trial_audit(b->data, &set, NULL, &a, NULL) == TW_OK);
    return a;
}

static inline bool says(const struct tw_trial_audit *a, const char *what)
{
    for (size_t i = 0; i < a->remarks; i++)
        if (strstr(a->remark[i].text, what) != NULL) return true;
    return false;
}

static inline void show(const struct tw_trial_audit *a)
{
    TW_SCOPED_BUF text = {0};
    tw_trial_audit_text(a, &text);
    for (struct tw_str rest = tw_buf_view(&text); rest.n > 0;) {
        struct tw_str line = tw_str_cut(rest, '\n', &rest);
        printf("# %.*s\n", TW_STR_ARG(line));
    }
}

static inline const struct tw_trial_alone *column_named(const struct tw_trial_audit *a, const char *name)
{
    for (size_t i = 0; i < a->columns; i++)
        if (tw_str_is(a->column[i].name, name)) return &a->column[i];
    printf("# no column %s\n", name);
    CHECK(0 && "no such column");
    return NULL;
}

/* What is planted, which check must see it and how heavily, a word of what is said, and whether no other
 * check may warn. */
struct planted {
    unsigned wrong;
    enum tw_trial_check check;
    enum tw_trial_weight weight;
    const char *says;
    bool alone;
};

static inline void each_is_seen(const struct planted *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (uint64_t seed = 1; seed <= 2; seed++) {
            struct border b;
            int warned = 0;
            border_open(&b, (p[i].wrong & NO_HABITS) != 0 ? 3 * EXAMINED : EXAMINED, seed, p[i].wrong);
            TW_SCOPED(tw_trial_audit) *a = examine(&b);
            for (int c = 0; c < TW_TRIAL_CHECK_N; c++) warned += a->verdict[c] >= TW_TRIAL_WARNS;
            bool seen = a->verdict[p[i].check] == p[i].weight && says(a, p[i].says);
            seen = seen && a->believable == (p[i].weight != TW_TRIAL_FORBIDS);
            if (!seen || (p[i].alone && warned != 1)) {
                show(a);
                printf("# planted %zu, seed %d\n", i, (int)seed);
            }
            CHECK(seen && (!p[i].alone || warned == 1));
            border_close(&b);
        }
}

#endif
