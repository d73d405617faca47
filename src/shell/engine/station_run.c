/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/intake.h"
#include "engine/state_dir.h"
#include "engine/station_said_priv.h"
#include "message/json_read.h"

enum {
    QUEUE = 2048,         /* handed out and not decided: less than a block of engine/run.c and a page */
    PAGE = 1024,          /* declarations that are fetched, drawn for and committed together */
    PAGE_BYTES = 1 << 30, /* of them in memory */
    AT_ONCE = 250000,     /* decisions of one run, behind which the state is kept */
    STATE_DECIDED = 1,    /* of a declaration (docs/formats/station.md) */
    REPORT_EVERY = 1000
};

#define META_DECIDED   "decided" /* seq of the last declaration that was decided */
#define SNAPSHOT_STATE "state"
#define STATE_MAGIC    "TWSTATN1"

/* One declaration that was fetched. */
struct fetched {
    struct tw_db_decl row; /* texts in the page's arena */
    uint64_t draw;
    uint64_t decided_seq; /* of the decision on record; UINT64_MAX = there is none */
    struct tw_str record; /* of the same */
    bool recorded;        /* it was decided before: it is compared */
};

struct deciding {
    const struct tw_station_run *r;
    struct tw_station_count *count;
    struct tw_fault *fault;
    bool replay;
    struct tw_arena *arena; /* of the page */
    struct fetched *page;
    size_t n, at;      /* fetched; handed out */
    uint64_t next_seq; /* of the first declaration that was not fetched */
    uint64_t decided;  /* seq of the last that is on record as decided */
    uint64_t last;     /* seq of the last that was decided now or again */
    uint64_t left;     /* how many more this run takes */
    int32_t day;       /* whose key draws */
    bool batch, all;   /* one is open; there are no more */
    int32_t
        folded_day; /* results known before it are in the state that was gone on from; TW_NO_DAY = none are */
    struct tw_finding *came; /* results that count from the next declaration on */
    size_t came_n, came_cap;
    uint64_t finding_seq;  /* of the first that was not taken */
    uint64_t findings_end; /* of the last there is */
    uint64_t kept_seq;     /* of the last decision in the state that was gone on from */
    uint64_t decision_seq; /* of the last decision */
    struct tw_arena *results;
    struct {
        uint64_t reg, seq, draw;
        uint32_t version;
        bool recorded;
        const struct tw_criteria_given *said;
    } queue[QUEUE]; /* handed out, in order; a ring */
    size_t queue_from, queue_said, queue_drawn, queue_n;
    struct tw_buf record, features, leaf;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- the state, kept with the seq of the last declaration in it */

static void put_u64(struct tw_buf *b, uint64_t v)
{
    for (int i = 0; i < 8; i++) tw_buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

static uint64_t get_u64(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v |= (uint64_t)(uint8_t)p[i] << (8 * i);
    return v;
}

enum { STATE_HEAD = 8 + TW_SHA256_HEX + TW_SHA256_BYTES + 8 + 8 + 8 };

static tw_err save_state(const struct deciding *d, const struct tw_state *s, struct tw_buf *out)
{
    tw_buf_text(out, STATE_MAGIC);
    tw_buf_put(out, s->model, sizeof s->model);
    tw_buf_put(out, s->profile_hash, sizeof s->profile_hash);
    put_u64(out, d->decision_seq);
    put_u64(out, s->declarations);
    const size_t at = out->n;
    put_u64(out, 0);
    TW_TRY(tw_profile_save(s->profile, out));
    const uint64_t n = out->n - at - 8;
    for (int i = 0; i < 8 && !out->failed; i++) out->p[at + (size_t)i] = (char)(uint8_t)(n >> (8 * i));
    return tw_channels_save(s->channels, out);
}

static tw_err load_state(struct deciding *d, struct tw_str bytes, struct tw_state *ret)
{
    const char *p = bytes.s;
    if (bytes.n < STATE_HEAD || memcmp(p, STATE_MAGIC, 8) != 0 ||
        get_u64(p + STATE_HEAD - 8) > bytes.n - STATE_HEAD)
        return tw_fail(d->fault, TW_FORMAT, "the kept state is damaged; run `tidewaiter station check`");
    const size_t n = (size_t)get_u64(p + STATE_HEAD - 8);
    memcpy(ret->model, p + 8, sizeof ret->model);
    ret->model[sizeof ret->model - 1] = '\0';
    memcpy(ret->profile_hash, p + 8 + TW_SHA256_HEX, TW_SHA256_BYTES);
    ret->declarations = get_u64(p + STATE_HEAD - 16);
    d->kept_seq = d->decision_seq = get_u64(p + STATE_HEAD - 24);
    TW_TRY(tw_profile_load((struct tw_str){p + STATE_HEAD, n}, &ret->profile, d->fault));
    return tw_channels_load((struct tw_str){p + STATE_HEAD + n, bytes.n - STATE_HEAD - n},
                            &d->r->how->channels, &ret->channels, d->fault);
}

static tw_err begin(void *to, struct tw_state *ret, struct tw_fault *fault)
{
    struct deciding *d = to;
    TW_SCOPED_BUF bytes = {0};
    uint64_t seq = 0;
    d->next_seq = 1;
    if (d->replay) return TW_NOTFOUND;
    TW_TRY(tw_db_snapshot(tw_station_db(d->r->station), TW_STR(SNAPSHOT_STATE), &bytes, &seq, fault));
    TW_TRY(load_state(d, tw_buf_view(&bytes), ret));
    d->folded_day = tw_profile_day(ret->profile);
    d->next_seq = seq + 1;
    d->last = seq;
    return TW_OK;
}

/* -- what comes next */

static tw_err commit(struct deciding *d)
{
    char seq[24];
    if (!d->batch) return TW_OK;
    d->batch = false;
    snprintf(seq, sizeof seq, "%llu", (unsigned long long)d->last);
    tw_err err =
        tw_db_meta_put(tw_station_db(d->r->station), TW_STR(META_DECIDED), tw_str_from(seq), d->fault);
    if (err == TW_OK) err = tw_station_commit(d->r->station, d->fault);
    if (err != TW_OK) {
        tw_station_rollback(d->r->station);
        return err;
    }
    d->decided = d->last;
    return d->r->safe != NULL ? d->r->safe(d->r->to, d->fault) : TW_OK;
}

static tw_err open_batch(struct deciding *d)
{
    if (d->batch) return TW_OK;
    TW_TRY(tw_station_begin(d->r->station, d->fault));
    d->batch = true;
    return TW_OK;
}

static tw_err copy_row(struct tw_arena *arena, const struct tw_db_decl *from, struct tw_db_decl *ret)
{
    *ret = *from;
    ret->sealed = (struct tw_str){NULL, 0};
    TW_TRY(tw_str_dup(arena, from->fields, &ret->fields));
    struct tw_db_role *role = tw_arena_array(arena, from->roles + 1, sizeof *role);
    if (role == NULL) return TW_NOMEM;
    memcpy(role, from->role, from->roles * sizeof *role);
    ret->role = role;
    return TW_OK;
}

static tw_err fetch_one(void *to, const struct tw_db_decl *row, struct tw_fault *fault)
{
    struct deciding *d = to;
    if (d->replay && row->head.seq > d->decided) return TW_OK;
    struct fetched *f = &d->page[d->n];
    if (copy_row(d->arena, row, &f->row) != TW_OK) return no_memory(fault);
    f->recorded = row->head.seq <= d->decided;
    f->decided_seq = UINT64_MAX;
    d->next_seq = row->head.seq + 1;
    d->n++;
    return TW_OK;
}

/* Draws of those that were never drawn for; of the others what stands on record. */
static tw_err draw_page(struct deciding *d)
{
    uint64_t reg[PAGE], draw[PAGE];
    size_t fresh[PAGE], n = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct fetched *f = &d->page[i];
        struct tw_db_decision was;
        if (!f->recorded) {
            reg[n] = f->row.head.reg;
            fresh[n++] = i;
            continue;
        }
        TW_TRY(tw_db_decision(tw_station_db(d->r->station), f->row.head.reg, f->row.head.version, d->arena,
                              &was, d->fault));
        f->draw = was.draw;
        f->decided_seq = was.seq;
        f->record = was.record;
    }
    if (n == 0) return TW_OK;
    TW_TRY(tw_station_draw(d->r->station, d->day, reg, n, draw, d->fault));
    for (size_t i = 0; i < n; i++) d->page[fresh[i]].draw = draw[i];
    return TW_OK;
}

static tw_err next_page(struct deciding *d)
{
    const struct tw_db_from from = {d->next_seq, PAGE};
    TW_TRY(commit(d));
    if (!d->replay) TW_TRY(tw_station_today(d->r->station, &d->day, d->fault));
    tw_arena_reset(d->arena);
    d->n = d->at = 0;
    TW_TRY(tw_db_decls_from(tw_station_db(d->r->station), &from, fetch_one, d, d->fault));
    return draw_page(d);
}

/* -- results of inspections: they count for what is decided behind them */

struct coming {
    struct deciding *d;
    uint64_t before; /* those with a lower seq */
};

static tw_err take_finding(void *to, const struct tw_db_finding *row, struct tw_fault *fault)
{
    const struct coming *c = to;
    struct deciding *d = c->d;
    d->finding_seq = row->seq;
    if (row->seq >= c->before) return TW_INTERRUPTED; /* it is for a later one */
    d->finding_seq = row->seq + 1;
    if (row->seq <= d->kept_seq && row->known_day < d->folded_day) return TW_OK; /* it is in the state */
    if (d->came_n == d->came_cap) {
        const size_t cap = d->came_cap > 0 ? 2 * d->came_cap : 256;
        struct tw_finding *more = tw_realloc(d->came, cap, sizeof *more);
        if (more == NULL) return no_memory(fault);
        d->came = more;
        d->came_cap = cap;
    }
    return tw_intake_finding_restore(row, d->results, &d->came[d->came_n++], fault);
}

static tw_err take_findings(struct deciding *d, uint64_t before)
{
    struct coming c = {d, before};
    d->came_n = 0;
    if (d->finding_seq >= before || d->finding_seq > d->findings_end) return TW_OK;
    tw_arena_reset(d->results);
    const struct tw_db_from from = {d->finding_seq, 0};
    const tw_err err = tw_db_findings_from(tw_station_db(d->r->station), &from, take_finding, &c, d->fault);
    return err == TW_INTERRUPTED ? TW_OK : err;
}

/* The declaration; and where lists would look at names that are gone, what criteria said when it was decided.
 */
static tw_err restore(const struct deciding *d, const struct fetched *f, struct tw_arena *arena,
                      struct tw_decl **ret, const struct tw_criteria_given **said, struct tw_fault *fault)
{
    struct tw_db_decl row = f->row;
    struct tw_str record;
    bool erased = false, *names = d->r->how->lists.n > 0 ? &erased : NULL;
    *said = NULL;
    if (tw_str_dup(arena, f->row.fields, &row.fields) != TW_OK) return no_memory(fault);
    TW_TRY(tw_intake_restore(d->r->station, &row, names, arena, ret, fault));
    if (!erased || !f->recorded) return TW_OK;
    if (tw_str_dup(arena, f->record, &record) != TW_OK) return no_memory(fault);
    return station_said(record, arena, said, fault);
}

static tw_err next(void *to, struct tw_arena *arena, struct tw_reading *ret, struct tw_finding_list *came,
                   bool *more, struct tw_fault *fault)
{
    struct deciding *d = to;
    *more = false;
    const volatile sig_atomic_t *stop = d->r->how->input.stop;
    if (stop != NULL && *stop != 0)
        d->left = 0; /* what was read is decided and kept: nothing has to be done again */
    if (d->left == 0) return TW_OK;
    if (d->at == d->n) TW_TRY(next_page(d));
    d->all = d->n == 0;
    if (d->all) return TW_OK;
    const struct fetched *f = &d->page[d->at++];
    tw_arena_reset(arena);
    const struct tw_criteria_given *as;
    TW_TRY(restore(d, f, arena, &ret->decl, &as, fault));
    d->count->erased += as != NULL;
    const size_t slot = (d->queue_from + d->queue_n++) % QUEUE;
    d->queue[slot].reg = f->row.head.reg;
    d->queue[slot].seq = f->row.head.seq;
    d->queue[slot].version = f->row.head.version;
    d->queue[slot].draw = f->draw;
    d->queue[slot].recorded = f->recorded;
    d->queue[slot].said = as;
    d->left--;
    *more = true;
    TW_TRY(take_findings(d, f->decided_seq));
    *came = (struct tw_finding_list){d->came, d->came_n};
    return TW_OK;
}

/* In the order in which they were handed out, as the draws. */
static const struct tw_criteria_given *said(void *to)
{
    struct deciding *d = to;
    return d->queue[(d->queue_from + d->queue_said++) % QUEUE].said;
}

static tw_err draw(void *to, const struct tw_decl *decl, uint64_t *ret)
{
    struct deciding *d = to;
    (void)decl;
    *ret = d->queue[(d->queue_from + d->queue_drawn++) % QUEUE].draw;
    return TW_OK;
}

/* -- what was decided */

static void put_features(const struct tw_assessment *one, struct tw_buf *out)
{
    tw_buf_clear(out);
    for (size_t i = 0; i < one->look.n * TW_FEATURE_N; i++) {
        uint32_t v;
        memcpy(&v, &one->x[i], sizeof v);
        for (int k = 0; k < 4; k++) tw_buf_char(out, (char)(uint8_t)(v >> (8 * k)));
    }
}

static void put_hex(struct tw_json *j, const char *key, const uint8_t sum[TW_SHA256_BYTES])
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(sum, hex);
    tw_json_key(j, key);
    tw_json_text(j, hex);
}

