/* SPDX-License-Identifier: Apache-2.0 */
/* What the figures say, and how much it weighs. Every limit stands here, with the reason it was set there. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "trial/audit_priv.h"

enum { REMARKS_MAX = 48, NAMES_MAX = 8 };

static const double TWINS_MANY = 0.20;   /* of later rows; as tw_trial_evaluate's second protocol */
static const double TWINS_EXCESS = 0.10; /* beyond coincidence */
static const double PURITY_EXCESS = 0.05;
static const double LEAK_AUC = 0.90; /* no honest column of any published study alone comes near */
static const double FINGERPRINT = 0.10;
static const double SURE_SHARE = 0.05, SURE_PRECISION = 0.80;
static const double SURE_SIGNAL = 3;  /* standard errors above chance: several traders are asked at once */
static const double NO_SIGNAL = 0.55; /* an interval that ends below it has nothing worth having in it */
static const double WIDEST_TO_SAY = 0.12; /* of an interval that is to say anything */

void audit_say(struct tw_trial_audit *a, enum tw_trial_check check, enum tw_trial_weight weight,
               const char *fmt, ...)
{
    if (a->remarks == REMARKS_MAX) return;
    struct tw_trial_remark *r = &a->remark[a->remarks++];
    r->check = check;
    r->weight = weight;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->text, sizeof r->text, fmt, ap);
    va_end(ap);
}

void audit_add_name(struct audit_names *l, const char *fmt, ...)
{
    size_t room = sizeof l->text, at = strlen(l->text);
    if (l->n++ >= NAMES_MAX || room - at < 70) return;
    if (l->in++ > 0) at += (size_t)snprintf(l->text + at, room - at, ", ");
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(l->text + at, room - at < 64 ? room - at : 64, fmt, ap);
    va_end(ap);
}

const char *audit_names_end(struct audit_names *l)
{
    size_t at = strlen(l->text);
    if (l->n > l->in) snprintf(l->text + at, sizeof l->text - at, " and %zu more", l->n - l->in);
    return l->text;
}

/* -- labels
 * ---------------------------------------------------------------------------------------------------- */

static void labels(struct tw_trial_audit *a)
{
    enum tw_trial_check c = TW_TRIAL_CHECK_LABELS;
    size_t earlier = a->labelled - a->later_labelled, earlier_found = a->found - a->later_found;
    if (a->labelled == 0)
        audit_say(
            a, c, TW_TRIAL_FORBIDS,
            "No row carries a result: nothing can be learned or measured. Findings come in the rows or in a "
            "file "
            "of their own.");
    else if (earlier_found < AUDIT_FOUND_MIN || a->later_found < AUDIT_FOUND_MIN)
        audit_say(
            a, c, TW_TRIAL_FORBIDS,
            "Only %zu earlier and %zu later rows carry a finding; with fewer than %d on either side every "
            "figure "
            "is chance.",
            earlier_found, a->later_found, AUDIT_FOUND_MIN);
    else if (a->later_found == a->later_labelled || earlier_found == earlier)
        audit_say(
            a, c, TW_TRIAL_FORBIDS,
            "Every row with a result is a finding. Inspections that found nothing are missing, and without "
            "them no "
            "ranking can be measured.");
    else
        audit_say(a, c, TW_TRIAL_NOTE,
                  "%zu earlier rows carry a result, %zu of them a finding; later %zu and %zu.", earlier,
                  earlier_found, a->later_labelled, a->later_found);
    if (a->unmatched > 0)
        audit_say(
            a, c, TW_TRIAL_WARNS,
            "%llu findings name no declaration of the file. Are they of other months, or were declarations "
            "refused "
            "or left out?",
            (unsigned long long)a->unmatched);
}

/* -- twins
 * ----------------------------------------------------------------------------------------------------- */

static const char *columns_of(const struct tw_trial_audit *a, const struct tw_trial_twins *t,
                              struct audit_names *l)
{
    for (size_t i = 0; i < t->columns; i++)
        audit_add_name(l, "%.*s", AUDIT_SHOWN(a->column[t->column[i]].name));
    return audit_names_end(l);
}

