/* SPDX-License-Identifier: Apache-2.0 */
#include "message/read.h"

#include "check.h"
#include "decl/money.h"
#include "fault.h"

static const char items_map[] =
    "name: t\nwords: test\nformat: csv\nrows: items\nnational_currency: EUR\n"
    "pass: [no_time, no_hs]\n"
    "columns:\n"
    "  id: {is: declaration_id, required: true}\n"
    "  day: lodged_at\n"
    "  who: importer.id\n"
    "  no: item\n"
    "  hs: hs\n"
    "  t: {is: net_mass_kg, unit: TNE}\n"
    "  value: customs_value\n"
    "  way: {is: transport_mode, values: {sea: \"1\", air: \"4\", unknown: \"\"}}\n"
    "findings:\n  known_days_after: 3\n  columns:\n"
    "    severe: {is: result_code, values: {\"1\": prohibited, \"0\": \"\"}}\n"
    "    found: {is: result_code, values: {y: value, n: conform}}\n"
    "    more: delta_duty\n"
    "  constants: {propensity: \"0.5\"}\n";

static struct tw_arena *maps;
static struct tw_map by_items, by_rows;
static struct tw_buf told;
static struct tw_reader_count count;

static struct tw_map parse(const char *yaml)
{
    struct tw_map map;
    CHECK(tw_map_parse(tw_str_from(yaml), maps, &map, NULL) == TW_OK);
    return map;
}

/* A: hs=kg hs=kg {finding,...}   one declaration, its items */
static void tell(struct tw_buf *out, const struct tw_reading *g)
{
    CHECK(g->rows == g->decl->items.n && g->rows > 0 && g->line > 0);
    tw_buf_str(out, g->decl->id);
    tw_buf_char(out, ':');
    for (size_t i = 0; i < g->decl->items.n; i++) {
        const struct tw_item *item = &g->decl->items.at[i];
        tw_buf_char(out, ' ');
        if (item->number != i + 1) tw_buf_printf(out, "#%u ", item->number);
        tw_buf_str(out, item->hs);
        if (item->net_mass_kg.set) tw_buf_printf(out, "=%.0f", tw_dec_f64(item->net_mass_kg));
        if (g->value != NULL && g->value[i].value_gap != TW_GAP_NONE) {
            tw_buf_printf(out, " %s", tw_gap_vocabulary()->at[g->value[i].value_gap].code);
        } else if (g->value != NULL) {
            CHECK(item->customs_value.minor == g->value[i].value.minor);
            tw_buf_printf(out, " v%.2f d%.2f", tw_money_f64(item->customs_value),
                          tw_money_f64(item->duty_amount));
        }
        for (size_t k = 0; k < item->extra.n; k++)
            tw_buf_printf(out, " [%.*s=%.*s]", TW_STR_ARG(item->extra.at[k].path),
                          TW_STR_ARG(item->extra.at[k].value));
    }
    for (size_t i = 0; i < g->warnings.n; i++) {
        const struct tw_violation *v = &g->warnings.at[i];
        if (v->check == TW_CHECK_NO_TIME || v->check == TW_CHECK_NO_HS) continue; /* these tests go without */
        tw_buf_printf(out, " (%s)", tw_check_vocabulary()->at[v->check].code);
    }
    for (size_t i = 0; i < g->finding_n; i++) {
        const struct tw_finding *f = &g->finding[i];
        CHECK(tw_str_eq(f->declaration_id, g->decl->id));
        tw_buf_printf(out, " {%u %s day %d", f->item, tw_result_code(f->result), f->known_day);
        if (f->delta_duty.cur[0] != 0)
            tw_buf_printf(out, " %lld %s", (long long)f->delta_duty.minor, f->delta_duty.cur);
        tw_buf_printf(out, " p%g}", f->propensity);
    }
    tw_buf_char(out, '\n');
}

/* ! row 3: 3:2 hs FORMAT *   a refused row; * = it is the one at fault */
static tw_err tell_refused(void *to, const struct tw_refused *r, struct tw_fault *fault)
{
    (void)fault;
    CHECK(r->fault->note[0] != 0 && r->raw.n > 0);
    tw_buf_printf(to, "! row %u: %u:%u %s %s%s\n", r->line, r->fault->line, r->fault->column, r->fault->path,
                  tw_err_name(r->fault->code), r->culprit ? " *" : "");
    return TW_OK;
}

