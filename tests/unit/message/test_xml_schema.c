/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"
#include "xml_message.h"

#define XS                                                                                                   \
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' elementFormDefault='qualified' "                 \
    "targetNamespace='" MD "'>"

/* A schema of two files: MetaData holds a WCOTypeName of three letters, then any Declaration or nothing. */
static const char *const file[][2] = {
    {"top.xsd",
     XS "<xs:include schemaLocation='sub/name.xsd'/><xs:element name='MetaData'><xs:complexType><xs:sequence>"
        "<xs:element name='WCOTypeName' type='m:Name' xmlns:m='" MD "'/><xs:any namespace='##other' "
        "processContents='lax' minOccurs='0'/></xs:sequence></xs:complexType></xs:element></xs:schema>"},
    {"sub/name.xsd",
     XS "<xs:simpleType name='Name'><xs:restriction base='xs:string'><xs:pattern value='[A-Z]{3}'/>"
        "</xs:restriction></xs:simpleType></xs:schema>"},
    {"broken.xsd", XS "<xs:element name='a' type='none:such' xmlns:none='urn:none'/></xs:schema>"},
    {"away.xsd", XS "<xs:include schemaLocation='http://example.org/a.xsd'/></xs:schema>"},
    {"text.xsd", "not XML"}};

static tw_err load(void *to, struct tw_str location, struct tw_buf *ret, struct tw_fault *fault)
{
    if (to != NULL) tw_buf_printf(to, "%.*s ", TW_STR_ARG(location));
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        if (!tw_str_is(location, file[i][0])) continue;
        tw_buf_text(ret, file[i][1]);
        return ret->failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
    }
    return tw_fail(fault, TW_NOTFOUND, "no %.*s here", TW_STR_ARG(location));
}

static tw_err keeps(const char *text, struct tw_fault *fault)
{
    TW_SCOPED(tw_xml) *x = NULL;
    TW_SCOPED(tw_xml_schema) *s = NULL;
    CHECK(tw_xml_schema_new(TW_STR("top.xsd"), &(struct tw_xml_source){NULL, load}, &s, fault) == TW_OK);
    CHECK(tw_xml_new(NULL, &x, NULL) == TW_OK);
    tw_xml_hold_to(x, s, NULL);
    CHECK(xml_feed(x, tw_str_from(text), SIZE_MAX, NULL) == TW_OK);
    memset(fault, 0, sizeof *fault);
    const tw_err err = tw_xml_parse(x, NULL, fault);
    CHECK(tw_xml_parse(x, NULL, fault) == err); /* the next message finds it as it was */
    tw_xml_hold_to(x, NULL, NULL);
    CHECK(tw_xml_parse(x, NULL, NULL) == TW_OK); /* all of these are well-formed */
    return err;
}

#define WITH(name, more)                                                                                     \
    "<m:MetaData xmlns:m='" MD "'>\n<m:WCOTypeName>" name "</m:WCOTypeName>" more "</m:MetaData>"

static void messages_are_held_to_it(void)
{
    struct tw_fault fault = {0};
    CHECK(keeps(WITH("DEC", ""), &fault) == TW_OK);
    CHECK(keeps(WITH("DEC", "<Declaration xmlns='" DEC "'/>"), &fault) == TW_OK);
    CHECK(keeps(WITH("D<![CDATA[E]]>&#67;", ""), &fault) == TW_OK);
    CHECK(keeps(WITH("dec", ""), &fault) == TW_FORMAT && fault.line == 2 &&
          strcmp(fault.path, "schema") == 0);
    CHECK(strstr(fault.note, "[facet 'pattern'] The value 'dec'") != NULL && strchr(fault.note, '{') == NULL);
    CHECK(keeps(WITH("DEC", "<m:WCOTypeName>DEC</m:WCOTypeName>"), &fault) == TW_FORMAT);
    CHECK(keeps("<m:MetaData xmlns:m='" MD "'/>", &fault) == TW_FORMAT &&
          strstr(fault.note, "Missing child") != NULL);
    CHECK(keeps("<MetaData><WCOTypeName>DEC</WCOTypeName></MetaData>", &fault) == TW_FORMAT);
    CHECK(keeps("<Declaration xmlns='" DEC "'/>", &fault) == TW_FORMAT);
}

static void note_place(void *to, const struct tw_fault *fault)
{
    tw_buf_printf(to, "%u %s\n", fault->line, fault->note);
}

