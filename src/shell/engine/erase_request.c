/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, and whom they are about. */
#include "audit/leaf.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/erase.h"
#include "engine/intake.h"
#include "message/json_in.h"
#include "name/name.h"

enum { ONE_PARTY_BYTES = 64 << 20 };

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

void tw_erase_hex(const uint8_t id[TW_DB_ID], char ret[TW_ERASE_HEX])
{
    struct tw_buf b = tw_buf_in(ret, TW_ERASE_HEX);
    tw_buf_hex(&b, id, TW_DB_ID);
    ret[TW_ERASE_HEX - 1] = '\0';
}

bool tw_erase_unhex(struct tw_str text, uint8_t ret[TW_DB_ID])
{
    if (text.n != TW_ERASE_HEX - 1) return false;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.s[i];
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f')) return false;
        ret[i / 2] = (uint8_t)(ret[i / 2] << 4 | (digit ? c - '0' : c - 'a' + 10));
    }
    return true;
}

/* -- as bytes */

void tw_erase_request_put(const struct tw_erase_request *r, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    char hex[TW_ERASE_HEX];
    tw_json_begin_object(&j);
    tw_json_key(&j, "at");
    tw_json_i64(&j, r->at);
    tw_json_key(&j, "parties");
    tw_json_begin_array(&j);
    for (size_t i = 0; i < r->parties; i++) {
        tw_erase_hex(r->party[i], hex);
        tw_json_text(&j, hex);
    }
    tw_json_end_array(&j);
    tw_json_key(&j, "reason");
    tw_json_str(&j, r->reason);
    tw_json_key(&j, "rule");
    tw_json_str(&j, r->rule);
    tw_json_key(&j, "station");
    tw_erase_hex(r->station, hex);
    tw_json_text(&j, hex);
    tw_json_key(&j, "type");
    tw_json_text(&j, "erasure-request");
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_end_object(&j);
}

static tw_err no_request(struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT, "this is no request as `tidewaiter erase ask` writes it");
}

static const struct tw_json_node *text_of(const struct tw_json_node *of, const char *key)
{
    const struct tw_json_node *node = tw_json_get(of, key);
    return node != NULL && node->kind == TW_JSON_TEXT ? node : NULL;
}

static tw_err read_parties(const struct tw_json_node *list, struct tw_arena *arena,
                           struct tw_erase_request *ret, struct tw_fault *fault)
{
    if (list == NULL || list->kind != TW_JSON_ARRAY || list->n == 0) return no_request(fault);
    if (list->n > TW_ERASE_PARTIES_MAX)
        return tw_fail(fault, TW_LIMIT, "a request names up to %d parties", TW_ERASE_PARTIES_MAX);
    uint8_t(*party)[TW_DB_ID] = tw_arena_array(arena, list->n, TW_DB_ID);
    if (party == NULL) return no_memory(fault);
    for (const struct tw_json_node *one = tw_json_first(list); one != NULL; one = one->next) {
        if (one->kind != TW_JSON_TEXT || !tw_erase_unhex(one->text, party[ret->parties]))
            return no_request(fault);
        for (size_t i = 0; i < ret->parties; i++)
            if (memcmp(party[i], party[ret->parties], TW_DB_ID) == 0) return no_request(fault);
        ret->parties++;
    }
    ret->party = (const uint8_t(*)[TW_DB_ID])party;
    return TW_OK;
}

tw_err tw_erase_request_read(struct tw_str bytes, struct tw_arena *arena, struct tw_erase_request *ret,
                             struct tw_fault *fault)
{
    struct tw_erase_request r = {.parties = 0};
    const struct tw_json_node *node;
    if (tw_leaf_check(bytes, NULL) != TW_OK) return no_request(fault);
    TW_TRY(tw_json_parse(bytes, NULL, arena, &node, fault));
    const struct tw_json_node *at = tw_json_get(node, "at"), *v = tw_json_get(node, "v"),
                              *type = text_of(node, "type"), *reason = text_of(node, "reason"),
                              *rule = text_of(node, "rule"), *station = text_of(node, "station");
    if (node->n != 7 || type == NULL || !tw_str_is(type->text, "erasure-request") || v == NULL ||
        !tw_str_is(v->text, "1") || at == NULL || tw_str_i64(at->text, &r.at) != TW_OK || reason == NULL ||
        reason->text.n == 0 || reason->text.n > TW_ERASE_REASON_MAX || rule == NULL || station == NULL ||
        !tw_erase_unhex(station->text, r.station))
        return no_request(fault);
    r.reason = reason->text;
    r.rule = rule->text;
    TW_TRY(read_parties(tw_json_get(node, "parties"), arena, &r, fault));
    *ret = r;
    return TW_OK;
}

/* -- whom */

static tw_err by_role(struct tw_station *s, struct tw_str number, struct tw_str role, uint8_t ret[TW_DB_ID],
                      struct tw_fault *fault)
{
    const uint32_t bit = tw_intake_role(role);
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_db_decl row;
    int64_t reg = 0;
    if (tw_str_i64(number, &reg) != TW_OK || reg < 1 || bit == 0)
        return tw_fail(fault, TW_ARG,
                       "'%.*s:%.*s' is no party; it is a registration number and a role, as "
                       "000000000042:importer, or the %d hexadecimal digits that the station knows it by",
                       TW_STR_FIRST(number, 40), TW_STR_FIRST(role, 40), TW_ERASE_HEX - 1);
    if (tw_arena_new(ONE_PARTY_BYTES, &arena) != TW_OK) return no_memory(fault);
    const tw_err err = tw_db_decl(tw_station_db(s), (uint64_t)reg, 0, arena, &row, fault);
    if (err == TW_NOTFOUND)
        return tw_fail(fault, TW_NOTFOUND, "no declaration is registered here as %012llu",
                       (unsigned long long)reg);
    TW_TRY(err);
    for (size_t i = 0; i < row.roles; i++) {
        if ((row.role[i].roles & bit) == 0) continue;
        memcpy(ret, row.role[i].party, TW_DB_ID);
        return TW_OK;
    }
    return tw_fail(fault, TW_NOTFOUND, "declaration %012llu names no %.*s", (unsigned long long)reg,
                   TW_STR_ARG(role));
}

