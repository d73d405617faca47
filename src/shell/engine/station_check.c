/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_check.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/seal.h"
#include "decl/decision.h"
#include "decl/finding.h"
#include "engine/intake.h"
#include "engine/station_log.h"
#include "message/json_in.h"
#include "message/json_read.h"

enum { ARENA_BYTES = 200 << 20, HS_DIGITS = 6, PARTY_HEX = 2 * TW_DB_ID };

struct look {
    struct tw_station *s;
    const struct tw_db_checker *how;
    struct tw_arena *arena; /* of the row at hand */
    uint64_t damages;
    uint64_t decided; /* seq of the last declaration that is decided, as the station keeps it */
};

static void tell(struct look *l, const char *table, uint64_t reg, const char *what)
{
    char words[160];
    snprintf(words, sizeof words, "number %llu: %s", (unsigned long long)reg, what);
    l->damages++;
    if (l->how->found != NULL) l->how->found(l->how->to, &(struct tw_db_damage){table, words});
}

/* What cannot be read is damage, but for want of memory or of the disk itself. */
static bool is_damage(tw_err err)
{
    return err != TW_OK && err != TW_NOMEM && err != TW_IO && err != TW_INTERRUPTED && err != TW_UNAVAILABLE;
}

static tw_err stopped(const struct look *l, struct tw_fault *fault)
{
    return l->how->stop != NULL && *l->how->stop != 0 ? tw_fail(fault, TW_INTERRUPTED, "interrupted") : TW_OK;
}

/* -- a declaration beside its plain fields */

static int by_code(const void *a, const void *b)
{
    return memcmp(a, b, HS_DIGITS);
}

static bool has_codes(struct look *l, const struct tw_decl *d, struct tw_str want)
{
    size_t n = 0, at = 0;
    char(*hs)[HS_DIGITS] = tw_arena_array(l->arena, d->items.n + 1, HS_DIGITS);
    if (hs == NULL) return true; /* no room to say otherwise */
    for (size_t i = 0; i < d->items.n; i++)
        if (d->items.at[i].hs.n >= HS_DIGITS) memcpy(hs[n++], d->items.at[i].hs.s, HS_DIGITS);
    if (n > 1) qsort(hs, n, HS_DIGITS, by_code);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && memcmp(hs[i], hs[i - 1], HS_DIGITS) == 0) continue;
        at += at > 0;
        if (at + HS_DIGITS > want.n || (at > 0 && want.s[at - 1] != ' ') ||
            memcmp(want.s + at, hs[i], HS_DIGITS) != 0)
            return false;
        at += HS_DIGITS;
    }
    return at == want.n;
}

/* The roles of the party whose number is `hex`, where each is a bit. */
static uint32_t roles_of(const struct tw_decl *d, const char *hex)
{
    const struct {
        const char *name;
        const struct tw_party *party;
    } row[] = {{"declarant", &d->declarant}, {"representative", &d->representative},
               {"importer", &d->importer},   {"exporter", &d->exporter},
               {"seller", &d->seller},       {"buyer", &d->buyer},
               {"consignee", &d->consignee}, {"carrier", &d->carrier}};
    uint32_t roles = 0;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (row[i].party->id.n > 0 && (hex == NULL || tw_str_is(row[i].party->id, hex)))
            roles |= tw_intake_role(tw_str_from(row[i].name));
    return roles;
}

static void hex_of(const uint8_t id[TW_DB_ID], char ret[PARTY_HEX + 1])
{
    struct tw_buf b = tw_buf_in(ret, PARTY_HEX + 1);
    tw_buf_hex(&b, id, TW_DB_ID);
    ret[PARTY_HEX] = '\0';
}

static bool has_parties(const struct tw_decl *d, const struct tw_db_decl *row)
{
    uint32_t all = 0;
    for (size_t i = 0; i < row->roles; i++) {
        char hex[PARTY_HEX + 1];
        hex_of(row->role[i].party, hex);
        if (row->role[i].roles != roles_of(d, hex)) return false;
        all |= row->role[i].roles;
    }
    return all == roles_of(d, NULL);
}

static tw_err beside_fields(struct look *l, const struct tw_db_decl *row, struct tw_fault *fault)
{
    struct tw_decl *d;
    const struct tw_intake_kept kept = {.fields = row->fields, .role = row->role, .roles = row->roles};
    const tw_err err = tw_intake_restore(&kept, l->arena, &d, fault);
    if (is_damage(err)) {
        tell(l, "decl_fields", row->head.reg, "its fields cannot be read");
        return TW_OK;
    }
    TW_TRY(err);
    if (!tw_str_eq(d->office, row->head.office))
        tell(l, "decl", row->head.reg, "another office than in its fields");
    if (!has_codes(l, d, row->head.hs))
        tell(l, "decl", row->head.reg, "other commodity codes than in its fields");
    if (!has_parties(d, row)) tell(l, "decl_party", row->head.reg, "other parties than in its fields");
    return TW_OK;
}

/* -- and beside what came in, as it is found again */

