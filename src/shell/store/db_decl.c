/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations. Beside its row each has lines in decl_hs, an index kept as a table (one code has many
 * declarations and one declaration many codes), and its part in the counts; both know the last version alone.
 */
#include "store/db_decl_priv.h"

enum { HS_DIGITS = 6 };

/* -- what is refused */

static bool digits(const char *p)
{
    for (int i = 0; i < HS_DIGITS; i++)
        if (p[i] < '0' || p[i] > '9') return false;
    return true;
}

/* HS6 in rising order, each once, a blank between. */
static tw_err look_at_hs(const struct tw_db *db, struct tw_str hs, struct tw_fault *fault)
{
    TW_TRY(db_within(db, hs, "commodity codes", fault));
    for (size_t at = 0; at < hs.n; at += HS_DIGITS + 1) {
        const bool whole = hs.n - at >= HS_DIGITS && digits(hs.s + at);
        const bool ends = whole && (at + HS_DIGITS == hs.n || (hs.s[at + HS_DIGITS] == ' ' && at + 7 < hs.n));
        const bool rises = ends && (at == 0 || memcmp(hs.s + at - 7, hs.s + at, HS_DIGITS) < 0);
        if (!rises)
            return tw_fail(fault, TW_ARG,
                           "commodity codes are six digits each, rising, a blank between: \"%.*s\"",
                           TW_STR_FIRST(hs, 60));
    }
    return TW_OK;
}

static tw_err look_at_roles(const struct tw_db_decl *d, struct tw_fault *fault)
{
    if (d->roles > TW_DB_PARTIES_MAX)
        return tw_fail(fault, TW_LIMIT, "%zu parties; a declaration takes %d", d->roles, TW_DB_PARTIES_MAX);
    for (size_t i = 0; i < d->roles; i++)
        if (d->role[i].roles == 0) return tw_fail_at(fault, TW_ARG, i, "a party without a role");
    return TW_OK;
}

static tw_err look_at_decl(const struct tw_db *db, const struct tw_db_decl *d, struct tw_fault *fault)
{
    const struct tw_db_head *h = &d->head;
    TW_TRY(db_number(h->reg, "number", fault));
    TW_TRY(db_number(h->seq, "seq", fault));
    if (h->version == 0) return tw_fail(fault, TW_ARG, "versions begin with 1");
    TW_TRY(db_short(h->office, "an office", fault));
    TW_TRY(db_code(h->channel, TW_DB_NO_CHANNEL, "channel", fault));
    TW_TRY(db_code(h->state, 0, "state", fault));
    TW_TRY(look_at_hs(db, h->hs, fault));
    TW_TRY(look_at_roles(d, fault));
    TW_TRY(db_within(db, d->fields, "fields", fault));
    return db_within(db, d->sealed, "source", fault);
}

/* -- reading */

void db_head(const struct db_use *u, struct tw_db_head *ret)
{
    ret->reg = (uint64_t)db_col(u, 0);
    ret->version = (uint32_t)db_col(u, 1);
    ret->seq = (uint64_t)db_col(u, 2);
    ret->received_at = db_col(u, 3);
    ret->office = db_col_str(u, 4);
    ret->channel = (int32_t)db_col(u, 5);
    ret->state = (int32_t)db_col(u, 6);
    ret->hs = db_col_str(u, 7);
}

static tw_err read_decl(const struct db_use *u, struct tw_db_decl *ret, struct tw_fault *fault)
{
    db_head(u, &ret->head);
    TW_TRY(db_col_fixed(u, 8, ret->content, sizeof ret->content, fault));
    TW_TRY(db_col_fixed(u, 9, ret->declarant, sizeof ret->declarant, fault));
    TW_TRY(db_col_fixed(u, 10, ret->lrn, sizeof ret->lrn, fault));
    ret->fields = db_col_str(u, 11);
    ret->sealed = db_col_str(u, 12);
    return TW_OK;
}

static tw_err read_roles(struct tw_db *db, struct tw_db_decl *d, struct tw_db_role role[TW_DB_PARTIES_MAX],
                         struct tw_fault *fault)
{
    struct db_use u = db_use(db, DB_SQL_DECL_PARTIES);
    bool more = true;
    tw_err err = TW_OK;
    db_i64(&u, (int64_t)d->head.reg);
    db_i64(&u, d->head.version);
    d->role = role;
    for (d->roles = 0; d->roles < TW_DB_PARTIES_MAX && err == TW_OK; d->roles++) {
        TW_TRY(db_row(&u, &more, fault));
        if (!more) return TW_OK;
        err = db_col_fixed(&u, 0, role[d->roles].party, TW_DB_ID, fault);
        role[d->roles].roles = (uint32_t)db_col(&u, 1);
    }
    db_end(&u);
    return err;
}

