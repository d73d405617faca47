/* SPDX-License-Identifier: Apache-2.0 */
/* Notifications as JSON: what is written is read again as it was, and an answer goes through it unchanged. */
#include "decl/same.h"
#include "fault.h"
#include "json_full.h"
#include "message/json_read.h"
#include "message/json_write.h"
#include "message/notification.h"
#include "xml_message.h"

#include <jansson.h>

#define RES "urn:wco:datamodel:WCO:RES-DMS:2"
#define RDS "urn:wco:datamodel:WCO:Response_DS:DMS:2"

static struct tw_arena *arena;
static struct tw_fault fault;

static tw_err read(struct tw_str text, const struct tw_json_told *told, struct tw_notification **ret)
{
    const struct tw_json_node *root = NULL;
    fault = (struct tw_fault){0};
    TW_TRY(tw_json_parse(text, NULL, arena, &root, &fault));
    return tw_json_read_notification(root, told, arena, ret, &fault);
}

static struct tw_notification *reads(const char *text)
{
    struct tw_notification *n = NULL;
    const tw_err err = read(tw_str_from(text), NULL, &n);
    if (err != TW_OK) printf("# %s: %s: %s\n", text, fault.path, fault.note);
    CHECK(err == TW_OK && n != NULL);
    return n;
}

static void refuses(const char *text, tw_err want, const char *path, const char *words)
{
    struct tw_notification *n = NULL;
    const tw_err err = read(tw_str_from(text), NULL, &n);
    if (err != want || strcmp(fault.path, path) != 0 || strstr(fault.note, words) == NULL)
        printf("# %s: %s, %s: %s\n", text, tw_err_name(err), fault.path, fault.note);
    CHECK(err == want && n == NULL && strcmp(fault.path, path) == 0 && strstr(fault.note, words) != NULL);
    CHECK(fault.line == 1 && fault.column > 0);
}

static void writes(const struct tw_notification *n, const char *want)
{
    TW_SCOPED_BUF out = {0};
    tw_json_write_line(TW_LEVEL_NOTIFICATION, n, &out);
    if (!tw_str_is(tw_buf_view(&out), want)) printf("# %.*s# %s", TW_STR_ARG(tw_buf_view(&out)), want);
    CHECK(!out.failed && tw_str_is(tw_buf_view(&out), want));
}

static void the_form_is_that_of_declarations(void)
{
    const char *const text =
        "{\"code\":\"DMSREJ\",\"errors\":[{\"code\":\"CDS12005\",\"pointers\":[{\"section\":\"42A\"},"
        "{\"section\":\"17C\",\"sequence\":3,\"tag\":\"R144\"}]}],\"id\":\"N1\",\"issued_at\":\"2026-11-"
        "23T05:"
        "57:00Z\",\"items\":[{\"number\":1,\"taxes\":[{\"assessed\":{\"amount\":\"998.00\",\"currency\":"
        "\"GBP\"},\"base\":{\"unit\":\"KGM\",\"value\":\"5\"},\"rate\":\"20.00\",\"type\":\"B00\"}]}],"
        "\"lrn\":\"L-1\",\"mrn\":\"25GB1\",\"remarks\":[{\"limit_at\":\"2026-09-11T16:33:45Z\",\"type\":"
        "\"CEX\"}],\"version\":2}\n";
    const struct tw_notification *n = reads(text);
    CHECK(n->code == TW_NOTICE_REJ && n->errors.n == 1 && n->errors.at[0].pointers.at[1].sequence == 3);
    CHECK(n->items.at[0].taxes.at[0].assessed.minor == 99800 && n->remarks.at[0].limit_at == 1789144425);
    CHECK(n->accepted_at == TW_NO_TIME && n->version == 2);
    writes(n, text);
}

