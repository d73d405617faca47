/* SPDX-License-Identifier: Apache-2.0 */
#include "message/json_read.h"

#include <stdio.h>

#include "base/near.h"
#include "decl/money.h"
#include "message/json_form_priv.h"
#include "message/notification.h"

struct reading {
    const struct tw_json_told *told;
    struct tw_arena *arena;
    const char *what; /* is read: a declaration ... */
    uint32_t items_max;
    struct tw_fault first; /* code TW_OK: none so far */
    bool stop;             /* nothing more is looked at */
};

/* An object on its way. */
struct place {
    enum tw_level level;
    void *object;
    struct tw_str group; /* absent: the object itself; else the words before the point */
};

static void wrong(struct reading *r, const struct tw_json_node *node, struct tw_fault *fault)
{
    if (fault->code == TW_NOMEM && tw_arena_full(r->arena)) {
        TW_IGNORE(
            tw_fail(fault, TW_LIMIT, "this %s takes more memory than one may; send it in parts", r->what));
        snprintf(fault->path, sizeof fault->path, "memory");
        r->stop = true;
    } else if (fault->code == TW_NOMEM) {
        r->stop = true;
    } else {
        tw_json_blame(node, fault);
    }
    r->stop = r->stop || r->told == NULL || fault->code == TW_LIMIT;
    if (r->stop && r->first.code == TW_OK) r->first = *fault;
    if (!r->stop) r->told->fault(r->told->to, fault);
}

static void no_room(struct reading *r, const struct tw_json_node *node)
{
    struct tw_fault fault = {0};
    TW_IGNORE(tw_fail(&fault, TW_NOMEM, "no room left for this %s", r->what));
    wrong(r, node, &fault);
}

static void not_so(struct reading *r, const struct tw_json_node *node, const char *wanted)
{
    struct tw_fault fault = {0};
    TW_IGNORE(tw_fail(&fault, TW_FORMAT, "%s stands here; %s", tw_json_kind_words(node->kind), wanted));
    wrong(r, node, &fault);
}

/* Has `text` what XML, EDIFACT and tables cannot carry? Source: XML 1.0 (Fifth Edition), production 2. */
static bool carries(struct tw_str text)
{
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.s[i];
        if (c < ' ' && c != '\t' && c != '\n' && c != '\r') return false;
        if (c == 0xef && i + 2 < text.n && (unsigned char)text.s[i + 1] == 0xbf &&
            (unsigned char)text.s[i + 2] >= 0xbe)
            return false;
    }
    return true;
}

/* The text of a node that has one; false: a fault has been told. */
static bool text_of(struct reading *r, const struct tw_json_node *node, bool blanks, const char *wanted,
                    struct tw_str *ret)
{
    struct tw_fault fault = {0};
    if (node->kind != TW_JSON_TEXT) {
        not_so(r, node, wanted);
        return false;
    }
    *ret = node->text;
    if ((blanks ? ret->n : tw_str_trim(*ret).n) == 0) {
        TW_IGNORE(tw_fail(&fault, TW_FORMAT, "an empty text stands here; leave the member out"));
    } else if (!carries(*ret)) {
        TW_IGNORE(tw_fail(&fault, TW_FORMAT, "the text has a control character, which no message may carry"));
    } else {
        return true;
    }
    wrong(r, node, &fault);
    return false;
}

static bool set(struct reading *r, enum tw_element e, const struct tw_json_node *node, struct tw_str text,
                void *object)
{
    struct tw_fault fault = {0};
    if (tw_element_row(e)->level == TW_LEVEL_EXTRA && tw_element_row(e)->type == TW_TYPE_TEXT) {
        memcpy((char *)object + tw_element_row(e)->offset, &text, sizeof text); /* blanks and all */
        return true;
    }
    if (tw_element_set(e, text, r->arena, object, &fault) == TW_OK) return true;
    wrong(r, node, &fault);
    return false;
}

/* The two members that a value may have. */
struct pair {
    const struct tw_json_node *a, *b;
};

static bool pair_of(struct reading *r, const struct tw_json_node *node, const char *a, const char *b,
                    struct pair *ret)
{
    struct tw_fault fault = {0};
    *ret = (struct pair){tw_json_get(node, a), tw_json_get(node, b)};
    for (const struct tw_json_node *m = tw_json_first(node); m != NULL; m = m->next) {
        if (m == ret->a || m == ret->b) continue;
        TW_IGNORE(tw_fail(&fault, TW_NOTFOUND, "\"%.*s\" is no member here; %s and %s are",
                          TW_STR_FIRST(m->key, 40), a, b));
        wrong(r, m, &fault);
        return false;
    }
    return true;
}

