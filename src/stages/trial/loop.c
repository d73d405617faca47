/* SPDX-License-Identifier: Apache-2.0 */
/* One player after another goes through the same days; nothing passes between them. */
#include "trial/loop.h"

#include <math.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "stat/rank.h"

enum { WEEK = 7 };

struct tw_loop_settings tw_loop_settings_default(void)
{
    return (struct tw_loop_settings){.trial = tw_trial_settings_default(),
                                     .budget = 5,
                                     .random = 0.5,
                                     .explore = 0.5,
                                     .retrain_weeks = 1,
                                     .thin_full = 4,
                                     .retrain_full_weeks = 3};
}

void tw_loop_settings_budget(struct tw_loop_settings *s, double percent)
{
    s->random *= percent / s->budget;
    s->explore *= percent / s->budget;
    s->budget = percent;
}

void tw_loop_report_free(struct tw_loop_report *r)
{
    tw_free(r->day);
    for (size_t i = 0; i < r->lines; i++) tw_free(r->line[i].day);
    *r = (struct tw_loop_report){.lines = 0};
}

/* What is shared by all players. */
struct border {
    const struct tw_trial_data *d;
    struct tw_trial_data blind; /* d without truth, and without findings since the split */
    const struct tw_loop_settings *set;
    const struct tw_trial_watch *watch;
    uint8_t *awaited; /* all ones: any item may be selected */
    struct tw_loop_report *r;
};

/* One player's run. Arrays of a day are as long as the longest day. */
struct run {
    struct border *b;
    const struct tw_loop_player *who;
    struct tw_loop_line *line;
    struct tw_trial_memory memory;
    float *x;
    double *stake;
    struct tw_trial_result *result; /* sorted by the day known; with room for every item */
    size_t results, known;          /* known: those before the day at hand */
    double *score, *wonder, *left;
    uint32_t *order;
    double *chance;               /* probability of the selection; 0 = not selected */
    uint8_t *basis;               /* enum tw_basis */
    double due[3];                /* carried over: budget, random, explore */
    uint32_t week, next_training; /* week: the next to begin */
    struct tw_rng rng;
};

static uint32_t mechanisms_in(const struct tw_trial_data *d, size_t k)
{
    uint32_t met = 0;
    for (size_t i = d->first[k]; i < d->first[k + 1]; i++)
        if (d->item[i].noncompliant) met |= 1u << d->item[i].mechanism;
    return met;
}

static int32_t day_of(const struct tw_trial_data *d, size_t k)
{
    return d->item[d->first[k]].day;
}

/* The declaration after the last one of k's day. */
static size_t day_end(const struct tw_trial_data *d, size_t k)
{
    int32_t day = day_of(d, k);
    while (k < d->n && day_of(d, k) == day) k++;
    return k;
}

/* -- what happens at the border, whoever inspects
 * ---------------------------------------------------------------------------- */

static tw_err note_flow(struct border *b)
{
    const struct tw_trial_data *d = b->d;
    struct tw_loop_report *r = b->r;
    uint32_t before = 0;
    for (size_t k = 0; k < d->train; k++) before |= mechanisms_in(d, k);
    r->first_day = day_of(d, d->train);
    r->n_days = (size_t)(day_of(d, d->n - 1) - r->first_day) + 1;
    r->day = tw_calloc(r->n_days, sizeof *r->day);
    if (r->day == NULL) return TW_NOMEM;
    for (size_t m = 0; m < TW_LOOP_MECHANISMS; m++) r->onset[m] = TW_NO_DAY;
    for (size_t k = d->train; k < d->n; k++) {
        struct tw_loop_flow *day = &r->day[day_of(d, k) - r->first_day];
        uint32_t met = mechanisms_in(d, k);
        bool any = false;
        day->lodged++;
        for (size_t i = d->first[k]; i < d->first[k + 1]; i++) {
            any = any || d->item[i].noncompliant;
            day->duty += d->item[i].recoverable;
        }
        day->noncompliant += any;
        for (size_t m = 1; m < TW_LOOP_MECHANISMS; m++) {
            if ((met & (1u << m)) == 0) continue;
            day->met[m]++;
            if ((before & (1u << m)) == 0 && r->onset[m] == TW_NO_DAY) r->onset[m] = day_of(d, k);
        }
    }
    r->mechanisms = d->mechanisms;
    for (size_t m = 0; m < d->mechanisms; m++) r->mechanism[m] = d->mechanism[m];
    return TW_OK;
}

