/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/erase.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/intake.h"
#include "store/db_list.h"
#include "store/file.h"

enum { ARENA_BYTES = 256 << 20, PATH_BYTES = 4096 };

#define META_ERASING "erasing" /* ids of the parties whose keys are still to go, in hex; empty = none */
#define OBJECT_KIND  "erasure"
#define RULE_FILE    "retention.yaml"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- what names a party */

/* What is asked of each row that names it; its texts live during the call. */
typedef tw_err (*row_fn)(void *to, const struct tw_db_head *head, struct tw_fault *fault);

static tw_err each_row(struct tw_db *db, const uint8_t party[TW_DB_ID], row_fn fn, void *to,
                       struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_db_page page = {.n = 0};
    struct tw_db_ask ask = {.filter = {.by = TW_DB_BY_PARTY}, .limit = TW_DB_PAGE_MAX};
    char after[TW_DB_CURSOR];
    memcpy(ask.filter.party, party, TW_DB_ID);
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    do {
        tw_arena_reset(arena);
        TW_TRY(tw_db_list(db, &ask, arena, &page, fault));
        for (size_t i = 0; i < page.n; i++) TW_TRY(fn(to, &page.row[i].head, fault));
        memcpy(after, page.next.text, sizeof after);
        ask.after = tw_str_from(after);
    } while (ask.after.n > 0);
    return TW_OK;
}

struct regs {
    uint64_t *at;
    size_t n, cap;
};

static tw_err add_reg(struct regs *r, uint64_t reg, struct tw_fault *fault)
{
    if (r->n == r->cap) {
        const size_t cap = r->cap > 0 ? 2 * r->cap : 64;
        uint64_t *more = tw_realloc(r->at, cap, sizeof *more);
        if (more == NULL) return no_memory(fault);
        r->at = more;
        r->cap = cap;
    }
    r->at[r->n++] = reg;
    return TW_OK;
}

