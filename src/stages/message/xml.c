/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that knows libxml2. It reads from a copy of its own (xmlParserInputBufferCreateStatic would do
 * without, but 2.9.14 loses its place in long texts beyond ASCII) and stops at the first error. Options: no
 * network, and no word on what the bytes are, since they are UTF-8 by now. XML_PARSE_NOENT, _DTDLOAD and
 * _HUGE are never set; without NOENT libxml2 hands on an ampersand in an attribute as "&#38;", which is
 * undone here.
 *
 * libxml2's memory comes from base/mem.h. Each message has a context of its own, so that nothing of one is
 * left for the next, and its dictionary tells how many names the message has. */
#include "message/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/uri.h>
#include <libxml/xmlschemas.h>

#include <limits.h>

#include "base/mem.h"
#include "message/xml_priv.h"
#include "message/xml_tree_priv.h"

enum { ROOM = 64 << 10 };

struct tw_xml_schema {
    xmlSchemaPtr schema;
};

/* Holds the elements from one on to a schema, as they are told. */
struct keeper {
    xmlSchemaValidCtxtPtr context;
    xmlSchemaSAXPlugPtr plug;
    xmlSAXHandlerPtr sax;
    void *to;
    unsigned depth, from;  /* of the open element; of the first that is held to it, 0 = none yet */
    uint32_t line, column; /* of what was told last */
    bool done;
};

struct tw_xml {
    struct tw_xml_limits limits;
    struct tw_buf bytes, wide; /* as they came; as UTF-8 where that is not the same */
    xmlParserCtxtPtr context;
    struct tw_buf values; /* of attributes that had to be rewritten */
    struct tw_xml_attribute *attribute;
    size_t attributes; /* room for so many */

    const struct tw_xml_schema *schema;
    const struct tw_xml_told *told; /* NULL = what does not keep the schema refuses the message */
    struct keeper keeper;
    const struct tw_xml_events *events; /* of the message under way */
    struct tw_fault *fault;
    tw_err err; /* the first one */
};

/* Has libxml2 been refused memory on this thread? It does not always say so. */
static _Thread_local bool starved;

static void *mem_realloc(void *p, size_t n)
{
    void *more = tw_realloc(p, 1, n);
    starved = starved || more == NULL;
    return more;
}

static void *mem_malloc(size_t n)
{
    return mem_realloc(NULL, n);
}

static char *mem_strdup(const char *s)
{
    const size_t n = strlen(s) + 1;
    char *copy = mem_malloc(n);
    return copy != NULL ? memcpy(copy, s, n) : NULL;
}

