/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/copy.h"

#include "check.h"
#include "decl/element.h"
#include "fault.h"

enum { ROOM = 1 << 16 };

static char source[ROOM]; /* what the original's texts point into */
static size_t used;

static struct tw_str text(const char *words, int number)
{
    size_t n = (size_t)snprintf(source + used, ROOM - used, "%s %d", words, number);
    struct tw_str s = {source + used, n};
    used += n;
    return s;
}

/* Puts a text of its own into every member of `object` that is one. */
static void fill(enum tw_level level, void *object)
{
    tw_level_init(level, object);
    for (int e = 0; e < TW_ELEMENT_END; e++) {
        if (e == TW_ELEMENT_N) continue;
        const struct tw_element_row *row = tw_element_row((enum tw_element)e);
        if (row->level != level) continue;
        if (row->type == TW_TYPE_TEXT || row->type == TW_TYPE_CODE || row->type == TW_TYPE_HS ||
            row->type == TW_TYPE_COUNTRY || row->type == TW_TYPE_UNIT)
            *(struct tw_str *)(void *)((char *)object + row->offset) = text(row->name, e);
    }
}

static struct tw_extra extra(int k)
{
    return (struct tw_extra){text("path", k), (uint32_t)k, text("value", k), text("attributes", k)};
}

static struct tw_decl decl;
static struct tw_item item[2];
static struct tw_extra extras[2];
static struct tw_document document;
static struct tw_previous_document previous;
static struct tw_authorisation authorisation;
static struct tw_guarantee guarantee;
static struct tw_container container;
static struct tw_package package;
static struct tw_duty_line duty;
static struct tw_charge charge;
static struct tw_statement statement;
static struct tw_fiscal_party party;
static struct tw_amendment amendment;
static struct tw_pointer pointer;

#define ONE(list, object)                                                                                    \
    do {                                                                                                     \
        (list).at = &(object);                                                                               \
        (list).n = 1;                                                                                        \
    } while (0)

static void build(void)
{
    used = 0;
    fill(TW_LEVEL_DECL, &decl);
    fill(TW_LEVEL_ITEM, &item[0]);
    fill(TW_LEVEL_ITEM, &item[1]);
    fill(TW_LEVEL_DOCUMENT, &document);
    fill(TW_LEVEL_PREVIOUS_DOCUMENT, &previous);
    fill(TW_LEVEL_AUTHORISATION, &authorisation);
    fill(TW_LEVEL_GUARANTEE, &guarantee);
    fill(TW_LEVEL_CONTAINER, &container);
    fill(TW_LEVEL_PACKAGE, &package);
    fill(TW_LEVEL_DUTY, &duty);
    fill(TW_LEVEL_CHARGE, &charge);
    fill(TW_LEVEL_STATEMENT, &statement);
    fill(TW_LEVEL_FISCAL_PARTY, &party);
    fill(TW_LEVEL_AMENDMENT, &amendment);
    fill(TW_LEVEL_POINTER, &pointer);
    ONE(amendment.pointers, pointer);
    for (int k = 0; k < 2; k++) extras[k] = extra(k);
    decl.lodged_at = 1700000000;
    item[1].number = 7;
    item[1].net_mass_kg = (struct tw_dec){1250, 3, true};
    decl.items.at = item;
    decl.items.n = 2;
    decl.extra.at = extras;
    decl.extra.n = 2;
    ONE(decl.authorisations, authorisation);
    ONE(decl.guarantees, guarantee);
    ONE(decl.documents, document);
    ONE(decl.previous_documents, previous);
    ONE(decl.containers, container);
    ONE(decl.charges, charge);
    ONE(decl.statements, statement);
    ONE(decl.fiscal_parties, party);
    ONE(decl.amendments, amendment);
    ONE(item[1].packages, package);
    ONE(item[1].documents, document);
    ONE(item[1].previous_documents, previous);
    ONE(item[1].containers, container);
    ONE(item[1].duties, duty);
    ONE(item[1].charges, charge);
    ONE(item[1].statements, statement);
    ONE(item[1].fiscal_parties, party);
    ONE(item[1].extra, extras[1]);
}

/* Does any word of the object point into what the original was read from? */
static bool points_back(const void *object, size_t size)
{
    for (size_t at = 0; at + sizeof(uintptr_t) <= size; at += sizeof(uintptr_t)) {
        uintptr_t word;
        memcpy(&word, (const char *)object + at, sizeof word);
        if (word >= (uintptr_t)source && word < (uintptr_t)(source + ROOM)) return true;
    }
    return false;
}

