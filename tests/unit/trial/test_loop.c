/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/loop.h"

#include <math.h>

#include "base/mem.h"
#include "fault.h"
#include "unit/trial/played.h"

static const double SLACK = 1e-9;

/* Selections that can be foretold: of each day the first ones by lodging. */
struct spy {
    const struct tw_trial_data *d; /* with the truth, to check against */
    double budget;
    bool all_labels;
    size_t looks, taught; /* calls; results of declarations since the split that it was handed at the last */
};

/* How many declarations of days [first since the split, day) a player may have had inspected. */
static size_t allowed(const struct tw_trial_data *d, size_t k, double percent)
{
    return (size_t)floor((double)(k - d->train) * percent / 100 + SLACK);
}

static size_t begin_of_day(const struct tw_trial_data *d, size_t k)
{
    int32_t day = d->item[d->first[k]].day;
    while (k > d->train && d->item[d->first[k - 1]].day == day) k--;
    return k;
}

static size_t end_of_day(const struct tw_trial_data *d, size_t k)
{
    int32_t day = d->item[d->first[k]].day;
    while (k < d->n && d->item[d->first[k]].day == day) k++;
    return k;
}

static bool foretold(const struct spy *s, size_t k)
{
    size_t begin = begin_of_day(s->d, k), end = end_of_day(s->d, k);
    return k - begin < allowed(s->d, end, s->budget) - allowed(s->d, begin, s->budget);
}

/* Every result it is handed is due, its own, and true but for misses; nothing that is due is kept back; and
 * what it can look at says nothing of the truth. */
static void look_around(struct spy *s, const struct tw_trial_view *v)
{
    uint8_t *handed = calloc(s->d->items, 1);
    CHECK(handed != NULL);
    s->looks++;
    s->taught = 0;
    for (size_t r = 0; r < v->results; r++) {
        const struct tw_trial_result *res = &v->result[r];
        const struct tw_trial_item *i = &s->d->item[res->item];
        bool before = i->declaration < s->d->train;
        CHECK(res->known_day < v->as_of && res->known_day == i->day + i->delay_days);
        CHECK(handed[res->item]++ == 0);
        if (s->all_labels) {
            CHECK(res->found == i->noncompliant);
            continue;
        }
        CHECK(before ? i->inspected : foretold(s, i->declaration));
        CHECK(res->found == (i->noncompliant && !i->would_miss));
        CHECK(res->recovered == (res->found ? i->recoverable : 0));
        CHECK(res->propensity == (before ? i->propensity : 1.0));
        s->taught += !before;
    }
    for (size_t k = 0; k < v->teach_items; k++) {
        const struct tw_trial_item *i = &s->d->item[k];
        bool mine =
            s->all_labels || (i->declaration < s->d->train ? i->inspected : foretold(s, i->declaration));
        CHECK(handed[k] == (mine && i->day + i->delay_days < v->as_of));
    }
    for (size_t k = 0; k < v->data->items; k++) {
        const struct tw_trial_item *i = &v->data->item[k];
        CHECK(i->day == s->d->item[k].day && i->number == s->d->item[k].number);
        CHECK(!i->judged && !i->noncompliant && i->mechanism == 0 && i->recoverable == 0 && !i->would_miss);
        CHECK(!i->inspected && !i->found && i->known_day == 0 && i->delay_days == 0 && isnan(i->recovered));
    }
    free(handed);
}

static tw_err spy_learn(void *self, const struct tw_trial_view *v, struct tw_fault *fault)
{
    (void)fault;
    CHECK(v->from == v->to && v->teach_items == v->from);
    look_around(self, v);
    return TW_OK;
}

static tw_err first_come(void *self, const struct tw_trial_view *v, const struct tw_loop_day *day,
                         struct tw_fault *fault)
{
    struct spy *s = self;
    (void)fault;
    CHECK(v->from == s->d->first[day->from] && v->to == s->d->first[day->to] &&
          v->as_of == s->d->item[v->from].day);
    CHECK(begin_of_day(s->d, day->from) == day->from && end_of_day(s->d, day->from) == day->to);
    look_around(s, v);
    for (size_t k = day->from; k < day->to; k++) day->score[k - day->from] = -(double)k;
    return TW_OK;
}

