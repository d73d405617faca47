/* SPDX-License-Identifier: Apache-2.0 */
/* Results of inspections come into a station, and out again in the order in which they came. */
#include <stdio.h>

#include "base/date.h"
#include "base/json.h"
#include "decl/decision.h"
#include "decl/money.h"
#include "engine/intake.h"
#include "message/json_in.h"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- in */

static void put_money(struct tw_json *j, const char *key, const struct tw_money *m)
{
    if (!tw_money_set(*m)) return;
    tw_json_key(j, key);
    tw_json_begin_object(j);
    tw_json_key(j, "currency");
    tw_json_str(j, tw_money_cur(m));
    tw_json_key(j, "minor");
    tw_json_i64(j, m->minor);
    tw_json_end_object(j);
}

/* Another word could name somebody, and is not kept. */
static bool is_basis(struct tw_str word)
{
    for (int b = 0; b < TW_BASIS_N; b++)
        if (tw_str_is(word, tw_basis_name((enum tw_basis)b))) return true;
    return false;
}

static void put_record(const struct tw_finding *f, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    if (is_basis(f->basis)) {
        tw_json_key(&j, "basis");
        tw_json_str(&j, f->basis);
    }
    put_money(&j, "delta_duty", &f->delta_duty);
    put_money(&j, "delta_value", &f->delta_value);
    if (f->propensity > 0) {
        tw_json_key(&j, "propensity");
        tw_json_f64(&j, f->propensity);
    }
    tw_json_key(&j, "result");
    tw_json_text(&j, tw_result_code(f->result));
    tw_json_end_object(&j);
}

static void put_leaf(const struct tw_db_finding *row, int64_t at, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    uint8_t sum[TW_SHA256_BYTES];
    char hex[TW_SHA256_HEX], room[16];
    struct tw_buf day = tw_buf_in(room, sizeof room);
    tw_sha256(row->record.s, row->record.n, sum);
    tw_sha256_hex(sum, hex);
    tw_buf_day(&day, row->known_day);
    tw_json_begin_object(&j);
    tw_json_key(&j, "at");
    tw_json_i64(&j, at);
    tw_json_key(&j, "item");
    tw_json_i64(&j, row->item);
    tw_json_key(&j, "known_day");
    tw_json_str(&j, tw_buf_view(&day));
    tw_json_key(&j, "record");
    tw_json_text(&j, hex);
    tw_json_key(&j, "reg");
    tw_json_u64(&j, row->reg);
    tw_json_key(&j, "type");
    tw_json_text(&j, "finding");
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_key(&j, "version");
    tw_json_i64(&j, row->version);
    tw_json_end_object(&j);
}

struct twin {
    const struct tw_db_finding *row;
    bool known;
};

static tw_err look_for_twin(void *to, const struct tw_db_finding *f, struct tw_fault *fault)
{
    struct twin *t = to;
    (void)fault;
    t->known |=
        f->item == t->row->item && f->known_day == t->row->known_day && tw_str_eq(f->record, t->row->record);
    return TW_OK;
}

tw_err tw_intake_finding(struct tw_intake *in, const struct tw_finding *f, bool *known,
                         struct tw_fault *fault)
{
    struct tw_station *s = tw_intake_station(in);
    struct tw_db *db = tw_station_db(s);
    struct tw_db_decl decl;
    int64_t reg = 0;
    TW_SCOPED_BUF record = {0}, leaf = {0};
    if (tw_str_i64(f->declaration_id, &reg) != TW_OK || reg < 1)
        return tw_fail(fault, TW_CONFLICT,
                       "'%.*s' is no registration number; findings name declarations by theirs",
                       TW_STR_FIRST(f->declaration_id, 40));
    const tw_err err = tw_db_decl(db, (uint64_t)reg, 0, tw_intake_arena(in), &decl, fault);
    if (err == TW_NOTFOUND)
        return tw_fail(fault, TW_CONFLICT, "no declaration is registered here as %012llu",
                       (unsigned long long)reg);
    TW_TRY(err);
    put_record(f, &record);
    if (record.failed) return no_memory(fault);
    const struct tw_db_finding row = {.reg = (uint64_t)reg,
                                      .seq = tw_station_size(s) + 1,
                                      .version = decl.head.version,
                                      .item = f->item,
                                      .result = (int32_t)f->result,
                                      .known_day = f->known_day,
                                      .record = tw_buf_view(&record)};
    struct twin twin = {.row = &row};
    TW_TRY(tw_db_findings_of(db, row.reg, look_for_twin, &twin, fault));
    *known = twin.known;
    if (twin.known) return TW_OK;
    TW_TRY(tw_db_finding_put(db, &row, fault));
    put_leaf(&row, tw_station_now(s), &leaf);
    if (leaf.failed) return no_memory(fault);
    return tw_station_leaf(s, tw_buf_view(&leaf), fault);
}

/* -- out */

static void take_money(const struct tw_json_node *of, const char *key, struct tw_money *ret)
{
    const struct tw_json_node *m = tw_json_get(of, key);
    const struct tw_json_node *currency = m != NULL ? tw_json_get(m, "currency") : NULL,
                              *minor = m != NULL ? tw_json_get(m, "minor") : NULL;
    if (currency == NULL || minor == NULL || currency->text.n != 3) return;
    if (tw_str_i64(minor->text, &ret->minor) == TW_OK) memcpy(ret->cur, currency->text.s, 3);
}

tw_err tw_intake_finding_restore(const struct tw_db_finding *row, struct tw_arena *arena,
                                 struct tw_finding *ret, struct tw_fault *fault)
{
    const struct tw_json_node *node;
    char number[TW_STATION_NUMBER + 8];
    struct tw_str record;
    tw_station_number(row->reg, number);
    *ret = (struct tw_finding){
        .item = row->item, .result = (enum tw_result)row->result, .known_day = row->known_day};
    if (tw_str_dup(arena, tw_str_from(number), &ret->declaration_id) != TW_OK ||
        tw_str_dup(arena, row->record, &record) != TW_OK)
        return no_memory(fault);
    TW_TRY(tw_json_parse(record, NULL, arena, &node, fault));
    take_money(node, "delta_duty", &ret->delta_duty);
    take_money(node, "delta_value", &ret->delta_value);
    const struct tw_json_node *p = tw_json_get(node, "propensity"), *basis = tw_json_get(node, "basis");
    if (p != NULL && tw_str_f64(p->text, &ret->propensity) != TW_OK) ret->propensity = 0;
    if (basis != NULL) ret->basis = basis->text;
    return TW_OK;
}