/* A copy of the items that tells no more than was known at the split and can be seen since. */
static tw_err blindfold(struct border *b)
{
    const struct tw_trial_data *d = b->d;
    b->blind = *d;
    b->blind.item = tw_calloc(d->items + 1, sizeof *b->blind.item);
    b->awaited = tw_calloc(d->items + 1, 1);
    if (b->blind.item == NULL || b->awaited == NULL) return TW_NOMEM;
    for (size_t i = 0; i < d->items; i++) {
        struct tw_trial_item *to = &b->blind.item[i];
        const struct tw_trial_item *from = &d->item[i];
        *to = (struct tw_trial_item){.declaration = from->declaration,
                                     .number = from->number,
                                     .day = from->day,
                                     .recovered = (double)NAN};
        b->awaited[i] = 1;
    }
    return TW_OK;
}

/* -- one player
 * -------------------------------------------------------------------------------------------------------- */

static void run_free(struct run *u)
{
    tw_trial_memory_free(&u->memory);
    tw_free(u->x);
    tw_free(u->stake);
    tw_free(u->result);
    tw_free(u->score);
    tw_free(u->wonder);
    tw_free(u->left);
    tw_free(u->order);
    tw_free(u->chance);
    tw_free(u->basis);
}

static tw_err run_open(struct run *u)
{
    const struct tw_trial_data *d = u->b->d;
    size_t longest = 0, room = d->items + 1;
    for (size_t k = d->train; k < d->n;) {
        size_t end = day_end(d, k);
        longest = end - k > longest ? end - k : longest;
        k = end;
    }
    u->line->day = tw_calloc(u->b->r->n_days, sizeof *u->line->day);
    u->score = tw_calloc(longest, sizeof *u->score);
    u->wonder = tw_calloc(longest, sizeof *u->wonder);
    u->left = tw_calloc(longest, sizeof *u->left);
    u->order = tw_calloc(longest, sizeof *u->order);
    u->chance = tw_calloc(longest, sizeof *u->chance);
    u->basis = tw_calloc(longest, 1);
    u->x = tw_calloc(u->who->profile ? room * TW_FEATURE_N : 1, sizeof *u->x);
    u->stake = tw_calloc(room, sizeof *u->stake);
    if (u->line->day == NULL || u->score == NULL || u->wonder == NULL || u->left == NULL ||
        u->order == NULL || u->chance == NULL || u->basis == NULL || u->x == NULL || u->stake == NULL)
        return TW_NOMEM;
    struct tw_trial_result *known = NULL;
    TW_TRY(
        tw_trial_results(d, u->who->all_labels ? d->n : d->train, u->who->all_labels, &known, &u->results));
    u->result = tw_realloc(known, room, sizeof *known);
    if (u->result == NULL) {
        tw_free(known);
        return TW_NOMEM;
    }
    u->rng = tw_rng_new(u->b->set->trial.seed, "closed loop");
    return u->who->profile ? tw_trial_memory_new(u->b->d, u->b->set->trial.de_minimis, &u->memory) : TW_OK;
}

/* Its profile lives through declarations [from, to). */
static tw_err measure(struct run *u, size_t from, size_t to)
{
    if (!u->who->profile) return TW_OK;
    struct tw_trial_span span = {
        .from = from, .to = to, .result = u->result, .results = u->results, .awaited = u->b->awaited};
    return tw_trial_measure(&u->memory, u->b->d, &span, u->x, u->stake);
}

static struct tw_trial_view view(const struct run *u, size_t from, size_t to)
{
    const struct tw_trial_data *d = u->who->sees_truth ? u->b->d : &u->b->blind;
    return (struct tw_trial_view){.data = d,
                                  .x = u->x,
                                  .stake = u->stake,
                                  .result = u->result,
                                  .results = u->known,
                                  .as_of = day_of(d, from),
                                  .teach_items = d->first[from],
                                  .from = d->first[from],
                                  .to = d->first[to]};
}