static struct tw_loop_report play_one(const struct played *p, const struct tw_loop_player *who,
                                      const struct tw_loop_settings *set)
{
    struct tw_loop_report r = {.lines = 0};
    struct tw_fault fault = {0};
    struct tw_loop_players players = {who, 1};
    CHECK(tw_loop_play(p->d, &players, set, NULL, &r, &fault) == TW_OK);
    CHECK(r.lines == 1 && r.line[0].ran);
    return r;
}

static struct tw_loop_settings settings(double budget)
{
    struct tw_loop_settings s = tw_loop_settings_default();
    s.budget = budget;
    s.random = s.explore = 0;
    return s;
}

static void no_player_knows_a_result_before_its_day_or_of_what_it_did_not_select(void)
{
    struct played p = played_open();
    const double budget[] = {5, 20, 50};
    for (size_t b = 0; b < 3; b++) {
        struct spy s = {.d = p.d, .budget = budget[b]};
        struct tw_loop_player who = {
            .name = "spy", .retrain_weeks = 1, .self = &s, .learn = spy_learn, .score = first_come};
        struct tw_loop_settings set = settings(budget[b]);
        struct tw_loop_report r = play_one(&p, &who, &set);
        CHECK(s.looks == 30 + 5 && r.line[0].learned == 5); /* days, and weeks begun */
        CHECK(s.taught > 0);
        tw_loop_report_free(&r);
    }
    struct spy all = {.d = p.d, .budget = 5, .all_labels = true};
    struct tw_loop_player who = {.name = "all",
                                 .all_labels = true,
                                 .retrain_weeks = 2,
                                 .self = &all,
                                 .learn = spy_learn,
                                 .score = first_come};
    struct tw_loop_settings set = settings(5);
    struct tw_loop_report r = play_one(&p, &who, &set);
    CHECK(r.line[0].learned == 3);
    tw_loop_report_free(&r);
    played_close(&p);
}

static void the_budget_is_kept_to_the_declaration_over_any_span(void)
{
    struct played p = played_open();
    const double budget[] = {0.7, 5, 12.5, 50};
    for (size_t b = 0; b < 4; b++) {
        struct spy s = {.d = p.d, .budget = budget[b]};
        struct tw_loop_player who = {.name = "spy", .self = &s, .score = first_come};
        struct tw_loop_settings set = settings(budget[b]);
        struct tw_loop_report r = play_one(&p, &who, &set);
        CHECK(r.first_day == FIRST_DAY + SPLIT && r.n_days == DAYS - SPLIT);
        for (size_t n = 1; n <= r.n_days; n++) {
            struct tw_loop_flow flow = tw_loop_flow_sum(&r, 0, n);
            CHECK(tw_loop_catch_sum(&r, 0, 0, n).selected ==
                  (uint32_t)floor(budget[b] / 100 * flow.lodged + SLACK));
        }
        tw_loop_report_free(&r);
    }
    played_close(&p);
}

/* Knows everything and takes whatever is non-compliant. */
static tw_err knows(void *self, const struct tw_trial_view *v, const struct tw_loop_day *day,
                    struct tw_fault *fault)
{
    (void)self;
    (void)fault;
    for (size_t k = day->from; k < day->to; k++)
        for (size_t i = v->data->first[k]; i < v->data->first[k + 1]; i++)
            if (v->data->item[i].noncompliant) day->score[k - day->from] += 1;
    return TW_OK;
}

