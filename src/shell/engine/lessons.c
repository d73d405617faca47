/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/lessons_priv.h"

#include <string.h>

#include "base/mem.h"

void lessons_free(struct lessons *l)
{
    tw_free(l->x);
    tw_free(l->truth);
    tw_free(l->place);
    *l = (struct lessons){.n = 0};
}

static tw_err lessons_grow(struct lessons *l)
{
    if (l->n < l->cap) return TW_OK;
    const size_t cap = l->cap < 256 ? 256 : l->cap + l->cap / 2;
    float *x = tw_realloc(l->x, cap * TW_FEATURE_N, sizeof *x);
    if (x != NULL) l->x = x;
    struct tw_truth *truth = tw_realloc(l->truth, cap, sizeof *truth);
    if (truth != NULL) l->truth = truth;
    struct tw_card_row *place = tw_realloc(l->place, cap, sizeof *place);
    if (place != NULL) l->place = place;
    if (x == NULL || truth == NULL || place == NULL) return TW_NOMEM;
    l->cap = cap;
    return TW_OK;
}

tw_err lessons_add(struct lessons *l, const struct lesson *one)
{
    const struct tw_finding *f = one->finding;
    TW_TRY(lessons_grow(l));
    memcpy(l->x + l->n * TW_FEATURE_N, one->x, TW_FEATURE_N * sizeof *l->x);
    l->place[l->n] = one->place;
    l->truth[l->n] = (struct tw_truth){
        .lodged_day = one->day,
        .known_day = f->known_day > one->day ? f->known_day : one->day,
        .declaration = one->declaration,
        .known = true,
        .found = tw_result_found(f->result),
        .propensity = f->propensity,
        .at_stake = one->look->stake,
        .recovered_minor = f->delta_duty.cur[0] != '\0' ? f->delta_duty.minor : TW_RECOVERED_UNKNOWN,
    };
    l->found += l->truth[l->n++].found;
    return TW_OK;
}

tw_err recent_new(size_t window, struct recent *ret)
{
    struct recent r = {.window = window, .items = tw_calloc(window, sizeof *r.items)};
    if (r.items == NULL) return TW_NOMEM;
    *ret = r;
    return TW_OK;
}

void recent_free(struct recent *r)
{
    tw_free(r->items);
    tw_free(r->x);
    tw_free(r->stake);
    *r = (struct recent){.n = 0};
}

/* Makes room for `rows`, and puts the oldest row first. */
static tw_err recent_grow(struct recent *r, size_t rows)
{
    if (rows <= r->cap) return TW_OK;
    size_t cap = r->cap < 1024 ? 1024 : r->cap;
    while (cap < rows) cap += cap / 2;
    float *x = tw_calloc(cap * TW_FEATURE_N, sizeof *x);
    double *stake = tw_calloc(cap, sizeof *stake);
    if (x == NULL || stake == NULL) {
        tw_free(x);
        tw_free(stake);
        return TW_NOMEM;
    }
    for (size_t i = 0; i < r->rows; i++) {
        const size_t at = recent_row(r, i);
        memcpy(x + i * TW_FEATURE_N, r->x + at * TW_FEATURE_N, TW_FEATURE_N * sizeof *x);
        stake[i] = r->stake[at];
    }
    tw_free(r->x);
    tw_free(r->stake);
    r->x = x;
    r->stake = stake;
    r->row = 0;
    r->cap = cap;
    return TW_OK;
}

static void drop_oldest(struct recent *r)
{
    const uint32_t items = recent_items(r, 0);
    if (items > 0) r->row = recent_row(r, items);
    r->rows -= items;
    r->first = (r->first + 1) % r->window;
    r->n--;
}

tw_err recent_add(struct recent *r, const struct tw_look *look, const float *x)
{
    while (r->n > 0 && (r->n == r->window || r->rows + look->n > RECENT_ITEMS_MAX)) drop_oldest(r);
    TW_TRY(recent_grow(r, r->rows + look->n));
    for (size_t i = 0; i < look->n; i++) {
        const size_t at = recent_row(r, r->rows + i);
        memcpy(r->x + at * TW_FEATURE_N, x + i * TW_FEATURE_N, TW_FEATURE_N * sizeof *x);
        r->stake[at] = look->item[i].stake;
    }
    r->items[(r->first + r->n) % r->window] = (uint32_t)look->n;
    r->rows += look->n;
    r->n++;
    return TW_OK;
}
