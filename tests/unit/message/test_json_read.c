/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing: what is written is read again as it was, and has one form only. */
#include "message/json_read.h"

#include <jansson.h>

#include "decl/money.h"
#include "fault.h"
#include "json_full.h"
#include "message/json_write.h"
#include "xml_message.h"

static struct tw_arena *arena;
static struct tw_fault fault;

static tw_err read(struct tw_str text, uint32_t items_max, const struct tw_json_told *told,
                   struct tw_decl **ret)
{
    const struct tw_json_node *root = NULL;
    fault = (struct tw_fault){0};
    TW_TRY(tw_json_parse(text, NULL, arena, &root, &fault));
    return tw_json_read_decl(root, items_max, told, arena, ret, &fault);
}

static struct tw_decl *reads(const char *text)
{
    struct tw_decl *d = NULL;
    tw_arena_reset(arena);
    const tw_err err = read(tw_str_from(text), 0, NULL, &d);
    if (err != TW_OK) printf("# %s: %s: %s\n", text, fault.path, fault.note);
    CHECK(err == TW_OK && d != NULL);
    return d;
}

static void refuses(const char *text, tw_err want, const char *path, const char *words)
{
    struct tw_decl *d = NULL;
    tw_arena_reset(arena);
    const tw_err err = read(tw_str_from(text), 0, NULL, &d);
    if (err != want || strcmp(fault.path, path) != 0 || strstr(fault.note, words) == NULL)
        printf("# %s: %s, %s: %s\n", text, tw_err_name(err), fault.path, fault.note);
    CHECK(err == want && d == NULL && strcmp(fault.path, path) == 0 && strstr(fault.note, words) != NULL);
    CHECK(fault.line == 1 && fault.column > 0);
}

static void writes(const struct tw_decl *d, const char *want)
{
    TW_SCOPED_BUF out = {0};
    tw_json_write_decl(d, &out);
    if (!tw_str_is(tw_buf_view(&out), want)) printf("# %.*s# %s", TW_STR_ARG(tw_buf_view(&out)), want);
    CHECK(!out.failed && tw_str_is(tw_buf_view(&out), want));
}

/* A manifest, too: what was written is read and written as it was. */
static void a_manifest_comes_back_as_it_was_written(void)
{
    const struct tw_str text = TW_STR(
        "{\"carrier\":{\"id\":\"C1\"},\"consignments\":[{\"bill\":\"B1\",\"consignee\":{\"name\":\"N\"},"
        "\"containers\":[{\"id\":\"CSQU3054383\"}],\"gross_mass_kg\":\"12.5\",\"items\":[{\"hs\":\"610910\","
        "\"number\":1,\"package_count\":3}],\"kind\":\"house\",\"master\":\"M1\"}],\"id\":\"7\","
        "\"lodged_at\":\"2026-11-20T08:00:00Z\",\"version\":2,\"voyage\":\"V1\"}");
    const struct tw_json_node *root = NULL;
    struct tw_manifest *m = NULL;
    TW_SCOPED_BUF out = {0};
    tw_arena_reset(arena);
    CHECK(tw_json_parse(text, NULL, arena, &root, NULL) == TW_OK);
    const tw_err err = tw_json_read_manifest(root, NULL, arena, &m, &fault);
    if (err != TW_OK) printf("# %s: %s\n", fault.path, fault.note);
    CHECK(err == TW_OK && m->consignments.n == 1 && m->consignments.at[0].kind == TW_BILL_HOUSE);
    tw_json_write_line(TW_LEVEL_MANIFEST, m, &out);
    CHECK(out.n == text.n + 1 && memcmp(out.p, text.s, text.n) == 0);
    CHECK(tw_json_parse(TW_STR("[]"), NULL, arena, &root, NULL) == TW_OK &&
          tw_json_read_manifest(root, NULL, arena, &m, &fault) == TW_FORMAT);
    CHECK(strstr(fault.note, "a manifest is an object") != NULL);
}

