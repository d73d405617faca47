/* SPDX-License-Identifier: Apache-2.0 */
/* Pages. A cursor is where the page before ended (time and seq) and a hash of the filter it belongs to, in
 * hex. One row more than asked for is read: it tells whether there is a next page. */
#include "store/db_list.h"

#include "store/db_priv.h"

struct place {
    int64_t time, seq;
};

enum { HEX_TIME = 16, HEX_SEQ = 16, HEX_FILTER = 8 };
_Static_assert(HEX_TIME + HEX_SEQ + HEX_FILTER + 1 == TW_DB_CURSOR, "a cursor has room for its parts");

static const enum db_sql list_sql[] = {
    [TW_DB_BY_ALL] = DB_SQL_LIST_ALL,       [TW_DB_BY_CHANNEL] = DB_SQL_LIST_CHANNEL,
    [TW_DB_BY_OFFICE] = DB_SQL_LIST_OFFICE, [TW_DB_BY_OFFICE_CHANNEL] = DB_SQL_LIST_OFFICE_CHANNEL,
    [TW_DB_BY_STATE] = DB_SQL_LIST_STATE,   [TW_DB_BY_HS] = DB_SQL_LIST_HS,
    [TW_DB_BY_PARTY] = DB_SQL_LIST_PARTY,   [TW_DB_BY_TIME] = DB_SQL_LIST_TIME,
};

static bool by_channel(enum tw_db_by by)
{
    return by == TW_DB_BY_CHANNEL || by == TW_DB_BY_OFFICE_CHANNEL;
}

static bool by_office(enum tw_db_by by)
{
    return by == TW_DB_BY_OFFICE || by == TW_DB_BY_OFFICE_CHANNEL;
}

static tw_err look_at_filter(const struct tw_db_filter *f, struct tw_fault *fault)
{
    if ((unsigned)f->by >= TW_DB_BY_N) return tw_fail(fault, TW_ARG, "there is no such list");
    if (by_channel(f->by)) TW_TRY(db_code(f->channel, TW_DB_NO_CHANNEL, "channel", fault));
    if (by_office(f->by)) TW_TRY(db_short(f->office, "an office", fault));
    if (f->by == TW_DB_BY_STATE) TW_TRY(db_code(f->state, 0, "state", fault));
    if (f->by == TW_DB_BY_HS && f->hs.n != 2 && f->hs.n != 4 && f->hs.n != 6)
        return tw_fail(fault, TW_ARG,
                       "a commodity code of %zu digits; chapters have 2, headings 4, subheadings 6", f->hs.n);
    return TW_OK;
}

static uint32_t filter_hash(const struct tw_db_filter *f)
{
    uint64_t h = tw_mix64((uint64_t)f->by + 1);
    if (by_channel(f->by)) h = tw_hash_join(h, (uint64_t)f->channel);
    if (by_office(f->by)) h = tw_hash64(f->office.s, f->office.n, h);
    if (f->by == TW_DB_BY_STATE) h = tw_hash_join(h, (uint64_t)f->state);
    if (f->by == TW_DB_BY_HS) h = tw_hash64(f->hs.s, f->hs.n, h);
    if (f->by == TW_DB_BY_PARTY) h = tw_hash64(f->party, sizeof f->party, h);
    if (f->by == TW_DB_BY_TIME) h = tw_hash_join(tw_hash_join(h, (uint64_t)f->from), (uint64_t)f->to);
    return (uint32_t)h;
}

static void put_hex(char *to, unsigned digits, uint64_t v)
{
    for (unsigned i = 0; i < digits; i++) to[i] = "0123456789abcdef"[v >> 4 * (digits - 1 - i) & 15];
}