static tw_err read_in(struct tw_str text, size_t piece, struct tw_reader_config c, struct tw_buf *out)
{
    TW_SCOPED(tw_reader) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_fault fault = {0};
    c.to = out;
    c.refuse = tell_refused;
    if (c.csv.row_bytes == 0) c.csv.row_bytes = 4096;
    TW_TRY(tw_arena_new((size_t)256 << 20, &arena));
    TW_TRY(tw_reader_new(&c, &r, &fault));
    tw_buf_clear(out);
    for (size_t at = 0;;) {
        enum tw_read_step step = TW_READ_END;
        struct tw_reading g;
        const tw_err err = tw_reader_next(r, arena, &step, &g, &fault);
        if (err == TW_NOMEM) return err;
        if (err != TW_OK) {
            CHECK(fault.code == err && fault.note[0] != 0);
            tw_buf_printf(out, "fault %u:%u %s\n", fault.line, fault.column, tw_err_name(err));
            tw_buf_text(out, fault.note);
        }
        if (err != TW_OK || step == TW_READ_END) break;
        if (step == TW_READ_DECL) tell(out, &g);
        if (step != TW_READ_MORE) continue;
        size_t room;
        char *p = tw_reader_room(r, &room);
        const size_t n = text.n - at < piece ? text.n - at : piece;
        if (n > 0) memcpy(p, text.s + at, n);
        at += n;
        tw_reader_filled(r, n);
        if (n == 0) tw_reader_end(r);
    }
    count = tw_reader_count(r);
    return out->failed ? TW_NOMEM : TW_OK;
}

static void expect_with(const struct tw_reader_config *config, const char *text, const char *want)
{
    static const size_t pieces[] = {1, 2, 3, 7, 16, 33, 64, 4000};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        CHECK(read_in(tw_str_from(text), pieces[i], *config, &told) == TW_OK);
        if (!tw_str_is(tw_buf_view(&told), want))
            fprintf(stderr, "pieces of %zu, told:\n%.*s\nwanted:\n%s\n", pieces[i], (int)told.n, told.p,
                    want);
        CHECK(tw_str_is(tw_buf_view(&told), want));
    }
}

static void expect(const char *text, const char *want)
{
    expect_with(&(struct tw_reader_config){.map = &by_items}, text, want);
}

static void expect_rows(const char *text, const char *want)
{
    expect_with(&(struct tw_reader_config){.map = &by_rows}, text, want);
}

static void expect_fault(const struct tw_map *map, const char *text, const char *place, const char *note)
{
    CHECK(read_in(tw_str_from(text), 4000, (struct tw_reader_config){.map = map}, &told) == TW_OK);
    tw_buf_char(&told, 0);
    if (!tw_str_starts(tw_buf_view(&told), tw_str_from(place)) || strstr(told.p, note) == NULL)
        fprintf(stderr, "told:\n%s\nwanted:\n%s ... %s\n", told.p, place, note);
    CHECK(tw_str_starts(tw_buf_view(&told), tw_str_from(place)) && strstr(told.p, note) != NULL);
}

static void joins_rows_of_one_id(void)
{
    expect("id,hs,t\nA,080810,1\nA,090121,0.5\nB,010121,2\n", "A: 080810=1000 090121=500\nB: 010121=2000\n");
    CHECK(count.rows == 3 && count.declarations == 2 && count.refused_rows == 0);
    expect("hs,id\n080810,A\n", "A: 080810\n");
    expect("id,no,hs\nA,3,080810\nA,4,090121\n", "A: #3 080810 #4 090121\n");
    expect("id,hs\n A ,080810\nA,090121\n", "A: 080810 090121\n"); /* blanks around an id do not count */
}

static void keeps_columns_that_nobody_knows(void)
{
    expect("id,hs,Colour,x\nA,080810,\"re\"\"d\",\nA,090121,,7\n", "A: 080810 [Colour=re\"d] 090121 [x=7]\n");
}

static void translates_values_and_refuses_those_it_does_not_know(void)
{
    expect("id,way\nA,sea\nB,unknown\nC,\nD,rail\nE,air\n",
           "A: \nB: \nC: \n! row 5: 5:2 transport_mode NOTFOUND *\nE: \n");
}