static void the_form_is_the_documented_one(void)
{
    const char *const text = "{\"containers\":[{\"id\":\"CSQU3054383\",\"seal\":\"S1\"}],\"declarant\":{"
                             "\"country\":\"GB\",\"id\":\"GB1\"},"
                             "\"declaration_id\":\"1\",\"header\":{\"gross_mass_kg\":\"12.50\"},\"invoice_"
                             "total\":{\"amount\":\"12.34\","
                             "\"currency\":\"GBP\"},\"items\":[{\"duties\":[{\"base\":{\"unit\":\"KGM\","
                             "\"value\":\"5\"},\"rate\":\"3.5\","
                             "\"type\":\"A00\"}],\"hs\":\"080810\",\"item\":1,\"package_count\":0,"
                             "\"packages\":[{\"count\":3,\"type\":\"CT\"}],"
                             "\"price\":{\"amount\":\"7.5\"},\"quantity\":{\"unit\":\"NAR\"}}],\"lodged_at\":"
                             "\"2026-11-23T05:57:00Z\","
                             "\"version\":2}\n";
    const struct tw_decl *d = reads(text);
    CHECK(d->containers.n == 1 && tw_str_is(d->containers.at[0].seal, "S1"));
    CHECK(d->invoice_total.minor == 1234 && d->gross_mass_kg.v == 1250 && d->gross_mass_kg.scale == 2);
    CHECK(d->items.n == 1 && d->items.at[0].duties.n == 1 && d->items.at[0].package_count == 0);
    CHECK(d->version == 2 && d->lodged_at == 1795413420);
    writes(d, text);
}

static void order_blanks_and_spelling_do_not_matter(void)
{
    writes(reads("{ \"version\": 1.0, \"lodged_at\": \"2026-11-23\",\n\"header\":{\"dispatch\":\" "
                 "no\"},\"items\":[],"
                 "\"freight\":{\"currency\":\"eur\",\"amount\":\"5\"}}"),
           "{\"freight\":{\"amount\":\"5.00\",\"currency\":\"EUR\"},\"header\":{\"dispatch\":\"NO\"},"
           "\"lodged_at\":\"2026-11-23T00:00:00Z\",\"version\":1}\n");
}

static void each_fault_has_its_path_and_says_what_is_right(void)
{
    refuses("[]", TW_FORMAT, "", "a declaration is an object");
    refuses("{\"lnr\":\"1\"}", TW_NOTFOUND, "lnr", "is lrn meant?");
    refuses("{\"declarant\":{\"nmae\":\"1\"}}", TW_NOTFOUND, "declarant.nmae", "is name meant?");
    refuses("{\"declarent\":{}}", TW_NOTFOUND, "declarent", "is declarant meant?");
    refuses("{\"xxxxxxx\":1}", TW_NOTFOUND, "xxxxxxx", "into extra");
    refuses("{\"declarant\":\"GB1\"}", TW_FORMAT, "declarant", "an object {...} is wanted");
    refuses("{\"id\":1}", TW_NOTFOUND, "id", "no member");
    refuses("{\"lrn\":1}", TW_FORMAT, "lrn", "a number stands here; a text in quotes is wanted");
    refuses("{\"lrn\":null}", TW_FORMAT, "lrn", "null stands here");
    refuses("{\"lrn\":\"\"}", TW_FORMAT, "lrn", "leave the member out");
    refuses("{\"lrn\":\"  \"}", TW_FORMAT, "lrn", "leave the member out");
    refuses("{\"lrn\":\"a\\u0000b\"}", TW_FORMAT, "lrn", "control character");
    refuses("{\"lrn\":\"a\\u000bb\"}", TW_FORMAT, "lrn", "control character");
    refuses("{\"lrn\":\"a\\uffffb\"}", TW_FORMAT, "lrn", "control character");
    refuses("{\"office\":\"A B\"}", TW_FORMAT, "office", "has a blank inside");
    refuses("{\"version\":\"1\"}", TW_FORMAT, "version", "a whole number without quotes");
    refuses("{\"version\":0}", TW_RANGE, "version", "outside 1 to");
    refuses("{\"version\":1.5}", TW_FORMAT, "version", "no whole number");
    refuses("{\"package_total\":-1}", TW_RANGE, "package_total", "outside 0 to");
    refuses("{\"header\":{\"gross_mass_kg\":12.5}}", TW_FORMAT, "header.gross_mass_kg",
            "written as text here");
    refuses("{\"header\":{\"gross_mass_kg\":\"1,5\"}}", TW_FORMAT, "header.gross_mass_kg", "");
    refuses("{\"lodged_at\":\"2026-02-30\"}", TW_FORMAT, "lodged_at", "");
    refuses("{\"items\":{}}", TW_FORMAT, "items", "an array [...]");
    refuses("{\"items\":[{},1]}", TW_FORMAT, "items[1]", "an object {...} is wanted");
    refuses("{\"items\":[{\"hs\":\"08081x\"}]}", TW_FORMAT, "items[0].hs", "is no commodity code");
    refuses("{\"items\":[{\"item.container_id\":\"A\"}]}", TW_NOTFOUND, "items[0].item.container_id",
            "no member");
    refuses("{\"container_id\":\"A\"}", TW_NOTFOUND, "container_id", "no member");
    refuses("{\"freight_currency\":\"GBP\"}", TW_NOTFOUND, "freight_currency", "no member");
    refuses("{\"extra\":[{\"path\":1}]}", TW_FORMAT, "extra[0].path", "a text");
}

