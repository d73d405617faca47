/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes of a criterion. It is a small program that sets lanes; it is walked once, and each place where a lane
 * is set is kept with the condition of the way that leads there. Where a lane is set twice on one way the
 * last holds, so the first gets "and not the way to the last".
 *
 * Lanes that are set side by side share the hits: RedLane IS 50; YellowLane IS 50; sends half to red and the
 * other half to yellow. Draws of criteria do not hang together and the strictest channel counts, so yellow
 * asks with what makes its share right: 50 of the 50 that red leaves. */
#include <stdio.h>
#include <string.h>

#include "criteria/asycuda_priv.h"

enum { VARIABLES_MAX = 100, NAME_BYTES = 64 };

const struct asycuda_lane asycuda_lane[ASYCUDA_LANES] = {
    {"RedLane", "red"}, {"YellowLane", "yellow"}, {"BlueLane", "blue"}, {"GreenLane", "green"}};

struct way {
    struct term condition; /* cel.n == 0: always */
    struct turn turn[TW_ASYCUDA_DEPTH_MAX + 1];
    size_t turns;
};

/* -- walking */

static bool is_lane(struct tw_str name, size_t *ret)
{
    for (*ret = 0; *ret < ASYCUDA_LANES; ++*ret)
        if (asycuda_is(name, asycuda_lane[*ret].name)) return true;
    return false;
}

static void set_lane(struct lanes *l, const struct statement *s, size_t lane, const struct block *block,
                     const struct way *way)
{
    const struct term v = asycuda_value(l->t, s->value);
    double per_cent = -1;
    if (v.type == TERM_BAD) return;
    if (v.literal == NULL || tw_str_f64(v.literal->text, &per_cent) != TW_OK || per_cent < 0 ||
        per_cent > 100) {
        asycuda_bad(l->t, s->value->at, "%s is set to a number of per cent, 0 to 100",
                    asycuda_lane[lane].name);
        return;
    }
    if (l->n == ASYCUDA_SETS_MAX) {
        asycuda_bad(l->t, s->at, "more than %d lanes are set in one criterion; write it as several",
                    ASYCUDA_SETS_MAX);
        return;
    }
    struct set *to = &l->set[l->n++];
    *to = (struct set){.lane = lane,
                       .per_cent = per_cent,
                       .block = block,
                       .way = way->condition,
                       .turns = way->turns,
                       .at = s->at};
    memcpy(to->turn, way->turn, way->turns * sizeof *way->turn);
}

static struct variable *variable_of(struct translation *t, struct tw_str name)
{
    for (size_t i = 0; i < t->variables; i++)
        if (asycuda_same(t->variable[i].name, name)) return &t->variable[i];
    return NULL;
}

/* Num01 and Str01 are a criterion's own; all else that is set changes something of ASYCUDA's. */
static bool is_own(struct tw_str name)
{
    bool own =
        name.n > 3 && name.n < NAME_BYTES &&
        (asycuda_is((struct tw_str){name.s, 3}, "num") || asycuda_is((struct tw_str){name.s, 3}, "str"));
    for (size_t i = 3; own && i < name.n; i++) own = name.s[i] >= '0' && name.s[i] <= '9';
    return own;
}

static void set_variable(struct lanes *l, const struct statement *s)
{
    struct translation *t = l->t;
    if (!is_own(s->name)) {
        asycuda_bad(
            t, s->at,
            "\"%.*s\" is set; lanes (RedLane, YellowLane, BlueLane) and Num01, Str01 can be taken over",
            TW_STR_FIRST(s->name, 40));
        return;
    }
    const struct term v = asycuda_value(t, s->value);
    struct variable *to = variable_of(t, s->name);
    if (v.type == TERM_BAD && to == NULL && t->variables == VARIABLES_MAX) return;
    if (to == NULL && t->variables == VARIABLES_MAX) {
        asycuda_bad(t, s->at, "more than %d names are set in one criterion; write it as several",
                    VARIABLES_MAX);
        return;
    }
    if (to == NULL) to = &t->variable[t->variables++];
    *to = (struct variable){s->name, v, true};
}

static void walk(struct lanes *l, const struct block *b, struct way *way);

/* What a name holds behind an If: what either branch left in it. */
static void merge(struct lanes *l, struct term condition, const struct variable *then, size_t then_n)
{
    struct translation *t = l->t;
    for (size_t i = 0; i < t->variables; i++) {
        struct variable *v = &t->variable[i];
        const bool both = i < then_n && then[i].sure && v->sure;
        const bool same = both && tw_str_eq(then[i].value.cel, v->value.cel);
        if (same) continue;
        const struct term chosen =
            both ? asycuda_choose(t, condition, then[i].value, v->value) : (struct term){.type = TERM_BAD};
        v->sure = chosen.type != TERM_BAD;
        v->value = chosen;
    }
}

/* NULL when memory is out, which is then told. */
static struct variable *copy_of(struct translation *t)
{
    struct variable *copy = tw_arena_array(t->arena, t->variables + 1, sizeof *copy);
    if (copy == NULL)
        t->err = TW_NOMEM;
    else
        memcpy(copy, t->variable, t->variables * sizeof *copy);
    return copy;
}