static void put_sum(struct tw_json *j, const char *key, struct tw_str text)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(text.s, text.n, sum);
    put_hex(j, key, sum);
}

static void put_leaf(const struct deciding *d, const struct tw_db_decision *row, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    char draw_text[20], day_text[16];
    struct tw_buf day = tw_buf_in(day_text, sizeof day_text);
    tw_buf_day(&day, d->day);
    snprintf(draw_text, sizeof draw_text, "%016llx", (unsigned long long)row->draw);
    tw_buf_clear(out);
    tw_json_begin_object(&j);
    tw_json_key(&j, "at");
    tw_json_i64(&j, row->decided_at);
    tw_json_key(&j, "channel");
    tw_json_text(&j, tw_channel_name((enum tw_channel)row->channel));
    put_hex(&j, "criteria", row->criteria);
    tw_json_key(&j, "draw");
    tw_json_text(&j, draw_text);
    tw_json_key(&j, "draw_day");
    tw_json_str(&j, tw_buf_view(&day));
    put_sum(&j, "features", row->features);
    put_hex(&j, "model", row->model);
    put_hex(&j, "profile", row->profile);
    tw_json_key(&j, "propensity_ppm");
    tw_json_i64(&j, row->propensity_ppm);
    put_sum(&j, "record", row->record);
    tw_json_key(&j, "reg");
    tw_json_u64(&j, row->reg);
    tw_json_key(&j, "type");
    tw_json_text(&j, "decision");
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_key(&j, "version");
    tw_json_i64(&j, row->version);
    tw_json_end_object(&j);
}

