/* SPDX-License-Identifier: Apache-2.0 */
#include "message/validate.h"

#include "base/buf.h"
#include "base/date.h"
#include "check.h"

#define NOW ((int64_t)20600 * TW_DAY_S)

static struct tw_arena *arena;
static struct tw_buf told;

static void tell(void *to, const struct tw_wrong *w)
{
    (void)to;
    CHECK(w->rule.n > 0 && w->remedy.n > 0 && w->fault->note[0] != '\0');
    tw_buf_printf(&told, "%s %.*s", w->severity == TW_SEVERITY_FAULT ? "fault" : "warning",
                  TW_STR_ARG(w->rule));
    if (w->element != TW_ELEMENT_N) tw_buf_printf(&told, " %s", tw_element_row(w->element)->name);
    if (w->of_item) tw_buf_printf(&told, " item %zu", w->fault->item);
    if (w->entry > 0) tw_buf_printf(&told, " entry %zu", w->entry);
    tw_buf_char(&told, '\n');
}

static struct tw_validation_rules rules = {.currency = {"NOK", 3}, .now = NOW, .wrong = tell};

/* A declaration of one item in which all holds. */
static struct tw_decl *good(struct tw_item *item)
{
    static struct tw_decl d;
    tw_decl_init(&d);
    tw_item_init(item);
    d.id = TW_STR("A");
    d.type = TW_STR("IMA");
    d.lodged_at = NOW;
    d.items.at = item;
    d.items.n = 1;
    item->number = 1;
    item->hs = TW_STR("851713");
    return &d;
}

static void begin(struct tw_validation *v)
{
    tw_arena_reset(arena);
    tw_buf_clear(&told);
    tw_validation_begin(v, &rules);
}

static void expect(struct tw_validation *v, struct tw_decl *d, const char *want)
{
    CHECK(d == NULL || tw_validation_decl(v, d, arena, NULL) == TW_OK);
    if (!tw_str_is(tw_buf_view(&told), want)) printf("# %.*s\n", TW_STR_ARG(tw_buf_view(&told)));
    CHECK(tw_str_is(tw_buf_view(&told), want));
}

static void value(struct tw_validation *v, tw_err code, const char *path)
{
    struct tw_fault f = {0};
    snprintf(f.path, sizeof f.path, "%s", path);
    TW_IGNORE(tw_fail(&f, code, "it is none"));
    tw_validation_value(v, &f);
}

static void a_good_declaration_is_silent(void)
{
    struct tw_validation v;
    struct tw_item item;
    begin(&v);
    expect(&v, good(&item), "");
    CHECK(v.faults == 0 && v.warnings == 0);
}

static void every_rule_broken_is_told_and_counted(void)
{
    struct tw_validation v;
    struct tw_item item;
    begin(&v);
    struct tw_decl *d = good(&item);
    d->transport_mode = TW_STR("boat");
    d->item_total = 2;
    item.net_mass_kg = (struct tw_dec){0, 0, true};
    item.origin = TW_STR("UK");
    expect(&v, d,
           "warning item_total item_total\nwarning unknown_country origin item 0\n"
           "fault zero_net net_mass_kg item 0\nwarning unknown_mode transport_mode\n");
    CHECK(v.faults == 1 && v.warnings == 3);
}

/* Where paths of the readers lead. */
static void values_are_told_by_their_element(void)
{
    struct tw_validation v;
    begin(&v);
    value(&v, TW_FORMAT, "header.gross_mass_kg");
    value(&v, TW_RANGE, "net_mass_kg");
    value(&v, TW_NOTFOUND, "items[1].documents[2].type");
    value(&v, TW_CONFLICT, "items[3].price.amount");
    value(&v, TW_FORMAT, "importer.country");
    value(&v, TW_FORMAT, "containers[1].id");
    value(&v, TW_NOTFOUND, "zz");
    value(&v, TW_NOTFOUND, "items[1].zz[2].type");
    value(&v, TW_FORMAT, "CNI[1]/LOC[2] 2.1");
    value(&v, TW_FORMAT, "items[");
    expect(&v, NULL,
           "fault value_form header.gross_mass_kg\n"
           "fault value_range net_mass_kg item 0\n"
           "fault value_unknown document.type item 1 entry 2\n"
           "fault value_conflict price item 3\n"
           "fault value_form importer.country\n"
           "fault value_form container.id entry 1\n"
           "fault value_unknown\n"
           "fault value_unknown item 1\n"
           "fault value_form\n"
           "fault value_form\n");
    CHECK(v.faults == 10);
}

static void what_could_not_be_read_is_not_missed(void)
{
    struct tw_validation v;
    struct tw_item item;
    begin(&v);
    value(&v, TW_FORMAT, "hs");
    struct tw_decl *d = good(&item);
    item.hs.n = 0;
    expect(&v, d, "fault value_form hs item 0\n");
    begin(&v);
    value(&v, TW_FORMAT, "DOC[1] 1.1"); /* nobody knows of what element it was */
    d = good(&item);
    item.hs.n = d->id.n = 0;
    expect(&v, d, "fault value_form\n");
    begin(&v);
    d = good(&item);
    item.hs.n = 0;
    expect(&v, d, "warning no_hs hs item 0\n");
}