/* Hands the player its results, thinned where it has that many. */
static tw_err learn(struct run *u, size_t k, struct tw_fault *fault)
{
    struct tw_trial_view v = view(u, k, k);
    if (u->who->thin <= 1) return u->who->learn(u->who->self, &v, fault);
    struct tw_trial_result *some = tw_calloc(v.results + 1, sizeof *some);
    if (some == NULL) return TW_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < v.results; i++) {
        const struct tw_trial_result *r = &v.result[i];
        if (!r->found && tw_mix64(tw_hash_join(u->b->set->trial.seed, r->item)) % u->who->thin != 0) continue;
        some[n] = *r;
        if (!r->found) some[n].propensity /= u->who->thin;
        n++;
    }
    v.result = some;
    v.results = n;
    tw_err err = u->who->learn(u->who->self, &v, fault);
    tw_free(some);
    return err;
}

/* The begin of a week, counted from 0. */
static tw_err begin_week(struct run *u, size_t k, uint32_t week, struct tw_fault *fault)
{
    char words[96];
    snprintf(words, sizeof words, "closed loop: %s, week %u", u->who->name, week + 1);
    const struct tw_trial_watch *w = u->b->watch;
    if (w != NULL && w->step != NULL && !w->step(w->to, words)) return TW_INTERRUPTED;
    if (u->who->retrain_weeks == 0 || week < u->next_training) return TW_OK;
    TW_TRY(learn(u, k, fault));
    while (u->next_training <= week) u->next_training += u->who->retrain_weeks;
    u->line->learned++;
    return TW_OK;
}

/* How many of the day's n declarations the share comes to, with what was carried over. */
static size_t allowance(double *due, double percent, size_t n)
{
    static const double SLACK = 1e-9; /* sums of shares that are whole but for rounding count as whole */
    *due += percent / 100 * (double)n;
    double whole = floor(*due + SLACK);
    if (whole > (double)n) whole = (double)n;
    *due -= whole;
    return (size_t)whole;
}

/* No more than `most`; what is over waits for another day. */
static size_t within(size_t count, size_t most, double *due)
{
    if (count <= most) return count;
    *due += (double)(count - most);
    return most;
}

/* Turns weights into probabilities in proportion to them, none above 1, that add up to `count` or to as many
 * as have a weight; returns that. What would exceed 1 is certain, and the others share what is left. */
static size_t probabilities(double *weight, size_t n, size_t count)
{
    size_t some = 0;
    for (size_t i = 0; i < n; i++) some += weight[i] > 0;
    if (count > some) count = some;
    double limit = (double)INFINITY; /* of the weight: from there on it is certain. It only falls. */
    for (bool more = count > 0; more;) {
        double sum = 0;
        size_t certain = 0;
        for (size_t i = 0; i < n; i++) {
            if (weight[i] >= limit)
                certain++;
            else if (weight[i] > 0)
                sum += weight[i];
        }
        more = certain < count && sum > 0 && sum / (double)(count - certain) < limit;
        if (more) limit = sum / (double)(count - certain);
    }
    for (size_t i = 0; i < n; i++) {
        if (count == 0 || !(weight[i] > 0))
            weight[i] = 0;
        else
            weight[i] = weight[i] >= limit ? 1 : weight[i] / limit;
    }
    return count;
}

/* Systematic sampling: `count` of the day's declarations, each with its probability.
 * Source: Madow 1949, On the theory of systematic sampling, II. */
static void draw(struct run *u, const double *probability, size_t n, size_t count, enum tw_basis basis)
{
    double reached = 0, at = tw_rng_unit(&u->rng);
    size_t last = n;
    for (size_t i = 0; i < n && count > 0; i++) {
        if (!(probability[i] > 0)) continue;
        reached += probability[i];
        last = i;
        if (reached <= at) continue;
        at += 1;
        count--;
        u->basis[i] = (uint8_t)basis;
    }
    /* The sum may fall short of a whole number by its rounding. */
    if (count > 0 && last < n) u->basis[last] = (uint8_t)basis;
}

