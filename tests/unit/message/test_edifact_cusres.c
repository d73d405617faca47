/* SPDX-License-Identifier: Apache-2.0 */
/* A notification becomes CUSRES and comes back: all of it but `values` and `extra`. */
#include "decl/same.h"
#include "edi_house.h"
#include "fault.h"

static void comes_back_whole(struct house *h, const struct tw_notification *n)
{
    const tw_err err = compose(h, TW_EDI_CUSRES, n);
    if (err != TW_OK) printf("# %s %s: %s\n", tw_err_name(err), h->fault.path, h->fault.note);
    for (size_t i = 0; err == TW_OK && i < h->written.left_n; i++)
        printf("# left: %s: %s\n", h->written.left[i].path, h->written.left[i].note);
    CHECK(err == TW_OK && h->written.left_all == 0);
    tw_arena_reset(h->again);
    CHECK(read_record(tw_buf_view(&h->out), 0, h->again, &h->reading, &h->fault) == TW_OK);
    const struct tw_notification *back = h->reading.notification;
    CHECK(back != NULL);
    const size_t lost = tw_object_missing(TW_LEVEL_NOTIFICATION, n, back, NULL);
    const size_t added = tw_object_missing(TW_LEVEL_NOTIFICATION, back, n, NULL);
    say_told(&h->have, &h->reading);
    if (lost + added + h->have.n > 0)
        printf("# %zu lost, %zu added: %.*s\n%.*s\n", lost, added, TW_STR_ARG(tw_buf_view(&h->have)),
               TW_STR_ARG(tw_buf_view(&h->out)));
    CHECK(lost + added == 0 && h->reading.told_all == 0 && h->reading.held == h->reading.values);
}

static void writes(struct house *h, const struct tw_notification *n, const char *body)
{
    comes_back_whole(h, n);
    tw_buf_char(&h->out, '\0');
    const char *from = strstr(h->out.p, "BGM"), *to = strstr(h->out.p, "UNT+");
    CHECK(from != NULL && to != NULL);
    if (strncmp(from, body, (size_t)(to - from)) != 0 || strlen(body) != (size_t)(to - from))
        printf("# %.*s\n# %s\n", (int)(to - from), from, body);
    CHECK(strlen(body) == (size_t)(to - from) && strncmp(from, body, strlen(body)) == 0);
}

static void every_element_survives(void)
{
    HOUSE h;
    struct tw_notification n;
    unsigned count = 0;
    house_open(&h);
    tw_notification_init(&n);
    fill(h.arena, TW_LEVEL_NOTIFICATION, &n, 2, &count);
    CHECK(count > 150 && n.items.at[1].taxes.n == 2 && n.remarks.at[0].pointers.n == 2);
    comes_back_whole(&h, &n);
}

static void the_form_is_the_documented_one(void)
{
    HOUSE h;
    struct tw_notification n;
    struct tw_pointer place[] = {{.section = TW_STR("42A")},
                                 {.section = TW_STR("68A"), .sequence = 3, .tag = TW_STR("R144")}};
    struct tw_notified_error error[2] = {{.code = TW_STR("CDS12005")}, {.text = TW_STR("too high")}};
    struct tw_remark remark;
    struct tw_status status = {.code = TW_STR("39"), .effective_at = 1795413420, .released_at = TW_NO_TIME};
    house_open(&h);
    tw_notification_init(&n);
    tw_level_init(TW_LEVEL_REMARK, &remark);
    n.code = TW_NOTICE_REJ;
    n.id = TW_STR("N1");
    n.lrn = TW_STR("L-1");
    n.mrn = TW_STR("25GB1");
    n.version = 2;
    n.issued_at = 1795413425;
    n.appeal_office = TW_STR("GBLHR1");
    error[0].pointers.at = place;
    error[0].pointers.n = 2;
    n.errors.at = error;
    n.errors.n = 2;
    remark.code = TW_STR("A2");
    remark.type = TW_STR("CEX");
    remark.text = TW_STR("show it");
    remark.limit_at = 1795413420;
    n.remarks.at = &remark;
    n.statuses.at = &status;
    n.remarks.n = n.statuses.n = 1;
    writes(&h, &n,
           "BGM+961:::DMSREJ+N1'DTM+137:20261123055705:204'LOC+22+GBLHR1:APP'RFF+ABE:L-1'RFF+ABT:25GB1::2'"
           "ERP+:1'RFF+ZZZ:42A'RFF+ZZZ:68A:3:R144'ERC+CDS12005'ERP+:2'FTX+AAO+++too high'"
           "DOC+961:::REMARK+A2'FTX+AAI+++show it'DTM+222:202611230557:203'GIS+CEX:TYP'"
           "DOC+961:::STATUS+39'DTM+194:202611230557:203'");
}