static void takes_findings_from_the_same_rows(void)
{
    expect("id,day,hs,severe,found,more\nA,2026-01-01,080810,1,y,-2.50\nA,,090121,0,n,\nB,2026-01-02,010121,,"
           ",\n",
           "A: 080810 090121 {1 prohibited day 20457 -250 EUR p0.5} {2 conform day 20457 p0.5}\nB: 010121\n");
    expect("id,hs,found\nA,080810,y\nB,080810,\n", "! row 2: 2:0  FORMAT *\nB: 080810\n"); /* known when? */
    expect("id,day,found\nA,2026-01-01,perhaps\n", "! row 2: 2:3 result_code NOTFOUND *\n");
}

static void refuses_all_rows_of_a_declaration_for_one(void)
{
    expect("id,hs,t\nA,080810,1\nA,08x,1\nA,090121,1\nB,010121,2\n",
           "! row 2: 3:2 hs FORMAT\n! row 3: 3:2 hs FORMAT *\n! row 4: 3:2 hs FORMAT\nB: 010121=2000\n");
    CHECK(count.refused_rows == 3 && count.refused_declarations == 1 && count.declarations == 1 &&
          count.rows == 4);
    expect("id,hs,t\nA,080810,-1\nB,010121,2\n", "! row 2: 2:3 net_mass_kg RANGE *\nB: 010121=2000\n");
    expect("id,day\nA,2026-02-31\nB,2026-02-28\n", "! row 2: 2:2 lodged_at FORMAT *\nB: \n");
    expect("id,value\nA,99999999999999999999\nB,1\n", "! row 2: 2:2 customs_value RANGE *\nB: \n");
}

static void header_elements_must_agree_or_be_left_empty(void)
{
    expect("id,who,hs\nA,X,080810\nA,,090121\nA, X,090121\n", "A: 080810 090121 090121\n");
    expect("id,who,hs\nA,X,080810\nA,Y,090121\nB,Z,010121\n",
           "! row 2: 3:2 importer.id CONFLICT\n! row 3: 3:2 importer.id CONFLICT *\nB: 010121\n");
}

static void an_id_may_not_return(void)
{
    expect("id,hs\nA,080810\nB,010121\nA,090121\nA,090121\nC,010121\n",
           "A: 080810\nB: 010121\n! row 4: 4:1 declaration_id CONFLICT *\n! row 5: 4:1 declaration_id "
           "CONFLICT\nC: 010121\n");
    expect("id,hs\nA,x\nB,010121\nA,090121\n", /* nor when it was refused the first time */
           "! row 2: 2:2 hs FORMAT *\nB: 010121\n! row 4: 4:1 declaration_id CONFLICT *\n");
    expect_with(&(struct tw_reader_config){.map = &by_items, .ids_may_return = true},
                "id,hs\nA,080810\nB,010121\nA,090121\n", "A: 080810\nB: 010121\nA: 090121\n");
}

static void a_broken_row_refuses_the_declaration_it_names(void)
{
    expect("id,hs\nA,080810\nA,090121,1\nA,010121\nB,010121\n",
           "! row 2: 3:3  FORMAT\n! row 3: 3:3  FORMAT *\n! row 4: 3:3  FORMAT\nB: 010121\n");
    expect("id,hs\nA,080810\nB,\"x\"y\nC,010121\n", "A: 080810\n! row 3: 3:2  FORMAT *\nC: 010121\n");
    expect("id,hs\nA,080810\nB,\xff\nB,010121\nC,010121\n",
           "A: 080810\n! row 3: 3:2  FORMAT *\n! row 4: 3:2  FORMAT\nC: 010121\n");
}

static void a_row_of_nobody_knows_whom_refuses_its_neighbours(void)
{
    expect("id,hs\nA,080810\n\"B\"x,1\nC,010121\nC,010121\nD,010121\n",
           "! row 2: 3:1  FORMAT\n! row 3: 3:1  FORMAT *\n! row 4: 4:0  FORMAT\n! row 5: 4:0  FORMAT\nD: "
           "010121\n");
    expect("id,hs\nA,080810\n,1\nA,010121\nC,010121\n", /* inside a declaration: it is part of that */
           "! row 2: 3:1 declaration_id FORMAT\n! row 3: 3:1 declaration_id FORMAT *\n"
           "! row 4: 3:1 declaration_id FORMAT\nC: 010121\n");
}

static void where_a_row_is_a_declaration_a_broken_one_goes_alone(void)
{
    expect_rows("id,hs\nA,080810\n\"B\"x,1\n,1\nC,010121\nD,08y\nE,010121\n",
                "A: 080810\n! row 3: 3:1  FORMAT *\n! row 4: 4:1 declaration_id FORMAT *\nC: 010121\n"
                "! row 6: 6:2 hs FORMAT *\nE: 010121\n");
    CHECK(count.declarations == 3 && count.refused_declarations == 3 && count.refused_rows == 3);
    expect_rows("id,hs\nA,080810\nA,090121\n", "A: 080810\n! row 3: 3:1 declaration_id CONFLICT *\n");
}