static tw_err add_head(void *to, const struct tw_db_head *head, struct tw_fault *fault)
{
    return add_reg(to, head->reg, fault);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Each once, rising: versions of one have the same number. */
static void put_in_order(struct regs *r)
{
    size_t n = 0;
    if (r->n > 1) qsort(r->at, r->n, sizeof *r->at, by_number);
    for (size_t i = 0; i < r->n; i++)
        if (i == 0 || r->at[i] != r->at[i - 1]) r->at[n++] = r->at[i];
    r->n = n;
}

static tw_err hand_over(tw_err err, struct regs *r, uint64_t **ret, size_t *ret_n)
{
    if (err != TW_OK) {
        tw_free(r->at);
        return err;
    }
    put_in_order(r);
    *ret = r->at;
    *ret_n = r->n;
    return TW_OK;
}

tw_err tw_erase_regs(struct tw_db *db, const uint8_t party[TW_DB_ID], uint64_t **ret, size_t *ret_n,
                     struct tw_fault *fault)
{
    struct regs r = {.n = 0};
    const tw_err err = each_row(db, party, add_head, &r, fault);
    return hand_over(err, &r, ret, ret_n);
}

/* Manifests name parties by their ids, in plain. */
struct naming {
    char hex[TW_ERASE_HEX];
    void *to;
    tw_db_manifest_fn fn;
};

static bool names(struct tw_str fields, const char hex[TW_ERASE_HEX])
{
    return fields.n > 0 && memmem(fields.s, fields.n, hex, TW_ERASE_HEX - 1) != NULL;
}

static tw_err look_at_manifest(void *to, const struct tw_db_manifest *m, struct tw_fault *fault)
{
    const struct naming *n = to;
    return names(m->fields, n->hex) ? n->fn(n->to, m, fault) : TW_OK;
}

static tw_err each_manifest(struct tw_db *db, const uint8_t party[TW_DB_ID], tw_db_manifest_fn fn, void *to,
                            struct tw_fault *fault)
{
    struct naming n = {.to = to, .fn = fn};
    tw_erase_hex(party, n.hex);
    return tw_db_manifests_from(db, &(struct tw_db_from){0, 0}, look_at_manifest, &n, fault);
}

static tw_err add_manifest(void *to, const struct tw_db_manifest *m, struct tw_fault *fault)
{
    return add_reg(to, m->reg, fault);
}

tw_err tw_erase_manifests(struct tw_db *db, const uint8_t party[TW_DB_ID], uint64_t **ret, size_t *ret_n,
                          struct tw_fault *fault)
{
    struct regs r = {.n = 0};
    const tw_err err = each_manifest(db, party, add_manifest, &r, fault);
    return hand_over(err, &r, ret, ret_n);
}

/* -- may it be? */

tw_err tw_erase_retention(struct tw_station *s, struct tw_arena *arena, struct tw_retention *ret,
                          struct tw_fault *fault)
{
    char path[PATH_BYTES];
    TW_SCOPED_BUF text = {0};
    struct tw_fault why = {.code = TW_OK};
    if (snprintf(path, sizeof path, "%s/" RULE_FILE, tw_station_dir(s)) >= (int)sizeof path)
        return tw_fail(fault, TW_ARG, "the path of the station is too long");
    tw_err err = tw_file_in_all(path, TW_RETENTION_BYTES_MAX, &text, &why);
    if (err == TW_OK || err == TW_NOTFOUND) err = tw_retention_read(tw_buf_view(&text), arena, ret, &why);
    if (err == TW_OK) return TW_OK;
    if (fault != NULL) *fault = why;
    if (fault != NULL && fault->path[0] == '\0') snprintf(fault->path, sizeof fault->path, RULE_FILE);
    return err;
}

struct looking {
    struct tw_db *db;
    const struct tw_retention *rule;
    int32_t today;
    struct tw_arena *arena; /* of one row */
    struct tw_erase_case *ret;
};

/* It must be kept at least so long. */
static void keep(const struct looking *l, enum tw_retention_kind kind, int32_t day, uint64_t reg)
{
    const int32_t until = tw_retention_until(l->rule, kind, day);
    struct tw_erase_case *c = l->ret;
    if (c->from != TW_NO_DAY && until <= c->from) return;
    c->from = until;
    c->kind = kind;
    c->day = day;
    c->reg = reg;
}

static tw_err look_at_finding(void *to, const struct tw_db_finding *f, struct tw_fault *fault)
{
    (void)fault;
    keep(to, TW_RETENTION_FINDING, f->known_day, f->reg);
    return TW_OK;
}

/* A hold on another party of the declaration keeps its source, and so this party. */
static tw_err look_at_parties(const struct looking *l, const struct tw_db_head *head, struct tw_fault *fault)
{
    struct tw_db_decl row;
    if (l->rule->holds == 0 || l->ret->hold != NULL) return TW_OK;
    tw_arena_reset(l->arena);
    TW_TRY(tw_db_decl(l->db, head->reg, head->version, l->arena, &row, fault));
    for (size_t i = 0; i < row.roles && l->ret->hold == NULL; i++)
        l->ret->hold = tw_retention_held_party(l->rule, row.role[i].party, l->today);
    return TW_OK;
}

static tw_err look_at_row(void *to, const struct tw_db_head *head, struct tw_fault *fault)
{
    const struct looking *l = to;
    const int32_t day = tw_time_day(head->received_at);
    keep(l, TW_RETENTION_DECLARATION, day, head->reg);
    keep(l, TW_RETENTION_PARTY, day, head->reg);
    TW_TRY(tw_db_findings_of(l->db, head->reg, look_at_finding, to, fault));
    if (l->ret->hold == NULL) l->ret->hold = tw_retention_held_reg(l->rule, head->reg, l->today);
    return look_at_parties(l, head, fault);
}

/* The same of a manifest. */
static tw_err look_at_cargo(void *to, const struct tw_db_manifest *m, struct tw_fault *fault)
{
    const struct looking *l = to;
    const int32_t day = tw_time_day(m->received_at);
    (void)fault;
    keep(l, TW_RETENTION_MANIFEST, day, m->reg);
    keep(l, TW_RETENTION_PARTY, day, m->reg);
    if (l->ret->hold == NULL) l->ret->hold = tw_retention_held_reg(l->rule, m->reg, l->today);
    for (size_t i = 0; i < l->rule->holds && l->ret->hold == NULL; i++) {
        const struct tw_retention_hold *h = &l->rule->hold[i];
        char hex[TW_ERASE_HEX];
        if (!h->of_party || l->today > h->until) continue;
        tw_erase_hex(h->party, hex);
        if (names(m->fields, hex)) l->ret->hold = h;
    }
    return TW_OK;
}

static tw_err count(struct tw_db *db, const uint8_t party[TW_DB_ID], struct tw_erase_case *c,
                    struct tw_fault *fault)
{
    uint64_t *reg = NULL;
    size_t n = 0;
    TW_TRY(tw_erase_regs(db, party, &reg, &n, fault));
    tw_free(reg);
    c->declarations = n;
    TW_TRY(tw_erase_manifests(db, party, &reg, &n, fault));
    tw_free(reg);
    c->manifests = n;
    return TW_OK;
}

static tw_err look(struct looking *l, const uint8_t party[TW_DB_ID], struct tw_fault *fault)
{
    l->ret->hold = tw_retention_held_party(l->rule, party, l->today);
    TW_TRY(each_row(l->db, party, look_at_row, l, fault));
    return each_manifest(l->db, party, look_at_cargo, l, fault);
}

tw_err tw_erase_look(struct tw_station *s, const struct tw_retention *rule, const uint8_t party[TW_DB_ID],
                     struct tw_arena *arena, struct tw_erase_case *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *one = NULL;
    struct tw_erase_case c = {.from = TW_NO_DAY};
    struct looking l = {tw_station_db(s), rule, tw_time_day(tw_station_now(s)), NULL, &c};
    struct tw_db_party row;
    TW_TRY(tw_db_party(l.db, party, arena, &row, fault));
    TW_TRY(count(l.db, party, &c, fault));
    c.erased = row.sealed.n == 0;
    if (!c.erased) {
        if (tw_arena_new(ARENA_BYTES, &one) != TW_OK) return no_memory(fault);
        l.arena = one;
        TW_TRY(look(&l, party, fault));
        const tw_err err = tw_intake_party(s, party, arena, &c.party, fault);
        if (err != TW_NOTFOUND) TW_TRY(err); /* its key went: this is an old copy */
    }
    *ret = c;
    return TW_OK;
}

static tw_err held(const struct tw_retention_hold *h, struct tw_fault *fault)
{
    char room[16];
    struct tw_buf day = tw_buf_in(room, sizeof room);
    if (h->until == INT32_MAX)
        return tw_fail(fault, TW_CONFLICT,
                       "it is under a hold of %.*s until that is lifted: %.*s (" RULE_FILE ", line %u)",
                       TW_STR_FIRST(h->who, 40), TW_STR_FIRST(h->why, 50), h->line);
    tw_buf_day(&day, h->until);
    return tw_fail(fault, TW_CONFLICT, "it is under a hold of %.*s until %.*s: %.*s (" RULE_FILE ", line %u)",
                   TW_STR_FIRST(h->who, 40), (int)day.n, day.p, TW_STR_FIRST(h->why, 50), h->line);
}

tw_err tw_erase_may(const struct tw_erase_case *c, int32_t today, struct tw_fault *fault)
{
    char from_room[16], day_room[16];
    struct tw_buf from = tw_buf_in(from_room, sizeof from_room), day = tw_buf_in(day_room, sizeof day_room);
    if (c->erased) return tw_fail(fault, TW_CONFLICT, "this party was erased before; there is nothing more");
    if (c->hold != NULL) return held(c->hold, fault);
    if (c->from == TW_NO_DAY || c->from <= today) return TW_OK;
    tw_buf_day(&from, c->from);
    tw_buf_day(&day, c->day);
    return tw_fail(fault, TW_CONFLICT, "it may be erased from %.*s on: %s %012llu %s on %.*s", (int)from.n,
                   from.p, tw_retention_noun(c->kind), (unsigned long long)c->reg,
                   tw_retention_words(c->kind), (int)day.n, day.p);
}

/* -- doing it */

struct running {
    struct tw_station *s;
    struct tw_db *db;
    struct tw_arena *arena;
    const struct tw_erase_order *o;
    struct tw_retention rule;
    struct tw_erase_request request;
    const struct tw_signer *by[TW_ERASE_SIGNERS];
    uint8_t object[1 + TW_ERASE_SIGNERS][TW_SHA256_BYTES]; /* of the request, of the signatures */
    struct regs all, cargo;                                /* declarations and manifests of all its parties */
    struct tw_erase_done *done;
};

static tw_err judge(struct running *r, int32_t today, struct tw_fault *fault)
{
    static const enum tw_signer_role role[TW_ERASE_SIGNERS] = {TW_SIGNER_ASKER, TW_SIGNER_CONFIRMER};
    for (int i = 0; i < TW_ERASE_SIGNERS; i++) {
        const struct tw_signed_bytes b = {r->o->request, r->o->signature[i], today};
        TW_TRY(tw_signers_judge_bytes(r->o->signers, &b, role[i], &r->by[i], fault));
    }
    if (tw_str_eq(r->by[0]->name, r->by[1]->name))
        return tw_fail(fault, TW_CONFLICT, "\"%.*s\" asked and confirmed; a second person confirms",
                       TW_STR_ARG(r->by[0]->name));
    return TW_OK;
}

/* Is it of this station, and signed by two? */
static tw_err is_valid(struct running *r, int32_t today, struct tw_fault *fault)
{
    struct tw_str station;
    TW_TRY(tw_erase_request_read(r->o->request, r->arena, &r->request, fault));
    TW_TRY(tw_db_meta(r->db, TW_STR("station"), r->arena, &station, fault));
    if (station.n != TW_DB_ID || memcmp(station.s, r->request.station, TW_DB_ID) != 0)
        return tw_fail(fault, TW_CONFLICT, "this request is about another station");
    return judge(r, today, fault);
}

/* Is the rule the one that was signed? */
static tw_err is_by_the_rule(struct running *r, struct tw_fault *fault)
{
    TW_SCOPED_BUF rule = {0};
    TW_TRY(tw_erase_retention(r->s, r->arena, &r->rule, fault));
    tw_retention_put(&r->rule, &rule);
    if (rule.failed) return no_memory(fault);
    if (tw_str_eq(tw_buf_view(&rule), r->request.rule)) return TW_OK;
    return tw_fail(fault, TW_CONFLICT, "it was asked for when years were kept otherwise (%.*s); ask again",
                   TW_STR_FIRST(r->request.rule, 80));
}

static tw_err may_be(struct running *r, struct tw_fault *fault)
{
    const int32_t today = tw_time_day(tw_station_now(r->s));
    TW_TRY(is_valid(r, today, fault));
    TW_TRY(is_by_the_rule(r, fault));
    for (size_t i = 0; i < r->request.parties; i++) {
        struct tw_erase_case c = {.erased = true};
        TW_TRY(tw_erase_look(r->s, &r->rule, r->request.party[i], r->arena, &c, fault));
        TW_TRY(tw_erase_may(&c, today, fault));
        TW_TRY(tw_erase_reason(r->request.reason, &c.party, fault));
    }
    return TW_OK;
}

static void put_hash(struct tw_json *j, const char *key, const uint8_t sum[TW_SHA256_BYTES])
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(sum, hex);
    tw_json_key(j, key);
    tw_json_text(j, hex);
}