static void an_inspection_misses_what_the_truth_says_it_would(void)
{
    struct played p = played_open();
    struct tw_loop_player who = {.name = "oracle", .sees_truth = true, .score = knows};
    struct tw_loop_settings set = settings(50);
    struct tw_loop_report r = play_one(&p, &who, &set);
    struct tw_loop_flow flow = tw_loop_flow_sum(&r, 0, r.n_days);
    struct tw_loop_catch caught = tw_loop_catch_sum(&r, 0, 0, r.n_days);
    uint32_t found = 0, noncompliant = 0, fresh = 0, fresh_found = 0;
    double duty = 0, duty_found = 0;
    for (size_t k = p.d->train; k < p.d->n; k++) {
        bool any = false, any_found = false, new_kind = false, new_found = false;
        for (size_t i = p.d->first[k]; i < p.d->first[k + 1]; i++) {
            const struct tw_trial_item *it = &p.d->item[i];
            bool sees = it->noncompliant && !it->would_miss;
            any = any || it->noncompliant;
            any_found = any_found || sees;
            new_kind = new_kind || (it->noncompliant && it->mechanism == 2);
            new_found = new_found || (sees && it->mechanism == 2);
            duty += it->recoverable;
            duty_found += sees ? it->recoverable : 0;
        }
        noncompliant += any;
        found += any_found;
        fresh += new_kind;
        fresh_found += new_found;
    }
    CHECK(flow.noncompliant == noncompliant && flow.met[2] == fresh && flow.duty == duty);
    CHECK(caught.found == found && caught.caught[2] == fresh_found && caught.duty == duty_found);
    CHECK(found < noncompliant && fresh_found < fresh && fresh_found > 0);
    CHECK(r.onset[2] == FIRST_DAY + 40 && r.onset[1] == TW_NO_DAY && r.onset[0] == TW_NO_DAY);
    tw_loop_report_free(&r);
    played_close(&p);
}

/* -- chance
 * ------------------------------------------------------------------------------------------------------ */

/* Wonders about declaration k as k % 4, with one in twelve that would be certain; notes in how many plays
 * each was inspected, weighted by its inverse propensity. */
struct curious {
    const struct tw_trial_data *d;
    double *weight; /* per declaration */
    bool nothing;
    int32_t last_as_of;
};

static tw_err curious_learn(void *self, const struct tw_trial_view *v, struct tw_fault *fault)
{
    struct curious *c = self;
    (void)fault;
    for (size_t r = 0; r < v->results; r++) {
        const struct tw_trial_item *i = &c->d->item[v->result[r].item];
        if (i->declaration < c->d->train || v->result[r].known_day < c->last_as_of || i->number != 1)
            continue;
        CHECK(v->result[r].propensity > 0 && v->result[r].propensity <= 1);
        c->weight[i->declaration] += 1 / v->result[r].propensity;
    }
    c->last_as_of = v->as_of;
    return TW_OK;
}

static tw_err curious_score(void *self, const struct tw_trial_view *v, const struct tw_loop_day *day,
                            struct tw_fault *fault)
{
    const struct curious *c = self;
    (void)v;
    (void)fault;
    for (size_t k = day->from; k < day->to; k++) {
        day->score[k - day->from] = k % 7 == 0;
        if (!c->nothing) day->wonder[k - day->from] = k % 12 == 5 ? 1000 : (double)(k % 4);
    }
    return TW_OK;
}

static void what_is_drawn_stands_with_the_probability_it_was_drawn_with(void)
{
    enum { PLAYS = 3000 };
    struct played p = played_open();
    struct curious c = {.d = p.d, .weight = calloc(p.d->n, sizeof(double))};
    CHECK(c.weight != NULL);
    struct tw_loop_player who = {.name = "curious",
                                 .chance = true,
                                 .retrain_weeks = 1,
                                 .self = &c,
                                 .learn = curious_learn,
                                 .score = curious_score};
    struct tw_loop_settings set = settings(40);
    set.random = 10;
    set.explore = 20;
    for (uint64_t seed = 0; seed < PLAYS; seed++) {
        set.trial.seed = seed;
        c.last_as_of = 0;
        struct tw_loop_report r = play_one(&p, &who, &set);
        struct tw_loop_catch all = tw_loop_catch_sum(&r, 0, 0, r.n_days);
        uint32_t lodged = tw_loop_flow_sum(&r, 0, r.n_days).lodged;
        CHECK(all.selected == lodged * 40 / 100 && all.drawn == lodged * 10 / 100 &&
              all.explored == lodged * 20 / 100);
        tw_loop_report_free(&r);
    }
    /* For every declaration whose result came in time, inverse propensities add up to the number of plays.
     * The least propensity here is 0.07, so a mean of 3,000 plays has a standard error of 0.067 at most: five
     * of them are never met. */
    int judged = 0;
    for (size_t k = p.d->train; k < p.d->n; k++) {
        const struct tw_trial_item *i = &p.d->item[p.d->first[k]];
        if (i->day + i->delay_days >= FIRST_DAY + SPLIT + 28) continue; /* the last learning was before it */
        CHECK(fabs(c.weight[k] / PLAYS - 1) < 0.33);
        judged++;
    }
    CHECK(judged > 150);
    free(c.weight);
    played_close(&p);
}