/* Messages of customs clearance requests, and what a receiver adds. */
static void a_message_need_not_say_everything(void)
{
    struct tw_validation v;
    struct tw_item item;
    begin(&v);
    struct tw_decl *d = good(&item);
    d->type = TW_STR("IMK");
    d->lodged_at = TW_NO_TIME;
    item.hs.n = 0;
    expect(&v, d, "");
    rules.of_table = true;
    begin(&v);
    expect(&v, d, "fault no_time lodged_at\nfault no_hs hs item 0\n");
    rules.pass = 1ull << TW_CHECK_NO_TIME;
    begin(&v);
    expect(&v, d, "warning no_time lodged_at\nfault no_hs hs item 0\n");
    rules.pass = 0;
    rules.skip = 1ull << TW_CHECK_NO_TIME;
    begin(&v);
    expect(&v, d, "fault no_hs hs item 0\n");
    rules.skip = 0;
    rules.of_table = false;
}

static bool has_no_place(void *to, enum tw_element e)
{
    (void)to;
    return e != TW_ELEMENT_DELIVERY_PLACE;
}

static void what_a_form_cannot_say_is_not_missed(void)
{
    struct tw_validation v;
    struct tw_item item;
    begin(&v);
    struct tw_decl *d = good(&item);
    d->delivery_term = TW_STR("FOB");
    expect(&v, d, "warning term_place delivery_place\n");
    rules.has = has_no_place;
    begin(&v);
    expect(&v, d, "");
    rules.has = NULL;
}

static void of_a_request_single_values_are_looked_at(void)
{
    struct tw_validation v;
    begin(&v);
    struct tw_decl d;
    tw_decl_init(&d);
    d.function = TW_STR("13");
    d.type = TW_STR("COR");
    d.inland_mode = TW_STR("boat");
    d.item_total = 7;
    expect(&v, &d, "warning unknown_mode inland_mode\n");
}

static void each_amount_without_a_currency_is_told(void)
{
    struct tw_validation v;
    struct tw_item item;
    struct tw_charge charge = {.type = TW_STR("AK")};
    rules.currency.n = 0;
    begin(&v);
    struct tw_decl *d = good(&item);
    CHECK(tw_element_set(TW_ELEMENT_PRICE, TW_STR("1"), arena, &item, NULL) == TW_OK);
    CHECK(tw_element_set(TW_ELEMENT_STATISTICAL_VALUE, TW_STR("1"), arena, &item, NULL) == TW_OK);
    CHECK(tw_element_set(TW_ELEMENT_FREIGHT, TW_STR("1"), arena, d, NULL) == TW_OK);
    CHECK(tw_element_set(TW_ELEMENT_CHARGE__AMOUNT, TW_STR("1"), arena, &charge, NULL) == TW_OK);
    item.charges.at = &charge;
    item.charges.n = 1;
    value(&v, TW_FORMAT, "statistical_value_currency"); /* told already */
    expect(&v, d,
           "fault value_form statistical_value_currency item 0\nfault currency_lacks freight\n"
           "fault currency_lacks price item 0\nfault currency_lacks charge.amount\n");
    rules.currency = TW_STR("NOK");
}

static void refusals_have_a_rule_each(void)
{
    struct tw_validation v;
    struct tw_fault f = {.path = "elements"};
    begin(&v);
    TW_IGNORE(tw_fail(&f, TW_LIMIT, "too many"));
    tw_validation_refused(&v, TW_READING_RULE_TOO_LARGE, &f);
    expect(&v, NULL, "fault too_large\n");
    for (unsigned r = 0; r < TW_READING_RULE_N; r++) {
        const struct tw_reading_rule_row *row = tw_reading_rule_row((enum tw_reading_rule)r);
        CHECK(row->name[0] != '\0' && row->words[0] != '\0' && row->remedy[0] != '\0');
    }
}

/* docs/formats/validate.md has each of them with its words. */
static void the_page_lists_the_rules_of_reading(void)
{
    const char *source = getenv("TIDEWAITER_SOURCE");
    char path[1024], row[256];
    TW_SCOPED_BUF page = {0};
    snprintf(path, sizeof path, "%s/docs/formats/validate.md", source != NULL ? source : ".");
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    char *at = tw_buf_room(&page, 1 << 16);
    CHECK(at != NULL);
    at[fread(at, 1, (1 << 16) - 1, f)] = '\0';
    CHECK(fclose(f) == 0);
    for (unsigned r = 0; r < TW_READING_RULE_N; r++) {
        const struct tw_reading_rule_row *rule = tw_reading_rule_row((enum tw_reading_rule)r);
        snprintf(row, sizeof row, "| `%s` | %s |", rule->name, rule->words);
        if (strstr(at, row) == NULL) printf("# %s\n", row);
        CHECK(strstr(at, row) != NULL);
    }
}

static void an_arena_that_is_full_is_told(void)
{
    struct tw_validation v;
    struct tw_item item;
    TW_SCOPED(tw_arena) *none = NULL;
    CHECK(tw_arena_new(0, &none) == TW_OK);
    begin(&v);
    struct tw_decl *d = good(&item);
    item.hs.n = 0;
    CHECK(tw_validation_decl(&v, d, none, NULL) == TW_NOMEM);
}

int main(void)
{
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    RUN(a_good_declaration_is_silent);
    RUN(every_rule_broken_is_told_and_counted);
    RUN(values_are_told_by_their_element);
    RUN(what_could_not_be_read_is_not_missed);
    RUN(a_message_need_not_say_everything);
    RUN(what_a_form_cannot_say_is_not_missed);
    RUN(of_a_request_single_values_are_looked_at);
    RUN(each_amount_without_a_currency_is_told);
    RUN(refusals_have_a_rule_each);
    RUN(the_page_lists_the_rules_of_reading);
    RUN(an_arena_that_is_full_is_told);
    tw_buf_free(&told);
    tw_arena_free(arena);
    return DONE();
}