static void copied_twins(struct tw_trial_audit *a, const struct tw_trial_twins *t, bool of_one_trader)
{
    struct audit_names l = {.text = ""};
    audit_say(
        a, TW_TRIAL_CHECK_TWINS, of_one_trader ? TW_TRIAL_WARNS : TW_TRIAL_FORBIDS,
        "%.1f %% of the later rows equal an earlier row in %zu columns (%s), and then carry its label in "
        "%.1f %% of "
        "cases; chance would give %.1f %%, and usual weights and values alone %.1f %% of twins. A look-up "
        "without "
        "any learning reaches AUC %.3f and precision %.3f at 5 %%. Figures on such rows measure the memory "
        "of %s: "
        "believe those on first occurrences.",
        100 * t->share, t->columns, columns_of(a, t, &l), 100 * t->purity, 100 * t->chance,
        100 * t->coincidence, t->lookup.auc, t->precision[2],
        of_one_trader ? "repeated consignments" : "copied rows");
    if (isnan(t->other_trader)) return;
    audit_say(
        a, TW_TRIAL_CHECK_TWINS, of_one_trader ? TW_TRIAL_NOTE : TW_TRIAL_WARNS,
        of_one_trader
            ? "Only %.1f %% of these pairs name different traders: the same firms ship the same again."
            : "%.1f %% of these pairs name different traders. No two firms ship the same to the decimal so "
              "often: the "
              "rows were copied, and traders put to them afterwards. %zu rows hold only %zu different ones.",
        100 * t->other_trader, t->rows, t->distinct);
}

/* Of the six-column twins and the widest ones, those that forbid are told; both when they differ. */
static bool one_set(struct tw_trial_audit *a, const struct tw_trial_twins *t)
{
    if (t->columns == 0 || !(t->share > TWINS_MANY) || !(t->share - t->coincidence > TWINS_EXCESS) ||
        !(t->purity > t->chance + PURITY_EXCESS))
        return false;
    copied_twins(a, t, t->other_trader < 0.5);
    return true;
}

static void twins(struct tw_trial_audit *a)
{
    enum tw_trial_check c = TW_TRIAL_CHECK_TWINS;
    const struct tw_trial_twins *six = &a->six, *wide = &a->widest;
    if (a->later_labelled == 0) {
        audit_say(a, c, TW_TRIAL_UNKNOWN, "No later row carries a result.");
        return;
    }
    bool told = one_set(a, six);
    if (!told)
        told = one_set(a, wide);
    else if (wide->columns > six->columns && wide->share > TWINS_MANY) {
        struct audit_names l = {.text = ""};
        audit_say(a, c, TW_TRIAL_NOTE, "The rows repeat in %zu columns even: %s (%.1f %% of the later rows).",
                  wide->columns, columns_of(a, wide, &l), 100 * wide->share);
    }
    const struct tw_trial_twins *t = six->columns > 0 ? six : wide;
    if (told) {
        if (t->near_share > 0.01)
            audit_say(
                a, c, TW_TRIAL_NOTE,
                "A further %.1f %% equal an earlier row in all of these columns but one; the label is the "
                "same in "
                "%.1f %%.",
                100 * t->near_share, 100 * t->near_purity);
        return;
    }
    if (t->columns > 0)
        audit_say(
            a, c, TW_TRIAL_NOTE,
            "%.1f %% of the later rows equal an earlier row in %zu columns; usual weights and values alone "
            "would "
            "make it %.1f %%.",
            100 * t->share, t->columns, 100 * t->coincidence);
    else
        audit_say(a, c, TW_TRIAL_NOTE, "There is no set of columns in which later rows repeat earlier ones.");
}

/* -- leaks
 * ----------------------------------------------------------------------------------------------------- */

