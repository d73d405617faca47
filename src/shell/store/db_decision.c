/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions, findings, manifests: written once, read by their keys and in order. */
#include "store/db_decl_priv.h"

static tw_err look_at_version(uint64_t reg, uint64_t seq, uint32_t version, struct tw_fault *fault)
{
    TW_TRY(db_number(reg, "number", fault));
    TW_TRY(db_number(seq, "seq", fault));
    return version > 0 ? TW_OK : tw_fail(fault, TW_ARG, "versions begin with 1");
}

/* -- decisions */

tw_err tw_db_decision_put(struct tw_db *db, const struct tw_db_decision *d, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(look_at_version(d->reg, d->seq, d->version, fault));
    TW_TRY(db_code(d->channel, 0, "channel", fault));
    TW_TRY(db_within(db, d->features, "features", fault));
    TW_TRY(db_within(db, d->record, "a decision", fault));
    struct db_use u = db_use(db, DB_SQL_DECISION_PUT);
    db_i64(&u, (int64_t)d->reg);
    db_i64(&u, d->version);
    db_i64(&u, (int64_t)d->seq);
    db_i64(&u, d->decided_at);
    db_i64(&u, d->channel);
    db_i64(&u, d->basis);
    db_i64(&u, d->propensity_ppm);
    db_i64(&u, (int64_t)d->draw); /* the same 64 bits */
    db_bytes(&u, d->model, sizeof d->model);
    db_bytes(&u, d->criteria, sizeof d->criteria);
    db_bytes(&u, d->profile, sizeof d->profile);
    db_bytes(&u, d->features.s, d->features.n);
    db_text(&u, d->record);
    return db_run(&u, NULL, fault);
}

static tw_err read_decision(const struct db_use *u, struct tw_db_decision *ret, struct tw_fault *fault)
{
    *ret = (struct tw_db_decision){.reg = (uint64_t)db_col(u, 0),
                                   .version = (uint32_t)db_col(u, 1),
                                   .seq = (uint64_t)db_col(u, 2),
                                   .decided_at = db_col(u, 3),
                                   .channel = (int32_t)db_col(u, 4),
                                   .basis = (uint32_t)db_col(u, 5),
                                   .propensity_ppm = (uint32_t)db_col(u, 6),
                                   .draw = (uint64_t)db_col(u, 7),
                                   .features = db_col_str(u, 11),
                                   .record = db_col_str(u, 12)};
    TW_TRY(db_col_fixed(u, 8, ret->model, sizeof ret->model, fault));
    TW_TRY(db_col_fixed(u, 9, ret->criteria, sizeof ret->criteria, fault));
    return db_col_fixed(u, 10, ret->profile, sizeof ret->profile, fault);
}

tw_err tw_db_decision(struct tw_db *db, uint64_t reg, uint32_t version, struct tw_arena *arena,
                      struct tw_db_decision *ret, struct tw_fault *fault)
{
    struct tw_db_decision d;
    bool there = false;
    TW_TRY(db_number(reg, "number", fault));
    struct db_use u = db_use(db, DB_SQL_DECISION);
    db_i64(&u, (int64_t)reg);
    db_i64(&u, version);
    TW_TRY(db_row(&u, &there, fault));
    if (!there)
        return tw_fail(fault, TW_NOTFOUND, "version %u under the number %llu is not decided", version,
                       (unsigned long long)reg);
    tw_err err = read_decision(&u, &d, fault);
    if (err == TW_OK && (tw_str_dup(arena, d.features, &d.features) != TW_OK ||
                         tw_str_dup(arena, d.record, &d.record) != TW_OK))
        err = tw_fail(fault, TW_NOMEM, "no memory for a decision");
    db_end(&u);
    if (err == TW_OK) *ret = d;
    return err;
}