static void holds_to_its_limits(void)
{
    const struct tw_reader_config few = {.map = &by_items, .items_max = 2};
    expect_with(
        &few, "id,hs\nA,080810\nA,080810\nB,080810\nB,080810\nB,080810\nB,080810\nC,080810\n",
        "A: 080810 080810\n! row 4: 6:0 item LIMIT\n! row 5: 6:0 item LIMIT\n! row 6: 6:0 item LIMIT *\n"
        "! row 7: 6:0 item LIMIT\nC: 080810\n");
    const struct tw_reader_config small = {.map = &by_items, .declaration_bytes = 4000};
    CHECK(read_in(TW_STR("id,hs\nA,080810\nA,080810\nA,080810\nA,080810\nA,080810\nB,080810\n"), 4000, small,
                  &told) == TW_OK);
    CHECK(count.declarations == 1 && count.refused_rows == 5);
    tw_buf_char(&told, 0);
    CHECK(strstr(told.p, "LIMIT *") != NULL);
}

static void takes_the_most_items_there_may_be(void)
{
    TW_SCOPED_BUF text = {0};
    for (int more = 0; more < 2; more++) {
        tw_buf_clear(&text);
        tw_buf_text(&text, "id,hs\n");
        for (int i = 0; i < TW_ITEMS_MAX + more; i++) tw_buf_text(&text, "A,080810\n");
        CHECK(read_in(tw_buf_view(&text), 100, (struct tw_reader_config){.map = &by_items}, &told) == TW_OK);
        CHECK(count.declarations == (more == 0) && count.refused_rows == (more == 0 ? 0 : TW_ITEMS_MAX + 1));
    }
}

static void says_what_is_wrong_with_the_whole_file(void)
{
    expect_fault(&by_items, "", "fault 0:0 FORMAT", "not even a header row");
    expect_fault(&by_items, "\n\n", "fault 0:0 FORMAT", "not even a header row");
    expect_fault(&by_items, "id,hs\n", "fault 0:0 FORMAT", "nothing below");
    expect_fault(&by_items, "ID,hs\nA,080810\n", "fault 1:0 NOTFOUND", "is 'ID' meant?");
    expect_fault(&by_items, "id;hs\nA;080810\n", "fault 1:0 NOTFOUND", "';' separates");
    expect_fault(&by_items, "\nid,hs,id\n", "fault 2:3 CONFLICT", "twice");
    expect_fault(&by_items, "id,\"hs\n", "fault 1:2 FORMAT", "never closed");
    expect_fault(&by_items, "\xff\xfei\0d\0", "fault 1:1 FORMAT", "UTF-16");
}

static tw_err fail_to_write(void *to, const struct tw_refused *r, struct tw_fault *fault)
{
    (void)to, (void)r;
    return tw_fail(fault, TW_FULL, "no room for refused rows");
}

static tw_err note_header(void *to, struct tw_str raw, struct tw_fault *fault)
{
    (void)fault;
    tw_buf_str(to, raw);
    return TW_OK;
}

static void hands_out_the_header_verbatim_and_passes_errors_of_the_caller_on(void)
{
    TW_SCOPED_BUF header = {0};
    TW_SCOPED(tw_reader) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_reader_config c = {
        .map = &by_items, .to = &header, .header = note_header, .refuse = fail_to_write};
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK && tw_reader_new(&c, &r, NULL) == TW_OK);
    enum tw_read_step step;
    struct tw_reading g;
    struct tw_fault fault = {0};
    CHECK(tw_reader_next(r, arena, &step, &g, &fault) == TW_OK && step == TW_READ_MORE);
    size_t room;
    memcpy(tw_reader_room(r, &room), "\"id\",hs\r\nA,x\nB,y\n", 17);
    tw_reader_filled(r, 17);
    CHECK(tw_reader_next(r, arena, &step, &g, &fault) == TW_FULL && strstr(fault.note, "no room") != NULL);
    CHECK(tw_str_is(tw_buf_view(&header), "\"id\",hs\r\n"));
}