static uint32_t or_default(uint32_t v, uint32_t otherwise)
{
    return v > 0 ? v : otherwise;
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* libxml2 would tell of memory that is out on stderr. */
static void say_nothing(void *to, const char *format, ...)
{
    (void)to, (void)format;
}

/* libxml2 has one door to files for the whole process, and this stands in it: what a schema names is loaded
 * by whoever compiles it, on the same thread, and nothing else is. */
struct loading {
    const struct tw_xml_source *source;
    struct tw_fault *fault;
    tw_err err; /* the first one */
};
static _Thread_local struct loading *loading;

static xmlParserInputPtr load_entity(const char *location, const char *id, xmlParserCtxtPtr context)
{
    TW_SCOPED_BUF text = {0};
    (void)id;
    if (loading == NULL || location == NULL || loading->err != TW_OK) return NULL;
    loading->err = loading->source->load(loading->source->to, tw_str_from(location), &text, loading->fault);
    if (loading->err != TW_OK || text.n == 0 || text.n > INT_MAX) return NULL;
    xmlParserInputBufferPtr buffer =
        xmlParserInputBufferCreateMem(text.p, (int)text.n, XML_CHAR_ENCODING_NONE);
    xmlParserInputPtr input =
        buffer != NULL ? xmlNewIOInputStream(context, buffer, XML_CHAR_ENCODING_NONE) : NULL;
    if (input == NULL)
        loading->err = no_memory(loading->fault);
    else
        input->filename = mem_strdup(location);
    return input;
}

bool xml_is_uri(struct tw_str text)
{
    char *copy = tw_realloc(NULL, text.n + 1, 1);
    xmlURIPtr uri = copy != NULL ? xmlCreateURI() : NULL;
    bool is = true; /* out of memory: whoever writes it will find out */
    if (uri != NULL) {
        memcpy(copy, text.s, text.n);
        copy[text.n] = '\0';
        is = memchr(text.s, '\0', text.n) == NULL && xmlParseURIReference(uri, copy) == 0;
    }
    xmlFreeURI(uri);
    tw_free(copy);
    return is;
}

tw_err tw_xml_new(const struct tw_xml_limits *limits, struct tw_xml **ret, struct tw_fault *fault)
{
    const struct tw_xml_limits given = limits != NULL ? *limits : (struct tw_xml_limits){0};
    if (given.bytes > 64u << 20 || given.tag_bytes > 1u << 20 || given.depth > 200 ||
        given.attributes > 1000 || given.namespaces > 1000 || given.elements > 10000000 ||
        given.references > 10000000 || given.names > 65536)
        return tw_fail(fault, TW_ARG, "a limit of XML is above its ceiling");
    if (xmlMemSetup(tw_free, mem_malloc, mem_realloc, mem_strdup) != 0) return no_memory(fault);
    xmlInitParser();
    xmlSetExternalEntityLoader(load_entity);
    struct tw_xml *x = tw_calloc(1, sizeof *x);
    if (x == NULL) return no_memory(fault);
    x->limits = (struct tw_xml_limits){.bytes = or_default(given.bytes, 10000000),
                                       .tag_bytes = or_default(given.tag_bytes, 65536),
                                       .depth = or_default(given.depth, 32),
                                       .attributes = or_default(given.attributes, 64),
                                       .namespaces = or_default(given.namespaces, 64),
                                       .elements = or_default(given.elements, 200000),
                                       .references = or_default(given.references, 200000),
                                       .names = or_default(given.names, 4096)};
    *ret = x;
    return TW_OK;
}

void tw_xml_free(struct tw_xml *x)
{
    if (x == NULL) return;
    tw_buf_free(&x->bytes);
    tw_buf_free(&x->wide);
    tw_buf_free(&x->values);
    tw_free(x->attribute);
    tw_free(x);
}

char *tw_xml_room(struct tw_xml *x, size_t *n)
{
    char *p = tw_buf_room(&x->bytes, ROOM);
    *n = p != NULL ? x->bytes.cap - x->bytes.n : 0;
    return p;
}

tw_err tw_xml_filled(struct tw_xml *x, size_t n, struct tw_fault *fault)
{
    x->bytes.n += n;
    return x->bytes.n <= x->limits.bytes ? TW_OK : xml_too_large(x->limits.bytes, fault);
}

tw_err tw_xml_fill(struct tw_xml *x, struct tw_str bytes, struct tw_fault *fault)
{
    tw_buf_put(&x->bytes, bytes.s, bytes.n);
    if (x->bytes.failed) return tw_fail(fault, TW_NOMEM, "no room left for this message");
    return tw_xml_filled(x, 0, fault);
}

void tw_xml_clear(struct tw_xml *x)
{
    tw_buf_clear(&x->bytes);
}

/* -- from libxml2's events to ours */

static struct tw_str str_from(const xmlChar *s)
{
    return tw_str_from((const char *)s);
}

/* Ends the parsing with `err`, which the fault tells. */
static void stop(struct tw_xml *x, tw_err err)
{
    if (x->err == TW_OK) x->err = err;
    xmlStopParser(x->context);
}

static void blame_here(struct tw_xml *x)
{
    if (x->fault == NULL) return;
    x->fault->line = (uint32_t)x->context->input->line;
    x->fault->column = (uint32_t)x->context->input->col;
}

/* An attribute's value with "&#38;" undone. x->values does not move while an element is told: it has room. */
static struct tw_str plain_value(struct tw_xml *x, struct tw_str v)
{
    static const char amp[] = "&#38;";
    if (v.n == 0 || memchr(v.s, '&', v.n) == NULL) return v;
    const size_t from = x->values.n;
    for (size_t i = 0; i < v.n; i++) {
        const bool is_amp =
            v.s[i] == '&' && v.n - i >= sizeof amp - 1 && memcmp(v.s + i, amp, sizeof amp - 1) == 0;
        tw_buf_char(&x->values, v.s[i]);
        if (is_amp) i += sizeof amp - 2;
    }
    return x->values.failed ? (struct tw_str){NULL, 0}
                            : (struct tw_str){x->values.p + from, x->values.n - from};
}

/* libxml2 looks at a namespace before its ampersands are undone; what it is then must be a URI as well. */
static tw_err check_uri(struct tw_xml *x, struct tw_str uri)
{
    if (uri.s == NULL || memchr(uri.s, '&', uri.n) == NULL || xml_is_uri(uri)) return TW_OK;
    blame_here(x);
    return tw_fail(
        x->fault, TW_FORMAT,
        "the message is not well-formed XML: the namespace '%.*s' is not a valid URI; mend it where it is "
        "written",
        TW_STR_FIRST(uri, 60));
}

/* Makes room for an element's attributes and for what has to be rewritten of them and of namespaces. */
static bool attribute_room(struct tw_xml *x, const xmlChar *uri, size_t n, const xmlChar **from)
{
    size_t bytes = str_from(uri).n;
    tw_buf_clear(&x->values);
    for (size_t i = 0; i < n; i++)
        bytes += (size_t)(from[i * 5 + 4] - from[i * 5 + 3]) + str_from(from[i * 5 + 2]).n;
    if (bytes > 0 && tw_buf_room(&x->values, bytes) == NULL) return false;
    if (n <= x->attributes) return true;
    struct tw_xml_attribute *more = tw_realloc(x->attribute, n, sizeof *more);
    if (more == NULL) return false;
    x->attribute = more;
    x->attributes = n;
    return true;
}

/* What libxml2 says, without line ends and namespaces in braces, at most n - 1 bytes of it. */
static void say_shortly(const char *message, char *ret, size_t n)
{
    size_t to = 0;
    bool braces = false;
    for (; message != NULL && *message != '\0' && *message != '\n' && to + 1 < n; message++) {
        braces = *message == '{' || (braces && *message != '}');
        if (!braces && *message != '}') ret[to++] = *message;
    }
    while (to > 0 && (ret[to - 1] == '.' || ret[to - 1] == ' ')) to--;
    ret[to] = '\0';
}

/* -- schemas */

/* A value that breaks a facet is called invalid once more, at the same place: that says nothing new. */
static void tell_invalid(struct tw_xml *x, int code, const struct tw_fault *what)
{
    const bool again = x->keeper.line == what->line && x->keeper.column == what->column &&
                       code == XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1;
    x->keeper.line = what->line;
    x->keeper.column = what->column;
    if (!again) x->told->fault(x->told->to, what);
}

static void on_invalid(void *to, xmlErrorPtr error)
{
    struct tw_xml *x = to;
    if (x->err != TW_OK || error == NULL || error->level < XML_ERR_ERROR) return;
    if (error->code == XML_ERR_NO_MEMORY || error->message == NULL) {
        stop(x, no_memory(x->fault));
        return;
    }
    char said[160];
    say_shortly(error->message, said, sizeof said);
    struct tw_fault what = {.line = (uint32_t)x->context->input->line,
                            .column = (uint32_t)x->context->input->col,
                            .path = "schema"};
    const tw_err err = tw_fail(&what, TW_FORMAT, "%s", said);
    if (x->told != NULL) {
        tell_invalid(x, error->code, &what);
        return;
    }
    if (x->fault != NULL) *x->fault = what;
    stop(x, err);
}

static void keeper_open(struct tw_xml *x)
{
    struct keeper *k = &x->keeper;
    k->context = xmlSchemaNewValidCtxt(x->schema->schema);
    if (k->context != NULL) {
        xmlSchemaSetValidStructuredErrors(k->context, on_invalid, x);
        k->plug = xmlSchemaSAXPlug(k->context, &k->sax, &k->to);
    }
    if (k->plug == NULL) stop(x, no_memory(x->fault));
    k->from = k->depth;
}

static void keeper_close(struct tw_xml *x)
{
    struct keeper *k = &x->keeper;
    if (k->plug != NULL) xmlSchemaSAXUnplug(k->plug);
    const bool kept = k->context != NULL && (x->told != NULL || xmlSchemaIsValid(k->context) == 1);
    k->done = k->done || (kept && x->err == TW_OK);
    xmlSchemaFreeValidCtxt(k->context);
    *k = (struct keeper){.depth = k->depth, .done = k->done};
}

/* A message begins with MetaData; what is no envelope of others must be one itself. */
static bool begins_message(const struct tw_xml *x, struct tw_str name, const xmlChar *uri)
{
    return tw_str_is(name, "MetaData") ||
           (x->keeper.depth == 1 &&
            (uri == NULL || tw_str_is(name, "Declaration") || tw_str_is(name, "Response")));
}

static bool is_payload(struct tw_str name, const xmlChar *uri)
{
    const enum xml_ns ns = uri != NULL ? xml_ns_find(str_from(uri)) : XML_NS_OTHER;
    return (ns == XML_NS_DEC && tw_str_is(name, "Declaration")) ||
           (ns == XML_NS_RES && tw_str_is(name, "Response"));
}

/* An element begins that no schema holds yet: must one? */
static void keep_from(struct tw_xml *x, struct tw_str name, const xmlChar *uri)
{
    if (begins_message(x, name, uri)) {
        keeper_open(x);
    } else if (is_payload(name, uri)) {
        if (x->fault != NULL) memcpy(x->fault->path, "schema", sizeof "schema");
        blame_here(x);
        stop(x, tw_fail(x->fault, TW_FORMAT,
                        "%.*s stands outside of MetaData, where it is not held to the schema; put it in one",
                        (int)name.n, name.s));
    }
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are libxml2's */
static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int ns_n,
                     const xmlChar **ns, int attribute_n, int defaulted, const xmlChar **attribute)
{
    struct tw_xml *x = ((xmlParserCtxtPtr)ctx)->_private;
    const size_t n = attribute_n > 0 ? (size_t)attribute_n : 0;
    struct keeper *k = &x->keeper;
    if (x->err != TW_OK) return;
    k->depth++;
    if (x->schema != NULL && k->from == 0) keep_from(x, str_from(name), uri);
    if (k->from > 0 && x->err == TW_OK)
        k->sax->startElementNs(k->to, name, prefix, uri, ns_n, ns, attribute_n, defaulted, attribute);
    if (x->err != TW_OK) return;
    if (xmlDictSize(x->context->dict) > (int)x->limits.names) {
        if (x->fault != NULL) memcpy(x->fault->path, "names", sizeof "names");
        blame_here(x);
        stop(x, tw_fail(x->fault, TW_LIMIT,
                        "the message has more names than %u; messages of customs have some hundreds",
                        x->limits.names));
        return;
    }
    if (x->events == NULL || x->events->start == NULL) return;
    if (!attribute_room(x, uri, n, attribute)) {
        stop(x, no_memory(x->fault));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const xmlChar **a = attribute + i * 5;
        const struct tw_str value = {(const char *)a[3], (size_t)(a[4] - a[3])};
        x->attribute[i] =
            (struct tw_xml_attribute){plain_value(x, str_from(a[2])), str_from(a[0]), plain_value(x, value)};
    }
    const struct tw_xml_element e = {.ns = plain_value(x, str_from(uri)),
                                     .name = str_from(name),
                                     .attribute = x->attribute,
                                     .n = n,
                                     .line = (uint32_t)x->context->input->line,
                                     .column = (uint32_t)x->context->input->col};
    tw_err err = check_uri(x, e.ns);
    for (size_t i = 0; i < n && err == TW_OK; i++) err = check_uri(x, x->attribute[i].ns);
    if (err == TW_OK) err = x->events->start(x->events->to, &e, x->fault);
    if (err != TW_OK) stop(x, err);
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
    struct tw_xml *x = ((xmlParserCtxtPtr)ctx)->_private;
    if (x->err != TW_OK || n <= 0) return;
    if (x->keeper.from > 0) x->keeper.sax->characters(x->keeper.to, text, n);
    if (x->err != TW_OK || x->events == NULL || x->events->text == NULL) return;
    const tw_err err =
        x->events->text(x->events->to, (struct tw_str){(const char *)text, (size_t)n}, x->fault);
    if (err != TW_OK) stop(x, err);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct tw_xml *x = ((xmlParserCtxtPtr)ctx)->_private;
    struct keeper *k = &x->keeper;
    if (x->err != TW_OK) return;
    if (k->from > 0) k->sax->endElementNs(k->to, name, prefix, uri);
    if (k->from == k->depth && k->from > 0) keeper_close(x);
    k->depth--;
    if (x->err != TW_OK || x->events == NULL || x->events->end == NULL) return;
    const tw_err err = x->events->end(x->events->to, x->fault);
    if (err != TW_OK) stop(x, err);
}

/* The first error of libxml2, as one sentence. Warnings are passed over. */
static void on_error(void *ctx, xmlErrorPtr error)
{
    struct tw_xml *x = ((xmlParserCtxtPtr)ctx)->_private;
    if (x->err != TW_OK || error == NULL || error->level < XML_ERR_ERROR) return;
    if (error->code == XML_ERR_NO_MEMORY || error->message == NULL) {
        stop(x, no_memory(x->fault));
        return;
    }
    char said[100];
    say_shortly(error->message, said, sizeof said);
    if (x->fault != NULL) {
        x->fault->line = error->line > 0 ? (uint32_t)error->line : 0;
        x->fault->column = error->int2 > 0 ? (uint32_t)error->int2 : 0;
        x->fault->byte = (uint64_t)xmlByteConsumed(x->context);
    }
    stop(x, tw_fail(x->fault, TW_FORMAT,
                    "the message is not well-formed XML: %s; mend it where it is written", said));
}

static tw_err open_context(struct tw_xml *x, struct tw_fault *fault)
{
    xmlSetGenericErrorFunc(NULL, say_nothing);
    x->context = xmlNewParserCtxt();
    if (x->context == NULL) return no_memory(fault);
    xmlSAXHandler *sax = x->context->sax;
    memset(sax, 0, sizeof *sax);
    sax->initialized = XML_SAX2_MAGIC;
    sax->startElementNs = on_start;
    sax->endElementNs = on_end;
    sax->characters = sax->ignorableWhitespace = sax->cdataBlock = on_text;
    sax->serror = on_error;
    x->context->_private = x;
    TW_IGNORE((tw_err)xmlCtxtUseOptions(x->context, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC));
    return TW_OK;
}

static void close_context(struct tw_xml *x)
{
    xmlFreeParserCtxt(x->context);
    x->context = NULL;
}

static tw_err push_input(struct tw_xml *x, struct tw_str text, struct tw_fault *fault)
{
    xmlParserInputBufferPtr buffer =
        xmlParserInputBufferCreateMem(text.s, (int)text.n, XML_CHAR_ENCODING_NONE);
    if (buffer == NULL) return no_memory(fault);
    xmlParserInputPtr input = xmlNewIOInputStream(x->context, buffer, XML_CHAR_ENCODING_NONE);
    if (input == NULL) {
        xmlFreeParserInputBuffer(buffer);
        return no_memory(fault);
    }
    if (inputPush(x->context, input) >= 0) return TW_OK;
    xmlFreeInputStream(input);
    return no_memory(fault);
}

tw_err tw_xml_parse(struct tw_xml *x, const struct tw_xml_events *events, struct tw_fault *fault)
{
    struct tw_str text;
    struct tw_fault own = {0};
    if (fault == NULL) fault = &own;
    if (x->bytes.n == 0) return tw_fail(fault, TW_FORMAT, "the message is empty");
    TW_TRY(xml_decode(tw_buf_view(&x->bytes), x->limits.bytes, &x->wide, &text, fault));
    TW_TRY(xml_scan(text, &x->limits, fault));
    x->events = events;
    x->fault = fault;
    x->keeper = (struct keeper){.depth = 0};
    starved = false;
    x->err = open_context(x, fault);
    if (x->err == TW_OK) x->err = push_input(x, text, fault);
    const int parsed = x->err == TW_OK ? xmlParseDocument(x->context) : 0;
    if (x->err == TW_OK && (parsed != 0 || !x->context->wellFormed))
        x->err = x->context->errNo == XML_ERR_NO_MEMORY
                     ? no_memory(fault)
                     : tw_fail(fault, TW_FORMAT,
                               "the message is not well-formed XML; mend it where it is written");
    if (x->keeper.from > 0) keeper_close(x);
    if (x->err == TW_OK && x->schema != NULL && !x->keeper.done)
        x->err = tw_fail(fault, TW_FORMAT, "the message has no MetaData that could be held to the schema");
    close_context(x);
    return starved ? no_memory(fault) : x->err;
}

/* -- */

static void on_wrong_schema(void *to, xmlErrorPtr error)
{
    struct loading *l = to;
    if (l->err != TW_OK || error == NULL || error->level < XML_ERR_ERROR) return;
    char said[120];
    say_shortly(error->message, said, sizeof said);
    if (l->fault != NULL) l->fault->line = error->line > 0 ? (uint32_t)error->line : 0;
    l->err = error->code == XML_ERR_NO_MEMORY
                 ? no_memory(l->fault)
                 : tw_fail(l->fault, TW_FORMAT, "no schema that can be used%s%.40s: %s",
                           error->file != NULL ? ", in " : "", error->file != NULL ? error->file : "", said);
}

tw_err tw_xml_schema_new(struct tw_str location, const struct tw_xml_source *source,
                         struct tw_xml_schema **ret, struct tw_fault *fault)
{
    TW_SCOPED(tw_xml) *first = NULL; /* so that libxml2 is set up */
    struct tw_fault own = {0};
    struct loading l = {.source = source, .fault = fault != NULL ? fault : &own};
    TW_TRY(tw_xml_new(NULL, &first, fault));
    starved = false;
    struct tw_xml_schema *s = tw_calloc(1, sizeof *s);
    char *name = s != NULL ? tw_realloc(NULL, location.n + 1, 1) : NULL;
    xmlSchemaParserCtxtPtr context = NULL;
    if (name != NULL) {
        memcpy(name, location.s, location.n);
        name[location.n] = '\0';
        context = xmlSchemaNewParserCtxt(name);
    }
    if (context != NULL) {
        xmlSetGenericErrorFunc(NULL, say_nothing);
        xmlSchemaSetParserStructuredErrors(context, on_wrong_schema, &l);
        loading = &l;
        s->schema = xmlSchemaParse(context);
        loading = NULL;
    }
    xmlSchemaFreeParserCtxt(context);
    tw_free(name);
    if (context == NULL || starved) l.err = no_memory(l.fault);
    if (l.err == TW_OK && s != NULL && s->schema == NULL)
        l.err = tw_fail(l.fault, TW_FORMAT, "no schema that can be used");
    if (l.err != TW_OK) {
        tw_xml_schema_free(s);
        return l.err;
    }
    *ret = s;
    return TW_OK;
}

void tw_xml_schema_free(struct tw_xml_schema *s)
{
    if (s == NULL) return;
    xmlSchemaFree(s->schema);
    tw_free(s);
}

void tw_xml_hold_to(struct tw_xml *x, const struct tw_xml_schema *s, const struct tw_xml_told *told)
{
    x->schema = s;
    x->told = told;
}
