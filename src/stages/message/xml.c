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

#include "base/mem.h"
#include "message/xml_priv.h"

enum { ROOM = 64 << 10 };

struct tw_xml {
    struct tw_xml_limits limits;
    struct tw_buf bytes, wide; /* as they came; as UTF-8 where that is not the same */
    xmlParserCtxtPtr context;
    struct tw_buf values; /* of attributes that had to be rewritten */
    struct tw_xml_attribute *attribute;
    size_t attributes; /* room for so many */

    const struct tw_xml_events *events; /* of the message under way */
    struct tw_fault *fault;
    tw_err err; /* the first one */
};

static void *mem_malloc(size_t n)
{
    return tw_realloc(NULL, 1, n);
}

static void *mem_realloc(void *p, size_t n)
{
    return tw_realloc(p, 1, n);
}

static char *mem_strdup(const char *s)
{
    const size_t n = strlen(s) + 1;
    char *copy = tw_realloc(NULL, 1, n);
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

tw_err tw_xml_new(const struct tw_xml_limits *limits, struct tw_xml **ret, struct tw_fault *fault)
{
    const struct tw_xml_limits given = limits != NULL ? *limits : (struct tw_xml_limits){0};
    if (given.bytes > 64u << 20 || given.tag_bytes > 1u << 20 || given.depth > 200 ||
        given.attributes > 1000 || given.namespaces > 1000 || given.elements > 10000000 ||
        given.references > 10000000 || given.names > 65536)
        return tw_fail(fault, TW_ARG, "a limit of XML is above its ceiling");
    if (xmlMemSetup(tw_free, mem_malloc, mem_realloc, mem_strdup) != 0) return no_memory(fault);
    xmlInitParser();
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

static bool attribute_room(struct tw_xml *x, size_t n, const xmlChar **from)
{
    size_t bytes = 0;
    tw_buf_clear(&x->values);
    for (size_t i = 0; i < n; i++) bytes += (size_t)(from[i * 5 + 4] - from[i * 5 + 3]);
    if (bytes > 0 && tw_buf_room(&x->values, bytes) == NULL) return false;
    if (n <= x->attributes) return true;
    struct tw_xml_attribute *more = tw_realloc(x->attribute, n, sizeof *more);
    if (more == NULL) return false;
    x->attribute = more;
    x->attributes = n;
    return true;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are libxml2's */
static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int ns_n,
                     const xmlChar **ns, int attribute_n, int defaulted, const xmlChar **attribute)
{
    struct tw_xml *x = ((xmlParserCtxtPtr)ctx)->_private;
    const size_t n = attribute_n > 0 ? (size_t)attribute_n : 0;
    (void)prefix, (void)ns_n, (void)ns, (void)defaulted;
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
    if (!attribute_room(x, n, attribute)) {
        stop(x, no_memory(x->fault));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const xmlChar **a = attribute + i * 5;
        const struct tw_str value = {(const char *)a[3], (size_t)(a[4] - a[3])};
        x->attribute[i] = (struct tw_xml_attribute){str_from(a[2]), str_from(a[0]), plain_value(x, value)};
    }
    const struct tw_xml_element e = {.ns = str_from(uri),
                                     .name = str_from(name),
                                     .attribute = x->attribute,
                                     .n = n,
                                     .line = (uint32_t)x->context->input->line,
                                     .column = (uint32_t)x->context->input->col};
    const tw_err err = x->events->start(x->events->to, &e, x->fault);
    if (err != TW_OK) stop(x, err);
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
    struct tw_xml *x = ((xmlParserCtxtPtr)ctx)->_private;
    if (x->err != TW_OK || n <= 0 || x->events == NULL || x->events->text == NULL) return;
    const tw_err err =
        x->events->text(x->events->to, (struct tw_str){(const char *)text, (size_t)n}, x->fault);
    if (err != TW_OK) stop(x, err);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct tw_xml *x = ((xmlParserCtxtPtr)ctx)->_private;
    (void)name, (void)prefix, (void)uri;
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
    struct tw_str said = tw_str_trim(tw_str_from(error->message));
    while (said.n > 0 && (said.s[said.n - 1] == '.' || said.s[said.n - 1] == '\n')) said.n--;
    if (said.n > 100) said.n = 100;
    const char *line_end = said.n > 0 ? memchr(said.s, '\n', said.n) : NULL;
    if (line_end != NULL) said.n = (size_t)(line_end - said.s);
    if (x->fault != NULL) {
        x->fault->line = error->line > 0 ? (uint32_t)error->line : 0;
        x->fault->column = error->int2 > 0 ? (uint32_t)error->int2 : 0;
        x->fault->byte = (uint64_t)xmlByteConsumed(x->context);
    }
    stop(x,
         tw_fail(x->fault, TW_FORMAT, "the message is not well-formed XML: %.*s; mend it where it is written",
                 TW_STR_ARG(said)));
}

/* libxml2 would tell of memory that is out on stderr. */
static void say_nothing(void *to, const char *format, ...)
{
    (void)to, (void)format;
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
    x->err = open_context(x, fault);
    if (x->err == TW_OK) x->err = push_input(x, text, fault);
    const int parsed = x->err == TW_OK ? xmlParseDocument(x->context) : 0;
    if (x->err == TW_OK && (parsed != 0 || !x->context->wellFormed))
        x->err = x->context->errNo == XML_ERR_NO_MEMORY
                     ? no_memory(fault)
                     : tw_fail(fault, TW_FORMAT,
                               "the message is not well-formed XML; mend it where it is written");
    close_context(x);
    return x->err;
}