static void each_fault_has_its_path_and_says_what_is_right(void)
{
    refuses("[]", TW_FORMAT, "", "a notification is an object");
    refuses("{\"cod\":\"1\"}", TW_NOTFOUND, "cod", "is code meant?");
    refuses("{\"code\":\"DMSXXX\"}", TW_NOTFOUND, "code", "");
    refuses("{\"code\":1}", TW_FORMAT, "code", "a text in quotes is wanted");
    refuses("{\"declarant\":{}}", TW_NOTFOUND, "declarant", "no member here");
    refuses("{\"errors\":{}}", TW_FORMAT, "errors", "an array [...]");
    refuses("{\"errors\":[{\"pointers\":[1]}]}", TW_FORMAT, "errors[0].pointers[0]", "an object {...}");
    refuses("{\"errors\":[{\"pointers\":[{\"sequence\":0}]}]}", TW_RANGE, "errors[0].pointers[0].sequence",
            "outside 1 to");
    refuses("{\"remarks\":[{\"limit_at\":\"soon\"}]}", TW_FORMAT, "remarks[0].limit_at", "");
    refuses("{\"payments\":[{\"payable\":{\"amount\":\"1.234\",\"currency\":\"GBP\"}}]}", TW_RANGE,
            "payments[0].payable.amount", "finer than");
    refuses("{\"items\":[{\"taxes\":[{\"rate\":20}]}]}", TW_FORMAT, "items[0].taxes[0].rate",
            "written as text");
    refuses("{\"lrn\":\"1\",\"errors\":[]}", TW_FORMAT, "", "the code is missing");
    refuses("{\"lrn\":\"1\",\"extra\":[{\"path\":\"D/a\"}]}", TW_FORMAT, "", "the code is missing");
    refuses("{\"lrn\":\"a\\u0001\"}", TW_FORMAT, "lrn", "control character");
    refuses("{\"values\":[{\"value\":null}]}", TW_FORMAT, "values[0].value", "null stands here");
}

static void keep(void *to, const struct tw_fault *f)
{
    tw_buf_printf(to, "%s;", f->path);
}

static void every_fault_is_told_when_asked(void)
{
    TW_SCOPED_BUF all = {0};
    const struct tw_json_told told = {&all, keep};
    struct tw_notification *n = NULL;
    CHECK(read(TW_STR("{\"code\":\"x\",\"errors\":[{\"code\":1},{\"zz\":1}]}"), &told, &n) == TW_OK);
    CHECK(n != NULL && n->errors.n == 2 && tw_str_is(tw_buf_view(&all), "code;errors[0].code;errors[1].zz;"));
}

static void items_have_a_limit(void)
{
    struct tw_notification *n = NULL;
    TW_SCOPED_BUF many = {0};
    tw_buf_text(&many, "{\"code\":\"DMSTAX\",\"items\":[{}");
    for (int i = 1; i < TW_ITEMS_MAX; i++) tw_buf_text(&many, ",{}");
    const size_t end = many.n;
    tw_buf_text(&many, "]}");
    CHECK(read(tw_buf_view(&many), NULL, &n) == TW_OK && n->items.n == TW_ITEMS_MAX);
    many.n = end;
    tw_buf_text(&many, ",{}]}");
    CHECK(read(tw_buf_view(&many), NULL, &n) == TW_LIMIT && strcmp(fault.path, "items") == 0);
    CHECK(strstr(fault.note, "a notification has up to 9999 items") != NULL);
}

static void one_too_large_for_its_arena_is_a_limit(void)
{
    TW_SCOPED(tw_arena) *small = NULL;
    const struct tw_json_node *root = NULL;
    struct tw_notification *n = NULL;
    TW_SCOPED_BUF many = {0};
    tw_buf_text(&many, "{\"errors\":[{}");
    for (int i = 1; i < 9000; i++) tw_buf_text(&many, ",{}");
    tw_buf_text(&many, "]}");
    CHECK(tw_arena_new(1 << 18, &small) == TW_OK);
    CHECK(tw_json_parse(tw_buf_view(&many), NULL, arena, &root, &fault) == TW_OK);
    CHECK(tw_json_read_notification(root, NULL, small, &n, &fault) == TW_LIMIT && n == NULL);
    CHECK(strcmp(fault.path, "memory") == 0 && strstr(fault.note, "this notification takes more") != NULL);
}