static void each_place_is_told_to_who_asks(void)
{
    TW_SCOPED(tw_xml) *x = NULL;
    TW_SCOPED(tw_xml_schema) *s = NULL;
    TW_SCOPED_BUF said = {0};
    const struct tw_xml_told told = {&said, note_place};
    struct tw_fault fault = {0};
    CHECK(tw_xml_schema_new(TW_STR("top.xsd"), &(struct tw_xml_source){NULL, load}, &s, &fault) == TW_OK);
    CHECK(tw_xml_new(NULL, &x, NULL) == TW_OK);
    tw_xml_hold_to(x, s, &told);
    const char *text =
        "<e:a xmlns:e='urn:e'>" WITH("dec", "") "\n" WITH("DEC", "") "\n" WITH("4", "<x/>") "</e:a>";
    CHECK(xml_feed(x, tw_str_from(text), SIZE_MAX, NULL) == TW_OK);
    CHECK(tw_xml_parse(x, NULL, &fault) == TW_OK); /* refuses nothing */
    tw_buf_char(&said, '\0');
    size_t lines = 0;
    for (size_t i = 0; i < said.n; i++) lines += said.p[i] == '\n';
    if (lines != 3) printf("# %s\n", said.p);
    CHECK(lines == 3 && strncmp(said.p, "2 ", 2) == 0 && strstr(said.p, "\n6 ") != NULL);
    CHECK(strstr(said.p, "'dec'") != NULL && strstr(said.p, "'4'") != NULL &&
          strstr(said.p, "not expected") != NULL);
}

static void what_stands_around_a_message_is_not(void)
{
    struct tw_fault fault = {0};
    CHECK(keeps("<e:a xmlns:e='urn:e'><e:b>1</e:b>" WITH("DEC", "") "<e:c/></e:a>", &fault) == TW_OK);
    CHECK(keeps("<e:a xmlns:e='urn:e'>" WITH("dec", "") "</e:a>", &fault) == TW_FORMAT);
    CHECK(keeps("<e:a xmlns:e='urn:e'>" WITH("DEC", "") WITH("dec", "") "</e:a>", &fault) == TW_FORMAT);
    CHECK(keeps("<e:a xmlns:e='urn:e'>" WITH("DEC", "") WITH("DEC", "") "</e:a>", &fault) == TW_OK);
    CHECK(keeps("<e:a xmlns:e='urn:e'><Declaration xmlns='" DEC "'/>" WITH("DEC", "") "</e:a>", &fault) ==
              TW_FORMAT &&
          strcmp(fault.path, "schema") == 0 && strstr(fault.note, "outside of MetaData") != NULL);
    CHECK(keeps("<e:a xmlns:e='urn:e'>" WITH("DEC", "") "<Response xmlns='urn:wco:datamodel:WCO:RES-DMS:2'/>"
                                                        "</e:a>",
                &fault) == TW_FORMAT);
    CHECK(keeps("<e:a xmlns:e='urn:e'><e:Response/>" WITH("DEC", "") "</e:a>", &fault) == TW_OK);
    CHECK(keeps("<e:a xmlns:e='urn:e'/>", &fault) == TW_FORMAT && strstr(fault.note, "no MetaData") != NULL);
}

static void a_schema_comes_from_its_loader_alone(void)
{
    TW_SCOPED(tw_xml_schema) *s = NULL;
    TW_SCOPED_BUF asked = {0};
    struct tw_fault fault = {0};
    CHECK(tw_xml_schema_new(TW_STR("top.xsd"), &(struct tw_xml_source){&asked, load}, &s, &fault) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&asked), "top.xsd sub/name.xsd "));
    static const struct {
        const char *name;
        tw_err err;
        const char *words;
    } wrong[] = {{"none.xsd", TW_NOTFOUND, "no none.xsd here"},
                 {"away.xsd", TW_NOTFOUND, "no http://example.org/a.xsd here"},
                 {"broken.xsd", TW_FORMAT, "no schema that can be used"},
                 {"text.xsd", TW_FORMAT, "no schema that can be used"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        TW_SCOPED(tw_xml_schema) *none = NULL;
        const tw_err err =
            tw_xml_schema_new(tw_str_from(wrong[i].name), &(struct tw_xml_source){NULL, load}, &none, &fault);
        if (err != wrong[i].err) printf("# %s: %s %s\n", wrong[i].name, tw_err_name(err), fault.note);
        CHECK(err == wrong[i].err && none == NULL && strstr(fault.note, wrong[i].words) != NULL);
    }
}

static struct tw_xml_schema *compiled;

static tw_err work(void)
{
    TW_SCOPED(tw_xml) *x = NULL;
    TW_TRY(tw_xml_new(NULL, &x, NULL));
    tw_xml_hold_to(x, compiled, NULL);
    TW_TRY(xml_feed(x, TW_STR(WITH("DEC", "")), SIZE_MAX, NULL));
    return tw_xml_parse(x, NULL, NULL);
}

/* Of messages: libxml2 2.9 does not outlive a schema that it has no memory to compile. That is done once,
 * before any message is read, with files of the operator's own. */
static void no_allocation_that_fails_does_harm(void)
{
    CHECK(tw_xml_schema_new(TW_STR("top.xsd"), &(struct tw_xml_source){NULL, load}, &compiled, NULL) ==
          TW_OK);
    CHECK(work() == TW_OK);
    CHECK(fault_each_allocation(work) > 20);
    tw_xml_schema_free(compiled);
}

int main(void)
{
    RUN(messages_are_held_to_it);
    RUN(each_place_is_told_to_who_asks);
    RUN(what_stands_around_a_message_is_not);
    RUN(a_schema_comes_from_its_loader_alone);
    RUN(no_allocation_that_fails_does_harm);
    return DONE();
}