static void money_and_quantities_keep_every_digit_or_are_refused(void)
{
    refuses("{\"freight\":12.5}", TW_FORMAT, "freight", "money is written {");
    refuses("{\"freight\":{\"amount\":12.5}}", TW_FORMAT, "freight.amount", "written as text");
    refuses("{\"freight\":{}}", TW_FORMAT, "freight", "the amount is missing");
    refuses("{\"freight\":{\"amount\":\"1\",\"cur\":\"GBP\"}}", TW_NOTFOUND, "freight.cur",
            "amount and currency are");
    refuses("{\"freight\":{\"amount\":\"1\",\"currency\":\"GBX\"}}", TW_FORMAT, "freight.currency", "");
    refuses("{\"freight\":{\"amount\":\"-1\",\"currency\":\"GBP\"}}", TW_RANGE, "freight.amount",
            "below zero");
    refuses("{\"freight\":{\"amount\":\"1.234\",\"currency\":\"GBP\"}}", TW_RANGE, "freight.amount",
            "finer than");
    refuses("{\"freight\":{\"amount\":\"1.5\",\"currency\":\"JPY\"}}", TW_RANGE, "freight.amount",
            "finer than");
    writes(reads("{\"freight\":{\"amount\":\"1.230\",\"currency\":\"GBP\"}}"),
           "{\"freight\":{\"amount\":\"1.23\",\"currency\":\"GBP\"}}\n");
    refuses("{\"items\":[{\"quantity\":\"5\"}]}", TW_FORMAT, "items[0].quantity", "a quantity is written {");
    refuses("{\"items\":[{\"quantity\":{}}]}", TW_FORMAT, "items[0].quantity", "a quantity is written {");
    refuses("{\"items\":[{\"quantity\":{\"value\":5}}]}", TW_FORMAT, "items[0].quantity.value",
            "written as text");
    refuses("{\"items\":[{\"quantity\":{\"unit\":5}}]}", TW_FORMAT, "items[0].quantity.unit",
            "a unit is a text");
    refuses("{\"items\":[{\"quantity\":{\"n\":\"5\"}}]}", TW_NOTFOUND, "items[0].quantity.n",
            "unit and value are");
}

static void keep(void *to, const struct tw_fault *f)
{
    struct tw_buf *out = to;
    tw_buf_printf(out, "%s;", f->path);
}

static void every_fault_is_told_when_asked(void)
{
    TW_SCOPED_BUF all = {0};
    const struct tw_json_told told = {&all, keep};
    struct tw_decl *d = NULL;
    tw_arena_reset(arena);
    CHECK(
        read(TW_STR(
                 "{\"lrn\":1,\"items\":[{\"hs\":\"x\"},{\"item\":\"1\",\"price\":{\"amount\":1}}],\"zz\":0}"),
             0, &told, &d) == TW_OK);
    CHECK(d != NULL && d->lrn.n == 0 && d->items.n == 2 && d->items.at[0].hs.n == 0);
    CHECK(tw_str_is(tw_buf_view(&all), "lrn;items[0].hs;items[1].item;items[1].price.amount;zz;"));
    CHECK(read(TW_STR("[]"), 0, &told, &d) == TW_FORMAT && fault.note[0] != '\0');
    tw_buf_clear(&all); /* what is too much is no fault of a member */
    CHECK(read(TW_STR("{\"lrn\":1,\"items\":[{},{},{}]}"), 2, &told, &d) == TW_LIMIT);
    CHECK(tw_str_is(tw_buf_view(&all), "lrn;") && strcmp(fault.path, "items") == 0);
}