/* An amount with more decimals than its currency would be rounded, which nobody asked for. */
static void read_money(struct reading *r, enum tw_element e, const struct tw_json_node *node, void *object)
{
    struct tw_fault fault = {0};
    struct pair p;
    struct tw_str amount, currency;
    struct tw_dec given;
    if (node->kind != TW_JSON_OBJECT) {
        not_so(r, node, "money is written {\"amount\": \"12.34\", \"currency\": \"GBP\"}");
        return;
    }
    if (!pair_of(r, node, "amount", "currency", &p)) return;
    if (p.a == NULL) {
        TW_IGNORE(
            tw_fail(&fault, TW_FORMAT, "the amount is missing; leave the member out where there is none"));
        wrong(r, node, &fault);
        return;
    }
    if (!text_of(r, p.a, false, "an amount is written as text, \"12.34\", so that no digit is lost",
                 &amount) ||
        !set(r, e, p.a, amount, object) || p.b == NULL)
        return;
    if (!text_of(r, p.b, false, "a currency is a text such as \"GBP\"", &currency) ||
        !set(r, tw_element_partner(e), p.b, currency, object))
        return;
    struct tw_money money;
    memcpy(&money, (const char *)object + tw_element_row(e)->offset, sizeof money);
    if (tw_dec_parse(tw_str_trim(amount), &given, NULL) == TW_OK &&
        tw_dec_cmp(given, tw_money_dec(money)) == 0)
        return;
    TW_IGNORE(tw_fail(&fault, TW_RANGE, "\"%.*s\" is finer than the smallest coin of %.3s; round it",
                      TW_STR_FIRST(amount, 40), money.cur));
    wrong(r, p.a, &fault);
}

static void read_quantity(struct reading *r, enum tw_element e, const struct tw_json_node *node, void *object)
{
    struct pair p;
    struct tw_str text;
    if (node->kind != TW_JSON_OBJECT || node->n == 0) {
        not_so(r, node, "a quantity is written {\"unit\": \"KGM\", \"value\": \"12.5\"}");
        return;
    }
    if (!pair_of(r, node, "unit", "value", &p)) return;
    if (p.a != NULL && text_of(r, p.a, false, "a unit is a text such as \"KGM\"", &text) &&
        !set(r, tw_element_partner(e), p.a, text, object))
        return;
    if (p.b != NULL &&
        text_of(r, p.b, false, "a number is written as text here, \"12.5\", so that no digit is lost", &text))
        (void)set(r, e, p.b, text, object);
}

static void read_element(struct reading *r, enum tw_element e, const struct tw_json_node *node, void *object)
{
    const bool raw = tw_element_row(e)->level == TW_LEVEL_EXTRA;
    const enum json_form form = json_form_of(e);
    struct tw_str text;
    if (form == JSON_FORM_MONEY) {
        read_money(r, e, node, object);
    } else if (form == JSON_FORM_QUANTITY) {
        read_quantity(r, e, node, object);
    } else if (form == JSON_FORM_WHOLE) {
        if (node->kind == TW_JSON_NUMBER)
            (void)set(r, e, node, node->text, object);
        else
            not_so(r, node, "a whole number without quotes is wanted");
    } else if (text_of(r, node, raw,
                       form == JSON_FORM_DECIMAL
                           ? "a number is written as text here, \"12.5\", so that no digit is lost"
                           : "a text in quotes is wanted",
                       &text)) {
        (void)set(r, e, node, text, object);
    }
}

static void read_members(struct reading *r, struct place at, const struct tw_json_node *node);