static void put_signer(struct tw_json *j, const char *key, const struct tw_signer *by)
{
    char room[80];
    struct tw_buf print = tw_buf_in(room, sizeof room);
    tw_ssh_fingerprint(by->key, &print);
    tw_json_key(j, key);
    tw_json_str(j, tw_buf_view(&print));
}

struct numbers {
    size_t declarations, manifests;
};

static void put_leaf(const struct running *r, const uint8_t party[TW_DB_ID], const struct numbers *n,
                     struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    char hex[TW_ERASE_HEX];
    tw_erase_hex(party, hex);
    tw_json_begin_object(&j);
    put_hash(&j, "asked", r->object[1]);
    put_signer(&j, "asked_by", r->by[0]);
    tw_json_key(&j, "at");
    tw_json_i64(&j, tw_station_now(r->s));
    put_hash(&j, "confirmed", r->object[2]);
    put_signer(&j, "confirmed_by", r->by[1]);
    tw_json_key(&j, "declarations");
    tw_json_u64(&j, n->declarations);
    tw_json_key(&j, "manifests");
    tw_json_u64(&j, n->manifests);
    tw_json_key(&j, "party");
    tw_json_text(&j, hex);
    put_hash(&j, "request", r->object[0]);
    put_hash(&j, "retention", r->rule.sha256);
    tw_json_key(&j, "rule");
    tw_json_str(&j, r->request.rule);
    tw_json_key(&j, "type");
    tw_json_text(&j, "erasure");
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_end_object(&j);
}