static void items_have_a_limit(void)
{
    struct tw_decl *d = NULL;
    tw_arena_reset(arena);
    CHECK(read(TW_STR("{\"items\":[{},{}]}"), 2, NULL, &d) == TW_OK && d->items.n == 2);
    CHECK(read(TW_STR("{\"items\":[{},{},{}]}"), 2, NULL, &d) == TW_LIMIT &&
          strstr(fault.note, "2 items") != NULL);
    TW_SCOPED_BUF many = {0};
    tw_buf_text(&many, "{\"items\":[{}");
    for (int i = 1; i < TW_ITEMS_MAX; i++) tw_buf_text(&many, ",{}");
    const size_t n = many.n;
    tw_buf_text(&many, "]}");
    tw_arena_reset(arena);
    CHECK(read(tw_buf_view(&many), 0, NULL, &d) == TW_OK && d->items.n == TW_ITEMS_MAX);
    many.n = n;
    tw_buf_text(&many, ",{}]}");
    tw_arena_reset(arena);
    CHECK(read(tw_buf_view(&many), 0, NULL, &d) == TW_LIMIT && strcmp(fault.path, "items") == 0);
}

static void a_declaration_too_large_for_its_arena_is_a_limit(void)
{
    struct tw_arena *small = NULL;
    struct tw_decl *d = NULL;
    const struct tw_json_node *root;
    TW_SCOPED_BUF many = {0};
    tw_buf_text(&many, "{\"items\":[{}");
    for (int i = 1; i < 1000; i++) tw_buf_text(&many, ",{}");
    tw_buf_text(&many, "]}");
    CHECK(tw_arena_new(1 << 18, &small) == TW_OK);
    CHECK(tw_json_parse(tw_buf_view(&many), NULL, small, &root, &fault) == TW_OK);
    CHECK(tw_json_read_decl(root, 0, NULL, small, &d, &fault) == TW_LIMIT &&
          strcmp(fault.path, "memory") == 0);
    tw_arena_free(small);
}

/* -- every member of every object */

static void whatever_a_declaration_holds_comes_back(void)
{
    struct tw_decl *d, *back = NULL;
    TW_SCOPED_BUF first = {0};
    tw_arena_reset(arena);
    d = tw_arena_alloc(arena, sizeof *d);
    CHECK(d != NULL);
    json_fill(TW_LEVEL_DECL, arena, (char *)d);
    d->items.at[1].extra.at[0].value = TW_STR(" \n kept as it stood ");
    tw_json_write_decl(d, &first);
    tw_buf_char(&first, '\0');
    for (int e = 0; e < TW_ELEMENT_N; e++) {
        const struct tw_element_row *row = tw_element_row((enum tw_element)e);
        if (row->type == TW_TYPE_CONTAINERS || row->type == TW_TYPE_CURRENCY || row->type == TW_TYPE_UNIT)
            continue;
        const char *point = strchr(row->name, '.'), *last = point != NULL ? point + 1 : row->name;
        char key[80];
        snprintf(key, sizeof key, "\"%s\":", last);
        CHECK(strstr(first.p, key) != NULL);
    }
    first.n--;
    CHECK(read(tw_buf_view(&first), 0, NULL, &back) == TW_OK);
    writes(back, first.p);
    CHECK(tw_str_is(back->items.at[1].extra.at[0].value, " \n kept as it stood "));
    CHECK(back->items.at[0].price.minor == 9007199254740993 &&
          back->items.at[1].duties.at[1].rate.scale == 3);
}

static void a_message_comes_back_through_json(void)
{
    XML_HOUSE h;
    xml_house_open(&h);
    CHECK(xml_house_read(
              &h, tw_str_from(DECLARATION(
                      "<IssueDateTime><p1:DateTimeString "
                      "formatCode='304'>20260224162530+01</p1:DateTimeString></IssueDateTime>"
                      "<FunctionCode> 9</FunctionCode><InvoiceAmount "
                      "currencyID='GBP'>2500</InvoiceAmount><Odd a='&gt;'>1 &gt; 0"
                      "</Odd><TotalGrossMassMeasure unitCode='TNE'>1.5</TotalGrossMassMeasure><GoodsShipment>"
                      "<CustomsValuation><FreightChargeAmount>12.345</FreightChargeAmount></CustomsValuation>"
                      "<GovernmentAgencyGoodsItem><SequenceNumeric>1</"
                      "SequenceNumeric><Commodity><InvoiceLine><ItemChargeAmount>5"
                      "</ItemChargeAmount></InvoiceLine><Description>a\n "
                      "b</Description></Commodity></GovernmentAgencyGoodsItem>"
                      "</GoodsShipment>"))) == TW_OK);
    xml_house_same(&h);
    TW_SCOPED_BUF json = {0};
    struct tw_decl *back = NULL;
    tw_json_write_decl(h.reading.decl, &json);
    tw_arena_reset(arena);
    CHECK(read(tw_buf_view(&json), 0, NULL, &back) == TW_OK);
    h.reading.decl = back;
    xml_house_same(&h);
}