static tw_err keep_decl(struct tw_arena *arena, struct tw_db_decl *d, struct tw_fault *fault)
{
    if (d->roles > 0) {
        struct tw_db_role *role = tw_arena_array(arena, d->roles, sizeof *role);
        if (role == NULL) return tw_fail(fault, TW_NOMEM, "no memory for a declaration");
        memcpy(role, d->role, d->roles * sizeof *role);
        d->role = role;
    }
    if (tw_str_dup(arena, d->head.office, &d->head.office) != TW_OK ||
        tw_str_dup(arena, d->head.hs, &d->head.hs) != TW_OK ||
        tw_str_dup(arena, d->fields, &d->fields) != TW_OK ||
        tw_str_dup(arena, d->sealed, &d->sealed) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "no memory for a declaration");
    return TW_OK;
}

tw_err db_last_version(struct tw_db *db, enum db_sql id, uint64_t reg, uint32_t *version,
                       struct tw_fault *fault)
{
    bool there = false;
    struct db_use u = db_use(db, id);
    db_i64(&u, (int64_t)reg);
    TW_TRY(db_row(&u, &there, fault));
    if (!there)
        return tw_fail(fault, TW_NOTFOUND, "nothing is registered under the number %llu",
                       (unsigned long long)reg);
    *version = (uint32_t)db_col(&u, 0);
    db_end(&u);
    return TW_OK;
}

tw_err db_no_version(uint64_t reg, uint32_t version, struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOTFOUND, "there is no version %u under the number %llu", version,
                   (unsigned long long)reg);
}

tw_err tw_db_decl(struct tw_db *db, uint64_t reg, uint32_t version, struct tw_arena *arena,
                  struct tw_db_decl *ret, struct tw_fault *fault)
{
    struct tw_db_decl d = {0};
    struct tw_db_role role[TW_DB_PARTIES_MAX];
    bool there = false;
    TW_TRY(db_number(reg, "number", fault));
    if (version == 0) TW_TRY(db_last_version(db, DB_SQL_DECL_LAST, reg, &version, fault));
    struct db_use u = db_use(db, DB_SQL_DECL);
    db_i64(&u, (int64_t)reg);
    db_i64(&u, version);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return db_no_version(reg, version, fault);
    tw_err err = read_decl(&u, &d, fault);
    if (err == TW_OK) err = read_roles(db, &d, role, fault);
    if (err == TW_OK) err = keep_decl(arena, &d, fault);
    db_end(&u);
    if (err == TW_OK) *ret = d;
    return err;
}

tw_err tw_db_decls_from(struct tw_db *db, const struct tw_db_from *from, tw_db_decl_fn fn, void *to,
                        struct tw_fault *fault)
{
    struct tw_db_role role[TW_DB_PARTIES_MAX];
    struct db_use u = db_from(db, DB_SQL_DECLS_FROM, from);
    tw_err err = TW_OK;
    for (bool more = true; err == TW_OK;) {
        struct tw_db_decl d = {0};
        TW_TRY(db_row(&u, &more, fault));
        if (!more) return TW_OK;
        err = read_decl(&u, &d, fault);
        if (err == TW_OK) err = read_roles(db, &d, role, fault);
        if (err == TW_OK) err = fn(to, &d, fault);
    }
    db_end(&u);
    return err;
}

tw_err db_read_known(struct db_use *u, struct tw_db_known *ret, struct tw_fault *fault)
{
    struct tw_db_known k = {0};
    bool there = false;
    TW_TRY(db_row(u, &there, fault));
    if (!there) return tw_fail(fault, TW_NOTFOUND, "this has not come in before");
    k.reg = (uint64_t)db_col(u, 0);
    k.version = (uint32_t)db_col(u, 1);
    k.seq = (uint64_t)db_col(u, 2);
    const tw_err err = db_col_fixed(u, 3, k.content, sizeof k.content, fault);
    db_end(u);
    if (err == TW_OK) *ret = k;
    return err;
}

tw_err tw_db_decl_known(struct tw_db *db, const struct tw_db_lrn *l, struct tw_db_known *ret,
                        struct tw_fault *fault)
{
    struct db_use u = db_use(db, l->version == 0 ? DB_SQL_DECL_KNOWN_LAST : DB_SQL_DECL_KNOWN);
    db_bytes(&u, l->declarant, sizeof l->declarant);
    db_bytes(&u, l->lrn, sizeof l->lrn);
    if (l->version != 0) db_i64(&u, l->version);
    return db_read_known(&u, ret, fault);
}

/* -- writing */

/* What counts and decl_hs know of a version. */
struct listed {
    uint64_t seq;
    bool current;
    struct db_facts facts;
    char office[TW_DB_SHORT_MAX];
    struct tw_str hs; /* valid until the statement is used again */
};