static void who_would_like_to_know_nothing_leaves_it_to_chance(void)
{
    struct played p = played_open();
    struct curious c = {.d = p.d, .nothing = true};
    struct tw_loop_player who = {.name = "dull", .chance = true, .self = &c, .score = curious_score};
    struct tw_loop_settings set = settings(10);
    set.random = 2;
    set.explore = 3;
    struct tw_loop_report r = play_one(&p, &who, &set);
    struct tw_loop_catch all = tw_loop_catch_sum(&r, 0, 0, r.n_days);
    uint32_t lodged = tw_loop_flow_sum(&r, 0, r.n_days).lodged;
    CHECK(all.selected == lodged * 10 / 100 && all.explored == 0);
    CHECK(all.drawn == lodged * 2 / 100 + lodged * 3 / 100); /* though some days had room for neither */
    tw_loop_report_free(&r);
    played_close(&p);
}

/* -- a player with a profile
 * --------------------------------------------------------------------------------------- */

struct measured {
    const struct tw_trial_data *d;
    float *x;
    struct tw_trial_result *result;
    size_t results;
};

static tw_err measured_score(void *self, const struct tw_trial_view *v, const struct tw_loop_day *day,
                             struct tw_fault *fault)
{
    struct measured *m = self;
    (void)fault;
    memcpy(m->x + v->from * TW_FEATURE_N, v->x + v->from * TW_FEATURE_N,
           (v->to - v->from) * TW_FEATURE_N * sizeof *m->x);
    for (size_t k = day->from; k < day->to; k++) {
        CHECK(v->stake[v->data->first[k]] > 0);
        day->score[k - day->from] = (double)v->x[v->data->first[k] * TW_FEATURE_N + TW_FEATURE_IMPORTER_RATE];
    }
    m->results = v->results;
    memcpy(m->result, v->result, v->results * sizeof *m->result);
    return TW_OK;
}

/* What its profile showed it in the play is what a profile shows that is told the same results beforehand. */
static void its_features_know_its_own_results_and_no_others(void)
{
    struct played p = played_open();
    struct measured m = {.d = p.d,
                         .x = calloc(p.d->items * TW_FEATURE_N, sizeof(float)),
                         .result = calloc(p.d->items, sizeof(struct tw_trial_result))};
    float *x = calloc(p.d->items * TW_FEATURE_N, sizeof(float));
    CHECK(m.x != NULL && m.result != NULL && x != NULL);
    struct tw_loop_player who = {.name = "measured", .profile = true, .self = &m, .score = measured_score};
    struct tw_loop_settings set = settings(20);
    struct tw_loop_report r = play_one(&p, &who, &set);
    struct tw_trial_memory memory;
    CHECK(tw_trial_memory_new(p.d, set.trial.de_minimis, &memory) == TW_OK);
    struct tw_trial_span span = {.from = 0, .to = p.d->n, .result = m.result, .results = m.results};
    CHECK(tw_trial_measure(&memory, p.d, &span, x, NULL) == TW_OK);
    tw_trial_memory_free(&memory);
    size_t from = p.d->first[p.d->train];
    CHECK(memcmp(x + from * TW_FEATURE_N, m.x + from * TW_FEATURE_N,
                 (p.d->items - from) * TW_FEATURE_N * sizeof *x) == 0);
    /* It takes those with findings first: most of what it selects is of the two importers that always
     * offended. */
    struct tw_loop_catch all = tw_loop_catch_sum(&r, 0, 0, r.n_days);
    CHECK(all.found * 2 > all.selected);
    tw_loop_report_free(&r);
    free(m.x);
    free(m.result);
    free(x);
    played_close(&p);
}

/* -- the scorers
 * ----------------------------------------------------------------------------------------------------- */

