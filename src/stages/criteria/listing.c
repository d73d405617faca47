/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, asked as late as can be. A condition is evaluated with its lists not known, first all of them: where
 * that decides, by `false && ...` or `true || ...`, no value of a list would have made a difference, for such
 * is the logic of three values (cel/cel.h). Else one list after another is asked until it does. So what a
 * condition comes to, and which lists it has asked, depends on itself and the declaration alone. */
#include "criteria/criteria_priv.h"

/* Members of a list, as own.def has them. */
enum { FIRST = OWN_LISTS_HIT, MEMBERS = OWN_LISTS_PARTS + 1 - FIRST };

/* One list. What stands in a header is looked up once, fuzzy names among it; numbers and codes of items are
 * found faster than they could be remembered. */
struct answer {
    bool begun;
    struct tw_watch_hit header, now; /* now: of what was asked last */
    struct tw_cel_value member[MEMBERS];
};

struct listing {
    const struct tw_criteria *c;
    const struct tw_criteria_case *k;
    struct tw_arena *arena;
    struct tw_cel_value *slot; /* of the roots, then of each list */
    struct answer *of;         /* each list */
    size_t asked;              /* by the last evaluation */
};

tw_err listing_new(const struct tw_criteria *c, const struct tw_criteria_case *k, struct tw_arena *arena,
                   struct listing **ret)
{
    struct listing *l = tw_arena_alloc(arena, sizeof *l);
    if (l == NULL) return TW_NOMEM;
    *l = (struct listing){.c = c, .k = k, .arena = arena};
    l->slot = tw_arena_array(arena, ROOT_N + c->lists.n, sizeof *l->slot);
    l->of = tw_arena_array(arena, c->lists.n, sizeof *l->of);
    if (l->slot == NULL || l->of == NULL) return TW_NOMEM;
    *ret = l;
    return TW_OK;
}

/* Not known of a list that looks at nothing which is declared. One that was asked and has no such entry knows
 * just that: its texts are empty. */
static tw_err fill(struct tw_watchlist *list, struct answer *a, struct tw_arena *arena)
{
    static const struct tw_str none = {"", 0};
    const struct tw_watch_hit *h = &a->now;
    struct tw_cel_value *m = a->member;
    const struct tw_str *part = NULL;
    const bool hit = h->entry != NULL;
    size_t parts = 0;
    for (int i = 0; i < MEMBERS; i++) m[i] = tw_cel_absent();
    if (h->asked == 0) return TW_OK;
    if (hit) TW_TRY(tw_watch_parts(list, h, arena, &part, &parts));
    struct tw_cel_value *text = tw_arena_array(arena, parts + 1, sizeof *text);
    if (text == NULL) return TW_NOMEM;
    for (size_t i = 0; i < parts; i++) text[i] = tw_cel_string(part[i]);
    m[OWN_LISTS_HIT - FIRST] = tw_cel_bool(hit);
    m[OWN_LISTS_SCORE - FIRST] = tw_cel_double(hit ? h->score : 0);
    m[OWN_LISTS_ENTRY - FIRST] = tw_cel_string(hit ? h->entry->id : none);
    m[OWN_LISTS_ELEMENT - FIRST] = tw_cel_string(hit ? tw_str_from(tw_element_row(h->element)->name) : none);
    m[OWN_LISTS_VALUE - FIRST] = tw_cel_string(hit ? h->value : none);
    m[OWN_LISTS_PARTS - FIRST] = tw_cel_list(text, (uint32_t)parts);
    return TW_OK;
}

static tw_err ask(struct listing *l, uint32_t number, const struct tw_item *item)
{
    struct tw_watchlist *list = l->c->lists.at[number];
    struct answer *a = &l->of[number];
    const bool of_item = item != NULL && tw_watchlist_looks_in_items(list), anew = !a->begun;
    if (anew) TW_TRY(tw_watchlist_ask_header(list, l->k->decl, l->k->day, l->arena, &a->header));
    a->begun = true;
    a->now = a->header;
    if (of_item) tw_watchlist_ask_item(list, item, l->k->day, &a->now);
    if (of_item || anew) TW_TRY(fill(list, a, of_item ? l->c->trial : l->arena));
    l->slot[ROOT_N + number] = tw_cel_record(a->member, MEMBERS);
    return TW_OK;
}

tw_err listing_eval(struct listing *l, const struct tw_criterion *k, const struct tw_cel_value *root,
                    const struct tw_item *item, struct tw_cel_value *ret, struct tw_fault *fault)
{
    for (int r = 0; r < ROOT_N; r++) l->slot[r] = root[r];
    for (size_t i = 0; i < k->lists_n; i++) l->slot[ROOT_N + k->list[i]] = tw_cel_unknown();
    for (l->asked = 0;; l->asked++) {
        TW_TRY(tw_cel_eval(k->program, l->slot, l->c->trial, ret, fault));
        if (ret->kind != TW_CEL_UNKNOWN || l->asked == k->lists_n) return TW_OK;
        TW_TRY(ask(l, k->list[l->asked], item));
    }
}

static tw_err tell_one(const struct listing *l, uint32_t number, struct tw_criteria_listed *ret)
{
    enum { WORDS_OF_OURS = 1024 }; /* of a sentence, besides what it quotes */
    struct tw_watchlist *list = l->c->lists.at[number];
    const struct tw_watch_hit *h = &l->of[number].now;
    const size_t room =
        h->value.n + h->entry->id.n + h->entry->value.n + 2 * sizeof(struct tw_name) + WORDS_OF_OURS;
    char *p = tw_arena_room(l->arena, room, 1);
    if (p == NULL) return TW_NOMEM;
    struct tw_buf words = tw_buf_in(p, room);
    tw_watch_say(list, h, &words);
    *ret =
        (struct tw_criteria_listed){.list = tw_watchlist_head(list), .hit = *h, .words = tw_buf_view(&words)};
    return tw_watch_parts(list, h, l->arena, &ret->part, &ret->parts);
}

tw_err listing_tell(const struct listing *l, const struct tw_criterion *k, struct tw_criteria_hit *io)
{
    struct tw_criteria_listed *at = tw_arena_array(l->arena, l->asked + 1, sizeof *at);
    if (at == NULL) return TW_NOMEM;
    for (size_t i = 0; i < l->asked; i++)
        if (l->of[k->list[i]].now.entry != NULL) TW_TRY(tell_one(l, k->list[i], &at[io->listed_n++]));
    io->listed = at;
    return TW_OK;
}
