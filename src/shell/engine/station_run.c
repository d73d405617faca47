/* SPDX-License-Identifier: Apache-2.0 */
/* One round: declarations are fetched from the database or handed in; what the decider has made of those of
 * the round before is put on record; the batch is committed and signed. Those that were handed in have
 * numbers in a signed log now: only then are they drawn for and given to the decider, which works on them
 * during the next round. Where a round is not full nothing waits behind it, and it is put on record at once.
 */
#include "engine/station_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/decider.h"
#include "engine/station_cargo.h"
#include "engine/station_record.h"
#include "engine/station_said_priv.h"
#include "engine/station_state.h"

enum {
    ROUND = 1000,          /* declarations that are fetched, drawn for and committed together */
    JOBS = 2 * ROUND,      /* those of two rounds are on their way */
    AT_ONCE = 40 * ROUND,  /* decisions of one run, behind which the state is kept: so many are made again at
                              most, which is some seconds' work */
    KEEP_LEAST = 2000,     /* decisions, */
    KEEP_BYTES = 16 << 20, /* of a state that is as large */
    REPORT_EVERY = 1000,
    PERIOD_BYTES = 256 << 20 /* of a decision, and of all periods */
};

#define META_DECIDED "decided" /* seq of the last declaration that was decided */

/* Beside a job: what is known of its declaration, and of one that is decided again what stands on record. */
struct on_record {
    uint64_t decl_seq;
    int32_t day;   /* whose key it was drawn with */
    bool compared; /* it is of the range that is */
    struct tw_db_decision was;
};

