/* SPDX-License-Identifier: Apache-2.0 */
/* message/xml_text.h -- tells in one text what tw_xml_parse makes of a message, so that tests can compare.
 *
 *   <a {uri}b x="1" y="2"text>   elements in each other, texts joined; a namespace as {uri}
 *   ! 3:7 FORMAT                 the fault that ended it, behind what was told before */
#ifndef TW_TESTS_XML_TEXT_H
#define TW_TESTS_XML_TEXT_H

#include "base/buf.h"
#include "check.h"
#include "message/xml.h"

static inline void xml_tell_name(struct tw_buf *out, struct tw_str ns, struct tw_str name)
{
    if (ns.n > 0) tw_buf_printf(out, "{%.*s}", TW_STR_ARG(ns));
    tw_buf_str(out, name);
}

static inline tw_err xml_tell_start(void *to, const struct tw_xml_element *e, struct tw_fault *fault)
{
    struct tw_buf *out = to;
    (void)fault;
    CHECK(e->name.n > 0 && e->line > 0);
    tw_buf_char(out, '<');
    xml_tell_name(out, e->ns, e->name);
    for (size_t i = 0; i < e->n; i++) {
        tw_buf_char(out, ' ');
        xml_tell_name(out, e->attribute[i].ns, e->attribute[i].name);
        tw_buf_printf(out, "=\"%.*s\"", TW_STR_ARG(e->attribute[i].value));
    }
    return TW_OK;
}

static inline tw_err xml_tell_text(void *to, struct tw_str text, struct tw_fault *fault)
{
    (void)fault;
    CHECK(text.n > 0);
    tw_buf_str(to, text);
    return TW_OK;
}

static inline tw_err xml_tell_end(void *to, struct tw_fault *fault)
{
    (void)fault;
    tw_buf_char(to, '>');
    return TW_OK;
}

/* Feeds `text` in pieces of `piece` bytes. Out of tw_xml_parse comes the error. */
static inline tw_err xml_feed(struct tw_xml *x, struct tw_str text, size_t piece, struct tw_fault *fault)
{
    tw_xml_clear(x);
    while (text.n > 0) {
        size_t room;
        char *p = tw_xml_room(x, &room);
        if (p == NULL) return TW_NOMEM;
        const size_t n = piece < text.n ? piece : text.n, fed = n < room ? n : room;
        memcpy(p, text.s, fed);
        text = (struct tw_str){text.s + fed, text.n - fed};
        const tw_err err = tw_xml_filled(x, fed, fault);
        if (err != TW_OK) return err;
    }
    return TW_OK;
}

static inline tw_err xml_tell_all(struct tw_xml *x, struct tw_str text, size_t piece, struct tw_buf *out,
                                  struct tw_fault *fault)
{
    const struct tw_xml_events events = {out, xml_tell_start, xml_tell_text, xml_tell_end};
    tw_buf_clear(out);
    memset(fault, 0, sizeof *fault);
    tw_err err = xml_feed(x, text, piece, fault);
    if (err == TW_OK) err = tw_xml_parse(x, &events, fault);
    if (err != TW_OK) tw_buf_printf(out, "! %u:%u %s", fault->line, fault->column, tw_err_name(err));
    return err;
}

#endif