static struct tw_buf evaluated(const struct played *p, uint64_t seed)
{
    struct tw_loop_settings set = tw_loop_settings_default();
    struct tw_loop_report r = {.lines = 0};
    struct tw_fault fault = {0};
    set.trial.seed = seed;
    set.trial.threads = 1;
    set.budget = 20;
    set.random = set.explore = 2;
    set.retrain_weeks = 2;
    set.retrain_full_weeks = 3;
    CHECK(tw_loop_evaluate(p->d, &set, NULL, &r, &fault) == TW_OK);
    CHECK(r.lines == 6);
    for (size_t i = 0; i < r.lines; i++) CHECK(r.line[i].ran);
    CHECK(r.line[0].learned == 3 && r.line[1].learned == 2); /* five weeks */
    struct tw_loop_catch chance = tw_loop_catch_sum(&r, 4, 0, r.n_days),
                         most = tw_loop_catch_sum(&r, 5, 0, r.n_days);
    CHECK(strcmp(r.line[4].name, "random") == 0 && strcmp(r.line[5].name, "oracle") == 0);
    for (size_t i = 0; i < r.lines; i++) {
        struct tw_loop_catch c = tw_loop_catch_sum(&r, i, 0, r.n_days);
        CHECK(c.selected == chance.selected && c.found <= most.found);
        CHECK(i == 4 || c.found > chance.found); /* importers 0 and 1 always offended: all learn that */
        CHECK((c.drawn + c.explored > 0) == (i == 0));
    }
    struct tw_buf out = {0};
    struct tw_json j = {.out = &out};
    tw_loop_report_json(&r, &j);
    CHECK(!out.failed);
    tw_loop_report_free(&r);
    return out;
}

static void the_scorers_play_and_the_same_seed_plays_the_same(void)
{
    struct played p = played_open();
    struct tw_buf a = evaluated(&p, 3), b = evaluated(&p, 3), c = evaluated(&p, 4);
    CHECK(tw_str_eq(tw_buf_view(&a), tw_buf_view(&b)));
    CHECK(!tw_str_eq(tw_buf_view(&a), tw_buf_view(&c)));
    tw_buf_free(&a);
    tw_buf_free(&b);
    tw_buf_free(&c);
    played_close(&p);
}

static bool stops_at_the_fourth(void *to, const char *words)
{
    int *steps = to;
    CHECK(words[0] != '\0');
    return ++*steps < 4;
}

static void ends_where_it_is_told_to(void)
{
    struct played p = played_open();
    struct spy s = {.d = p.d, .budget = 5};
    struct tw_loop_player who[2] = {{.name = "one", .self = &s, .score = first_come},
                                    {.name = "two", .self = &s, .score = first_come}};
    struct tw_loop_settings set = settings(5);
    struct tw_loop_report r = {.n_days = 99};
    int steps = 0;
    struct tw_trial_watch watch = {stops_at_the_fourth, &steps};
    struct tw_loop_players players = {who, 2};
    CHECK(tw_loop_play(p.d, &players, &set, &watch, &r, NULL) == TW_INTERRUPTED);
    CHECK(steps == 4 && r.n_days == 99 && r.day == NULL);
    played_close(&p);
}

static tw_err nothing_to_learn(void *self, const struct tw_trial_view *v, struct tw_fault *fault)
{
    int *left = self;
    (void)v;
    return --*left < 0 ? tw_fail(fault, TW_ARG, "too little") : TW_OK;
}

static void who_has_nothing_to_learn_from_does_not_play(void)
{
    struct played p = played_open();
    int now = 0, later = 1;
    struct tw_loop_player who[2] = {
        {.name = "now", .retrain_weeks = 1, .self = &now, .learn = nothing_to_learn, .score = knows},
        {.name = "free", .score = knows}};
    struct tw_loop_players players = {who, 2};
    struct tw_loop_settings set = settings(5);
    struct tw_loop_report r = {.lines = 0};
    struct tw_fault fault = {0};
    CHECK(tw_loop_play(p.d, &players, &set, NULL, &r, &fault) == TW_OK);
    CHECK(!r.line[0].ran && strcmp(r.line[0].why_not, "too little") == 0 && r.line[1].ran);
    CHECK(tw_loop_catch_sum(&r, 0, 0, r.n_days).selected == 0);
    tw_loop_report_free(&r);
    who[0].self = &later; /* a second training that cannot be done is a fault */
    CHECK(tw_loop_play(p.d, &players, &set, NULL, &r, &fault) == TW_ARG);
    CHECK(strcmp(fault.note, "too little") == 0);
    played_close(&p);
}

