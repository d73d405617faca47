/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/element.h"

#include <assert.h>

#include "decl/code.h"
#include "decl/money.h"

/* level_DECL is struct tw_decl, and so on: what the tables need to find a member and to check its type. */
#define X(id, object, words) typedef object level_##id;
TW_LEVEL_TABLE(X)
#undef X
typedef TW_LIST(struct tw_container) tw_containers;
#define X(id, member, words) typedef member type_##id;
TW_TYPE_TABLE(X)
#undef X

static const struct tw_element_row rows[TW_ELEMENT_END] = {
#define X(id, name, level, type, member, reference, wco, words)                                              \
    [TW_ELEMENT_##id] = {name,                                                                               \
                         sizeof(name) - 1,                                                                   \
                         TW_LEVEL_##level,                                                                   \
                         TW_TYPE_##type,                                                                     \
                         offsetof(level_##level, member),                                                    \
                         reference,                                                                          \
                         wco,                                                                                \
                         words},
#include "decl/element.def"
    [TW_ELEMENT_N] = {"", 0, TW_LEVEL_N, TW_TYPE_N, 0, 0, "", ""},
#include "decl/record.def"
#undef X
};

/* A member that does not fit its row's type is refused by the compiler. A list has a type of its own each
 * time it is declared, so that lists are compared by size. */
#define X(id, name, level, type, member, reference, wco, words)                                              \
    _Static_assert(__builtin_types_compatible_p(__typeof__(((level_##level *)0)->member), type_##type) ||    \
                       (TW_TYPE_##type == TW_TYPE_CONTAINERS &&                                              \
                        sizeof(((level_##level *)0)->member) == sizeof(tw_containers)),                      \
                   name);
#include "decl/element.def"
#include "decl/record.def"
#undef X

/* Sorted by owner, then by name; a list of another type than its level's is refused by the compiler. */
static const struct tw_list_row lists[] = {
#define X(owner, level, member)                                                                              \
    {#member, sizeof(#member) - 1, TW_LEVEL_##owner, TW_LEVEL_##level, offsetof(level_##owner, member)},
#include "decl/list.def"
#undef X
};
#define X(owner, level, member)                                                                              \
    _Static_assert(                                                                                          \
        __builtin_types_compatible_p(__typeof__(*((level_##owner *)0)->member.at), level_##level), #member);
#include "decl/list.def"
#undef X

static const size_t level_sizes[TW_LEVEL_N] = {
#define X(id, object, words) sizeof(object),
    TW_LEVEL_TABLE(X)
#undef X
};

static const char *const level_words[TW_LEVEL_N] = {
#define X(id, object, words) words,
    TW_LEVEL_TABLE(X)
#undef X
};

static const char *const type_words[TW_TYPE_N] = {
#define X(id, member, words) words,
    TW_TYPE_TABLE(X)
#undef X
};

const struct tw_element_row *tw_element_row(enum tw_element e)
{
    assert((unsigned)e < TW_ELEMENT_END && e != TW_ELEMENT_N);
    return &rows[e];
}

size_t tw_level_size(enum tw_level level)
{
    return (unsigned)level < TW_LEVEL_N ? level_sizes[level] : 0;
}

const char *tw_level_words(enum tw_level level)
{
    return (unsigned)level < TW_LEVEL_N ? level_words[level] : "";
}

const char *tw_type_words(enum tw_type type)
{
    return (unsigned)type < TW_TYPE_N ? type_words[type] : "";
}

static struct tw_str name_of(unsigned e)
{
    return (struct tw_str){rows[e].name, rows[e].name_n};
}

/* The row of that name among lo .. hi - 1, which are sorted by name; TW_ELEMENT_N when there is none. */
static enum tw_element find(struct tw_str name, unsigned lo, unsigned hi)
{
    while (lo < hi) {
        unsigned mid = lo + (hi - lo) / 2;
        int c = tw_str_cmp(name, name_of(mid));
        if (c == 0) return (enum tw_element)mid;
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return TW_ELEMENT_N;
}

enum tw_element tw_element_find(struct tw_str name)
{
    return find(name, 0, TW_ELEMENT_N);
}

enum tw_element tw_element_find_any(struct tw_str name)
{
    enum tw_element e = find(name, 0, TW_ELEMENT_N);
    return e != TW_ELEMENT_N ? e : find(name, TW_ELEMENT_N + 1, TW_ELEMENT_END);
}

enum tw_element tw_element_partner(enum tw_element e)
{
    const enum tw_type type = rows[e].type;
    const bool half = type == TW_TYPE_CURRENCY || type == TW_TYPE_UNIT;
    const bool money = type == TW_TYPE_CURRENCY || type == TW_TYPE_AMOUNT || type == TW_TYPE_SIGNED;
    const struct tw_str behind = money ? TW_STR("_currency") : TW_STR("_unit"), own = name_of(e);
    if (!money && type != TW_TYPE_UNIT && type != TW_TYPE_DEC) return TW_ELEMENT_N;
    if (half && (own.n <= behind.n || memcmp(own.s + own.n - behind.n, behind.s, behind.n) != 0))
        return TW_ELEMENT_N;
    const struct tw_str base = {own.s, half ? own.n - behind.n : own.n}; /* which both begin with */
    for (int k = (int)e + (half ? -1 : 1); k >= 0 && k < TW_ELEMENT_END; k += half ? -1 : 1) {
        const struct tw_str other = name_of((unsigned)k);
        if (!tw_str_starts(other, base)) return TW_ELEMENT_N; /* names are sorted */
        const size_t more = other.n - base.n;
        if (rows[k].level == rows[e].level &&
            (half ? more == 0 : more == behind.n && memcmp(other.s + base.n, behind.s, more) == 0))
            return (enum tw_element)k;
    }
    return TW_ELEMENT_N;
}

struct tw_str tw_element_own_name(enum tw_element e)
{
    struct tw_str name = name_of(e);
    if (rows[e].level > TW_LEVEL_ITEM) (void)tw_str_cut(name, '.', &name);
    return name;
}

const struct tw_list_row *tw_list_rows(enum tw_level owner, size_t *ret_n)
{
    size_t from = 0, n = 0;
    while (from < sizeof lists / sizeof *lists && lists[from].owner != owner) from++;
    while (from + n < sizeof lists / sizeof *lists && lists[from + n].owner == owner) n++;
    *ret_n = n;
    return &lists[n > 0 ? from : 0];
}

struct tw_list tw_list_get(const struct tw_list_row *row, const void *owner)
{
    struct tw_list list;
    memcpy(&list, (const char *)owner + row->offset, sizeof list);
    return list;
}

void tw_list_set(const struct tw_list_row *row, void *owner, struct tw_list list)
{
    memcpy((char *)owner + row->offset, &list, sizeof list);
}

void tw_decl_init(struct tw_decl *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->lodged_at = TW_NO_TIME;
    ret->arrival_at = TW_NO_TIME;
    ret->package_total = -1;
    ret->item_total = -1;
}

void tw_item_init(struct tw_item *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->package_count = -1;
}

void tw_level_init(enum tw_level level, void *ret)
{
    memset(ret, 0, tw_level_size(level));
    for (unsigned e = 0; e < TW_ELEMENT_END; e++) {
        if (rows[e].level != level) continue;
        char *at = (char *)ret + rows[e].offset;
        const struct tw_vocabulary *v = tw_type_vocabulary(rows[e].type);
        if (rows[e].type == TW_TYPE_TIME)
            *(int64_t *)(void *)at = TW_NO_TIME;
        else if (rows[e].type == TW_TYPE_COUNT)
            *(int64_t *)(void *)at = -1;
        else if (v != NULL)
            *(unsigned *)(void *)at = (unsigned)v->n;
    }
}

const struct tw_vocabulary *tw_type_vocabulary(enum tw_type type)
{
    switch (type) {
    case TW_TYPE_BILL:
        return tw_bill_vocabulary();
    case TW_TYPE_SUBJECT:
        return tw_subject_vocabulary();
    case TW_TYPE_EVENT:
        return tw_event_vocabulary();
    case TW_TYPE_TIMING:
        return tw_timing_vocabulary();
    case TW_TYPE_CONTROL:
        return tw_control_vocabulary();
    case TW_TYPE_RESULT:
        return tw_result_vocabulary();
    case TW_TYPE_ACTION:
        return tw_action_vocabulary();
    case TW_TYPE_NOTICE:
        return tw_notice_vocabulary();
    default:
        return NULL;
    }
}

/* One amount of an object and its element. */
struct amount {
    struct tw_money *money;
    enum tw_element element;
};

/* How a declaration is settled: up to the first amount that cannot be, or all of it. */
struct settling {
    struct tw_str currency;
    struct tw_fault *fault;
    const struct tw_settle_told *told; /* NULL: the first fault ends it */
    size_t item;
};

static tw_err settle(const struct settling *s, const struct amount *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        tw_err err = tw_money_settle(at[i].money, s->currency, s->fault);
        if (err == TW_OK) continue;
        tw_element_blame(at[i].element, s->fault);
        if (s->fault != NULL) s->fault->item = s->item;
        if (s->told == NULL) return err;
        s->told->fault(s->told->to, s->fault);
    }
    return TW_OK;
}

static tw_err settle_documents(const struct settling *s, struct tw_document *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct amount one = {&at[i].written_off_amount, TW_ELEMENT_DOCUMENT__WRITTEN_OFF_AMOUNT};
        TW_TRY(settle(s, &one, 1));
    }
    return TW_OK;
}

static tw_err settle_charges(const struct settling *s, struct tw_charge *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct amount one = {&at[i].amount, TW_ELEMENT_CHARGE__AMOUNT};
        TW_TRY(settle(s, &one, 1));
    }
    return TW_OK;
}

static tw_err settle_duties(const struct settling *s, struct tw_duty_line *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct amount own[] = {{&at[i].base_amount, TW_ELEMENT_DUTY__BASE_AMOUNT},
                                     {&at[i].assessed, TW_ELEMENT_DUTY__ASSESSED},
                                     {&at[i].payable, TW_ELEMENT_DUTY__PAYABLE},
                                     {&at[i].deducted, TW_ELEMENT_DUTY__DEDUCTED}};
        TW_TRY(settle(s, own, sizeof own / sizeof own[0]));
    }
    return TW_OK;
}

static tw_err settle_item(const struct settling *s, struct tw_item *item)
{
    const struct amount own[] = {{&item->price, TW_ELEMENT_PRICE},
                                 {&item->statistical_value, TW_ELEMENT_STATISTICAL_VALUE},
                                 {&item->customs_value, TW_ELEMENT_CUSTOMS_VALUE},
                                 {&item->duty_amount, TW_ELEMENT_DUTY_AMOUNT}};
    TW_TRY(settle(s, own, sizeof own / sizeof own[0]));
    TW_TRY(settle_duties(s, item->duties.at, item->duties.n));
    TW_TRY(settle_documents(s, item->documents.at, item->documents.n));
    return settle_charges(s, item->charges.at, item->charges.n);
}

static tw_err settle_decl(struct settling *s, struct tw_decl *decl)
{
    const struct amount own[] = {{&decl->invoice_total, TW_ELEMENT_INVOICE_TOTAL},
                                 {&decl->freight, TW_ELEMENT_FREIGHT},
                                 {&decl->insurance, TW_ELEMENT_INSURANCE}};
    TW_TRY(settle(s, own, sizeof own / sizeof own[0]));
    TW_TRY(settle_documents(s, decl->documents.at, decl->documents.n));
    TW_TRY(settle_charges(s, decl->charges.at, decl->charges.n));
    for (s->item = 0; s->item < decl->items.n; s->item++) {
        struct tw_item *item = &decl->items.at[s->item];
        TW_TRY(settle_item(s, item));
        if (item->dispatch.n == 0) item->dispatch = decl->dispatch;
        if (item->destination.n == 0) item->destination = decl->destination;
    }
    return TW_OK;
}

tw_err tw_item_settle(struct tw_item *item, struct tw_str currency, struct tw_fault *fault)
{
    const struct settling s = {.currency = currency, .fault = fault};
    return settle_item(&s, item);
}

tw_err tw_decl_settle(struct tw_decl *decl, struct tw_str currency, struct tw_fault *fault)
{
    struct settling s = {.currency = currency, .fault = fault};
    return settle_decl(&s, decl);
}

void tw_decl_settle_all(struct tw_decl *decl, struct tw_str currency, const struct tw_settle_told *told)
{
    struct tw_fault fault = {0};
    struct settling s = {.currency = currency, .fault = &fault, .told = told};
    TW_IGNORE(settle_decl(&s, decl)); /* each error is told */
}
