/* SPDX-License-Identifier: Apache-2.0 */
/* Criteria of ASYCUDA: first byte
 *   a  usual limits     A  limits so low that every one is met
 *
 * What is made of them is a set that holds its own examples; every criterion is in it or told as left out. */
#include "fuzz.h"

#include "criteria/asycuda.h"

struct telling {
    size_t lost;
};

static void on_told(void *to, const struct tw_fault *what, bool lost)
{
    struct telling *t = to;
    fuzz_fault(what->code, what);
    CHECK(what->line > 0 && what->column > 0 && tw_str_utf8(tw_str_from(what->note), NULL));
    t->lost += lost;
}

static void check_set(const struct tw_buf *draft, size_t made)
{
    struct tw_criteria *set = NULL;
    struct tw_fault fault = {0};
    size_t n;
    const tw_err err = tw_criteria_parse(tw_buf_view(draft), NULL, NULL, &set, &fault);
    if (err != TW_OK)
        printf("# %u:%u %s\n%.*s\n", fault.line, fault.column, fault.note, (int)draft->n, draft->p);
    CHECK(err == TW_OK);
    (void)tw_criteria_at(set, &n);
    CHECK(n == made);
    tw_criteria_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    struct telling t = {0};
    struct tw_fault fault = {0};
    struct tw_asycuda_count count;
    TW_SCOPED_BUF draft = {0};
    if (!fuzz_split(data, n, &in) || (in.kind != 'a' && in.kind != 'A')) return 0;
    struct tw_asycuda_options o = {.name = in.text, .day = 20000, .told = on_told, .to = &t};
    if (in.kind == 'A') {
        o.criteria = 2;
        o.depth = 3;
    }
    const tw_err err = tw_asycuda_import(in.text, &o, &draft, &count, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        CHECK(draft.n == 0);
        return 0;
    }
    CHECK(count.read > 0 && (count.lost > 0) == (t.lost > 0) && t.lost >= count.lost);
    if (count.made > 0)
        check_set(&draft, count.made);
    else
        CHECK(count.lost > 0);
    return 0;
}