static struct tw_db_decision row_of(const struct deciding *d, uint64_t reg, const struct tw_assessment *one)
{
    const struct tw_decision *k = &one->decision;
    struct tw_db_decision row = {.reg = reg,
                                 .seq = tw_station_size(d->r->station) + 1,
                                 .version = k->version,
                                 .decided_at = tw_station_now(d->r->station),
                                 .channel = (int32_t)k->channel,
                                 .basis = k->basis,
                                 .propensity_ppm = k->propensity_ppm,
                                 .draw = k->draw,
                                 .features = tw_buf_view(&d->features),
                                 .record = tw_buf_view(&d->record)};
    memcpy(row.model, k->model_hash, sizeof row.model);
    memcpy(row.criteria, k->criteria_hash, sizeof row.criteria);
    memcpy(row.profile, k->profile_hash, sizeof row.profile);
    return row;
}

static tw_err put_on_record(struct deciding *d, uint64_t reg, const struct tw_assessment *one)
{
    struct tw_db *db = tw_station_db(d->r->station);
    TW_TRY(open_batch(d));
    const struct tw_db_decision row = row_of(d, reg, one);
    const struct tw_db_move move = {reg, row.version, row.channel, STATE_DECIDED};
    TW_TRY(tw_db_decision_put(db, &row, d->fault));
    TW_TRY(tw_db_decl_move(db, &move, d->fault));
    put_leaf(d, &row, &d->leaf);
    if (d->leaf.failed) return no_memory(d->fault);
    TW_TRY(tw_station_leaf(d->r->station, tw_buf_view(&d->leaf), d->fault));
    d->decision_seq = row.seq;
    d->count->decided++;
    return TW_OK;
}