static void whatever_a_notification_holds_comes_back(void)
{
    struct tw_notification n, *back = NULL;
    TW_SCOPED_BUF first = {0};
    json_fill(TW_LEVEL_NOTIFICATION, arena, (char *)&n);
    CHECK(n.code == TW_NOTICE_TAX && n.payments.at[1].guarantees.n == 2 &&
          n.contact_offices.at[0].contacts.n == 2);
    n.extra.at[1].value = TW_STR(" \n kept as it stood ");
    tw_json_write_line(TW_LEVEL_NOTIFICATION, &n, &first);
    CHECK(read(tw_buf_view(&first), NULL, &back) == TW_OK);
    CHECK(tw_object_missing(TW_LEVEL_NOTIFICATION, &n, back, NULL) == 0);
    CHECK(tw_object_missing(TW_LEVEL_NOTIFICATION, back, &n, NULL) == 0);
    /* 14 members of its own, and of two each: 4 extras, amendments, errors, remarks, statuses ... */
    CHECK(tw_object_missing(TW_LEVEL_NOTIFICATION, &n, NULL, NULL) > 150);
    CHECK(tw_str_is(back->extra.at[1].value, " \n kept as it stood "));
    tw_buf_char(&first, '\0');
    writes(back, first.p);
}

/* XML -> notification -> JSON -> notification -> XML */
static void comes_back(struct tw_str text)
{
    XML_HOUSE h;
    struct tw_notification n, *back = NULL;
    struct tw_decl message;
    struct tw_xml_difference d;
    TW_SCOPED_BUF json = {0};
    xml_house_open(&h);
    CHECK(xml_house_read(&h, text) == TW_OK && h.reading.kind == TW_XML_RESPONSE);
    CHECK(tw_notification_read(h.reading.decl, arena, &n, &fault) == TW_OK);
    tw_json_write_line(TW_LEVEL_NOTIFICATION, &n, &json);
    const struct tw_json_node *root = NULL;
    CHECK(tw_json_parse(tw_buf_view(&json), NULL, arena, &root, &fault) == TW_OK);
    if (tw_json_level(root) != TW_LEVEL_NOTIFICATION) printf("# %.*s", TW_STR_ARG(tw_buf_view(&json)));
    CHECK(tw_json_level(root) == TW_LEVEL_NOTIFICATION);
    CHECK(tw_json_read_notification(root, NULL, arena, &back, &fault) == TW_OK);
    CHECK(tw_notification_write(back, arena, &message, &fault) == TW_OK);
    CHECK(tw_xml_write(h.writer, &message, h.work, &h.out, NULL, NULL) == TW_OK);
    CHECK(xml_feed(h.again, tw_buf_view(&h.out), SIZE_MAX, NULL) == TW_OK);
    CHECK(tw_xml_compare(h.xml, h.again, &d, NULL) == TW_OK && d.missing + d.added == 0);
}

#define ANSWER(inner)                                                                                        \
    "<md:MetaData xmlns:md='" MD "' xmlns='" RES "' xmlns:ds='" RDS "'><md:WCOTypeName>RES</md:WCOTypeName>" \
    "<Response>" inner "</Response></md:MetaData>"

static void an_answer_comes_back_through_json(void)
{
    comes_back(TW_STR(
        ANSWER("<FunctionCode> 03</FunctionCode><IssueDateTime><ds:DateTimeString "
               "formatCode='304'>20260224162530+01</ds:DateTimeString></IssueDateTime><Odd a='1'>x</Odd>"
               "<Error><Description>a &lt; b</Description><Pointer><TagID>1</TagID></Pointer></Error>"
               "<Declaration><ID>25GB1</ID></Declaration><d:Declaration xmlns:d='" DEC
               "'><d:GoodsItemQuantity> 2</d:GoodsItemQuantity></d:Declaration>")));
    comes_back(TW_STR(ANSWER("<FunctionCode>99</FunctionCode>"))); /* no member of its own */
    comes_back(
        TW_STR(ANSWER("<FunctionCode>99</FunctionCode><Declaration><FunctionalReferenceID>L"
                      "</FunctionalReferenceID><ID>1</ID></Declaration>"))); /* none a declaration has not */
    comes_back(TW_STR("<MetaData><Response/></MetaData>"));
}