static tw_err unseal(struct look *l, const struct tw_db_key_id *id, struct tw_str of, struct tw_str sealed,
                     struct tw_str *ret, struct tw_fault *fault)
{
    uint8_t key[TW_DB_KEY];
    TW_SCOPED_BUF plain = {0};
    TW_TRY(tw_db_key(tw_station_db(l->s), id, key, fault));
    const tw_err err = tw_unseal(key, of, sealed, &plain, fault);
    explicit_bzero(key, sizeof key);
    TW_TRY(err);
    return tw_str_dup(l->arena, tw_buf_view(&plain), ret) == TW_OK
               ? TW_OK
               : tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err read_source(struct look *l, const struct tw_db_decl *row, struct tw_str *whole,
                          struct tw_decl **ret, struct tw_fault *fault)
{
    const struct tw_json_node *node;
    const struct tw_db_key_id id = {.of = TW_DB_KEY_SOURCE, .reg = row->head.reg};
    char of[48];
    snprintf(of, sizeof of, "%012llu/%u", (unsigned long long)row->head.reg, row->head.version);
    TW_TRY(unseal(l, &id, tw_str_from(of), row->sealed, whole, fault));
    TW_TRY(tw_json_parse(*whole, NULL, l->arena, &node, fault));
    return tw_json_read_decl(node, 0, NULL, l->arena, ret, fault);
}

static bool prints(struct look *l, const char *kind, struct tw_str text, const uint8_t *want)
{
    uint8_t mac[TW_DB_ID];
    tw_station_print(l->s, kind, text, mac);
    return memcmp(mac, want, sizeof mac) == 0;
}

static tw_err beside_source(struct look *l, const struct tw_db_decl *row, struct tw_fault *fault)
{
    static const uint8_t rest[TW_SHA256_BYTES - TW_DB_ID];
    struct tw_str whole = {NULL, 0};
    struct tw_decl *d = NULL;
    if (row->sealed.n == 0) return TW_OK; /* erased: the log says so */
    const tw_err err = read_source(l, row, &whole, &d, fault);
    if (is_damage(err)) {
        tell(l, "source", row->head.reg, "what came in cannot be read");
        return TW_OK;
    }
    TW_TRY(err);
    const struct tw_party *by = d->declarant.id.n + d->declarant.name.n > 0 ? &d->declarant : &d->importer;
    if (!prints(l, "declarant", by->id.n > 0 ? by->id : by->name, row->declarant) ||
        !prints(l, "number", d->id.n > 0 ? d->id : whole, row->lrn) ||
        !prints(l, "content", whole, row->content) || memcmp(row->content + TW_DB_ID, rest, sizeof rest) != 0)
        tell(l, "decl", row->head.reg, "fingerprints of something else than what came in");
    return TW_OK;
}

static tw_err beside_decision(struct look *l, const struct tw_db_decl *row, struct tw_fault *fault)
{
    struct tw_db_decision k;
    const tw_err err =
        tw_db_decision(tw_station_db(l->s), row->head.reg, row->head.version, l->arena, &k, fault);
    if (err != TW_OK && err != TW_NOTFOUND && !is_damage(err)) return err;
    if (err == TW_OK ? row->head.channel != k.channel || row->head.state == 0
                     : row->head.channel != TW_DB_NO_CHANNEL || row->head.state != 0)
        tell(l, "decl", row->head.reg, "another channel or state than it was decided to");
    if ((err == TW_OK) != (row->head.seq <= l->decided))
        tell(l, "meta", row->head.reg, "the station does not know how far it has decided");
    return TW_OK;
}

static tw_err look_at_decl(void *to, const struct tw_db_decl *row, struct tw_fault *fault)
{
    struct look *l = to;
    TW_TRY(stopped(l, fault));
    tw_arena_reset(l->arena);
    TW_TRY(beside_fields(l, row, fault));
    TW_TRY(beside_source(l, row, fault));
    return beside_decision(l, row, fault);
}

/* -- parties */

static tw_err look_at_party(void *to, const struct tw_db_party *p, struct tw_fault *fault)
{
    struct look *l = to;
    struct tw_db_key_id id = {.of = TW_DB_KEY_PARTY};
    char hex[PARTY_HEX + 1];
    struct tw_str text = {NULL, 0};
    const struct tw_json_node *node = NULL;
    tw_arena_reset(l->arena);
    if (p->sealed.n == 0) return TW_OK;
    memcpy(id.party, p->id, sizeof id.party);
    hex_of(p->id, hex);
    tw_err err = unseal(l, &id, tw_str_from(hex), p->sealed, &text, fault);
    if (err == TW_OK) err = tw_json_parse(text, NULL, l->arena, &node, fault);
    if (err != TW_OK && !is_damage(err)) return err;
    const struct tw_json_node *number = err == TW_OK ? tw_json_get(node, "id") : NULL;
    if (err != TW_OK)
        tell(l, "party", 0, "what names one cannot be read");
    else if (!prints(l, number != NULL ? "party number" : "party", number != NULL ? number->text : text,
                     p->print))
        tell(l, "party", 0, "the fingerprint of one is another's");
    return TW_OK;
}

/* -- decisions and findings beside their records */

static bool has_basis(const struct tw_json_node *list, uint32_t basis)
{
    uint32_t said = 0;
    if (list == NULL || list->kind != TW_JSON_ARRAY) return false;
    for (const struct tw_json_node *one = tw_json_first(list); one != NULL; one = one->next)
        for (int k = 0; k < TW_BASIS_N; k++)
            if (tw_str_is(one->text, tw_basis_name((enum tw_basis)k))) said |= 1u << k;
    return said == basis;
}

static tw_err look_at_decision(void *to, const struct tw_db_decision *k, struct tw_fault *fault)
{
    struct look *l = to;
    const struct tw_json_node *record;
    TW_TRY(stopped(l, fault));
    tw_arena_reset(l->arena);
    const tw_err err = tw_json_parse(k->record, NULL, l->arena, &record, fault);
    if (err != TW_OK && !is_damage(err)) return err;
    if (err != TW_OK || !has_basis(tw_json_get(record, "basis"), k->basis))
        tell(l, "decision", k->reg, "decided on another basis than its record says");
    return TW_OK;
}

static tw_err look_at_finding(void *to, const struct tw_db_finding *f, struct tw_fault *fault)
{
    struct look *l = to;
    const struct tw_json_node *record;
    tw_arena_reset(l->arena);
    const tw_err err = tw_json_parse(f->record, NULL, l->arena, &record, fault);
    if (err != TW_OK && !is_damage(err)) return err;
    const struct tw_json_node *result = err == TW_OK ? tw_json_get(record, "result") : NULL;
    if (result == NULL || f->result < 0 || f->result >= TW_RESULT_N ||
        !tw_str_is(result->text, tw_result_code((enum tw_result)f->result)))
        tell(l, "finding", f->reg, "another result than its record says");
    return TW_OK;
}

/* -- all of it */

static tw_err look_at_meta(struct look *l, struct tw_fault *fault)
{
    struct tw_str text;
    int64_t seq = 0;
    tw_err err = tw_db_meta(tw_station_db(l->s), TW_STR("station"), l->arena, &text, fault);
    if (err != TW_OK && err != TW_NOTFOUND) return err;
    if (err != TW_OK || text.n != TW_DB_ID || !prints(l, "station", TW_STR(""), (const uint8_t *)text.s))
        tell(l, "meta", 0, "the station's name is another's");
    err = tw_db_meta(tw_station_db(l->s), TW_STR("decided"), l->arena, &text, fault);
    if (err == TW_NOTFOUND) return TW_OK;
    TW_TRY(err);
    if (tw_str_i64(text, &seq) != TW_OK || seq < 0)
        tell(l, "meta", 0, "the station does not know what it has decided");
    l->decided = seq > 0 ? (uint64_t)seq : 0;
    return TW_OK;
}

static tw_err look_at_log(struct look *l, struct tw_fault *fault)
{
    struct tw_station_log_report r = {0};
    struct tw_fault why = {0};
    const struct tw_station_log_watch watch = {.stop = l->how->stop};
    const tw_err err = tw_station_log_verify(l->s, &watch, &r, &why);
    const bool pending = r.pending > 0; /* behind the last checkpoint: no damage */
    tw_station_log_report_free(&r);
    if (err == TW_OK || pending) return TW_OK;
    if (is_damage(err)) {
        l->damages++;
        if (l->how->found != NULL) l->how->found(l->how->to, &(struct tw_db_damage){"leaf", why.note});
        return TW_OK;
    }
    if (fault != NULL) *fault = why;
    return err;
}

static tw_err look_at_rows(struct look *l, struct tw_fault *fault)
{
    const struct tw_db_from all = {0, 0};
    struct tw_db *db = tw_station_db(l->s);
    TW_TRY(look_at_meta(l, fault));
    TW_TRY(tw_db_decls_from(db, &all, look_at_decl, l, fault));
    TW_TRY(tw_db_parties(db, look_at_party, l, fault));
    TW_TRY(tw_db_decisions_from(db, &all, look_at_decision, l, fault));
    return tw_db_findings_from(db, &all, look_at_finding, l, fault);
}

tw_err tw_station_check(struct tw_station *s, const struct tw_db_checker *how, uint64_t *damages,
                        struct tw_fault *fault)
{
    struct look l = {.s = s, .how = how};
    struct tw_fault why = {0};
    TW_TRY(look_at_log(&l, fault));
    if (tw_arena_new(ARENA_BYTES, &l.arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = tw_db_begin(tw_station_db(s), &why); /* one moment, whatever a writer does */
    if (err == TW_OK) err = look_at_rows(&l, &why);
    tw_db_rollback(tw_station_db(s));
    tw_arena_free(l.arena);
    if (is_damage(err)) { /* what cannot be read is damage, too */
        l.damages++;
        if (how->found != NULL) how->found(how->to, &(struct tw_db_damage){"", why.note});
    } else if (err != TW_OK) {
        if (fault != NULL) *fault = why;
        return err;
    }
    *damages = l.damages;
    return TW_OK;
}