/* Is it decided as it stands on record? */
static tw_err compare(struct deciding *d, uint64_t reg, const struct tw_assessment *one)
{
    struct tw_db_decision was;
    TW_SCOPED(tw_arena) *arena = NULL;
    if (tw_arena_new(PAGE_BYTES, &arena) != TW_OK) return no_memory(d->fault);
    const struct tw_decision *k = &one->decision;
    TW_TRY(tw_db_decision(tw_station_db(d->r->station), reg, k->version, arena, &was, d->fault));
    const bool same = tw_str_eq(was.record, tw_buf_view(&d->record)) &&
                      tw_str_eq(was.features, tw_buf_view(&d->features)) &&
                      was.channel == (int32_t)k->channel && was.basis == k->basis && was.draw == k->draw &&
                      was.propensity_ppm == k->propensity_ppm;
    d->decision_seq = was.seq;
    d->count->again += !d->replay;
    d->count->replayed += d->replay;
    d->count->differ += !same;
    if (same) return TW_OK;
    if (!d->replay)
        return tw_fail(
            d->fault, TW_CONFLICT,
            "declaration %012llu was decided just before the last stop, and comes out otherwise now: go on "
            "with the model, criteria and channels of then, or tell us: `tidewaiter replay` shows it",
            (unsigned long long)reg);
    const struct tw_station_difference diff = {reg,        k->version, (enum tw_channel)was.channel,
                                               k->channel, was.record, tw_buf_view(&d->record)};
    return d->r->differs != NULL ? d->r->differs(d->r->to, &diff, d->fault) : TW_OK;
}

