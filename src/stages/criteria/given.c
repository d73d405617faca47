/* SPDX-License-Identifier: Apache-2.0 */
/* What criteria said, taken from a record: what they looked at is not there any more. */
#include "criteria/criteria_priv.h"

#include <string.h>

static const struct tw_criteria_said *said_of(const struct tw_criteria_given *g, struct tw_str id)
{
    for (size_t i = 0; i < g->n; i++)
        if (tw_str_eq(g->at[i].id, id)) return &g->at[i];
    return NULL;
}

bool criteria_given(const struct tw_criteria *c, const struct tw_criteria_given *g)
{
    return g != NULL && memcmp(g->set, c->hash, sizeof g->set) == 0;
}

tw_err criteria_take(const struct tw_criteria *c, const struct tw_criteria_given *g, struct tw_arena *arena,
                     struct tw_criteria_hit **ret, size_t *ret_n)
{
    struct tw_criteria_hit *hit = tw_arena_array(arena, g->n + 1, sizeof *hit);
    size_t n = 0;
    if (hit == NULL) return TW_NOMEM;
    for (size_t i = 0; i < c->n && n < g->n; i++) {
        const struct tw_criteria_said *s = said_of(g, c->at[i].id);
        if (s == NULL) continue;
        hit[n++] = (struct tw_criteria_hit){.criterion = &c->at[i],
                                            .outcome = s->outcome,
                                            .item = s->item,
                                            .items = s->items,
                                            .why = s->why,
                                            .quoted = s->lists};
    }
    *ret = hit;
    *ret_n = n;
    return TW_OK;
}