tw_err tw_db_decisions_from(struct tw_db *db, const struct tw_db_from *from, tw_db_decision_fn fn, void *to,
                            struct tw_fault *fault)
{
    struct db_use u = db_from(db, DB_SQL_DECISIONS_FROM, from);
    tw_err err = TW_OK;
    for (bool more = true; err == TW_OK;) {
        struct tw_db_decision d;
        TW_TRY(db_row(&u, &more, fault));
        if (!more) return TW_OK;
        err = read_decision(&u, &d, fault);
        if (err == TW_OK) err = fn(to, &d, fault);
    }
    db_end(&u);
    return err;
}

/* -- findings */

tw_err tw_db_finding_put(struct tw_db *db, const struct tw_db_finding *f, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(look_at_version(f->reg, f->seq, f->version, fault));
    TW_TRY(db_code(f->result, 0, "result", fault));
    TW_TRY(db_within(db, f->record, "a finding", fault));
    struct db_use u = db_use(db, DB_SQL_FINDING_PUT);
    db_i64(&u, (int64_t)f->reg);
    db_i64(&u, (int64_t)f->seq);
    db_i64(&u, f->version);
    db_i64(&u, f->item);
    db_i64(&u, f->result);
    db_i64(&u, f->known_day);
    db_text(&u, f->record);
    return db_run(&u, NULL, fault);
}

static tw_err each_finding(struct db_use *u, tw_db_finding_fn fn, void *to, struct tw_fault *fault)
{
    tw_err err = TW_OK;
    for (bool more = true; err == TW_OK;) {
        TW_TRY(db_row(u, &more, fault));
        if (!more) return TW_OK;
        const struct tw_db_finding f = {.reg = (uint64_t)db_col(u, 0),
                                        .seq = (uint64_t)db_col(u, 1),
                                        .version = (uint32_t)db_col(u, 2),
                                        .item = (uint32_t)db_col(u, 3),
                                        .result = (int32_t)db_col(u, 4),
                                        .known_day = (int32_t)db_col(u, 5),
                                        .record = db_col_str(u, 6)};
        err = fn(to, &f, fault);
    }
    db_end(u);
    return err;
}

tw_err tw_db_findings_from(struct tw_db *db, const struct tw_db_from *from, tw_db_finding_fn fn, void *to,
                           struct tw_fault *fault)
{
    struct db_use u = db_from(db, DB_SQL_FINDINGS_FROM, from);
    return each_finding(&u, fn, to, fault);
}

tw_err tw_db_findings_of(struct tw_db *db, uint64_t reg, tw_db_finding_fn fn, void *to,
                         struct tw_fault *fault)
{
    struct db_use u = db_from(db, DB_SQL_FINDINGS_OF, &(struct tw_db_from){reg, 0});
    return each_finding(&u, fn, to, fault);
}

/* -- manifests */

tw_err tw_db_manifest_put(struct tw_db *db, const struct tw_db_manifest *m, struct tw_fault *fault)
{
    TW_TRY(db_may_write(db, fault));
    TW_TRY(look_at_version(m->reg, m->seq, m->version, fault));
    TW_TRY(db_within(db, m->fields, "fields", fault));
    TW_TRY(db_within(db, m->sealed, "source", fault));
    struct db_use u = db_use(db, DB_SQL_MANIFEST_PUT);
    db_i64(&u, (int64_t)m->reg);
    db_i64(&u, m->version);
    db_i64(&u, (int64_t)m->seq);
    db_i64(&u, m->received_at);
    db_bytes(&u, m->content, sizeof m->content);
    db_bytes(&u, m->ref, sizeof m->ref);
    db_bytes(&u, m->fields.s, m->fields.n);
    TW_TRY(db_run(&u, NULL, fault));
    if (m->sealed.n == 0) return TW_OK;
    const tw_err err =
        db_put_bytes(db, DB_SQL_SOURCE_PUT, &(struct db_version){m->reg, m->version}, m->sealed, fault);
    return err == TW_OK ? TW_OK : db_undo(db, err);
}