/* Chooses among the n declarations of a day: score, then exploration, then the random minimum from what is
 * left; so the probability of each is known. */
static tw_err choose(struct run *u, size_t n)
{
    const struct tw_loop_settings *set = u->b->set;
    size_t count = allowance(&u->due[0], set->budget, n), random = 0, explore = 0;
    if (u->who->chance) {
        random = allowance(&u->due[1], set->random, n);
        explore = allowance(&u->due[2], set->explore, n);
        random = within(random, count, &u->due[1]);
        explore = within(explore, count - random, &u->due[2]);
    }
    size_t score = count - random - explore, left = n - score;
    TW_TRY(tw_rank_falling(u->score, n, u->order));
    for (size_t i = 0; i < n; i++) {
        u->basis[u->order[i]] = i < score ? TW_BASIS_SCORE : TW_BASIS_N;
        if (i < score) u->wonder[u->order[i]] = 0;
    }
    size_t explored = probabilities(u->wonder, n, explore);
    draw(u, u->wonder, n, explored, TW_BASIS_EXPLORE);
    random += explore - explored; /* who would like to know nothing is left to chance */
    left -= explored;
    double even = left > 0 ? (double)random / (double)left : 0;
    for (size_t i = 0; i < n; i++) u->left[i] = u->basis[i] == TW_BASIS_N ? even : 0;
    draw(u, u->left, n, random, TW_BASIS_RANDOM);
    for (size_t i = 0; i < n; i++)
        u->chance[i] = u->basis[i] == TW_BASIS_SCORE ? 1 : u->wonder[i] + (1 - u->wonder[i]) * even;
    return TW_OK;
}

/* A result takes its place among those that are still to come. */
static void await(struct run *u, struct tw_trial_result result)
{
    size_t at = u->results++;
    for (; at > u->known && u->result[at - 1].known_day > result.known_day; at--)
        u->result[at] = u->result[at - 1];
    u->result[at] = result;
}

/* The inspection of declaration k, the i-th of its day. */
static void inspect(struct run *u, size_t k, size_t i, struct tw_loop_catch *c)
{
    const struct tw_trial_data *d = u->b->d;
    uint32_t caught = 0;
    for (size_t at = d->first[k]; at < d->first[k + 1]; at++) {
        const struct tw_trial_item *item = &d->item[at];
        bool found = item->noncompliant && !item->would_miss;
        if (found) caught |= 1u << item->mechanism;
        if (found) c->duty += item->recoverable;
        if (u->who->all_labels) continue;
        await(u, (struct tw_trial_result){.item = (uint32_t)at,
                                          .known_day = item->day + item->delay_days,
                                          .found = found,
                                          .propensity = u->chance[i],
                                          .recovered = found ? item->recoverable : 0});
    }
    c->selected++;
    c->found += caught != 0;
    c->drawn += u->basis[i] == TW_BASIS_RANDOM;
    c->explored += u->basis[i] == TW_BASIS_EXPLORE;
    c->drawn_found += u->basis[i] == TW_BASIS_RANDOM && caught != 0;
    c->explored_found += u->basis[i] == TW_BASIS_EXPLORE && caught != 0;
    for (size_t m = 0; m < TW_LOOP_MECHANISMS; m++) c->caught[m] += (caught & (1u << m)) != 0;
}

/* Declarations [from, to), those of one day. */
static tw_err live(struct run *u, size_t from, size_t to, struct tw_fault *fault)
{
    const struct tw_trial_data *d = u->b->d;
    int32_t day = day_of(d, from);
    size_t n = to - from;
    TW_TRY(measure(u, from, to));
    struct tw_trial_view v = view(u, from, to);
    for (size_t i = 0; i < n; i++) u->score[i] = u->wonder[i] = 0;
    struct tw_loop_day asked = {from, to, u->score, u->wonder};
    TW_TRY(u->who->score(u->who->self, &v, &asked, fault));
    TW_TRY(choose(u, n));
    struct tw_loop_catch *c = &u->line->day[day - u->b->r->first_day];
    for (size_t i = 0; i < n; i++)
        if (u->basis[i] != TW_BASIS_N) inspect(u, from + i, i, c);
    return TW_OK;
}