/* NOLINTNEXTLINE(misc-no-recursion): as deep as lists are in lists, three levels */
static void read_list(struct reading *r, const struct tw_list_row *row, const struct tw_json_node *node,
                      void *owner)
{
    const size_t size = tw_level_size(row->level);
    struct tw_fault fault = {0};
    struct tw_list list = {NULL, 0};
    if (node->kind != TW_JSON_ARRAY) {
        not_so(r, node, "an array [...] of objects is wanted");
        return;
    }
    if (json_form_limit(row->level) > 0 && node->n > r->items_max) {
        TW_IGNORE(tw_fail(&fault, TW_LIMIT, "a %s has up to %u items; this one has %u", r->what, r->items_max,
                          node->n));
        wrong(r, node, &fault);
        return;
    }
    if (node->n == 0) return;
    list.at = tw_arena_array(r->arena, node->n, size);
    if (list.at == NULL) {
        no_room(r, node);
        return;
    }
    for (const struct tw_json_node *m = tw_json_first(node); m != NULL && !r->stop; m = m->next) {
        void *object = (char *)list.at + size * list.n++;
        tw_level_init(row->level, object);
        if (m->kind == TW_JSON_OBJECT)
            read_members(r, (struct place){row->level, object, {NULL, 0}}, m);
        else
            not_so(r, m, "an object {...} is wanted");
    }
    tw_list_set(row, owner, list);
}

/* What a member of that name is. */
struct meaning {
    enum { UNKNOWN, GROUP, MEMBER } kind;
    struct json_member member;
    struct tw_str near; /* UNKNOWN: the name that was probably meant; may be absent */
};

/* The name that is near one that is not known. */
static struct tw_str near_of(enum tw_level level, struct tw_str group, struct tw_str key)
{
    struct tw_str ret = {NULL, 0};
    struct json_members members = json_members_of(level);
    struct json_member m;
    unsigned best = TW_NEAR_FAR;
    while (json_members_next(&members, &m)) {
        const bool here = tw_str_eq(m.group, group);
        if (!here && group.n > 0) continue;
        if (tw_near_better(key, here ? m.key : m.group, &best)) ret = here ? m.key : m.group;
    }
    return ret;
}

/* The first of those that are left; UNKNOWN where it is none of them. */
static struct meaning find_on(struct json_members *members, struct tw_str group, struct tw_str key)
{
    struct json_member m;
    while (json_members_next(members, &m)) {
        if (!tw_str_eq(m.group, group)) {
            if (group.n == 0 && tw_str_eq(m.group, key)) return (struct meaning){.kind = GROUP};
        } else if (tw_str_eq(m.key, key)) {
            return (struct meaning){.kind = MEMBER, .member = m};
        }
    }
    return (struct meaning){.kind = UNKNOWN};
}

/* Members mostly stand in their order, so it is looked for behind the one before, then among all. */
static struct meaning find(struct json_members *members, struct tw_str group, struct tw_str key)
{
    struct meaning ret = find_on(members, group, key);
    if (ret.kind != UNKNOWN) return ret;
    *members = json_members_of(members->level);
    ret = find_on(members, group, key);
    if (ret.kind == UNKNOWN) ret.near = near_of(members->level, group, key);
    return ret;
}