static void a_declaration_is_told_from_other_objects(void)
{
    const struct tw_json_node *root = NULL;
    CHECK(tw_json_parse(TW_STR("{\"x\":1,\"items\":[]}"), NULL, arena, &root, NULL) == TW_OK &&
          tw_json_level(root) == TW_LEVEL_DECL);
    CHECK(tw_json_parse(TW_STR("{\"x\":1}"), NULL, arena, &root, NULL) == TW_OK &&
          tw_json_level(root) == TW_LEVEL_N);
    CHECK(tw_json_parse(TW_STR("[1]"), NULL, arena, &root, NULL) == TW_OK &&
          tw_json_level(root) == TW_LEVEL_N);
}

static void the_schema_names_every_member(void)
{
    TW_SCOPED_BUF out = {0};
    tw_json_write_schema(TW_LEVEL_DECL, &out);
    CHECK(!out.failed);
    json_error_t error;
    json_t *schema = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, &error);
    CHECK(schema != NULL);
    const json_t *properties = json_object_get(schema, "properties");
    CHECK(json_object_get(json_object_get(properties, "importer"), "additionalProperties") == json_false());
    const json_t *items = json_object_get(properties, "items");
    CHECK(json_integer_value(json_object_get(items, "maxItems")) == TW_ITEMS_MAX);
    CHECK(json_object_size(json_object_get(schema, "$defs")) == 14);
    json_decref(schema);
}

static void *counted(size_t n)
{
    return tw_calloc(1, n);
}

static tw_err again(void)
{
    struct tw_arena *own = NULL;
    const struct tw_json_node *root = NULL;
    struct tw_decl *d = NULL;
    tw_err err = tw_arena_new(1 << 20, &own);
    if (err != TW_OK) return err;
    err = tw_json_parse(TW_STR("{\"lrn\":\"L\",\"items\":[{\"hs\":\"0808.10\"}]}"), NULL, own, &root, &fault);
    if (err == TW_OK) err = tw_json_read_decl(root, 0, NULL, own, &d, &fault);
    CHECK((err == TW_OK) == (d != NULL));
    tw_arena_free(own);
    return err;
}

/* jansson calls some of its failures a syntax error, so only that they are failures is asked of those. */
static void no_allocation_may_fail_unseen(void)
{
    CHECK(fault_each_allocation(again) > 0);
    json_set_alloc_funcs(counted, tw_free);
    long n = 0;
    for (tw_err err = TW_NOMEM; err != TW_OK; n++) {
        tw_mem_fail_after(n);
        err = again();
        tw_mem_fail_after(-1);
        CHECK(err == TW_OK || err == TW_NOMEM || err == TW_FORMAT);
    }
    CHECK(n > 10);
    json_set_alloc_funcs(malloc, free);
}

int main(void)
{
    CHECK(tw_arena_new(256 << 20, &arena) == TW_OK);
    RUN(a_manifest_comes_back_as_it_was_written);
    RUN(the_form_is_the_documented_one);
    RUN(order_blanks_and_spelling_do_not_matter);
    RUN(each_fault_has_its_path_and_says_what_is_right);
    RUN(money_and_quantities_keep_every_digit_or_are_refused);
    RUN(every_fault_is_told_when_asked);
    RUN(items_have_a_limit);
    RUN(a_declaration_too_large_for_its_arena_is_a_limit);
    RUN(whatever_a_declaration_holds_comes_back);
    RUN(a_message_comes_back_through_json);
    RUN(a_declaration_is_told_from_other_objects);
    RUN(the_schema_names_every_member);
    RUN(no_allocation_may_fail_unseen);
    tw_arena_free(arena);
    return DONE();
}