tw_err tw_erase_whom(struct tw_station *s, struct tw_str text, uint8_t ret[TW_DB_ID], struct tw_fault *fault)
{
    struct tw_str role;
    if (tw_erase_unhex(text, ret)) return TW_OK;
    const struct tw_str number = tw_str_cut(text, ':', &role);
    return by_role(s, number, role, ret, fault);
}

struct finding {
    struct tw_station *s;
    struct tw_name_fold *fold;
    struct tw_arena *one, *arena; /* of a party; of the answer */
    struct wanted {
        struct tw_str line;
        struct tw_name name;
    } * wanted;
    size_t n;
    struct tw_erase_ids *ret;
    struct tw_name name; /* of the party at hand */
};

static bool is_wanted(struct finding *f, const struct tw_party *p)
{
    tw_name_read(f->fold, p->name, &f->name);
    for (size_t i = 0; i < f->n; i++) {
        const struct wanted *w = &f->wanted[i];
        if (p->id.n > 0 && tw_str_eq(w->line, p->id)) return true;
        if (f->name.n > 0 && w->name.n == f->name.n && memcmp(w->name.text, f->name.text, f->name.n) == 0)
            return true;
    }
    return false;
}

static tw_err look_at(void *to, const struct tw_db_party *row, struct tw_fault *fault)
{
    struct finding *f = to;
    struct tw_party p;
    if (row->sealed.n == 0) return TW_OK;
    tw_arena_reset(f->one);
    const tw_err err = tw_intake_party(f->s, row->id, f->one, &p, fault);
    if (err == TW_NOTFOUND) return TW_OK; /* its key went: this is an old copy */
    TW_TRY(err);
    if (!is_wanted(f, &p)) return TW_OK;
    if (f->ret->n == TW_ERASE_PARTIES_MAX)
        return tw_fail(fault, TW_LIMIT, "more than %d parties are named so; a request names no more",
                       TW_ERASE_PARTIES_MAX);
    memcpy(f->ret->at[f->ret->n++], row->id, TW_DB_ID);
    return TW_OK;
}

static tw_err find(struct finding *f, struct tw_str text, struct tw_fault *fault)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.n; i++) lines += text.s[i] == '\n';
    if (lines > TW_ERASE_PARTIES_MAX) return tw_fail(fault, TW_LIMIT, "up to %d lines", TW_ERASE_PARTIES_MAX);
    f->wanted = tw_arena_array(f->arena, lines, sizeof *f->wanted);
    f->ret->at = tw_arena_array(f->arena, TW_ERASE_PARTIES_MAX, TW_DB_ID);
    if (f->wanted == NULL || f->ret->at == NULL || tw_arena_new(ONE_PARTY_BYTES, &f->one) != TW_OK)
        return no_memory(fault);
    TW_TRY(tw_name_fold_new(&f->fold, fault));
    for (struct tw_str rest = text; rest.n > 0;) {
        const struct tw_str line = tw_str_trim(tw_str_cut(rest, '\n', &rest));
        if (line.n == 0) continue;
        f->wanted[f->n].line = line;
        tw_name_read(f->fold, line, &f->wanted[f->n++].name);
    }
    return tw_db_parties(tw_station_db(f->s), look_at, f, fault);
}

tw_err tw_erase_find(struct tw_station *s, struct tw_str text, struct tw_arena *arena,
                     struct tw_erase_ids *ret, struct tw_fault *fault)
{
    struct finding f = {.s = s, .arena = arena, .ret = ret};
    ret->n = 0;
    const tw_err err = find(&f, text, fault);
    tw_name_fold_free(f.fold);
    tw_arena_free(f.one);
    return err;
}

/* -- reasons */

/* Does the text, at the beginning of one of its words, say this? A normal form has a few words only, so that
 * it is made anew at each. */
static bool says(struct tw_name_fold *fold, struct tw_str text, const struct tw_name *of)
{
    struct tw_name here;
    for (size_t at = 0; at < text.n; at++) {
        if (at > 0 && !tw_is_blank(text.s[at - 1])) continue;
        tw_name_read(fold, (struct tw_str){text.s + at, text.n - at}, &here);
        if (here.n >= of->n && memcmp(here.text, of->text, of->n) == 0 &&
            (here.n == of->n || here.text[of->n] == ' '))
            return true;
    }
    return false;
}

tw_err tw_erase_reason(struct tw_str reason, const struct tw_party *party, struct tw_fault *fault)
{
    enum { LEAST = 4 }; /* what is shorter stands in many a reason by chance */
    TW_SCOPED(tw_name_fold) *fold = NULL;
    struct tw_name of;
    const struct tw_str told[] = {party->name, party->id, party->street};
    if (reason.n == 0 || reason.n > TW_ERASE_REASON_MAX)
        return tw_fail(fault, TW_ARG, "a reason has 1 to %d bytes", TW_ERASE_REASON_MAX);
    TW_TRY(tw_name_fold_new(&fold, fault));
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        tw_name_read(fold, told[i], &of);
        if (of.n >= LEAST && says(fold, reason, &of))
            return tw_fail(fault, TW_CONFLICT,
                           "the reason names whom it is about, and it stays; write the number of the file");
    }
    return TW_OK;
}
