/* SPDX-License-Identifier: Apache-2.0 */
/* message/edi_house.h -- for tests that write records as messages and read them again. */
#ifndef TW_TESTS_EDI_HOUSE_H
#define TW_TESTS_EDI_HOUSE_H

#include "edi_record.h"
#include "message/edifact_compose.h"

static const struct tw_edi_ends ends = {TW_STR("GB1"), TW_STR("CUSTOMS"), 1764000000};

struct house {
    struct tw_arena *arena, *again;
    struct tw_edi_writer *writer;
    struct tw_buf out, want, have;
    struct tw_edi_written written;
    struct tw_edi_reading reading;
    struct tw_fault fault;
};

static inline void house_close(struct house *h)
{
    tw_arena_free(h->arena);
    tw_arena_free(h->again);
    tw_edi_writer_free(h->writer);
    tw_buf_free(&h->out);
    tw_buf_free(&h->want);
    tw_buf_free(&h->have);
}

#define HOUSE __attribute__((cleanup(house_close))) struct house

static inline void house_open(struct house *h)
{
    *h = (struct house){.arena = NULL};
    CHECK(tw_arena_new(64 << 20, &h->arena) == TW_OK && tw_arena_new(64 << 20, &h->again) == TW_OK);
    CHECK(tw_edi_writer_new(&h->writer, NULL) == TW_OK);
}

static inline tw_err compose(struct house *h, enum tw_edi_message m, const void *record)
{
    tw_buf_clear(&h->out);
    memset(&h->fault, 0, sizeof h->fault);
    const struct tw_edi_order order = {m, record, ends};
    return tw_edi_compose(h->writer, &order, h->arena, &h->out, &h->written, &h->fault);
}

/* A value that an element of that type takes and no other has; `n` counts. */
static inline void value_of(enum tw_element e, unsigned n, struct tw_buf *out)
{
    const struct tw_element_row *row = tw_element_row(e);
    static const char *const boxes[] = {"CSQU3054383", "TCLU5546482"};
    if (e == TW_ELEMENT_CONTAINER__ID) {
        tw_buf_text(out, boxes[n / 2 % 2]);
        return;
    }
    if (e == TW_ELEMENT_LOADING_PLACE || e == TW_ELEMENT_ARRIVAL_PLACE) {
        tw_buf_text(out, "NLRTM");
        return;
    }
    switch ((int)row->type) {
    case TW_TYPE_HS:
        tw_buf_printf(out, "%06u", 100000 + n);
        return;
    case TW_TYPE_COUNTRY:
        tw_buf_text(out, n % 2 > 0 ? "DE" : "CN");
        return;
    case TW_TYPE_TIME:
        tw_buf_printf(out, "2026-%02u-%02uT10:%02u:%02uZ", 1 + n % 12, 1 + n % 28, n % 60, n % 2 * 7);
        return;
    case TW_TYPE_COUNT:
    case TW_TYPE_NUMBER:
        tw_buf_printf(out, "%u", 1 + n);
        return;
    case TW_TYPE_DEC:
    case TW_TYPE_MASS:
        tw_buf_printf(out, "%u.25", 1 + n);
        return;
    case TW_TYPE_AMOUNT:
        tw_buf_printf(out, "%u.50", 1 + n);
        return;
    case TW_TYPE_CURRENCY:
        tw_buf_text(out, n % 2 > 0 ? "EUR" : "USD");
        return;
    case TW_TYPE_UNIT:
        tw_buf_text(out, n % 2 > 0 ? "LTR" : "NAR");
        return;
    case TW_TYPE_NOTICE:
        tw_buf_text(out, tw_notice_vocabulary()->at[n % TW_NOTICE_N].code);
        return;
    default:
        tw_buf_printf(out, "%u", n % 1000);
    }
}

