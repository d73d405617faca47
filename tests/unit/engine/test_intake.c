/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of a declaration is the same, whether it is read back from the record or was handed on. */
#include "../message/json_full.h"
#include "decl/copy.h"
#include "decl/element.h"
#include "house.h"

enum { OBJECT_BYTES = 4096 };

static bool is_text(enum tw_type type)
{
    return type == TW_TYPE_TEXT || type == TW_TYPE_CODE || type == TW_TYPE_HS || type == TW_TYPE_COUNTRY ||
           type == TW_TYPE_UNIT;
}

/* Takes a text or list out of two objects, so that the rest can be compared byte by byte. */
static void blank(char *a, char *b, size_t at, size_t n)
{
    memset(a + at, 0, n);
    memset(b + at, 0, n);
}

static void same_texts(enum tw_level level, char *a, char *b)
{
    const bool flat = level == TW_LEVEL_DECL || level == TW_LEVEL_ITEM;
    for (int e = flat ? 0 : TW_ELEMENT_N + 1; e < (flat ? TW_ELEMENT_N : TW_ELEMENT_END); e++) {
        const struct tw_element_row *row = tw_element_row((enum tw_element)e);
        struct tw_str x, y;
        if (row->level != level || !is_text(row->type)) continue;
        memcpy(&x, a + row->offset, sizeof x);
        memcpy(&y, b + row->offset, sizeof y);
        if (!tw_str_eq(x, y)) fprintf(stderr, "%s differs\n", row->name);
        CHECK(tw_str_eq(x, y));
        blank(a, b, row->offset, sizeof x);
    }
}

/* Every byte is the same: all texts, numbers, times and lists, and what is said by no element. */
static void same(enum tw_level level, const void *first, const void *second)
{
    char a[OBJECT_BYTES], b[OBJECT_BYTES];
    const size_t size = tw_level_size(level);
    size_t n;
    const struct tw_list_row *row = tw_list_rows(level, &n);
    CHECK(size <= sizeof a);
    memcpy(a, first, size);
    memcpy(b, second, size);
    same_texts(level, a, b);
    for (size_t i = 0; i < n; i++) {
        const struct tw_list x = tw_list_get(&row[i], first), y = tw_list_get(&row[i], second);
        const size_t one = tw_level_size(row[i].level);
        CHECK(x.n == y.n);
        for (size_t k = 0; k < x.n; k++)
            same(row[i].level, (const char *)x.at + k * one, (const char *)y.at + k * one);
        tw_list_set(&row[i], a, (struct tw_list){NULL, 0});
        tw_list_set(&row[i], b, (struct tw_list){NULL, 0});
    }
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) fprintf(stderr, "level %d: byte %zu differs\n", (int)level, i);
        CHECK(a[i] == b[i]);
    }
}

/* Takes `d` in, once; what was handed on of it is what its row says. */
static void hands_on_what_it_keeps(struct tw_intake *in, const struct tw_decl *d, bool names)
{
    struct tw_intake_receipt r;
    struct tw_intake_kept handed, kept;
    struct tw_decl *a, *b;
    struct tw_db_decl row;
    struct tw_fault why = {0};
    CHECK(tw_station_begin(station, NULL) == TW_OK);
    const tw_err err = tw_intake_take(in, d, &r, &why);
    if (err != TW_OK) say(&why);
    CHECK(err == TW_OK && !r.known);
    CHECK(tw_intake_last(in, names, house_arena, &handed, NULL) == TW_OK && handed.decl != NULL);
    CHECK(tw_station_commit(station, NULL) == TW_OK);
    CHECK(tw_db_decl(tw_station_db(station), r.reg, r.version, house_arena, &row, NULL) == TW_OK);
    CHECK(tw_intake_keep(station, &row, names, house_arena, &kept, NULL) == TW_OK && kept.decl == NULL);
    CHECK(handed.roles == kept.roles && handed.erased == kept.erased);
    CHECK(tw_intake_restore(&handed, house_arena, &a, NULL) == TW_OK);
    CHECK(tw_intake_restore(&kept, house_arena, &b, NULL) == TW_OK);
    same(TW_LEVEL_DECL, a, b);
}

static void begin(void)
{
    house_renew();
    CHECK(make_it(NULL) == TW_OK && open_it(NULL) == TW_OK);
}

static void what_is_handed_on_is_what_is_kept(void)
{
    for (int names = 0; names < 2; names++) {
        TW_SCOPED(tw_intake) *in = NULL;
        begin();
        CHECK(tw_intake_new(station, &in, NULL) == TW_OK);
        for (size_t i = 0; i < HOUSE_DECLS; i++) hands_on_what_it_keeps(in, house_decl[i], names != 0);
    }
}

/* With something in every element, two objects in every list; then with nothing but an item. */
static void of_every_element(void)
{
    TW_SCOPED(tw_intake) *in = NULL;
    struct tw_decl *d = tw_arena_alloc(house_arena, sizeof *d);
    struct tw_item item;
    begin();
    CHECK(d != NULL && tw_intake_new(station, &in, NULL) == TW_OK);
    json_fill(TW_LEVEL_DECL, house_arena, (char *)d);
    d->version = 1;
    hands_on_what_it_keeps(in, d, false);
    d->version = 2;
    hands_on_what_it_keeps(in, d, true);
    tw_level_init(TW_LEVEL_DECL, d);
    tw_level_init(TW_LEVEL_ITEM, &item);
    d->items.at = &item;
    d->items.n = 1;
    hands_on_what_it_keeps(in, d, true);
}

int main(void)
{
    house_begin();
    RUN(what_is_handed_on_is_what_is_kept);
    RUN(of_every_element);
    house_end();
    return DONE();
}