/* Sources, and by what they were known. */
static tw_err erase_sources(struct running *r, const uint8_t party[TW_DB_ID], size_t *n,
                            struct tw_fault *fault)
{
    uint64_t *reg = NULL;
    TW_TRY(tw_erase_regs(r->db, party, &reg, n, fault));
    tw_err err = TW_OK;
    for (size_t i = 0; i < *n && err == TW_OK; i++) {
        err = tw_db_source_erase(r->db, reg[i], fault);
        if (err == TW_OK) err = tw_db_decl_forget(r->db, reg[i], fault);
        if (err == TW_OK) err = add_reg(&r->all, reg[i], fault);
    }
    tw_free(reg);
    return err;
}

static tw_err erase_cargo(struct running *r, const uint8_t party[TW_DB_ID], size_t *n, struct tw_fault *fault)
{
    uint64_t *reg = NULL;
    TW_TRY(tw_erase_manifests(r->db, party, &reg, n, fault));
    tw_err err = TW_OK;
    for (size_t i = 0; i < *n && err == TW_OK; i++) {
        err = tw_db_source_erase(r->db, reg[i], fault);
        if (err == TW_OK) err = tw_db_manifest_forget(r->db, reg[i], fault);
        if (err == TW_OK) err = add_reg(&r->cargo, reg[i], fault);
    }
    tw_free(reg);
    return err;
}