static void amounts_need_a_currency(void)
{
    const struct tw_map no_currency =
        parse("name: t\nwords: test\nformat: csv\nrows: declarations\nown_names: true\n"
              "pass: [no_time, no_hs]\n"
              "columns: {id: declaration_id}\n");
    const struct tw_reader_config c = {.map = &no_currency},
                                  usd = {.map = &no_currency, .currency = TW_STR("USD")};
    expect_with(&c, "id,customs_value\nA,1\n", "! row 2: 2:2 customs_value FORMAT *\n");
    expect_with(&c, "id,customs_value,customs_value_currency\nA,1,EUR\n", "A: \n");
    expect_with(&usd, "id,customs_value\nA,1\n", "A: \n");
}

static void refuses_what_breaks_a_rule_and_warns_of_the_rest(void)
{
    const struct tw_map strict = parse("name: t\nwords: test\nformat: csv\nrows: items\nown_names: true\n"
                                       "columns: {id: declaration_id}\n");
    const struct tw_reader_config c = {.map = &strict};
    expect_with(&c,
                "id,lodged_at,hs,net_mass_kg,gross_mass_kg\n"
                "A,2026-01-01,080810,5,6\nB,,080810,5,6\nC,2026-01-01,080810,5,6\nC,,080810,7,6\nD,2026-01-"
                "01,080810,0,6\n",
                "A: 080810=5\n! row 3: 3:2 lodged_at FORMAT *\n! row 4: 5:4 net_mass_kg CONFLICT\n"
                "! row 5: 5:4 net_mass_kg CONFLICT *\n! row 6: 6:4 net_mass_kg RANGE *\n");
    struct tw_map lenient = strict;
    lenient.pass = (uint64_t)1 << TW_CHECK_ZERO_NET;
    const struct tw_reader_config d = {.map = &lenient, .now = 1};
    expect_with(&d, "id,lodged_at,hs,net_mass_kg\nD,2026-01-01,080810,0\n",
                "D: 080810=0 (time_ahead) (zero_net)\n");
}

static void completes_values_and_duty_where_it_is_told_how(void)
{
    const struct tw_map open = parse("name: t\nwords: test\nformat: csv\nrows: items\nown_names: true\n"
                                     "columns: {id: declaration_id}\n");
    TW_SCOPED(tw_rates) *rates = NULL;
    TW_SCOPED(tw_tariff) *tariff = NULL;
    const struct tw_rate usd = {.day = 20454, .currency = TW_STR("USD"), .rate = {25, 1, true}};
    const struct tw_tariff_row ten = {.prefix = TW_STR("0808"),
                                      .origin = TW_STR("*"),
                                      .from = TW_NO_DAY,
                                      .to = TW_NO_DAY,
                                      .rate = {10, 0, true}};
    CHECK(tw_rates_new(&usd, 1, TW_STR("EUR"), 31, &rates, NULL) == TW_OK &&
          tw_tariff_new(&ten, 1, &tariff, NULL) == TW_OK);
    const struct tw_valuation how = {rates, tariff};
    const struct tw_reader_config c = {.map = &open, .valuation = &how, .currency = TW_STR("EUR")};
    expect_with(&c,
                "id,lodged_at,hs,price,price_currency,delivery_term\nA,2026-01-02,080810,4,USD,CIF\nA,,"
                "090121,,USD,\n",
                "A: 080810 v10.00 d1.00 090121 no_price\n");
    /* What cannot be converted is refused, and named where it stands; a value that is declared needs no rate.
     */
    expect_with(&c,
                "id,lodged_at,hs,price,price_currency,freight,freight_currency,insurance,insurance_currency,"
                "customs_value\n"
                "A,2026-01-02,080810,4,GBP,1,USD,,,\n"
                "B,2026-01-02,080810,4,USD,1,JPY,1,USD,\n"
                "C,2026-01-02,080810,4,USD,1,USD,1,CHF,\n"
                "D,2025-12-31,080810,4,USD,,,,,\n"
                "E,2026-01-02,080810,4,GBP,,,,,7\n"
                "F,2026-01-02,080810,4,USD,,,,,\n",
                "! row 2: 2:5 price_currency NOTFOUND *\n"
                "! row 3: 3:7 freight_currency NOTFOUND *\n"
                "! row 4: 4:9 insurance_currency NOTFOUND *\n"
                "! row 5: 5:5 price_currency NOTFOUND *\n"
                "E: 080810 v7.00 d0.70\nF: 080810 v10.00 d1.00\n");
}

