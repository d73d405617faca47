/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of facets. A batch changes few values many times, so changes are summed in memory and written once,
 * before the commit. */
#include "base/date.h"
#include "store/db_priv.h"

static tw_err add(struct tw_db *db, const struct db_count_slot *s, struct tw_fault *fault)
{
    const struct tw_str value = {s->value, s->n};
    struct db_use u = db_use(db, DB_SQL_COUNT_ADD);
    db_i64(&u, s->facet);
    db_text(&u, value);
    db_i64(&u, s->change);
    TW_TRY(db_run(&u, NULL, fault));
    if (s->change > 0) return TW_OK;
    u = db_use(db, DB_SQL_COUNT_DROP);
    db_i64(&u, s->facet);
    db_text(&u, value);
    return db_run(&u, NULL, fault);
}

tw_err db_count_flush(struct tw_db *db, struct tw_fault *fault)
{
    if (db->counting.used == 0) return TW_OK;
    for (unsigned i = 0; i < DB_COUNT_SLOTS; i++) {
        const struct db_count_slot *s = &db->counting.slot[i];
        if (s->used && s->change != 0) TW_TRY(add(db, s, fault));
    }
    memset(&db->counting, 0, sizeof db->counting);
    return TW_OK;
}

static tw_err change(struct tw_db *db, enum tw_db_facet facet, struct tw_str value, int by,
                     struct tw_fault *fault)
{
    struct db_counting *c = &db->counting;
    if (c->used >= DB_COUNT_SLOTS / 4 * 3) TW_TRY(db_count_flush(db, fault));
    for (uint64_t at = tw_hash64(value.s, value.n, (uint64_t)facet);; at++) {
        struct db_count_slot *s = &c->slot[at % DB_COUNT_SLOTS];
        if (!s->used) {
            s->used = true;
            s->facet = (uint8_t)facet;
            s->n = (uint8_t)value.n;
            if (value.n > 0) memcpy(s->value, value.s, value.n);
            c->used++;
        }
        if (s->facet != facet || s->n != value.n || memcmp(s->value, value.s, value.n) != 0) continue;
        s->change += by;
        return TW_OK;
    }
}

static tw_err change_number(struct tw_db *db, enum tw_db_facet facet, int64_t value, int by,
                            struct tw_fault *fault)
{
    char text[24];
    struct tw_buf b = tw_buf_in(text, sizeof text);
    tw_buf_i64(&b, value);
    return change(db, facet, tw_buf_view(&b), by, fault);
}

tw_err db_count(struct tw_db *db, const struct db_facts *f, int by, struct tw_fault *fault)
{
    const struct tw_str office = f->office.n > 0 ? f->office : TW_STR("");
    TW_TRY(change(db, TW_DB_FACET_OFFICE, office, by, fault));
    TW_TRY(change_number(db, TW_DB_FACET_CHANNEL, f->channel, by, fault));
    TW_TRY(change_number(db, TW_DB_FACET_STATE, f->state, by, fault));
    return change_number(db, TW_DB_FACET_DAY, tw_time_day(f->received_at), by, fault);
}

/* One more behind the first n; NULL = no memory. */
static struct tw_db_count *one_more(struct tw_arena *arena, struct tw_db_count **at, size_t n, size_t *room)
{
    if (n == *room) {
        struct tw_db_count *more = tw_arena_array(arena, n > 0 ? 2 * n : 32, sizeof *more);
        if (more == NULL) return NULL;
        if (n > 0) memcpy(more, *at, n * sizeof *more);
        *at = more;
        *room = n > 0 ? 2 * n : 32;
    }
    return &(*at)[n];
}

tw_err tw_db_counts(struct tw_db *db, enum tw_db_facet facet, struct tw_arena *arena,
                    struct tw_db_count **ret, size_t *ret_n, struct tw_fault *fault)
{
    struct tw_db_count *at = NULL;
    size_t n = 0, room = 0;
    struct db_use u = db_use(db, DB_SQL_COUNTS);
    db_i64(&u, facet);
    for (bool more = true;; n++) {
        TW_TRY(db_row(&u, &more, fault));
        if (!more) break;
        struct tw_db_count *c = one_more(arena, &at, n, &room);
        if (c == NULL || tw_str_dup(arena, db_col_str(&u, 0), &c->value) != TW_OK) {
            db_end(&u);
            return tw_fail(fault, TW_NOMEM, "no memory for the counts");
        }
        c->facet = facet;
        c->n = (uint64_t)db_col(&u, 1);
    }
    *ret = at;
    *ret_n = n;
    return TW_OK;
}