static tw_err read_manifest(const struct db_use *u, struct tw_db_manifest *ret, struct tw_fault *fault)
{
    *ret = (struct tw_db_manifest){.reg = (uint64_t)db_col(u, 0),
                                   .version = (uint32_t)db_col(u, 1),
                                   .seq = (uint64_t)db_col(u, 2),
                                   .received_at = db_col(u, 3),
                                   .fields = db_col_str(u, 6),
                                   .sealed = db_col_str(u, 7)};
    TW_TRY(db_col_fixed(u, 4, ret->content, sizeof ret->content, fault));
    return db_col_fixed(u, 5, ret->ref, sizeof ret->ref, fault);
}

tw_err tw_db_manifest_forget(struct tw_db *db, uint64_t reg, struct tw_fault *fault)
{
    int changed = 0;
    TW_TRY(db_may_write(db, fault));
    TW_TRY(db_number(reg, "number", fault));
    struct db_use u = db_use(db, DB_SQL_MANIFEST_FORGET);
    db_i64(&u, (int64_t)reg);
    TW_TRY(db_run(&u, &changed, fault));
    return changed > 0 ? TW_OK : db_no_version(reg, 0, fault);
}

tw_err tw_db_manifest(struct tw_db *db, uint64_t reg, uint32_t version, struct tw_arena *arena,
                      struct tw_db_manifest *ret, struct tw_fault *fault)
{
    struct tw_db_manifest m;
    bool there = false;
    TW_TRY(db_number(reg, "number", fault));
    if (version == 0) TW_TRY(db_last_version(db, DB_SQL_MANIFEST_LAST, reg, &version, fault));
    struct db_use u = db_use(db, DB_SQL_MANIFEST);
    db_i64(&u, (int64_t)reg);
    db_i64(&u, version);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return db_no_version(reg, version, fault);
    tw_err err = read_manifest(&u, &m, fault);
    if (err == TW_OK &&
        (tw_str_dup(arena, m.fields, &m.fields) != TW_OK || tw_str_dup(arena, m.sealed, &m.sealed) != TW_OK))
        err = tw_fail(fault, TW_NOMEM, "no memory for a manifest");
    db_end(&u);
    if (err == TW_OK) *ret = m;
    return err;
}

tw_err tw_db_manifest_known(struct tw_db *db, const uint8_t ref[TW_DB_ID], uint32_t version,
                            struct tw_db_known *ret, struct tw_fault *fault)
{
    struct db_use u = db_use(db, version > 0 ? DB_SQL_MANIFEST_KNOWN : DB_SQL_MANIFEST_KNOWN_LAST);
    db_bytes(&u, ref, TW_DB_ID);
    if (version > 0) db_i64(&u, version);
    return db_read_known(&u, ret, fault);
}

tw_err tw_db_manifests_from(struct tw_db *db, const struct tw_db_from *from, tw_db_manifest_fn fn, void *to,
                            struct tw_fault *fault)
{
    struct db_use u = db_from(db, DB_SQL_MANIFESTS_FROM, from);
    tw_err err = TW_OK;
    for (bool more = true; err == TW_OK;) {
        struct tw_db_manifest m;
        TW_TRY(db_row(&u, &more, fault));
        if (!more) return TW_OK;
        err = read_manifest(&u, &m, fault);
        if (err == TW_OK) err = fn(to, &m, fault);
    }
    db_end(&u);
    return err;
}

/* -- where the station stands */

tw_err tw_db_ends(struct tw_db *db, struct tw_db_ends *ret, struct tw_fault *fault)
{
    bool there = false;
    struct db_use u = db_use(db, DB_SQL_ENDS);
    TW_TRY(db_row(&u, &there, fault));
    if (!there) return db_damaged(db, "it does not answer", fault);
    const uint64_t decl_reg = (uint64_t)db_col(&u, 4), manifest_reg = (uint64_t)db_col(&u, 5);
    *ret = (struct tw_db_ends){.decl = (uint64_t)db_col(&u, 0),
                               .decision = (uint64_t)db_col(&u, 1),
                               .finding = (uint64_t)db_col(&u, 2),
                               .manifest = (uint64_t)db_col(&u, 3),
                               .reg = decl_reg > manifest_reg ? decl_reg : manifest_reg};
    db_end(&u);
    return TW_OK;
}