static tw_err play(struct run *u, struct tw_fault *fault)
{
    const struct tw_trial_data *d = u->b->d;
    TW_TRY(run_open(u));
    TW_TRY(measure(u, 0, d->train));
    for (size_t k = d->train; k < d->n;) {
        size_t end = day_end(d, k);
        uint32_t week = (uint32_t)(day_of(d, k) - u->b->r->first_day) / WEEK;
        while (u->known < u->results && u->result[u->known].known_day < day_of(d, k)) u->known++;
        if (week >= u->week) TW_TRY(begin_week(u, k, week, fault));
        u->week = week + 1;
        TW_TRY(live(u, k, end, fault));
        k = end;
    }
    return TW_OK;
}

/* -- all of them
 * ----------------------------------------------------------------------------------------------------- */

static tw_err check(const struct tw_trial_data *d, const struct tw_loop_players *players,
                    const struct tw_loop_settings *set, struct tw_fault *fault)
{
    if (!d->truth)
        return tw_fail(fault, TW_ARG,
                       "a closed loop needs a truth file: what was not inspected has no result");
    if (d->train == 0 || d->train >= d->n)
        return tw_fail(fault, TW_ARG,
                       "there must be declarations before and after the split; %zu and %zu are given",
                       d->train, d->n - d->train);
    if (!(set->budget > 0 && set->budget <= 50))
        return tw_fail(fault, TW_ARG, "the budget is %g per cent; above 0 and at most 50 is allowed",
                       set->budget);
    if (!(set->random >= 0 && set->explore >= 0 && set->random + set->explore <= set->budget))
        return tw_fail(
            fault, TW_ARG,
            "chance draws %g and %g per cent of declarations; together at most the budget of %g is "
            "allowed",
            set->random, set->explore, set->budget);
    if (players->n > TW_LOOP_PLAYERS_MAX)
        return tw_fail(fault, TW_ARG, "%zu players; at most %d are allowed", players->n, TW_LOOP_PLAYERS_MAX);
    return TW_OK;
}

static tw_err play_all(struct border *b, const struct tw_loop_players *players, struct tw_fault *fault)
{
    TW_TRY(note_flow(b));
    TW_TRY(blindfold(b));
    for (size_t i = 0; i < players->n; i++) {
        struct tw_loop_line *line = &b->r->line[b->r->lines++];
        *line = (struct tw_loop_line){.name = players->at[i].name};
        struct run u = {.b = b, .who = &players->at[i], .line = line};
        struct tw_fault why = {.note = ""};
        tw_err err = play(&u, &why);
        run_free(&u);
        line->ran = err == TW_OK;
        if (err == TW_ARG && line->learned == 0) { /* nothing to learn from is an answer too */
            snprintf(line->why_not, sizeof line->why_not, "%.150s", why.note);
            continue;
        }
        if (err != TW_OK && fault != NULL) *fault = why;
        TW_TRY(err);
    }
    return TW_OK;
}

tw_err tw_loop_play(const struct tw_trial_data *d, const struct tw_loop_players *players,
                    const struct tw_loop_settings *set, const struct tw_trial_watch *watch,
                    struct tw_loop_report *ret, struct tw_fault *fault)
{
    TW_TRY(check(d, players, set, fault));
    struct tw_loop_report r = {.budget = set->budget,
                               .random = set->random,
                               .explore = set->explore,
                               .retrain_weeks = set->retrain_weeks,
                               .retrain_full_weeks = set->retrain_full_weeks,
                               .thin_full = set->thin_full};
    struct border b = {.d = d, .set = set, .watch = watch, .r = &r};
    tw_err err = play_all(&b, players, fault);
    tw_free(b.blind.item);
    tw_free(b.awaited);
    if (err == TW_OK)
        *ret = r;
    else
        tw_loop_report_free(&r);
    return err;
}