/* Words that columns bear which somebody fills in after looking. */
static bool sounds_like_a_result(struct tw_str name)
{
    static const char *const word[] = {"result",  "finding", "found",  "fraud",   "illicit",   "inspect",
                                       "examin",  "penalt",  "seiz",   "detain",  "adjust",    "assess",
                                       "amended", "label",   "target", "outcome", "irregular", "complian"};
    for (size_t i = 0; i + 3 < name.n; i++)
        for (size_t k = 0; k < sizeof word / sizeof word[0]; k++) {
            size_t n = strlen(word[k]), j = 0;
            while (j < n && i + j < name.n && (name.s[i + j] | 0x20) == word[k][j]) j++;
            if (j == n) return true;
        }
    return false;
}

static double most(const struct tw_trial_alone *c)
{
    return c->exact.auc > c->found.auc ? c->exact.auc : c->found.auc;
}

static bool high(const struct tw_auc *a)
{
    return a->auc >= LEAK_AUC && a->ci.lo > LEAK_AUC - 0.05;
}

/* Where rows come again their digits tell the result, and that is told of the rows. */
static bool leaks_whole(const struct tw_trial_audit *a, const struct tw_trial_alone *c)
{
    bool come_again = false;
    for (size_t i = 0; i < a->remarks; i++)
        come_again = come_again ||
                     (a->remark[i].check == TW_TRIAL_CHECK_TWINS && a->remark[i].weight >= TW_TRIAL_WARNS);
    return high(&c->found) || (!come_again && high(&c->exact));
}

static bool leaks_part(const struct tw_trial_audit *a, const struct tw_trial_alone *c)
{
    double base = a->later_labelled > 0 ? (double)a->later_found / (double)a->later_labelled : 1;
    return base < 0.5 && (double)c->sure_found >= SURE_SHARE * (double)a->later_found &&
           c->sure_found >= AUDIT_FOUND_MIN &&
           tw_wilson((double)c->sure_found, (double)c->sure).lo > SURE_PRECISION;
}

static void one_leak(struct tw_trial_audit *a, const struct tw_trial_alone *c)
{
    enum tw_trial_check k = TW_TRIAL_CHECK_LEAKS;
    const char *unread = c->mapped ? "" : " No feature of this engine reads it; others may.";
    if (leaks_whole(a, c))
        audit_say(a, k, c->mapped ? TW_TRIAL_FORBIDS : TW_TRIAL_WARNS,
                  "%.*s alone tells later findings apart with AUC %.3f. No declared column does that: it was "
                  "filled in, or "
                  "corrected, after the inspection, or it copies the result. Leave it out.%s",
                  AUDIT_SHOWN(c->name), most(c), unread);
    else if (leaks_part(a, c))
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "%.*s has values that are nearly always a finding: %zu of %zu later rows at them, %.0f %% of all "
            "later "
            "findings. Were these corrected after the inspection, or were rows copied?%s",
            AUDIT_SHOWN(c->name), c->sure_found, c->sure,
            100 * (double)c->sure_found / (double)a->later_found, unread);
    else if (!c->mapped && sounds_like_a_result(c->name))
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "%.*s sounds like something that is known only after an inspection. No feature of this engine "
            "reads it; "
            "whoever does must know when it is filled in.",
            AUDIT_SHOWN(c->name));
}

/* Does a number tell more by its digits than by its size? */
static bool fingerprint(const struct tw_trial_alone *c)
{
    return c->exact.auc > c->found.auc + FINGERPRINT && c->exact.ci.lo > c->found.ci.hi;
}