static tw_err try_with(const struct played *p, struct tw_loop_settings set, size_t n)
{
    static const struct tw_loop_player many[TW_LOOP_PLAYERS_MAX + 1];
    struct tw_loop_players players = {many, n};
    struct tw_loop_report r;
    struct tw_fault fault = {0};
    tw_err err = tw_loop_play(p->d, &players, &set, NULL, &r, &fault);
    CHECK(err == TW_OK || fault.note[0] != '\0');
    return err;
}

static void another_budget_leaves_the_same_part_to_chance(void)
{
    struct tw_loop_settings a = tw_loop_settings_default(), b = a;
    tw_loop_settings_budget(&b, a.budget * 2);
    CHECK(b.budget == a.budget * 2 && b.random == a.random * 2 && b.explore == a.explore * 2);
    CHECK(a.random > 0 && a.explore > 0 && a.random + a.explore < a.budget);
}

static void refuses_what_cannot_be_played(void)
{
    struct played p = played_open();
    struct tw_loop_settings set = settings(5);
    CHECK(try_with(&p, set, TW_LOOP_PLAYERS_MAX + 1) == TW_ARG);
    CHECK(try_with(&p, settings(0), 0) == TW_ARG);
    CHECK(try_with(&p, settings(50.5), 0) == TW_ARG);
    CHECK(try_with(&p, settings((double)NAN), 0) == TW_ARG);
    set.random = 3;
    set.explore = 2.5;
    CHECK(try_with(&p, set, 0) == TW_ARG);
    set.explore = -1;
    CHECK(try_with(&p, set, 0) == TW_ARG);
    size_t train = p.d->train;
    p.d->train = 0;
    CHECK(try_with(&p, settings(5), 0) == TW_ARG);
    p.d->train = p.d->n;
    CHECK(try_with(&p, settings(5), 0) == TW_ARG);
    p.d->train = train;
    p.d->truth = false;
    CHECK(try_with(&p, settings(5), 0) == TW_ARG);
    played_close(&p);
}

static struct played shared;

static tw_err play_once(void)
{
    struct curious c = {.d = shared.d};
    struct tw_loop_player who = {
        .name = "one", .profile = true, .chance = true, .self = &c, .score = curious_score};
    struct tw_loop_players players = {&who, 1};
    struct tw_loop_settings set = settings(5);
    struct tw_loop_report r = {.n_days = 99};
    set.random = set.explore = 1;
    tw_err err = tw_loop_play(shared.d, &players, &set, NULL, &r, NULL);
    if (err != TW_OK)
        CHECK(r.n_days == 99 && r.day == NULL);
    else
        tw_loop_report_free(&r);
    return err;
}

static void survives_every_failed_allocation(void)
{
    shared = played_open();
    CHECK(fault_each_allocation(play_once) > 20);
    played_close(&shared);
}

int main(void)
{
    RUN(no_player_knows_a_result_before_its_day_or_of_what_it_did_not_select);
    RUN(the_budget_is_kept_to_the_declaration_over_any_span);
    RUN(an_inspection_misses_what_the_truth_says_it_would);
    RUN(what_is_drawn_stands_with_the_probability_it_was_drawn_with);
    RUN(who_would_like_to_know_nothing_leaves_it_to_chance);
    RUN(its_features_know_its_own_results_and_no_others);
    RUN(the_scorers_play_and_the_same_seed_plays_the_same);
    RUN(ends_where_it_is_told_to);
    RUN(who_has_nothing_to_learn_from_does_not_play);
    RUN(another_budget_leaves_the_same_part_to_chance);
    RUN(refuses_what_cannot_be_played);
    RUN(survives_every_failed_allocation);
    return DONE();
}