/* Fills an object with a value in every element, and each of its lists with `many` such objects. */
static inline void fill(struct tw_arena *arena, enum tw_level level, void *object, size_t many, unsigned *n)
{
    for (int e = 0; e < TW_ELEMENT_END; e++) {
        TW_SCOPED_BUF text = {0};
        struct tw_str kept;
        if (e == TW_ELEMENT_N) continue;
        const struct tw_element_row *row = tw_element_row((enum tw_element)e);
        if (row->level != level || row->type == TW_TYPE_CONTAINERS) continue;
        value_of((enum tw_element)e, ++*n, &text);
        if (row->type == TW_TYPE_BILL) {
            tw_buf_clear(&text);
            tw_buf_text(&text, "house");
        }
        if (e == TW_ELEMENT_CONSIGNMENT__BILL_TYPE) {
            tw_buf_clear(&text);
            tw_buf_text(&text, "HWB");
        }
        CHECK(tw_str_dup(arena, tw_buf_view(&text), &kept) == TW_OK);
        struct tw_fault fault = {0};
        const tw_err err = tw_element_set((enum tw_element)e, kept, arena, object, &fault);
        if (err != TW_OK) printf("# %s: %s\n", row->name, fault.note);
        CHECK(err == TW_OK);
    }
    for (size_t i = 0; i < edi_lists_n; i++) {
        const struct edi_has *has = &edi_lists[i];
        const size_t size = tw_level_size(has->level);
        if (has->owner != level) continue;
        struct edi_list *list = edi_list_in(has, object);
        list->at = tw_arena_array(arena, many, size);
        list->n = many;
        CHECK(list->at != NULL);
        for (size_t k = 0; k < many; k++) {
            tw_level_init(has->level, (char *)list->at + k * size);
            fill(arena, has->level, (char *)list->at + k * size, many, n);
        }
    }
}

/* What was written is read again and is the declaration, but for what is not there any more. */
static inline void comes_back(struct house *h, const struct tw_decl *d)
{
    tw_buf_clear(&h->want);
    tw_buf_clear(&h->have);
    tw_arena_reset(h->again);
    memset(&h->fault, 0, sizeof h->fault);
    const tw_err err = read_record(tw_buf_view(&h->out), 0, h->again, &h->reading, &h->fault);
    if (err != TW_OK) printf("# %s: %s\n", tw_err_name(err), h->fault.note);
    CHECK(err == TW_OK && h->reading.decl != NULL);
    const struct tw_decl *back = h->reading.decl;
    say_tree(&h->want, 0, TW_LEVEL_DECL, d);
    say_tree(&h->have, 0, TW_LEVEL_DECL, back);
    for (size_t i = 0; i < h->reading.told_n; i++) /* numbers that fail their check are taken as they are */
        if (h->reading.told[i].flaw < TW_EDI_FLAW_CONTAINER) say_told(&h->have, &h->reading);
    say_extra(&h->have, 0, back->extra.at, back->extra.n);
    for (size_t i = 0; i < back->items.n; i++)
        say_extra(&h->have, 0, back->items.at[i].extra.at, back->items.at[i].extra.n);
    if (!tw_str_eq(tw_buf_view(&h->want), tw_buf_view(&h->have)))
        printf("# wanted\n%.*s# have\n%.*s# by %.*s\n", TW_STR_ARG(tw_buf_view(&h->want)),
               TW_STR_ARG(tw_buf_view(&h->have)), TW_STR_ARG(tw_buf_view(&h->out)));
    CHECK(tw_str_eq(tw_buf_view(&h->want), tw_buf_view(&h->have)));
}

static inline void goes_there_and_back(struct house *h, const struct tw_decl *d)
{
    const tw_err err = compose(h, TW_EDI_CUSDEC, d);
    if (err != TW_OK) printf("# %s %s: %s\n", tw_err_name(err), h->fault.path, h->fault.note);
    CHECK(err == TW_OK);
    comes_back(h, d);
}

/* Takes away what CUSDEC has no place for. */
static inline void forget(struct tw_decl *d)
{
    memset(&d->amendments, 0, sizeof d->amendments);
    for (size_t i = 0; i < d->documents.n; i++) {
        memset(&d->documents.at[i].written_off, 0, sizeof d->documents.at[i].written_off);
        memset(&d->documents.at[i].written_off_amount, 0, sizeof d->documents.at[i].written_off_amount);
    }
    for (size_t i = 0; i < d->items.n; i++) {
        struct tw_item *item = &d->items.at[i];
        for (size_t k = 0; k < item->documents.n; k++) {
            struct tw_document *doc = &item->documents.at[k];
            memset(&doc->written_off, 0, sizeof doc->written_off);
            memset(&doc->written_off_amount, 0, sizeof doc->written_off_amount);
        }
        for (size_t k = 0; k < item->duties.n; k++) {
            memset(&item->duties.at[k].base_amount, 0, sizeof item->duties.at[k].base_amount);
            memset(&item->duties.at[k].deducted, 0, sizeof item->duties.at[k].deducted);
        }
    }
}

#endif