static tw_err on_decided(void *to, const struct tw_assessor *a, const struct tw_assessment *one,
                         struct tw_fault *fault)
{
    struct deciding *d = to;
    const size_t slot = d->queue_from;
    const uint64_t reg = d->queue[slot].reg, seq = d->queue[slot].seq;
    const bool recorded = d->queue[slot].recorded;
    d->queue_from = (d->queue_from + 1) % QUEUE;
    d->queue_n--;
    d->queue_said--;
    d->queue_drawn--;
    tw_buf_clear(&d->record);
    tw_assess_record(a, one, &d->record);
    put_features(one, &d->features);
    if (d->record.failed || d->features.failed) return no_memory(fault);
    if (recorded) {
        TW_TRY(compare(d, reg, one));
    } else {
        TW_TRY(put_on_record(d, reg, one));
        if (d->r->decided != NULL) TW_TRY(d->r->decided(d->r->to, a, one, fault));
    }
    d->last = seq;
    const uint64_t done = d->count->decided + d->count->again + d->count->replayed;
    if (d->r->progress != NULL && done % REPORT_EVERY == 0) d->r->progress(d->r->to, done);
    return TW_OK;
}

/* Is the kept state what a run from the first declaration on comes to? One that was kept before the last
 * decisions is not held against it. */
static tw_err compare_state(const struct deciding *d, const struct tw_state *s, struct tw_fault *fault)
{
    TW_SCOPED_BUF kept = {0}, bytes = {0};
    uint64_t seq = 0;
    const tw_err err =
        tw_db_snapshot(tw_station_db(d->r->station), TW_STR(SNAPSHOT_STATE), &kept, &seq, fault);
    if (err == TW_NOTFOUND) return TW_OK;
    TW_TRY(err);
    if (seq != d->last) return TW_OK;
    if (save_state(d, s, &bytes) != TW_OK || bytes.failed) return no_memory(fault);
    d->count->kept = true;
    d->count->kept_differs = !tw_str_eq(tw_buf_view(&kept), tw_buf_view(&bytes));
    return TW_OK;
}

