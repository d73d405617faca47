/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs: c checked expressions, u unchecked ones, C and U the same under low limits. What compiles is
 * evaluated twice, with all that it may see and with some of it missing, and written out. */
#include "base/json.h"
#include "fuzz.h"
#include "unit/cel/try.h"

enum { STEPS = 20000, ARENA_BYTES = 4 << 20, OUT_BYTES = 64 << 10 };

static void write_out(const struct tw_cel_program *p, struct tw_cel_value v)
{
    TW_SCOPED_BUF text = {.max = OUT_BYTES};
    TW_SCOPED_BUF json_text = {.max = OUT_BYTES};
    struct tw_json json = {.out = &json_text};
    tw_cel_show(v, tw_cel_result(p), &text);
    tw_cel_json(v, tw_cel_result(p), &json);
    tw_cel_type_show(tw_cel_result(p), &text);
    if (v.kind == TW_CEL_UNKNOWN) {
        tw_buf_clear(&text);
        tw_cel_missing(p, v, &text);
        CHECK(text.failed || text.n > 0);
    }
}

static tw_err evaluate(const struct tw_cel_program *p, struct tw_cel_value *ret)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_arena_new(ARENA_BYTES, &arena) == TW_OK);
    const tw_err err = tw_cel_eval(p, slot, arena, ret, &fault);
    if (err != TW_OK) {
        CHECK(err == TW_RANGE || err == TW_LIMIT || err == TW_NOMEM);
        fuzz_fault(err, &fault);
    } else {
        CHECK(ret->kind < TW_CEL_ERROR);
        write_out(p, *ret);
    }
    return err;
}

static void evaluate_twice(const struct tw_cel_program *p)
{
    struct tw_cel_value a = tw_cel_null(), b = tw_cel_null();
    const tw_err first = evaluate(p, &a), second = evaluate(p, &b);
    CHECK(first == second && a.kind == b.kind && a.n == b.n);
    if (a.kind == TW_CEL_BOOL || a.kind == TW_CEL_INT) CHECK(a.i == b.i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    struct tw_fault fault = {0};
    TW_SCOPED(tw_cel_program) *p = NULL;
    if (!fuzz_split(data, n, &in)) return 0;
    set_up();
    env.unchecked = in.kind == 'u' || in.kind == 'U';
    limits.steps = STEPS;
    if (in.kind == 'C' || in.kind == 'U') limits = (struct tw_cel_limits){200, 8, 10, 100};
    const tw_err err = tw_cel_compile(in.text, &env, &limits, &p, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        CHECK(fault.line > 0 && fault.column > 0 && fault.byte <= in.text.n);
        return 0;
    }
    evaluate_twice(p);
    item[0] = item[5] = tw_cel_absent();
    slot[3] = tw_cel_unknown();
    evaluate_twice(p);
    return 0;
}