static void unknown(struct reading *r, const struct meaning *is, const struct tw_json_node *node)
{
    struct tw_fault fault = {0};
    if (is->near.n > 0)
        TW_IGNORE(tw_fail(&fault, TW_NOTFOUND, "\"%.*s\" is no member here; is %.*s meant?",
                          TW_STR_FIRST(node->key, 40), TW_STR_FIRST(is->near, 40)));
    else
        TW_IGNORE(tw_fail(&fault, TW_NOTFOUND,
                          "\"%.*s\" is no member here; take it out, or put what it says into extra",
                          TW_STR_FIRST(node->key, 40)));
    wrong(r, node, &fault);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as lists are in lists, three levels */
static void read_members(struct reading *r, struct place at, const struct tw_json_node *node)
{
    struct json_members members = json_members_of(at.level);
    for (const struct tw_json_node *m = tw_json_first(node); m != NULL && !r->stop; m = m->next) {
        const struct meaning is = find(&members, at.group, m->key);
        if (is.kind == UNKNOWN)
            unknown(r, &is, m);
        else if (is.kind == MEMBER && is.member.list != NULL)
            read_list(r, is.member.list, m, at.object);
        else if (is.kind == MEMBER)
            read_element(r, is.member.element, m, at.object);
        else if (m->kind == TW_JSON_OBJECT)
            read_members(r, (struct place){at.level, at.object, m->key}, m);
        else
            not_so(r, m, "an object {...} is wanted");
    }
}

static const char *object_words(enum tw_level level)
{
    if (level == TW_LEVEL_DECL) return "a declaration is an object {...}";
    return level == TW_LEVEL_MANIFEST ? "a manifest is an object {...}" : "a notification is an object {...}";
}

/* `ret` is where the object is to be found; NULL: there was no room for one. */
static tw_err read_object(enum tw_level level, const struct tw_json_node *node, struct reading *r, void *ret,
                          struct tw_fault *fault)
{
    r->what = tw_level_words(level);
    if (r->items_max == 0) r->items_max = TW_ITEMS_MAX;
    if (ret == NULL) {
        no_room(r, node);
    } else {
        tw_level_init(level, ret);
        if (node->kind != TW_JSON_OBJECT) r->told = NULL; /* nothing of it can be handed out */
        if (node->kind == TW_JSON_OBJECT)
            read_members(r, (struct place){level, ret, {NULL, 0}}, node);
        else
            not_so(r, node, object_words(level));
    }
    if (r->first.code != TW_OK && fault != NULL) *fault = r->first;
    return r->first.code;
}

tw_err tw_json_read_decl(const struct tw_json_node *node, uint32_t items_max, const struct tw_json_told *told,
                         struct tw_arena *arena, struct tw_decl **ret, struct tw_fault *fault)
{
    struct reading r = {.told = told, .arena = arena, .items_max = items_max};
    struct tw_decl *decl = tw_arena_alloc(arena, sizeof *decl);
    TW_TRY(read_object(TW_LEVEL_DECL, node, &r, decl, fault));
    *ret = decl;
    return TW_OK;
}

tw_err tw_json_read_manifest(const struct tw_json_node *node, const struct tw_json_told *told,
                             struct tw_arena *arena, struct tw_manifest **ret, struct tw_fault *fault)
{
    struct reading r = {.told = told, .arena = arena};
    struct tw_manifest *m = tw_arena_alloc(arena, sizeof *m);
    TW_TRY(read_object(TW_LEVEL_MANIFEST, node, &r, m, fault));
    *ret = m;
    return TW_OK;
}

/* Does extra say where the answer stood that the notification was read from? */
static bool has_answer(const struct tw_notification *n)
{
    size_t i = 0;
    while (i < n->extra.n && !tw_notification_is_place(n->extra.at[i].path)) i++;
    return i < n->extra.n;
}

tw_err tw_json_read_notification(const struct tw_json_node *node, const struct tw_json_told *told,
                                 struct tw_arena *arena, struct tw_notification **ret, struct tw_fault *fault)
{
    struct reading r = {.told = told, .arena = arena};
    struct tw_notification *n = tw_arena_alloc(arena, sizeof *n);
    TW_TRY(read_object(TW_LEVEL_NOTIFICATION, node, &r, n, fault));
    if (n->code == TW_NOTICE_N && !has_answer(n) && tw_json_get(node, "code") == NULL) {
        struct tw_fault none = {0};
        TW_IGNORE(
            tw_fail(&none, TW_FORMAT, "the code is missing, which says what has come to pass: DMSACC ..."));
        wrong(&r, node, &none);
        if (told == NULL && fault != NULL) *fault = none;
        if (told == NULL) return none.code;
    }
    *ret = n;
    return TW_OK;
}

/* The same, asked of `extra` before it is known what the text is. */
static bool names_answer(const struct tw_json_node *extra)
{
    if (extra == NULL || extra->kind != TW_JSON_ARRAY) return false;
    for (const struct tw_json_node *m = tw_json_first(extra); m != NULL; m = m->next) {
        const struct tw_json_node *path = tw_json_get(m, "path");
        if (path != NULL && path->kind == TW_JSON_TEXT && tw_notification_is_place(path->text)) return true;
    }
    return false;
}

enum tw_level tw_json_level(const struct tw_json_node *node)
{
    const struct tw_str top = TW_STR("");
    struct json_members in_decl = json_members_of(TW_LEVEL_DECL),
                        in_notification = json_members_of(TW_LEVEL_NOTIFICATION);
    uint32_t of_decl = 0, of_notification = 0;
    if (node->kind != TW_JSON_OBJECT) return TW_LEVEL_N;
    for (const struct tw_json_node *m = tw_json_first(node); m != NULL; m = m->next) {
        of_decl += find(&in_decl, top, m->key).kind != UNKNOWN;
        of_notification += find(&in_notification, top, m->key).kind != UNKNOWN;
    }
    if (of_decl == 0 && of_notification == 0) return TW_LEVEL_N;
    if (of_decl != of_notification) return of_decl > of_notification ? TW_LEVEL_DECL : TW_LEVEL_NOTIFICATION;
    return names_answer(tw_json_get(node, "extra")) ? TW_LEVEL_NOTIFICATION : TW_LEVEL_DECL;
}