static tw_err leave(void *to, const struct tw_state *s, struct tw_fault *fault)
{
    struct deciding *d = to;
    TW_SCOPED_BUF bytes = {0};
    if (d->replay) return compare_state(d, s, fault);
    TW_TRY(commit(d));
    if (s->declarations == 0 || d->count->decided + d->count->again == 0) return TW_OK;
    if (save_state(d, s, &bytes) != TW_OK || bytes.failed) return no_memory(fault);
    const struct tw_db_snapshot at = {TW_STR(SNAPSHOT_STATE), d->last};
    TW_TRY(tw_station_begin(d->r->station, fault));
    const tw_err err = tw_db_snapshot_put(tw_station_db(d->r->station), &at, tw_buf_view(&bytes), fault);
    if (err != TW_OK) {
        tw_station_rollback(d->r->station);
        return err == TW_CONFLICT ? TW_OK : err; /* it is the one that is there */
    }
    return tw_station_commit(d->r->station, fault);
}

/* -- all of it */

static tw_err read_decided(struct deciding *d)
{
    struct tw_str text;
    int64_t seq = 0;
    const tw_err err =
        tw_db_meta(tw_station_db(d->r->station), TW_STR(META_DECIDED), d->arena, &text, d->fault);
    if (err == TW_NOTFOUND) return TW_OK;
    TW_TRY(err);
    struct tw_db_ends ends;
    TW_TRY(tw_db_ends(tw_station_db(d->r->station), &ends, d->fault));
    d->findings_end = ends.finding;
    if (tw_str_i64(text, &seq) != TW_OK || seq < 0)
        return tw_fail(d->fault, TW_FORMAT,
                       "the station does not know what it has decided; run `tidewaiter station check`");
    d->decided = (uint64_t)seq;
    return TW_OK;
}

static tw_err run_all(struct deciding *d)
{
    const struct tw_run_source source = {d, begin, next, said, draw, leave};
    struct tw_run_options how = *d->r->how;
    how.source = &source;
    how.state = how.only = NULL;
    how.to = d;
    how.decided = on_decided;
    how.done = NULL;
    do {
        struct tw_run_summary sum;
        d->left = d->replay ? UINT64_MAX : AT_ONCE;
        d->n = d->at = 0;
        d->queue_from = d->queue_n = d->queue_said = d->queue_drawn = 0;
        d->finding_seq = d->kept_seq = 0;
        d->folded_day = TW_NO_DAY;
        TW_TRY(tw_run(&how, &sum, d->fault));
    } while (!d->all && (how.input.stop == NULL || *how.input.stop == 0));
    if (!d->all) return tw_fail(d->fault, TW_INTERRUPTED, "interrupted; what was decided is kept");
    return TW_OK;
}

static tw_err work(const struct tw_station_run *r, bool replay, struct tw_station_count *ret,
                   struct tw_fault *fault)
{
    struct deciding *d = tw_calloc(1, sizeof *d);
    *ret = (struct tw_station_count){0};
    if (d == NULL) return no_memory(fault);
    d->r = r;
    d->count = ret;
    d->fault = fault;
    d->replay = replay;
    d->page = tw_calloc(PAGE, sizeof *d->page);
    tw_err err = d->page != NULL && tw_arena_new(PAGE_BYTES, &d->arena) == TW_OK ? TW_OK : no_memory(fault);
    if (err == TW_OK && tw_arena_new(PAGE_BYTES, &d->results) != TW_OK) err = no_memory(fault);
    if (err == TW_OK) err = read_decided(d);
    if (err == TW_OK) err = run_all(d);
    if (d->batch) tw_station_rollback(r->station);
    tw_arena_free(d->arena);
    tw_arena_free(d->results);
    tw_free(d->came);
    tw_free(d->page);
    tw_buf_free(&d->record);
    tw_buf_free(&d->features);
    tw_buf_free(&d->leaf);
    tw_free(d);
    return err;
}

tw_err tw_station_assess(const struct tw_station_run *r, struct tw_station_count *ret, struct tw_fault *fault)
{
    return work(r, false, ret, fault);
}

tw_err tw_station_replay(const struct tw_station_run *r, struct tw_station_count *ret, struct tw_fault *fault)
{
    return work(r, true, ret, fault);
}