static void leaks(struct tw_trial_audit *a)
{
    enum tw_trial_check k = TW_TRIAL_CHECK_LEAKS;
    struct audit_names digits = {.text = ""};
    const struct tw_trial_alone *best = NULL;
    for (size_t i = 0; i < a->columns; i++) {
        const struct tw_trial_alone *c = &a->column[i];
        one_leak(a, c);
        if (fingerprint(c))
            audit_add_name(&digits, "%.*s (AUC %.3f, by its size %.3f)", AUDIT_SHOWN(c->name), c->exact.auc,
                           c->found.auc);
        if (!isnan(c->found.auc) && (best == NULL || c->found.auc > best->found.auc)) best = c;
    }
    if (digits.n > 0)
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "Numbers tell more by their digits than by their size: %s. Goods do not do that; digits are "
            "the fingerprint of rows that come again, or of values put in after the inspection.",
            audit_names_end(&digits));
    if (best == NULL)
        audit_say(a, k, TW_TRIAL_UNKNOWN,
                  "Without findings and their absence on both sides no column can be tried.");
    else
        audit_say(a, k, TW_TRIAL_NOTE, "Of single columns %.*s tells most: AUC %.3f (%.3f to %.3f).",
                  AUDIT_SHOWN(best->name), best->found.auc, best->found.ci.lo, best->found.ci.hi);
}

/* -- entities
 * -------------------------------------------------------------------------------------------------- */

static void entities(struct tw_trial_audit *a)
{
    enum tw_trial_check k = TW_TRIAL_CHECK_ENTITIES;
    struct audit_names none = {.text = ""}, some = {.text = ""}, open = {.text = ""};
    for (size_t i = 0; i < a->columns; i++) {
        const struct tw_trial_alone *c = &a->column[i];
        if (!c->entity || c->values < 2) continue;
        const struct tw_auc *f = &c->found;
        if (f->auc - SURE_SIGNAL * f->se > 0.5)
            audit_add_name(&some, "%.*s %.3f", AUDIT_SHOWN(c->name), f->auc);
        else if (f->ci.hi < NO_SIGNAL && f->ci.hi - f->ci.lo < WIDEST_TO_SAY)
            audit_add_name(&none, "%.*s %.3f", AUDIT_SHOWN(c->name), f->auc);
        else
            audit_add_name(&open, "%.*s", AUDIT_SHOWN(c->name));
    }
    if (some.n > 0)
        audit_say(a, k, TW_TRIAL_NOTE, "Past findings tell something of later ones by: %s (AUC).",
                  audit_names_end(&some));
    if (none.n > 0 && some.n == 0)
        audit_say(
            a, k, TW_TRIAL_WARNS,
            "It does not matter who trades: %s (AUC; .5 is chance). At a real border habits differ; here "
            "nothing that "
            "looks at a trader's past can be shown to work, or to fail.",
            audit_names_end(&none));
    else if (none.n > 0)
        audit_say(a, k, TW_TRIAL_NOTE, "Without signal: %s (AUC; .5 is chance).", audit_names_end(&none));
    if (open.n > 0)
        audit_say(a, k, TW_TRIAL_UNKNOWN, "Too few findings to say whether there is signal in: %s.",
                  audit_names_end(&open));
    if (some.n + none.n + open.n == 0) audit_say(a, k, TW_TRIAL_UNKNOWN, "No trader and no office is named.");
}

/* -- all of it
 * ---------------------------------------------------------------------------------------------------- */

/* Heaviest first; of one weight in the order they were said. */
static void sort(struct tw_trial_audit *a)
{
    for (size_t i = 1; i < a->remarks; i++) {
        struct tw_trial_remark r = a->remark[i];
        size_t k = i;
        for (; k > 0 && a->remark[k - 1].weight < r.weight; k--) a->remark[k] = a->remark[k - 1];
        a->remark[k] = r;
    }
}

tw_err audit_words(struct tw_trial_audit *a)
{
    a->remark = tw_calloc(REMARKS_MAX, sizeof *a->remark);
    if (a->remark == NULL) return TW_NOMEM;
    labels(a);
    twins(a);
    leaks(a);
    entities(a);
    audit_words_base_rate(a);
    audit_words_drift(a);
    audit_words_delay(a);
    audit_words_selection(a);
    a->believable = true;
    for (size_t i = 0; i < a->remarks; i++) {
        const struct tw_trial_remark *r = &a->remark[i];
        if (r->weight > a->verdict[r->check]) a->verdict[r->check] = r->weight;
        if (r->weight == TW_TRIAL_FORBIDS) a->believable = false;
    }
    sort(a);
    return TW_OK;
}
