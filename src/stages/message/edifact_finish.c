/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "decl/money.h"
#include "message/edifact_read_priv.h"

/* -- a manifest */

static struct tw_str seal_of(const struct tw_manifest *m, const struct tw_intern *known, struct tw_str id)
{
    const uint32_t k = tw_intern_find(known, id);
    return k < m->containers.n ? m->containers.at[k].seal : (struct tw_str){NULL, 0};
}

/* The containers of a consignment are those of its goods, each once. */
static tw_err gather(struct tw_edi_reader *r, const struct tw_intern *known, struct tw_consignment *c)
{
    TW_SCOPED(tw_intern) *mine = NULL;
    TW_TRY(tw_intern_new(&mine));
    for (size_t i = 0; i < c->items.n; i++) {
        for (size_t k = 0; k < c->items.at[i].containers.n; k++) {
            struct tw_container *box = &c->items.at[i].containers.at[k];
            uint32_t number;
            box->seal = seal_of(r->out.manifest, known, box->id);
            TW_TRY(tw_intern_put(mine, box->id, &number));
            if (number < c->containers.n) continue;
            struct tw_container *more =
                edi_list_grow(r->arena, (struct edi_list *)(void *)&c->containers, sizeof *more);
            if (more == NULL) return TW_NOMEM;
            *more = *box;
        }
    }
    return TW_OK;
}

enum tw_bill edi_bill_kind(struct tw_str qualifier)
{
    if (tw_str_is(qualifier, "BH") || tw_str_is(qualifier, "HWB")) return TW_BILL_HOUSE;
    if (tw_str_is(qualifier, "MB") || tw_str_is(qualifier, "MWB")) return TW_BILL_MASTER;
    return TW_BILL_N;
}

static tw_err finish_manifest(struct tw_edi_reader *r)
{
    struct tw_manifest *m = r->out.manifest;
    TW_SCOPED(tw_intern) *known = NULL;
    TW_TRY(tw_intern_new(&known));
    for (size_t i = 0; i < m->containers.n; i++) {
        /* one that is there twice keeps the number of the list, not its id's */
        char place[32];
        struct tw_buf other = tw_buf_in(place, sizeof place);
        uint32_t number;
        const bool twice = tw_intern_find(known, m->containers.at[i].id) != TW_MAP_NONE;
        tw_buf_printf(&other, "\n%zu", i);
        TW_TRY(tw_intern_put(known, twice ? tw_buf_view(&other) : m->containers.at[i].id, &number));
    }
    for (size_t i = 0; i < m->consignments.n; i++) {
        struct tw_consignment *c = &m->consignments.at[i];
        c->kind = edi_bill_kind(c->bill_type);
        if (c->bill.n == 0) c->bill = c->master;
        if (tw_str_eq(c->bill, c->master)) c->master = (struct tw_str){NULL, 0};
        TW_TRY(gather(r, known, c));
    }
    return TW_OK;
}

/* -- a declaration */

void edi_item_derive(struct tw_item *item)
{
    const struct tw_package *first = item->packages.at;
    if (item->packages.n > 0 && item->package_type.n == 0) item->package_type = first->type;
    if (item->packages.n > 0 && item->package_count < 0) {
        int64_t sum = 0;
        for (size_t i = 0; i < item->packages.n && sum >= 0; i++)
            if (first[i].count < 0 || __builtin_add_overflow(sum, first[i].count, &sum)) sum = -1;
        item->package_count = sum;
    }
    for (size_t i = 0; i < item->duties.n; i++) {
        if (!tw_str_is(item->duties.at[i].type, "A00")) continue; /* the customs duty */
        if (!item->duty_rate.set) item->duty_rate = item->duties.at[i].rate;
        if (!tw_money_set(item->duty_amount)) item->duty_amount = item->duties.at[i].assessed;
        break;
    }
}

static void finish_decl(struct tw_decl *d)
{
    if (d->id.n == 0) d->id = d->mrn.n > 0 ? d->mrn : d->lrn;
    for (size_t i = 0; i < d->items.n; i++) edi_item_derive(&d->items.at[i]);
}

/* -- a report of container events */

/* What an event does not say itself is what its report says of all. */
static void inherit(struct tw_movement *m, const struct tw_movement *head)
{
    m->event = head->event;
    m->timing = TW_TIMING_ACTUAL; /* a report is of what was done */
    m->means = head->means;
    m->voyage = head->voyage;
    m->source = head->source;
    if (m->place.n > 0 || m->facility.n > 0) return;
    m->place = head->place;
    m->facility = head->facility;
}

static tw_err finish_report(struct tw_edi_reader *r)
{
    struct tw_edi_report *report = r->out.report;
    struct tw_movement *at = (struct tw_movement *)report->movements.at;
    for (size_t i = 0; i < report->movements.n; i++) {
        inherit(&at[i], &report->head);
        if (report->head.id.n == 0) continue;
        tw_buf_clear(&r->text);
        tw_buf_str(&r->text, report->head.id);
        tw_buf_printf(&r->text, "/%zu", i + 1);
        if (r->text.failed) return TW_NOMEM;
        TW_TRY(tw_str_dup(r->arena, tw_buf_view(&r->text), &at[i].id));
    }
    return TW_OK;
}

tw_err edi_finish(struct tw_edi_reader *r)
{
    if (r->out.decl != NULL) finish_decl(r->out.decl);
    if (r->out.report != NULL) return finish_report(r);
    return r->out.manifest != NULL ? finish_manifest(r) : TW_OK;
}
