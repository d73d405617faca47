/* SPDX-License-Identifier: Apache-2.0 */
#include "trial/audit.h"

#include <math.h>

#include "base/mem.h"
#include "trial/audit_priv.h"

static const struct {
    const char *name, *words;
} check_row[TW_TRIAL_CHECK_N] = {
#define X(id, name, words) {name, words},
    TW_TRIAL_CHECK_TABLE(X)
#undef X
};

const char *tw_trial_check_name(enum tw_trial_check c)
{
    return check_row[c].name;
}

const char *tw_trial_check_words(enum tw_trial_check c)
{
    return check_row[c].words;
}

const char *tw_trial_weight_name(enum tw_trial_weight w)
{
    static const char *const name[TW_TRIAL_WEIGHT_N] = {"note", "unknown", "warns", "forbids"};
    return name[w];
}

struct tw_trial_audit_settings tw_trial_audit_settings_default(void)
{
    return (struct tw_trial_audit_settings){.seed = 1, .draws = 300};
}

void tw_trial_audit_free(struct tw_trial_audit *a)
{
    if (a == NULL) return;
    tw_free(a->column);
    tw_free(a->month);
    tw_free(a->remark);
    tw_free(a);
}

tw_err audit_step(const struct audit *w, const char *words)
{
    if (w->watch == NULL || w->watch->step == NULL) return TW_OK;
    return w->watch->step(w->watch->to, words) ? TW_OK : TW_INTERRUPTED;
}

static void counts(struct audit *w)
{
    const struct tw_trial_data *d = w->d;
    struct tw_trial_audit *a = w->a;
    a->declarations = d->n;
    a->rows = d->items;
    a->later_declarations = d->n - d->train;
    a->unmatched = d->unmatched;
    a->first_day = a->last_day = d->item[0].day;
    a->split_day = w->split < d->items ? d->item[w->split].day : d->item[d->items - 1].day;
    for (size_t k = 0; k < d->items; k++) {
        const struct tw_trial_item *i = &d->item[k];
        if (i->day < a->first_day) a->first_day = i->day;
        if (i->day > a->last_day) a->last_day = i->day;
        a->labelled += i->inspected;
        a->found += i->inspected && i->found;
        a->later_labelled += i->inspected && k >= w->split;
        a->later_found += i->inspected && i->found && k >= w->split;
    }
}

static tw_err examine(struct audit *w)
{
    TW_TRY(audit_step(w, "columns of the file"));
    TW_TRY(audit_sources(w));
    TW_TRY(audit_twins(w));
    TW_TRY(audit_columns(w));
    TW_TRY(audit_step(w, "what changes over the months"));
    TW_TRY(audit_drift(w));
    TW_TRY(audit_months(w));
    TW_TRY(audit_delay(w));
    audit_selection(w);
    return audit_words(w->a);
}

tw_err tw_trial_audit(struct tw_trial_data *d, const struct tw_trial_audit_settings *set,
                      const struct tw_trial_watch *watch, struct tw_trial_audit **ret, struct tw_fault *fault)
{
    if (d->items == 0 || d->train == 0 || d->train >= d->n)
        return tw_fail(fault, TW_ARG,
                       "there must be declarations before and after the split; %zu and %zu are given",
                       d->train, d->n - d->train);
    if (d->columns == 0) TW_TRY(tw_trial_data_columns(d));
    TW_SCOPED(tw_trial_audit) *a = tw_calloc(1, sizeof *a);
    if (a == NULL) return TW_NOMEM;
    struct audit w = {.d = d, .set = set, .watch = watch, .a = a, .split = d->first[d->train]};
    counts(&w);
    tw_err err = examine(&w);
    audit_sources_free(&w);
    TW_TRY(err);
    *ret = a;
    a = NULL;
    return TW_OK;
}