/* The caller ends *u. */
static tw_err read_listed(struct tw_db *db, uint64_t reg, uint32_t version, struct db_use *u,
                          struct listed *ret, struct tw_fault *fault)
{
    struct tw_db_head h;
    bool there = false;
    *u = db_use(db, DB_SQL_DECL_HEAD);
    db_i64(u, (int64_t)reg);
    db_i64(u, version);
    TW_TRY(db_row(u, &there, fault));
    if (!there) return db_no_version(reg, version, fault);
    db_head(u, &h);
    *ret = (struct listed){.seq = h.seq, .current = db_col(u, 8) != 0, .hs = h.hs};
    ret->facts = (struct db_facts){{ret->office, h.office.n}, h.channel, h.state, h.received_at};
    if (h.office.n > sizeof ret->office) return db_damaged(db, "an office's name is too long", fault);
    if (h.office.n > 0) memcpy(ret->office, h.office.s, h.office.n);
    return TW_OK;
}

static tw_err put_row(struct tw_db *db, const struct tw_db_decl *d, struct tw_fault *fault)
{
    const struct tw_db_head *h = &d->head;
    struct db_use u = db_use(db, DB_SQL_DECL_PUT);
    db_i64(&u, (int64_t)h->reg);
    db_i64(&u, h->version);
    db_i64(&u, (int64_t)h->seq);
    db_i64(&u, h->received_at);
    db_text(&u, h->office);
    db_i64(&u, h->channel);
    db_i64(&u, h->state);
    db_bytes(&u, d->content, sizeof d->content);
    db_bytes(&u, d->declarant, sizeof d->declarant);
    db_bytes(&u, d->lrn, sizeof d->lrn);
    db_text(&u, h->hs);
    return db_run(&u, NULL, fault);
}

static tw_err put_role(struct tw_db *db, const struct tw_db_head *h, const struct tw_db_role *r,
                       struct tw_fault *fault)
{
    struct db_use u = db_use(db, DB_SQL_DECL_PARTY_PUT);
    db_i64(&u, (int64_t)h->reg);
    db_i64(&u, h->version);
    db_bytes(&u, r->party, sizeof r->party);
    db_i64(&u, r->roles);
    db_i64(&u, (int64_t)h->seq);
    return db_run(&u, NULL, fault);
}

static tw_err drop_version(struct tw_db *db, enum db_sql id, const struct tw_db_head *h)
{
    struct db_use u = db_use(db, id);
    db_i64(&u, (int64_t)h->reg);
    db_i64(&u, h->version);
    return db_run(&u, NULL, NULL);
}

/* A party that is not there, or is named twice, shows only now: what was written of this call is taken back.
 */
static tw_err put_roles(struct tw_db *db, const struct tw_db_decl *d, struct tw_fault *fault)
{
    tw_err err = TW_OK;
    for (size_t i = 0; i < d->roles && err == TW_OK; i++) err = put_role(db, &d->head, &d->role[i], fault);
    if (err == TW_OK || db->broken != TW_OK) return err;
    if (err == TW_NOTFOUND) err = tw_fail(fault, TW_NOTFOUND, "a party of this declaration is not there");
    if (err == TW_CONFLICT)
        err = tw_fail(fault, TW_ARG, "a party stands twice; each once, with all its roles");
    TW_TRY(drop_version(db, DB_SQL_DECL_PARTY_TAKE_BACK, &d->head));
    TW_TRY(drop_version(db, DB_SQL_DECL_TAKE_BACK, &d->head));
    return err;
}

tw_err db_put_bytes(struct tw_db *db, enum db_sql id, const struct db_version *of, struct tw_str bytes,
                    struct tw_fault *fault)
{
    struct db_use u = db_use(db, id);
    db_i64(&u, (int64_t)of->reg);
    db_i64(&u, of->version);
    db_bytes(&u, bytes.s, bytes.n);
    return db_run(&u, NULL, fault);
}

/* Calls for each chapter, heading and HS6 once: codes rise, so what was met before is the one before. */
static tw_err each_hs(struct tw_str hs, tw_err (*one)(void *to, struct tw_str code, struct tw_fault *fault),
                      void *to, struct tw_fault *fault)
{
    for (size_t at = 0; at < hs.n; at += HS_DIGITS + 1) {
        for (size_t n = 2; n <= HS_DIGITS; n += 2) {
            if (at > 0 && memcmp(hs.s + at - (HS_DIGITS + 1), hs.s + at, n) == 0) continue;
            TW_TRY(one(to, (struct tw_str){hs.s + at, n}, fault));
        }
    }
    return TW_OK;
}

struct hs_of {
    struct tw_db *db;
    const struct tw_db_head *head; /* put */
    uint64_t seq;                  /* drop */
};