/* The rows of one party, and its leaf. */
static tw_err erase_rows(struct running *r, const uint8_t party[TW_DB_ID], struct tw_fault *fault)
{
    TW_SCOPED_BUF leaf = {0};
    struct numbers n = {0, 0};
    TW_TRY(tw_db_party_erase(r->db, party, fault));
    TW_TRY(erase_sources(r, party, &n.declarations, fault));
    TW_TRY(erase_cargo(r, party, &n.manifests, fault));
    put_leaf(r, party, &n, &leaf);
    if (leaf.failed) return no_memory(fault);
    r->done->parties++;
    return tw_station_leaf(r->s, tw_buf_view(&leaf), fault);
}

static tw_err write_rows(struct running *r, struct tw_fault *fault)
{
    const struct tw_str object[] = {r->o->request, r->o->signature[0], r->o->signature[1]};
    TW_SCOPED_BUF erasing = {0};
    for (size_t i = 0; i < sizeof object / sizeof *object; i++)
        TW_TRY(tw_db_object_put(r->db, TW_STR(OBJECT_KIND), object[i], r->object[i], fault));
    for (size_t i = 0; i < r->request.parties; i++) {
        TW_TRY(erase_rows(r, r->request.party[i], fault));
        tw_buf_hex(&erasing, r->request.party[i], TW_DB_ID);
    }
    if (erasing.failed) return no_memory(fault);
    put_in_order(&r->all);
    put_in_order(&r->cargo);
    r->done->declarations = r->all.n;
    r->done->manifests = r->cargo.n;
    return tw_db_meta_put(r->db, TW_STR(META_ERASING), tw_buf_view(&erasing), fault);
}

static tw_err run(struct running *r, struct tw_fault *fault)
{
    TW_TRY(tw_erase_finish(r->s, fault)); /* one at a time */
    TW_TRY(may_be(r, fault));
    TW_TRY(tw_station_begin(r->s, fault));
    const tw_err err = write_rows(r, fault);
    if (err != TW_OK) {
        tw_station_rollback(r->s);
        return err;
    }
    TW_TRY(tw_station_commit(r->s, fault)); /* not signed: no key goes yet */
    return tw_erase_finish(r->s, fault);
}

