/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_cargo.h"

#include "base/date.h"
#include "base/mem.h"
#include "engine/intake.h"
#include "engine/manifests.h"

enum { DAY_S = 86400, ARENA_BYTES = 256 << 20 };

struct opening {
    struct tw_station *s;
    struct tw_station_cargo *c;
    uint64_t manifests, before;
    struct tw_arena *arena; /* of a declaration */
    int32_t day;            /* the last seen */
};

static tw_err no_memory(const struct tw_arena *arena, struct tw_fault *fault)
{
    if (tw_arena_full(arena))
        return tw_fail(fault, TW_LIMIT, "the manifests take more memory than %d MiB", TW_MANIFESTS_MIB);
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err take_manifest(void *to, const struct tw_db_manifest *row, struct tw_fault *fault)
{
    struct opening *o = to;
    struct tw_station_cargo *c = o->c;
    struct tw_manifest *m = NULL;
    if (row->seq > o->manifests) return TW_INTERRUPTED; /* this and those behind it do not count yet */
    if (c->n == c->cap) {
        const size_t cap = c->cap > 0 ? 2 * c->cap : 64;
        const struct tw_manifest **more = tw_realloc(c->at, cap, sizeof(const struct tw_manifest *));
        if (more == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
        c->at = more;
        c->cap = cap;
    }
    const tw_err err = tw_intake_manifest_restore(row, c->arena, &m, fault);
    if (err == TW_NOMEM || (err == TW_LIMIT && tw_arena_full(c->arena))) return no_memory(c->arena, fault);
    TW_TRY(err);
    c->at[c->n++] = m;
    return TW_OK;
}

/* As profile/look.c has it: one without a time knows what was known when the last day seen began. */
static int64_t time_of(struct opening *o, const struct tw_decl *d)
{
    if (d->lodged_at == TW_NO_TIME) return (int64_t)o->day * DAY_S;
    const int32_t day = tw_time_day(d->lodged_at);
    if (day > o->day) o->day = day;
    return d->lodged_at;
}

static tw_err take_decl(void *to, const struct tw_db_decl *row, struct tw_fault *fault)
{
    struct opening *o = to;
    struct tw_intake_kept kept;
    struct tw_decl *d = NULL;
    struct tw_cargo_view view;
    if (row->head.seq >= o->before) return TW_INTERRUPTED;
    tw_arena_reset(o->arena);
    TW_TRY(tw_intake_keep(o->s, row, false, o->arena, &kept, fault));
    TW_TRY(tw_intake_restore(&kept, o->arena, &d, fault));
    if (tw_cargo_look(o->c->cargo, d, time_of(o, d), o->arena, &view) != TW_OK ||
        tw_cargo_fold(o->c->cargo, &view) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    return TW_OK;
}

static tw_err open_all(struct opening *o, struct tw_fault *fault)
{
    struct tw_station_cargo *c = o->c;
    struct tw_db *db = tw_station_db(o->s);
    const struct tw_db_from all = {0, 0};
    if (tw_arena_new((size_t)TW_MANIFESTS_MIB << 20, &c->arena) != TW_OK ||
        tw_arena_new(ARENA_BYTES, &o->arena) != TW_OK)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    tw_err err = tw_db_manifests_from(db, &all, take_manifest, o, fault);
    if (err != TW_OK && err != TW_INTERRUPTED) return err;
    if (tw_cargo_new(c->at, c->n, &c->cargo) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    err = tw_db_decls_from(db, &all, take_decl, o, fault);
    return err == TW_INTERRUPTED ? TW_OK : err;
}

tw_err tw_station_cargo_open(struct tw_station *s, uint64_t manifests, uint64_t before,
                             struct tw_station_cargo *ret, struct tw_fault *fault)
{
    struct opening o = {.s = s, .c = ret, .manifests = manifests, .before = before};
    *ret = (struct tw_station_cargo){.n = 0};
    const tw_err err = open_all(&o, fault);
    tw_arena_free(o.arena);
    if (err != TW_OK) tw_station_cargo_close(ret);
    return err;
}

void tw_station_cargo_close(struct tw_station_cargo *c)
{
    tw_cargo_free(c->cargo);
    tw_free(c->at);
    tw_arena_free(c->arena);
    *c = (struct tw_station_cargo){.n = 0};
}