static void walk_if(struct lanes *l, const struct statement *s, struct way *way)
{
    struct translation *t = l->t;
    const struct way before = *way;
    const struct term condition = asycuda_condition(t, s->condition);
    const size_t n = t->variables;
    struct variable *kept = copy_of(t), *then = NULL;
    way->turn[way->turns++] = (struct turn){s, false};
    way->condition = asycuda_both(t, before.condition, condition);
    walk(l, &s->then, way);
    const size_t then_n = t->variables;
    if (kept != NULL) then = copy_of(t);
    if (then == NULL) return;
    memcpy(t->variable, kept, n * sizeof *kept);
    for (size_t i = n; i < then_n; i++) t->variable[i].sure = false;
    *way = before;
    way->turn[way->turns++] = (struct turn){s, true};
    way->condition = asycuda_both(t, before.condition, asycuda_not(t, condition));
    walk(l, &s->otherwise, way);
    merge(l, condition, then, then_n);
    *way = before;
}

static void walk(struct lanes *l, const struct block *b, struct way *way)
{
    size_t lane;
    for (const struct statement *s = b->first; s != NULL && l->t->err == TW_OK; s = s->next) {
        if (s->condition != NULL)
            walk_if(l, s, way);
        else if (is_lane(s->name, &lane))
            set_lane(l, s, lane, b, way);
        else
            set_variable(l, s);
    }
}

/* -- lanes */

/* How many turns two ways have in common; *apart: they part at an If, so nothing goes both. */
static size_t common(const struct set *a, const struct set *b, bool *apart)
{
    size_t i = 0;
    while (i < a->turns && i < b->turns && a->turn[i].at == b->turn[i].at &&
           a->turn[i].otherwise == b->turn[i].otherwise)
        i++;
    *apart = i < a->turns && i < b->turns && a->turn[i].at == b->turn[i].at;
    return i;
}

/* Takes what is set later on the same way into account; false: nothing is left of it. */
static bool outlast(struct lanes *l, size_t at)
{
    struct set *s = &l->set[at];
    for (size_t i = at + 1; i < l->n; i++) {
        const struct set *later = &l->set[i];
        bool apart;
        if (later->lane != s->lane) continue;
        const size_t n = common(s, later, &apart);
        if (apart) continue;
        if (n == later->turns) {
            char words[120];
            snprintf(words, sizeof words, "%s is set again in line %u, which alone counts",
                     asycuda_lane[s->lane].name, later->at.line);
            l->note(l->t->to, s->at, words);
            return false;
        }
        if (later->per_cent < 100) s->way = asycuda_both(l->t, s->way, asycuda_not(l->t, later->way));
    }
    return true;
}

/* Shares of lanes that are set in one block. */
static void share(struct lanes *l, size_t at)
{
    struct set *s = &l->set[at];
    double stricter = 0, all = 0; /* per cent of lanes beside it */
    for (size_t i = 0; i < l->n; i++) {
        const struct set *other = &l->set[i];
        bool again = false; /* it is set again in the block: the last counts */
        for (size_t k = i + 1; k < l->n; k++)
            again = again || (l->set[k].block == other->block && l->set[k].lane == other->lane);
        if (other->block != s->block || again) continue;
        if (other->lane < s->lane) stricter += other->per_cent;
        all += other->per_cent;
    }
    s->share = stricter >= 100 ? 0 : s->per_cent / (100 - stricter);
    if (stricter >= 100 && s->per_cent > 0 && s->lane != ASYCUDA_GREEN)
        l->note(l->t->to, s->at, "a stricter lane takes all that hits, so this one is never asked for");
    else if (stricter < 100 && stricter + s->per_cent > 100.000001)
        asycuda_bad(l->t, s->at,
                    "the lanes set here come to more than 100 per cent; write what each shall have");
    else if (s->lane == ASYCUDA_GREEN && s->per_cent > 0 && s->per_cent >= all)
        asycuda_bad(l->t, s->at, "GreenLane alone lets pass: write a facilitation by hand, if it was earned");
}

tw_err asycuda_lanes(struct lanes *l, const struct block *body)
{
    struct translation *t = l->t;
    struct way *way = tw_arena_alloc(t->arena, sizeof *way);
    l->n = 0;
    l->set = tw_arena_array(t->arena, ASYCUDA_SETS_MAX, sizeof *l->set);
    t->variable = tw_arena_array(t->arena, VARIABLES_MAX, sizeof *t->variable);
    if (way == NULL || l->set == NULL || t->variable == NULL) return TW_NOMEM;
    *way = (struct way){.condition = {.type = TERM_BOOL, .binds = BINDS_ALL}};
    walk(l, body, way);
    for (size_t i = 0; i < l->n && t->err == TW_OK && t->bad == 0; i++) {
        share(l, i);
        if (!outlast(l, i)) l->set[i].share = 0;
    }
    return t->err;
}