static bool alike(enum tw_level level, const void *a, const void *b)
{
    for (int e = 0; e < TW_ELEMENT_END; e++) {
        if (e == TW_ELEMENT_N || tw_element_row((enum tw_element)e)->level != level) continue;
        TW_SCOPED_BUF x = {0};
        TW_SCOPED_BUF y = {0};
        tw_element_print((enum tw_element)e, a, &x);
        tw_element_print((enum tw_element)e, b, &y);
        if (!tw_str_eq(tw_buf_view(&x), tw_buf_view(&y))) return false;
    }
    return !points_back(b, tw_level_size(level));
}

#define ALIKE(level, a, b)                                                                                   \
    CHECK((a).n == 1 && (b).n == 1 && (a).at != (b).at && alike(TW_LEVEL_##level, (a).at, (b).at))

static void copies_everything_and_points_nowhere_else(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_decl *c = NULL;
    build();
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_decl_copy(&decl, arena, &c) == TW_OK);
    CHECK(alike(TW_LEVEL_DECL, &decl, c) && c->lodged_at == 1700000000);
    CHECK(c->items.n == 2 && c->items.at != item && alike(TW_LEVEL_ITEM, &item[0], &c->items.at[0]));
    const struct tw_item *i = &c->items.at[1];
    CHECK(alike(TW_LEVEL_ITEM, &item[1], i) && i->number == 7 && i->net_mass_kg.v == 1250);
    ALIKE(AUTHORISATION, decl.authorisations, c->authorisations);
    ALIKE(GUARANTEE, decl.guarantees, c->guarantees);
    ALIKE(DOCUMENT, decl.documents, c->documents);
    ALIKE(PREVIOUS_DOCUMENT, decl.previous_documents, c->previous_documents);
    ALIKE(CONTAINER, decl.containers, c->containers);
    ALIKE(CHARGE, decl.charges, c->charges);
    ALIKE(STATEMENT, decl.statements, c->statements);
    ALIKE(FISCAL_PARTY, decl.fiscal_parties, c->fiscal_parties);
    ALIKE(AMENDMENT, decl.amendments, c->amendments);
    ALIKE(POINTER, amendment.pointers, c->amendments.at[0].pointers);
    ALIKE(PACKAGE, item[1].packages, i->packages);
    ALIKE(DOCUMENT, item[1].documents, i->documents);
    ALIKE(PREVIOUS_DOCUMENT, item[1].previous_documents, i->previous_documents);
    ALIKE(CONTAINER, item[1].containers, i->containers);
    ALIKE(DUTY, item[1].duties, i->duties);
    ALIKE(CHARGE, item[1].charges, i->charges);
    ALIKE(STATEMENT, item[1].statements, i->statements);
    ALIKE(FISCAL_PARTY, item[1].fiscal_parties, i->fiscal_parties);
    CHECK(c->extra.n == 2 && !points_back(c->extra.at, 2 * sizeof *c->extra.at));
    CHECK(tw_str_eq(c->extra.at[1].value, extras[1].value) && i->extra.n == 1);
    CHECK(!points_back(i->extra.at, sizeof *i->extra.at) && i->extra.at[0].sequence == 1);
}

static void an_empty_declaration_stays_empty(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_decl empty, *c = NULL;
    tw_decl_init(&empty);
    empty.id = (struct tw_str){source, 0}; /* absent, but points somewhere */
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_decl_copy(&empty, arena, &c) == TW_OK);
    CHECK(c->items.n == 0 && c->items.at == NULL && c->extra.at == NULL && c->id.s == NULL);
}

static tw_err copy_once(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_decl *c = NULL;
    TW_TRY(tw_arena_new(1 << 20, &arena));
    tw_err err = tw_decl_copy(&decl, arena, &c);
    CHECK((err == TW_OK) == (c != NULL));
    return err;
}

static void a_failed_allocation_leaves_the_result_alone(void)
{
    build();
    CHECK(fault_each_allocation(copy_once) > 1);
}

int main(void)
{
    RUN(copies_everything_and_points_nowhere_else);
    RUN(an_empty_declaration_stays_empty);
    RUN(a_failed_allocation_leaves_the_result_alone);
    return DONE();
}