static enum tw_level level_of(const char *text)
{
    const struct tw_json_node *root = NULL;
    CHECK(tw_json_parse(tw_str_from(text), NULL, arena, &root, &fault) == TW_OK);
    return tw_json_level(root);
}

static void what_it_could_be_is_told_by_its_members(void)
{
    CHECK(level_of("{\"code\":\"DMSACC\",\"lrn\":\"1\"}") == TW_LEVEL_NOTIFICATION);
    CHECK(level_of("{\"declaration_id\":\"1\",\"lrn\":\"1\"}") == TW_LEVEL_DECL);
    CHECK(level_of("{\"lrn\":\"1\",\"items\":[]}") == TW_LEVEL_DECL);
    CHECK(level_of("{\"code\":\"1\",\"declaration_id\":\"1\",\"office\":\"1\"}") == TW_LEVEL_DECL);
    CHECK(level_of("{\"extra\":[{\"path\":\"/md:MetaData/res:Response\"}]}") == TW_LEVEL_NOTIFICATION);
    CHECK(level_of("{\"extra\":[{\"path\":\"BGM[1]\"}],\"lrn\":\"1\"}") == TW_LEVEL_NOTIFICATION);
    CHECK(level_of("{\"extra\":[1,{\"path\":1},{\"path\":\"D/a\"}]}") == TW_LEVEL_DECL);
    CHECK(level_of("{\"extra\":1}") == TW_LEVEL_DECL);
    CHECK(level_of("{\"x\":1}") == TW_LEVEL_N && level_of("[]") == TW_LEVEL_N &&
          level_of("{}") == TW_LEVEL_N);
}

static void the_schema_names_every_member(void)
{
    TW_SCOPED_BUF out = {0};
    json_error_t error;
    tw_json_write_schema(TW_LEVEL_NOTIFICATION, &out);
    json_t *schema = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, &error);
    CHECK(!out.failed && schema != NULL);
    const json_t *properties = json_object_get(schema, "properties");
    CHECK(strcmp(json_string_value(json_object_get(schema, "$id")), "urn:tidewaiter:schema:notification:1") ==
          0);
    CHECK(json_array_size(json_object_get(json_object_get(properties, "code"), "enum")) == TW_NOTICE_N);
    CHECK(json_integer_value(json_object_get(json_object_get(properties, "items"), "maxItems")) ==
          TW_ITEMS_MAX);
    CHECK(json_object_size(json_object_get(schema, "$defs")) == 12 && json_object_size(properties) == 21);
    json_decref(schema);
}

static tw_err again(void)
{
    TW_SCOPED(tw_arena) *own = NULL;
    const struct tw_json_node *root = NULL;
    struct tw_notification *n = NULL;
    TW_TRY(tw_arena_new(1 << 20, &own));
    TW_TRY(tw_json_parse(TW_STR("{\"code\":\"DMSREJ\",\"errors\":[{\"code\":\"1\"}]}"), NULL, own, &root,
                         &fault));
    const tw_err err = tw_json_read_notification(root, NULL, own, &n, &fault);
    CHECK((err == TW_OK) == (n != NULL));
    return err;
}

static void no_allocation_may_fail_unseen(void)
{
    CHECK(fault_each_allocation(again) > 0);
}

int main(void)
{
    CHECK(tw_arena_new((size_t)64 << 20, &arena) == TW_OK);
    RUN(the_form_is_that_of_declarations);
    RUN(each_fault_has_its_path_and_says_what_is_right);
    RUN(every_fault_is_told_when_asked);
    RUN(items_have_a_limit);
    RUN(one_too_large_for_its_arena_is_a_limit);
    RUN(whatever_a_notification_holds_comes_back);
    RUN(an_answer_comes_back_through_json);
    RUN(what_it_could_be_is_told_by_its_members);
    RUN(the_schema_names_every_member);
    RUN(no_allocation_may_fail_unseen);
    tw_arena_free(arena);
    return DONE();
}
