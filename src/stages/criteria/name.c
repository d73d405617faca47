/* SPDX-License-Identifier: Apache-2.0 */
/* The list of what conditions may see. */
#include "criteria/criteria_priv.h"

struct naming {
    struct tw_arena *arena;
    struct tw_criteria_name *at;
    size_t n, cap;
};

static tw_err add_name(struct naming *to, struct tw_criteria_name one)
{
    if (to->n == to->cap) {
        const size_t cap = to->cap > 0 ? 2 * to->cap : 256;
        struct tw_criteria_name *more = tw_arena_array(to->arena, cap, sizeof *more);
        if (more == NULL) return TW_NOMEM;
        for (size_t k = 0; k < to->n; k++) more[k] = to->at[k];
        to->at = more;
        to->cap = cap;
    }
    to->at[to->n++] = one;
    return TW_OK;
}

static tw_err join(const struct naming *to, struct tw_str path, struct tw_str name, struct tw_str *ret)
{
    TW_SCOPED_BUF whole = {0};
    tw_buf_printf(&whole, "%.*s.%.*s", TW_STR_ARG(path), TW_STR_ARG(name));
    return whole.failed ? TW_NOMEM : tw_str_dup(to->arena, tw_buf_view(&whole), ret);
}

static tw_err name_record(struct naming *to, const struct record *r, struct tw_str path)
{
    for (size_t i = 0; i < r->n; i++) {
        struct tw_str whole;
        TW_TRY(join(to, path, r->cel[i].name, &whole));
        if (r->field[i].source == SOURCE_RECORD)
            TW_TRY(name_record(to, r->field[i].sub, whole));
        else
            TW_TRY(add_name(to, (struct tw_criteria_name){whole, r->cel[i].type, r->field[i].words}));
    }
    return TW_OK;
}

tw_err tw_criteria_names(const struct tw_watchlists *lists, struct tw_arena *arena,
                         const struct tw_criteria_name **ret, size_t *ret_n)
{
    struct schema *s;
    struct naming to = {.arena = arena};
    TW_TRY(schema_new(lists, arena, &s));
    for (int r = 0; r < ROOT_N; r++) TW_TRY(name_record(&to, s->root[r], s->variable[r].name));
    *ret = to.at;
    *ret_n = to.n;
    return TW_OK;
}