static bool get_hex(const char *from, unsigned digits, uint64_t *ret)
{
    *ret = 0;
    for (unsigned i = 0; i < digits; i++) {
        const char c = from[i];
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f')) return false;
        *ret = *ret << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    return true;
}

static void write_cursor(const struct tw_db_filter *f, const struct tw_db_head *last,
                         struct tw_db_cursor *ret)
{
    put_hex(ret->text, HEX_TIME, (uint64_t)last->received_at);
    put_hex(ret->text + HEX_TIME, HEX_SEQ, last->seq);
    put_hex(ret->text + HEX_TIME + HEX_SEQ, HEX_FILTER, filter_hash(f));
    ret->text[TW_DB_CURSOR - 1] = '\0';
}

static tw_err read_cursor(const struct tw_db_ask *ask, struct place *ret, struct tw_fault *fault)
{
    const char *text = ask->after.s;
    uint64_t time = 0, seq = 0, filter = 0;
    *ret = (struct place){ask->filter.to, INT64_MAX};
    if (ask->after.n == 0) return TW_OK;
    if (ask->after.n != TW_DB_CURSOR - 1 || !get_hex(text, HEX_TIME, &time) ||
        !get_hex(text + HEX_TIME, HEX_SEQ, &seq) ||
        !get_hex(text + HEX_TIME + HEX_SEQ, HEX_FILTER, &filter) || seq > INT64_MAX)
        return tw_fail(fault, TW_FORMAT, "this is no place of a list; begin without one");
    if (filter != filter_hash(&ask->filter))
        return tw_fail(fault, TW_ARG, "this place belongs to another list; begin without one");
    *ret = (struct place){(int64_t)time, (int64_t)seq};
    return TW_OK;
}

static struct db_use begin(struct tw_db *db, const struct tw_db_ask *ask, const struct place *at)
{
    const struct tw_db_filter *f = &ask->filter;
    struct db_use u = db_use(db, list_sql[f->by]);
    if (by_office(f->by)) db_text(&u, f->office);
    if (by_channel(f->by)) db_i64(&u, f->channel);
    if (f->by == TW_DB_BY_STATE) db_i64(&u, f->state);
    if (f->by == TW_DB_BY_HS) db_text(&u, f->hs);
    if (f->by == TW_DB_BY_PARTY) db_bytes(&u, f->party, sizeof f->party);
    if (f->by == TW_DB_BY_TIME) {
        db_i64(&u, f->from);
        db_i64(&u, at->time);
    }
    db_i64(&u, at->seq);
    db_i64(&u, (int64_t)ask->limit + 1);
    return u;
}

static tw_err read_row(const struct db_use *u, struct tw_arena *arena, struct tw_db_row *ret,
                       struct tw_fault *fault)
{
    db_head(u, &ret->head);
    ret->roles = (uint32_t)db_col(u, 8);
    if (tw_str_dup(arena, ret->head.office, &ret->head.office) != TW_OK ||
        tw_str_dup(arena, ret->head.hs, &ret->head.hs) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "no memory for a list");
    return TW_OK;
}

tw_err tw_db_list(struct tw_db *db, const struct tw_db_ask *ask, struct tw_arena *arena,
                  struct tw_db_page *ret, struct tw_fault *fault)
{
    struct place at;
    struct tw_db_page page = {0};
    if (ask->limit == 0 || ask->limit > TW_DB_PAGE_MAX)
        return tw_fail(fault, TW_ARG, "a page of %zu; 1 to %d can be had", ask->limit, TW_DB_PAGE_MAX);
    TW_TRY(look_at_filter(&ask->filter, fault));
    TW_TRY(read_cursor(ask, &at, fault));
    page.row = tw_arena_array(arena, ask->limit, sizeof *page.row);
    if (page.row == NULL) return tw_fail(fault, TW_NOMEM, "no memory for a list");
    struct db_use u = begin(db, ask, &at);
    tw_err err = TW_OK;
    for (bool more = true; err == TW_OK; page.n++) {
        TW_TRY(db_row(&u, &more, fault));
        if (!more) break;
        if (page.n == ask->limit) {
            write_cursor(&ask->filter, &page.row[page.n - 1].head, &page.next);
            break;
        }
        err = read_row(&u, arena, &page.row[page.n], fault);
    }
    db_end(&u);
    if (err == TW_OK) *ret = page;
    return err;
}