static void tell_value(void *to, const struct tw_fault *f)
{
    tw_buf_printf(to, "? %u:%u %s %s\n", f->line, f->column, f->path, tw_err_name(f->code));
}

/* For who wants to hear of every fault: nothing but what cannot be read at all is refused. */
static void tells_every_value_that_is_none_when_asked(void)
{
    expect_with(&(struct tw_reader_config){.map = &by_items, .told = tell_value},
                "id,day,who,hs,t,way\n"
                "A,soon,X,8,heavy,1\n"
                "A,,Y,0901,1,balloon\n"
                "A,,,090121,-1,\n"
                "B,2026-01-01,,080810,1,sea\n",
                "? 2:2 lodged_at FORMAT\n"
                "? 2:6 transport_mode NOTFOUND\n"
                "? 2:4 hs FORMAT\n"
                "? 2:5 net_mass_kg FORMAT\n"
                "? 3:3 importer.id CONFLICT\n"
                "? 3:6 transport_mode CONFLICT\n"
                "? 4:5 net_mass_kg RANGE\n"
                "A:  0901=1000 090121\n"
                "B: 080810=1000\n");
}

static void says_where_an_element_stood(void)
{
    TW_SCOPED(tw_reader) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    const struct tw_str text = TW_STR("id,hs,who\nA,0901,X\nA,0902,\n");
    enum tw_read_step step = TW_READ_END;
    struct tw_reading g;
    struct tw_fault fault = {.path = "hs"};
    size_t room;
    CHECK(tw_arena_new(1 << 20, &arena) == TW_OK);
    CHECK(tw_reader_new(&(struct tw_reader_config){.map = &by_items, .told = tell_value, .to = &told}, &r,
                        NULL) == TW_OK);
    memcpy(tw_reader_room(r, &room), text.s, text.n);
    tw_reader_filled(r, text.n);
    tw_reader_end(r);
    CHECK(tw_reader_next(r, arena, &step, &g, NULL) == TW_OK && step == TW_READ_DECL);
    tw_reader_blame(r, 1, &fault);
    CHECK(fault.line == 3 && fault.column == 2 && fault.byte == 21);
    fault = (struct tw_fault){.path = "importer.id"};
    tw_reader_blame(r, 0, &fault);
    CHECK(fault.line == 2 && fault.column == 3);
    fault = (struct tw_fault){.path = "origin"};
    tw_reader_blame(r, 1, &fault);
    CHECK(fault.line == 3 && fault.column == 0);
}

static tw_err read_something(void)
{
    static struct tw_buf out;
    const tw_err err =
        read_in(TW_STR("id,day,hs,found,z\nA,2026-01-01,08.08.10,y,\"1\"\"\"\nA,,0901 21,n,2\nB,,x,,\n"), 30,
                (struct tw_reader_config){.map = &by_items}, &out);
    if (err == TW_OK) CHECK(count.declarations == 1 && count.refused_rows == 1);
    tw_buf_free(&out);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(read_something) > 10);
}

int main(void)
{
    CHECK(tw_arena_new(64 << 20, &maps) == TW_OK);
    by_items = parse(items_map);
    by_rows = by_items;
    by_rows.row_is_declaration = true;
    RUN(joins_rows_of_one_id);
    RUN(keeps_columns_that_nobody_knows);
    RUN(translates_values_and_refuses_those_it_does_not_know);
    RUN(takes_findings_from_the_same_rows);
    RUN(refuses_all_rows_of_a_declaration_for_one);
    RUN(header_elements_must_agree_or_be_left_empty);
    RUN(an_id_may_not_return);
    RUN(a_broken_row_refuses_the_declaration_it_names);
    RUN(a_row_of_nobody_knows_whom_refuses_its_neighbours);
    RUN(where_a_row_is_a_declaration_a_broken_one_goes_alone);
    RUN(holds_to_its_limits);
    RUN(takes_the_most_items_there_may_be);
    RUN(says_what_is_wrong_with_the_whole_file);
    RUN(hands_out_the_header_verbatim_and_passes_errors_of_the_caller_on);
    RUN(amounts_need_a_currency);
    RUN(refuses_what_breaks_a_rule_and_warns_of_the_rest);
    RUN(completes_values_and_duty_where_it_is_told_how);
    RUN(tells_every_value_that_is_none_when_asked);
    RUN(says_where_an_element_stood);
    RUN(survives_every_failed_allocation);
    tw_buf_free(&told);
    tw_arena_free(maps);
    return DONE();
}