static void taxes_stand_with_their_item(void)
{
    HOUSE h;
    struct tw_notification n;
    struct tw_tax_line tax[2] = {{.type = TW_STR("A00"),
                                  .regime = TW_STR("100"),
                                  .rate = {1000, 2, true},
                                  .base = {{200, 0, true}, TW_STR("KGM")},
                                  .base_amount = {1000, "GBP"},
                                  .assessed = {100, "GBP"}},
                                 {.type = TW_STR("B00"), .deducted = {0, "GBP"}, .payable = {220, "GBP"}}};
    struct tw_notified_item item[2] = {{.number = 1}, {.number = 2}};
    struct tw_payment payment = {.reference = TW_STR("P1"), .payable = {320, "GBP"}, .due_at = TW_NO_TIME};
    struct tw_guarantee guarantee = {.reference = TW_STR("1909241")};
    house_open(&h);
    tw_notification_init(&n);
    n.code = TW_NOTICE_TAX;
    n.bank = TW_STR("BARCGB22");
    n.account = TW_STR("GB16BARC2005");
    item[0].taxes.at = tax;
    item[0].taxes.n = 2;
    n.items.at = item;
    n.items.n = 2;
    payment.guarantees.at = &guarantee;
    n.payments.at = &payment;
    payment.guarantees.n = n.payments.n = 1;
    writes(&h, &n,
           "BGM+961:::DMSTAX'NAD+BF+BARCGB22'RFF+ADE:GB16BARC2005'DOC+961:::PAYMENT+P1'RFF+ABL:::1909241'MOA+"
           "9:3.20:GBP'"
           "DOC+965:::ITEMS'CST+1'TAX+5+A00++200+:::10.00:KGM+100'MOA+125:10.00:GBP'MOA+55:1.00:GBP'"
           "TAX+5+B00'MOA+204:0.00:GBP'MOA+161:2.20:GBP'CST+2'");
}

static void an_office_says_how_it_is_reached(void)
{
    HOUSE h;
    struct tw_notification n;
    struct tw_contact contact[2] = {{.id = TW_STR("a@example.org"), .type = TW_STR("EM")},
                                    {.id = TW_STR("+44 1")}};
    struct tw_contact_office office[2] = {{.id = TW_STR("GB1")}, {.id = TW_STR("GB2")}};
    house_open(&h);
    tw_notification_init(&n);
    n.code = TW_NOTICE_QRY;
    office[1].contacts.at = contact;
    office[1].contacts.n = 2;
    n.contact_offices.at = office;
    n.contact_offices.n = 2;
    writes(&h, &n, "BGM+961:::DMSQRY'NAD+CM+GB1'NAD+CM+GB2'CTA+IC'COM+a@example.org:EM'COM+?+44 1:ZZZ'");
}

static void what_there_is_no_place_for_is_told(void)
{
    HOUSE h;
    struct tw_notification n;
    struct tw_extra extra = {.path = TW_STR("/md:MetaData/res:Response/res:FunctionCode"),
                             .value = TW_STR("99")};
    struct tw_extra value = {.path = {"D/GoodsItemQuantity/and no more of it", 19}, .value = TW_STR("2")};
    house_open(&h);
    tw_notification_init(&n);
    n.extra.at = &extra;
    n.values.at = &value;
    n.extra.n = n.values.n = 1;
    CHECK(compose(&h, TW_EDI_CUSRES, &n) == TW_OK && h.written.left_all == 2);
    CHECK(strcmp(h.written.left[0].path, extra.path.s) == 0 &&
          strcmp(h.written.left[1].path, "D/GoodsItemQuantity") == 0);
    CHECK(strstr(h.written.left[1].note, "has no place in CUSRES") != NULL);
}

/* docs/formats/edifact.md lists these two and no others: every_element_survives sees to the rest. */
static void the_page_lists_what_is_left_out(void)
{
    static const char heading[] = "## What CUSRES has no place for\n";
    static const char rows[] =
        "|---|---|\n| `extra` | what no member takes |\n| `values` | what corrections put in |\n\n";
    TW_SCOPED_BUF path = {0}, page = {0};
    const char *source = getenv("TIDEWAITER_SOURCE");
    tw_buf_printf(&path, "%s/docs/formats/edifact.md%c", source != NULL ? source : ".", '\0');
    FILE *f = fopen(path.p, "rb");
    CHECK(f != NULL && tw_buf_room(&page, 1 << 20) != NULL);
    page.n = fread(page.p, 1, 1 << 20, f);
    fclose(f);
    tw_buf_char(&page, '\0');
    const char *at = strstr(page.p, heading);
    CHECK(at != NULL);
    const char *table = strstr(at, "|---|---|\n");
    CHECK(table != NULL && strncmp(table, rows, sizeof rows - 1) == 0);
}