struct deciding {
    const struct tw_station_run *r;
    struct tw_station_count *count;
    struct tw_fault *fault;
    struct tw_decider *decider;
    struct tw_intake *intake; /* NULL = nothing is handed in */
    bool replay;
    bool batch;                        /* one is open */
    bool read_all, end;                /* of the database; of what is handed in */
    bool keep;                         /* the state at the end */
    struct tw_station_state state;     /* that is gone on from, but while the decider has it; none: zeroed */
    struct tw_arena *arena;            /* of the periods */
    struct tw_station_periods periods; /* all there are */
    size_t period;                     /* of this run: one more than its place; 0 = before the first */
    bool rules_open, boundary;         /* those of the period; the next declaration is of another */
    struct tw_rules rules;
    struct tw_run_options how; /* of this run */
    struct tw_station_cargo cargo;
    uint64_t next_seq;     /* of the first declaration that was not fetched */
    uint64_t decided;      /* seq of the last that is on record as decided */
    uint64_t last;         /* seq of the last that was decided now or again */
    uint64_t left;         /* how many more this run takes */
    size_t filled;         /* slots of this round */
    int32_t day;           /* whose key draws */
    int32_t folded_day;    /* results known before it are in the state; TW_NO_DAY = none are */
    uint64_t kept_seq;     /* of the last decision in the state that was gone on from */
    uint64_t decision_seq; /* of the last decision */
    uint64_t finding_seq;  /* of the first result that was not taken */
    uint64_t findings_end; /* of the last there is */
    struct tw_finding *came;
    size_t came_n, came_cap;
    struct tw_buf leaf;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static struct tw_db *db_of(const struct deciding *d)
{
    return tw_station_db(d->r->station);
}

static bool stopped(const struct deciding *d)
{
    const volatile sig_atomic_t *stop = d->r->how->input.stop;
    return stop != NULL && *stop != 0;
}

/* -- the period that a run is of */

/* One more than the place of the last that was put in force before `seq`; 0 = none was. */
static size_t period_of(const struct deciding *d, uint64_t seq)
{
    size_t n = d->periods.n;
    while (n > 0 && d->periods.at[n - 1].seq >= seq) n--;
    return n;
}

static tw_err see_first(void *to, const struct tw_db_decl *row, struct tw_fault *fault)
{
    struct deciding *d = to;
    struct tw_db_decision was;
    TW_SCOPED(tw_arena) *arena = NULL;
    if (row->head.seq > d->decided) return TW_OK;
    if (tw_arena_new(PERIOD_BYTES, &arena) != TW_OK) return no_memory(fault);
    TW_TRY(tw_db_decision(db_of(d), row->head.reg, row->head.version, arena, &was, fault));
    d->period = period_of(d, was.seq);
    return TW_OK;
}

static void close_rules(struct deciding *d)
{
    if (d->rules_open) tw_rules_close(&d->rules);
    tw_station_cargo_close(&d->cargo);
    d->rules_open = false;
}

static tw_err open_rules(struct deciding *d)
{
    struct tw_station_settings set;
    close_rules(d);
    d->how = *d->r->how;
    d->count->periods++;
    if (d->period > 0) {
        TW_TRY(tw_settings_of(d->r->station, &d->periods.at[d->period - 1], &set, d->fault));
        if (set.rules != TW_STATION_RULES && d->count->rules == 0) d->count->rules = set.rules;
        TW_TRY(tw_rules_open(d->r->station, &set, d->r->lists, d->r->told, &d->rules, d->fault));
        d->rules_open = true;
        tw_rules_options(&d->rules, &d->how);
        if (set.manifests > 0)
            TW_TRY(tw_station_cargo_open(d->r->station, set.manifests, d->next_seq, &d->cargo, d->fault));
    }
    if (d->replay && d->r->with != NULL) d->r->with(d->r->to, &d->how);
    return TW_OK;
}

/* That of the next declaration: what stands on record is of its own, what is new of the last. */
static tw_err choose_rules(struct deciding *d)
{
    const struct tw_db_from from = {d->next_seq, 1};
    const size_t before = d->period;
    if (!d->replay) d->period = d->periods.n;
    TW_TRY(tw_db_decls_from(db_of(d), &from, see_first, d, d->fault));
    return d->count->periods > 0 && d->period == before ? TW_OK : open_rules(d);
}

/* -- the state */

static tw_err load(struct deciding *d)
{
    struct tw_station_state *s = &d->state;
    if (s->is.profile == NULL && !d->replay) {
        const tw_err err = tw_station_state_load(db_of(d), s, d->fault);
        if (err != TW_OK && err != TW_NOTFOUND) return err;
    }
    const bool there = s->is.profile != NULL;
    d->next_seq = there ? s->seq + 1 : 1;
    d->last = there ? s->seq : 0;
    d->kept_seq = d->decision_seq = there ? s->decision : 0;
    d->finding_seq = 0;
    d->folded_day = there ? tw_profile_day(s->is.profile) : TW_NO_DAY;
    TW_TRY(choose_rules(d));
    if (!there) return TW_OK;
    const tw_err err =
        tw_channels_load(tw_buf_view(&s->channels), &d->how.channels, &s->is.channels, d->fault);
    return err == TW_NOMEM ? no_memory(d->fault) : err;
}

/* In the decider's thread. */
static tw_err begin(void *to, struct tw_state *ret, struct tw_fault *fault)
{
    struct deciding *d = to;
    (void)fault;
    if (d->state.is.profile == NULL) return TW_NOTFOUND;
    *ret = d->state.is;
    d->state.is = (struct tw_state){.profile = NULL};
    return TW_OK;
}

/* The channels go from run to run as bytes, for the next may be of other settings. */
static tw_err leave(void *to, struct tw_state *s, struct tw_fault *fault)
{
    struct deciding *d = to;
    if (!d->keep || s->declarations == 0) return TW_OK;
    tw_buf_clear(&d->state.channels);
    if (tw_channels_save(s->channels, &d->state.channels) != TW_OK || d->state.channels.failed)
        return no_memory(fault);
    d->state.is = *s;
    d->state.is.channels = NULL;
    s->profile = NULL;
    return TW_OK;
}

/* Is the kept state what a run from the first declaration on comes to? One that was kept before the last
 * decisions is not held against it. */
static tw_err compare_state(struct deciding *d)
{
    if (d->r->with != NULL) return TW_OK;
    return tw_station_state_compare(db_of(d), &d->state, &d->count->kept, &d->count->kept_differs, d->fault);
}

static tw_err keep_state(struct deciding *d)
{
    if (d->state.is.profile == NULL) return TW_OK;
    d->state.seq = d->last;
    d->state.decision = d->decision_seq;
    if (d->replay) return d->end ? compare_state(d) : TW_OK;
    TW_TRY(tw_station_begin(d->r->station, d->fault));
    const tw_err err = tw_station_state_keep(db_of(d), &d->state, d->fault);
    if (err == TW_OK) return tw_station_commit(d->r->station, d->fault);
    tw_station_rollback(d->r->station);
    return err == TW_CONFLICT ? TW_OK : err; /* it is the one that is there */
}

/* -- batches */

static tw_err open_batch(struct deciding *d)
{
    if (d->batch) return TW_OK;
    TW_TRY(tw_station_begin(d->r->station, d->fault));
    d->batch = true;
    return TW_OK;
}

static tw_err commit(struct deciding *d)
{
    char seq[24];
    if (!d->batch) return TW_OK;
    d->batch = false;
    snprintf(seq, sizeof seq, "%llu", (unsigned long long)d->last);
    tw_err err = tw_db_meta_put(db_of(d), TW_STR(META_DECIDED), tw_str_from(seq), d->fault);
    if (err == TW_OK) err = tw_station_commit(d->r->station, d->fault);
    if (err != TW_OK) {
        tw_station_rollback(d->r->station);
        return err;
    }
    d->decided = d->last;
    return d->r->safe != NULL ? d->r->safe(d->r->to, d->fault) : TW_OK;
}

/* -- results of inspections: they count for what is decided behind them */

struct coming {
    struct deciding *d;
    struct tw_arena *arena;
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
    return tw_intake_finding_restore(row, c->arena, &d->came[d->came_n++], fault);
}

static tw_err take_findings(struct deciding *d, uint64_t before, struct tw_decider_job *j)
{
    struct coming c = {d, j->arena, before};
    j->came = (struct tw_finding_list){NULL, 0};
    if (d->finding_seq >= before || d->finding_seq > d->findings_end) return TW_OK;
    d->came_n = 0;
    const struct tw_db_from from = {d->finding_seq, 0};
    const tw_err err = tw_db_findings_from(db_of(d), &from, take_finding, &c, d->fault);
    if (err != TW_OK && err != TW_INTERRUPTED) return err;
    if (d->came_n == 0) return TW_OK;
    struct tw_finding *at = tw_arena_room(j->arena, d->came_n, sizeof *at);
    if (at == NULL) return no_memory(d->fault);
    memcpy(at, d->came, d->came_n * sizeof *at);
    j->came = (struct tw_finding_list){at, d->came_n};
    return TW_OK;
}

/* -- what comes next */

/* The next free slot, for a declaration, of which *ret_on tells what stands on record. NULL = no memory: of
 * slots there is one, for a round fills no more than are free. */
static struct tw_decider_job *fill(struct deciding *d, const struct tw_db_head *head,
                                   struct on_record **ret_on)
{
    struct tw_decider_job *j = tw_decider_slot(d->decider, d->filled);
    if (j == NULL) return NULL;
    tw_arena_reset(j->arena);
    struct on_record *on = *ret_on = tw_arena_alloc(j->arena, sizeof *on);
    if (on == NULL) return NULL;
    on->decl_seq = head->seq;
    on->day = d->day;
    j->reg = head->reg;
    j->seq = UINT64_MAX; /* of the decision, where it stands on record */
    j->version = head->version;
    j->brief = false;
    j->said = NULL;
    j->note = on;
    d->filled++;
    return j;
}

static bool in_range(const struct deciding *d, const struct tw_db_head *head)
{
    const struct tw_station_range *r = &d->r->range;
    return head->seq >= r->from_seq && head->received_at >= r->from_at &&
           (r->to_at == 0 || head->received_at < r->to_at);
}

/* Nothing of it is wanted, nor of what comes behind it. */
static bool beyond(const struct deciding *d, uint64_t seq)
{
    return d->replay && (seq > d->decided || (d->r->range.to_seq > 0 && seq > d->r->range.to_seq));
}

static tw_err fetch_one(void *to, const struct tw_db_decl *row, struct tw_fault *fault)
{
    struct deciding *d = to;
    struct on_record *on;
    const bool recorded = row->head.seq <= d->decided;
    if (beyond(d, row->head.seq)) return TW_OK;
    struct tw_decider_job *j = fill(d, &row->head, &on);
    if (j == NULL) return no_memory(fault);
    if (recorded) {
        TW_TRY(tw_db_decision(db_of(d), j->reg, j->version, j->arena, &on->was, fault));
        j->draw = on->was.draw;
        j->seq = on->was.seq;
        j->brief = !d->replay;
    }
    on->compared = !d->replay || in_range(d, &row->head);
    d->boundary = (recorded ? period_of(d, j->seq) : d->periods.n) != d->period;
    if (d->boundary) {
        d->filled--; /* it is the next run's */
        return TW_INTERRUPTED;
    }
    d->next_seq = row->head.seq + 1;
    TW_TRY(tw_intake_keep(d->r->station, row, d->how.lists.n > 0, j->arena, &j->kept, fault));
    if (!recorded || !j->kept.erased) return TW_OK; /* else lists would look at names that are gone */
    TW_TRY(station_said(on->was.record, j->arena, &j->said, fault));
    d->count->erased += j->said != NULL;
    return TW_OK;
}

static tw_err fetch(struct deciding *d, size_t room)
{
    const struct tw_db_from from = {d->next_seq, room};
    const tw_err err = tw_db_decls_from(db_of(d), &from, fetch_one, d, d->fault);
    if (err != TW_OK && !(err == TW_INTERRUPTED && d->boundary)) return err;
    d->read_all = d->filled == 0 && !d->boundary;
    return TW_OK;
}

/* Tells who hands in what became of it; of what was refused nothing was written. */
static tw_err receipt(struct deciding *d, const struct tw_station_handed *what, tw_err err,
                      const struct tw_intake_receipt *r, struct tw_fault *why)
{
    const struct tw_station_feed *feed = d->r->feed;
    const bool refused = err == TW_CONFLICT || err == TW_LIMIT;
    if (err != TW_OK && !refused) {
        if (d->fault != NULL) *d->fault = *why;
        return err;
    }
    d->count->refused += refused;
    d->count->known += !refused && r->known;
    d->count->taken += !refused && !r->known;
    if (feed->taken == NULL) return TW_OK;
    return feed->taken(feed->to, what, refused ? NULL : r, refused ? why : NULL, d->fault);
}

static tw_err take_decl(struct deciding *d, const struct tw_station_handed *what)
{
    struct tw_intake_receipt r = {.known = false};
    struct tw_fault why = {.code = TW_OK};
    struct on_record *on;
    const uint64_t seq = tw_station_size(d->r->station) + 1;
    const tw_err err = tw_intake_take(d->intake, what->decl, &r, &why);
    if (err == TW_OK && !r.known) {
        const struct tw_db_head head = {.reg = r.reg, .seq = seq, .version = r.version};
        struct tw_decider_job *j = fill(d, &head, &on);
        if (j == NULL) return no_memory(d->fault);
        TW_TRY(tw_intake_last(d->intake, d->how.lists.n > 0, j->arena, &j->kept, d->fault));
        d->next_seq = seq + 1;
    }
    return receipt(d, what, err, &r, &why);
}

static tw_err take_result(struct deciding *d, const struct tw_station_handed *what)
{
    struct tw_intake_receipt r = {.known = false};
    struct tw_fault why = {.code = TW_OK};
    const uint64_t seq = tw_station_size(d->r->station) + 1;
    const tw_err err = tw_intake_finding(d->intake, what->finding, &r.known, &why);
    if (err == TW_OK && !r.known) d->findings_end = seq;
    return receipt(d, what, err, &r, &why);
}

static tw_err record(struct deciding *d, size_t keep);

/* A result counts for every decision that stands behind it in the log, so those that were made without it are
 * put on record first. */
static tw_err take(struct deciding *d, const struct tw_station_handed *what)
{
    TW_TRY(open_batch(d));
    if (what->kind == TW_STATION_DECL) return take_decl(d, what);
    TW_TRY(record(d, 0));
    return take_result(d, what);
}

static tw_err take_in(struct deciding *d, size_t room)
{
    struct tw_station_handed what;
    for (size_t i = 0; i < room; i++) {
        const tw_err err = d->r->feed->next(d->r->feed->to, &what, d->fault);
        if (err == TW_INTERRUPTED && stopped(d)) return TW_OK; /* what came is decided and kept */
        TW_TRY(err);
        d->end = what.kind == TW_STATION_END;
        if (d->end || what.kind == TW_STATION_IDLE) return TW_OK;
        TW_TRY(take(d, &what));
    }
    return TW_OK;
}

/* Draws for those of the round that were never drawn for, adds the results that came before each, and hands
 * them to the decider. */
static tw_err give(struct deciding *d)
{
    uint64_t reg[ROUND], draw[ROUND];
    struct tw_decider_job *fresh[ROUND];
    size_t n = 0;
    for (size_t i = 0; i < d->filled; i++) {
        struct tw_decider_job *j = tw_decider_slot(d->decider, i);
        TW_TRY(take_findings(d, j->seq, j));
        if (j->seq != UINT64_MAX) continue;
        reg[n] = j->reg;
        fresh[n++] = j;
    }
    if (n > 0) TW_TRY(tw_station_draw(d->r->station, d->day, reg, n, draw, d->fault));
    for (size_t i = 0; i < n; i++) fresh[i]->draw = draw[i];
    tw_decider_put(d->decider, d->filled);
    d->left -= d->filled;
    d->filled = 0;
    return TW_OK;
}

/* -- what was decided */

static tw_err compare(struct deciding *d, const struct tw_decider_job *j)
{
    const struct on_record *on = j->note;
    const bool same = tw_station_same(&on->was, j);
    d->decision_seq = on->was.seq;
    if (!on->compared) return TW_OK;
    d->count->again += !d->replay;
    d->count->replayed += d->replay;
    d->count->differ += !same;
    if (same) return TW_OK;
    if (!d->replay)
        return tw_fail(
            d->fault, TW_CONFLICT,
            "declaration %012llu was decided just before the last stop, and comes out otherwise now by the "
            "same settings: the record was changed, or this is another program; `tidewaiter replay` shows it",
            (unsigned long long)j->reg);
    const struct tw_station_difference diff = {j->reg,     j->version,     (enum tw_channel)on->was.channel,
                                               j->channel, on->was.record, tw_buf_view(&j->record)};
    return d->r->differs != NULL ? d->r->differs(d->r->to, &diff, d->fault) : TW_OK;
}

static tw_err put_on_record(struct deciding *d, const struct tw_decider_job *j)
{
    TW_TRY(open_batch(d));
    const struct on_record *on = j->note;
    TW_TRY(tw_station_record(d->r->station, j, on->day, &d->leaf, &d->decision_seq, d->fault));
    d->count->decided++;
    if (d->r->decided == NULL) return TW_OK;
    const struct tw_station_decided one = {j->reg, j->draw, j->version, j->channel, tw_buf_view(&j->told)};
    return d->r->decided(d->r->to, &one, d->fault);
}

/* Takes decisions until no more than `keep` are on their way. */
static tw_err record(struct deciding *d, size_t keep)
{
    while (tw_decider_pending(d->decider) > keep) {
        struct tw_decider_job *j;
        TW_TRY(tw_decider_take(d->decider, &j, d->fault));
        const struct on_record *on = j->note;
        TW_TRY(j->seq != UINT64_MAX ? compare(d, j) : put_on_record(d, j));
        d->last = on->decl_seq;
        tw_decider_give(d->decider);
        const uint64_t done = d->count->decided + d->count->again + d->count->replayed;
        if (d->r->progress != NULL && done % REPORT_EVERY == 0) d->r->progress(d->r->to, done);
    }
    return TW_OK;
}

/* -- all of it */

/* Of those that stand in the database. */
static tw_err one_page(struct deciding *d, size_t room)
{
    TW_TRY(fetch(d, room));
    const size_t n = d->filled;
    TW_TRY(give(d));
    TW_TRY(record(d, n == ROUND && d->left > 0 ? n : 0));
    return commit(d);
}

/* Of those that are handed in. */
static tw_err one_handful(struct deciding *d, size_t room)
{
    TW_TRY(take_in(d, room));
    TW_TRY(record(d, 0));
    TW_TRY(commit(d));
    const bool more = d->filled == ROUND;
    TW_TRY(give(d));
    if (more && d->left > 0 && !d->end) return TW_OK;
    TW_TRY(record(d, 0));
    return commit(d);
}

static tw_err one_round(struct deciding *d)
{
    const size_t room = d->left < ROUND ? (size_t)d->left : ROUND;
    if (!d->replay) TW_TRY(tw_station_today(d->r->station, &d->day, d->fault));
    if (!d->read_all) TW_TRY(one_page(d, room));
    if (d->read_all && (d->r->feed == NULL || d->replay)) d->end = true;
    return d->read_all && !d->end && d->left > 0 ? one_handful(d, room) : TW_OK;
}

/* A large state is not written for the sake of a few decisions: they are made again when work goes on. Where
 * the next run goes on from it, it is kept. */
static bool is_worth_keeping(const struct deciding *d)
{
    const uint64_t decided = AT_ONCE - d->left;
    const bool last = d->end || stopped(d);
    return decided > 0 && (!last || decided >= KEEP_LEAST || d->state.bytes < KEEP_BYTES);
}

static tw_err rounds(struct deciding *d)
{
    d->boundary = false;
    while (!d->end && !d->boundary && d->left > 0 && !stopped(d)) TW_TRY(one_round(d));
    TW_TRY(record(d, 0));
    TW_TRY(commit(d));
    d->keep = d->replay || is_worth_keeping(d);
    tw_decider_close(d->decider);
    TW_TRY(tw_decider_end(d->decider, d->fault));
    return keep_state(d);
}

static tw_err one_run(struct deciding *d)
{
    TW_TRY(load(d));
    const struct tw_decider_options how = {
        &d->how, JOBS, d->r->decided != NULL, d->r->full, d->cargo.cargo, d, begin, leave};
    d->left = d->replay ? UINT64_MAX : AT_ONCE;
    TW_TRY(tw_decider_new(&how, &d->decider, d->fault));
    const tw_err err = rounds(d);
    tw_decider_free(d->decider);
    d->decider = NULL;
    d->filled = 0;
    return err;
}

static tw_err read_decided(struct deciding *d)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_str text;
    struct tw_db_ends ends;
    int64_t seq = 0;
    if (tw_arena_new(1 << 16, &arena) != TW_OK) return no_memory(d->fault);
    TW_TRY(tw_db_ends(db_of(d), &ends, d->fault));
    d->findings_end = ends.finding;
    const tw_err err = tw_db_meta(db_of(d), TW_STR(META_DECIDED), arena, &text, d->fault);
    if (err == TW_NOTFOUND) return TW_OK;
    TW_TRY(err);
    if (tw_str_i64(text, &seq) != TW_OK || seq < 0)
        return tw_fail(d->fault, TW_FORMAT,
                       "the station does not know what it has decided; run `tidewaiter station check`");
    d->decided = (uint64_t)seq;
    return TW_OK;
}

static tw_err run_all(struct deciding *d)
{
    if (tw_arena_new(PERIOD_BYTES, &d->arena) != TW_OK) return no_memory(d->fault);
    TW_TRY(tw_settings_periods(d->r->station, d->arena, &d->periods, d->fault));
    TW_TRY(read_decided(d));
    if (d->r->feed != NULL) TW_TRY(tw_intake_new(d->r->station, &d->intake, d->fault));
    do TW_TRY(one_run(d));
    while (!d->end && !stopped(d));
    if (!d->end) return tw_fail(d->fault, TW_INTERRUPTED, "interrupted; what was decided is kept");
    return TW_OK;
}

static tw_err work(const struct tw_station_run *r, bool replay, struct tw_station_count *ret,
                   struct tw_fault *fault)
{
    struct deciding d = {.r = r, .count = ret, .fault = fault, .replay = replay};
    *ret = (struct tw_station_count){0};
    const tw_err err = run_all(&d);
    if (d.batch) tw_station_rollback(r->station);
    close_rules(&d);
    tw_station_state_close(&d.state);
    tw_arena_free(d.arena);
    tw_intake_free(d.intake);
    tw_free(d.came);
    tw_buf_free(&d.leaf);
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
