/* SPDX-License-Identifier: Apache-2.0 */
/* The scorers of trial/scorer.h as players of the closed loop. */
#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "trial/loop.h"

/* A scorer with what it has learned so far. */
struct player {
    enum tw_scorer scorer;
    const struct tw_trial_settings *set;
    struct tw_scorer_model *model;
    struct tw_trial_score score; /* per item */
};

static tw_err player_learn(void *self, const struct tw_trial_view *v, struct tw_fault *fault)
{
    struct player *p = self;
    struct tw_scorer_model *model = NULL;
    TW_TRY(tw_scorer_train(p->scorer, v, p->set, p->model, &model, fault));
    tw_scorer_model_free(p->model);
    p->model = model;
    return TW_OK;
}

static tw_err player_score(void *self, const struct tw_trial_view *v, const struct tw_loop_day *day,
                           struct tw_fault *fault)
{
    struct player *p = self;
    TW_TRY(tw_scorer_score(p->scorer, p->model, v, p->set, &p->score, fault));
    for (size_t k = day->from; k < day->to; k++) {
        day->score[k - day->from] =
            tw_trial_declaration_score(p->scorer, v->data, &p->score, k, p->set->duty_mix);
        if (p->scorer == TW_SCORER_TIDEWAITER) day->wonder[k - day->from] = 1; /* alike: explores evenly */
    }
    return TW_OK;
}

static const enum tw_scorer plays[] = {TW_SCORER_TIDEWAITER,  TW_SCORER_FULL_LABELS,
                                       TW_SCORER_XGBOOST_RAW, TW_SCORER_XGBOOST_TABULAR,
                                       TW_SCORER_RANDOM,      TW_SCORER_ORACLE};
enum { PLAYS = sizeof plays / sizeof plays[0] };

tw_err tw_loop_evaluate(struct tw_trial_data *d, const struct tw_loop_settings *set,
                        const struct tw_trial_watch *watch, struct tw_loop_report *ret,
                        struct tw_fault *fault)
{
    struct player player[PLAYS] = {{.model = NULL}};
    struct tw_loop_player at[PLAYS];
    tw_err err = d->columns == 0 ? tw_trial_data_columns(d) : TW_OK;
    size_t n = 0;
    for (size_t i = 0; i < PLAYS && err == TW_OK; i++) {
        if (set->scorers != 0 && (set->scorers & (1u << plays[i])) == 0) continue;
        enum tw_scorer s = plays[i];
        struct player *self = &player[n];
        bool full = s == TW_SCORER_FULL_LABELS, learns = s != TW_SCORER_RANDOM && s != TW_SCORER_ORACLE;
        *self = (struct player){.scorer = s, .set = &set->trial};
        at[n] = (struct tw_loop_player){.name = tw_scorer_name(s),
                                        .profile = learns && s != TW_SCORER_XGBOOST_RAW,
                                        .all_labels = full,
                                        .chance = s == TW_SCORER_TIDEWAITER,
                                        .sees_truth = s == TW_SCORER_ORACLE,
                                        .self = self,
                                        .learn = player_learn,
                                        .score = player_score};
        if (learns) at[n].retrain_weeks = full ? set->retrain_full_weeks : set->retrain_weeks;
        if (full) at[n].thin = set->thin_full;
        err = tw_trial_score_new(d->items, &self->score);
        n++;
    }
    struct tw_loop_players players = {at, n};
    if (err == TW_OK) err = tw_loop_play(d, &players, set, watch, ret, fault);
    for (size_t i = 0; i < n; i++) {
        tw_scorer_model_free(player[i].model);
        tw_trial_score_free(&player[i].score);
    }
    return err;
}