static void refuses(struct house *h, const struct tw_notification *n, tw_err want, const char *path,
                    const char *words)
{
    const tw_err err = compose(h, TW_EDI_CUSRES, n);
    if (err != want || strcmp(h->fault.path, path) != 0 || strstr(h->fault.note, words) == NULL)
        printf("# %s %s: %s\n", tw_err_name(err), h->fault.path, h->fault.note);
    CHECK(err == want && strcmp(h->fault.path, path) == 0 && strstr(h->fault.note, words) != NULL &&
          h->out.n == 0);
}

/* Nothing is cut short. */
static void what_is_too_long_or_too_much_is_refused(void)
{
    HOUSE h;
    struct tw_notification n;
    static struct tw_notified_error error[100];
    struct tw_pointer place[10] = {{.section = TW_STR("42A")}};
    struct tw_remark remark;
    struct tw_contact contact = {.type = TW_STR("EM")};
    struct tw_contact_office office[10] = {{.id = TW_STR("GB1")}};
    house_open(&h);
    tw_notification_init(&n);
    tw_level_init(TW_LEVEL_REMARK, &remark);
    n.errors.at = error;
    n.errors.n = 99;
    comes_back_whole(&h, &n);
    n.errors.n = 100;
    refuses(&h, &n, TW_LIMIT, "", "at most 99 ERP");
    n.errors.n = 1;
    error[0].pointers.at = place;
    error[0].pointers.n = 9;
    comes_back_whole(&h, &n);
    error[0].pointers.n = 10;
    refuses(&h, &n, TW_LIMIT, "errors[1]", "at most 9 RFF");
    error[0].pointers.n = 0;
    error[0].code = TW_STR("123456789");
    refuses(&h, &n, TW_LIMIT, "errors[1].code", "takes 8");
    n.errors.n = 0;
    n.remarks.at = &remark;
    n.remarks.n = 1;
    remark.type = TW_STR("LONG");
    refuses(&h, &n, TW_LIMIT, "remarks[1].type", "takes 3");
    n.remarks.n = 0;
    n.contact_offices.at = office;
    n.contact_offices.n = 10;
    refuses(&h, &n, TW_LIMIT, "", "at most 9 NAD");
    n.contact_offices.n = 1;
    office[0].contacts.at = &contact;
    office[0].contacts.n = 1;
    refuses(&h, &n, TW_FORMAT, "contact_offices[1].contacts[1].id", "is missing");
    n.contact_offices.n = 0;
    n.id = TW_STR("012345678901234567890123456789012345");
    refuses(&h, &n, TW_LIMIT, "id", "takes 35");
    n.id = TW_STR("a\tb");
    refuses(&h, &n, TW_FORMAT, "id", "control character");
}

static tw_err compose_once(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_edi_writer) *w = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_edi_written written = {.segments = 77};
    struct tw_edi_reading reading;
    struct tw_notification n;
    struct tw_notified_error error = {.code = TW_STR("1")};
    tw_notification_init(&n);
    n.errors.at = &error;
    n.errors.n = 1;
    TW_TRY(tw_arena_new(1 << 20, &arena));
    TW_TRY(tw_edi_writer_new(&w, NULL));
    const struct tw_edi_order order = {TW_EDI_CUSRES, &n, ends};
    TW_TRY(tw_edi_compose(w, &order, arena, &out, &written, NULL));
    return read_record(tw_buf_view(&out), 0, arena, &reading, NULL);
}

static void runs_out_of_memory_cleanly(void)
{
    CHECK(fault_each_allocation(compose_once) > 5);
}

int main(void)
{
    RUN(every_element_survives);
    RUN(the_form_is_the_documented_one);
    RUN(taxes_stand_with_their_item);
    RUN(an_office_says_how_it_is_reached);
    RUN(what_there_is_no_place_for_is_told);
    RUN(the_page_lists_what_is_left_out);
    RUN(what_is_too_long_or_too_much_is_refused);
    RUN(runs_out_of_memory_cleanly);
    return DONE();
}