tw_err tw_erase_run(struct tw_station *s, const struct tw_erase_order *o, struct tw_erase_done *ret,
                    struct tw_fault *fault)
{
    struct running r = {.s = s, .db = tw_station_db(s), .o = o, .done = ret};
    *ret = (struct tw_erase_done){.parties = 0};
    if (tw_arena_new(ARENA_BYTES, &r.arena) != TW_OK) return no_memory(fault);
    const tw_err err = run(&r, fault);
    tw_arena_free(r.arena);
    tw_free(r.all.at);
    tw_free(r.cargo.at);
    return err;
}

/* -- what comes behind it, however often */

static tw_err read_erasing(struct tw_db *db, struct tw_arena *arena, struct tw_str *ret,
                           struct tw_fault *fault)
{
    *ret = (struct tw_str){NULL, 0};
    const tw_err err = tw_db_meta(db, TW_STR(META_ERASING), arena, ret, fault);
    return err == TW_NOTFOUND ? TW_OK : err;
}

tw_err tw_erase_pending(struct tw_db *db, bool *ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str erasing;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(read_erasing(db, arena, &erasing, fault));
    *ret = erasing.n > 0;
    return TW_OK;
}

static tw_err erase_key(struct tw_db *db, const struct tw_db_key_id *id, struct tw_fault *fault)
{
    const tw_err err = tw_db_key_erase(db, id, fault);
    return err == TW_NOTFOUND ? TW_OK : err; /* it went before */
}

/* Of sources; takes over their numbers. */
static tw_err erase_source_keys(struct tw_db *db, uint64_t *reg_take, size_t n, struct tw_fault *fault)
{
    tw_err err = TW_OK;
    for (size_t i = 0; i < n && err == TW_OK; i++)
        err = erase_key(db, &(struct tw_db_key_id){.of = TW_DB_KEY_SOURCE, .reg = reg_take[i]}, fault);
    tw_free(reg_take);
    return err;
}

static tw_err erase_keys_of(struct tw_db *db, const uint8_t party[TW_DB_ID], struct tw_fault *fault)
{
    struct tw_db_key_id id = {.of = TW_DB_KEY_PARTY};
    uint64_t *reg = NULL;
    size_t n = 0;
    memcpy(id.party, party, TW_DB_ID);
    TW_TRY(erase_key(db, &id, fault));
    TW_TRY(tw_erase_regs(db, party, &reg, &n, fault));
    TW_TRY(erase_source_keys(db, reg, n, fault));
    TW_TRY(tw_erase_manifests(db, party, &reg, &n, fault));
    return erase_source_keys(db, reg, n, fault);
}

static tw_err erase_keys(struct tw_db *db, struct tw_str erasing, struct tw_fault *fault)
{
    enum { HEX = TW_ERASE_HEX - 1 };
    uint8_t party[TW_DB_ID];
    for (size_t at = 0; at < erasing.n; at += HEX) {
        if (erasing.n - at < HEX || !tw_erase_unhex((struct tw_str){erasing.s + at, HEX}, party))
            return tw_fail(fault, TW_FORMAT,
                           "the station does not know whose keys are to go; run `tidewaiter station check`");
        TW_TRY(erase_keys_of(db, party, fault));
    }
    return TW_OK;
}

static tw_err finish(struct tw_station *s, struct tw_arena *arena, struct tw_fault *fault)
{
    struct tw_db *db = tw_station_db(s);
    struct tw_str erasing;
    TW_TRY(read_erasing(db, arena, &erasing, fault));
    if (erasing.n == 0) return TW_OK;
    TW_TRY(tw_station_begin(s, fault));
    tw_err err = erase_keys(db, erasing, fault);
    if (err != TW_OK) {
        tw_station_rollback(s);
        return err;
    }
    TW_TRY(tw_station_commit(s, fault));
    TW_TRY(tw_db_scrub(db, fault));
    TW_TRY(tw_station_begin(s, fault));
    err = tw_db_meta_put(db, TW_STR(META_ERASING), (struct tw_str){NULL, 0}, fault);
    if (err != TW_OK) {
        tw_station_rollback(s);
        return err;
    }
    return tw_station_commit(s, fault);
}

tw_err tw_erase_finish(struct tw_station *s, struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return no_memory(fault);
    return finish(s, arena, fault);
}