static tw_err put_hs(void *to, struct tw_str code, struct tw_fault *fault)
{
    const struct hs_of *of = to;
    struct db_use u = db_use(of->db, DB_SQL_HS_PUT);
    db_text(&u, code);
    db_i64(&u, (int64_t)of->head->seq);
    db_i64(&u, (int64_t)of->head->reg);
    db_i64(&u, of->head->version);
    return db_run(&u, NULL, fault);
}

static tw_err drop_hs(void *to, struct tw_str code, struct tw_fault *fault)
{
    const struct hs_of *of = to;
    struct db_use u = db_use(of->db, DB_SQL_HS_DROP);
    db_text(&u, code);
    db_i64(&u, (int64_t)of->seq);
    return db_run(&u, NULL, fault);
}

/* The version before goes out of lists and counts. */
static tw_err retire(struct tw_db *db, const struct tw_db_head *next, struct tw_fault *fault)
{
    struct db_use u;
    struct listed old = {0};
    TW_TRY(read_listed(db, next->reg, next->version - 1, &u, &old, fault));
    tw_err err = each_hs(old.hs, drop_hs, &(struct hs_of){db, NULL, old.seq}, fault);
    db_end(&u);
    TW_TRY(err);
    u = db_use(db, DB_SQL_DECL_RETIRE);
    db_i64(&u, (int64_t)next->reg);
    db_i64(&u, next->version - 1);
    TW_TRY(db_run(&u, NULL, fault));
    return db_count(db, &old.facts, -1, fault);
}

static tw_err has_predecessor(struct tw_db *db, const struct tw_db_head *h, struct tw_fault *fault)
{
    if (h->version == 1) return TW_OK;
    struct db_use u;
    struct listed old = {0};
    TW_TRY(read_listed(db, h->reg, h->version - 1, &u, &old, fault));
    db_end(&u);
    return TW_OK;
}

/* What follows the row cannot contradict anything: a failure of it undoes the batch. */
static tw_err put_rest(struct tw_db *db, const struct tw_db_decl *d, struct tw_fault *fault)
{
    const struct tw_db_head *h = &d->head;
    const struct db_version of = {h->reg, h->version};
    if (h->version > 1) TW_TRY(retire(db, h, fault));
    TW_TRY(db_put_bytes(db, DB_SQL_FIELDS_PUT, &of, d->fields, fault));
    if (d->sealed.n > 0) TW_TRY(db_put_bytes(db, DB_SQL_SOURCE_PUT, &of, d->sealed, fault));
    TW_TRY(each_hs(h->hs, put_hs, &(struct hs_of){db, h, 0}, fault));
    return db_count(db, &(struct db_facts){h->office, h->channel, h->state, h->received_at}, 1, fault);
}

tw_err tw_db_decl_put(struct tw_db *db, const struct tw_db_decl *d, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(look_at_decl(db, d, fault));
    TW_TRY(has_predecessor(db, &d->head, fault));
    TW_TRY(put_row(db, d, fault));
    TW_TRY(put_roles(db, d, fault));
    const tw_err err = put_rest(db, d, fault);
    return err == TW_OK ? TW_OK : db_undo(db, err);
}

tw_err tw_db_decl_move(struct tw_db *db, const struct tw_db_move *m, struct tw_fault *fault)
{
    struct db_use u;
    struct listed old = {0};
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_number(m->reg, "number", fault));
    TW_TRY(db_code(m->channel, TW_DB_NO_CHANNEL, "channel", fault));
    TW_TRY(db_code(m->state, 0, "state", fault));
    TW_TRY(read_listed(db, m->reg, m->version, &u, &old, fault));
    db_end(&u);
    u = db_use(db, DB_SQL_DECL_MOVE);
    db_i64(&u, (int64_t)m->reg);
    db_i64(&u, m->version);
    db_i64(&u, m->channel);
    db_i64(&u, m->state);
    TW_TRY(db_run(&u, NULL, fault));
    if (!old.current) return TW_OK;
    TW_TRY(db_count(db, &old.facts, -1, fault));
    old.facts.channel = m->channel;
    old.facts.state = m->state;
    return db_count(db, &old.facts, 1, fault);
}

tw_err tw_db_source_erase(struct tw_db *db, uint64_t reg, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_number(reg, "number", fault));
    struct db_use u = db_use(db, DB_SQL_SOURCE_ERASE);
    db_i64(&u, (int64_t)reg);
    return db_run(&u, NULL, fault);
}

tw_err tw_db_decl_forget(struct tw_db *db, uint64_t reg, struct tw_fault *fault)
{
    int changed = 0;
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_number(reg, "number", fault));
    struct db_use u = db_use(db, DB_SQL_DECL_FORGET);
    db_i64(&u, (int64_t)reg);
    TW_TRY(db_run(&u, &changed, fault));
    return changed > 0 ? TW_OK : db_no_version(reg, 0, fault);
}
