/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner knows where markup begins and ends, no more: comments, CDATA, processing instructions, tags and
 * the quoted values in them. It need not be right about what is not well-formed, for there libxml2 stops; it
 * must be right up to that place, so that libxml2 never meets more than the limits before. */
#include "message/xml_priv.h"

struct scan {
    struct tw_str text;
    const struct tw_xml_limits *limits;
    uint32_t depth, elements, references;
    struct tw_fault *fault;
};

/* Where `end` ends at or behind `from`; the end of the text when it does not. */
static size_t find_end(const struct scan *s, size_t from, const char *end)
{
    const size_t n = strlen(end);
    const char *p = from < s->text.n ? memmem(s->text.s + from, s->text.n - from, end, n) : NULL;
    return p != NULL ? (size_t)(p - s->text.s) + n : s->text.n;
}

static bool follows(const struct scan *s, size_t at, const char *word)
{
    const size_t n = strlen(word);
    return s->text.n - at >= n && memcmp(s->text.s + at, word, n) == 0;
}

/* <! begins a comment, CDATA, or what is refused. */
static tw_err skip_bang(struct scan *s, size_t at, size_t *next)
{
    if (follows(s, at, "<!--")) {
        *next = find_end(s, at + 4, "-->");
        return TW_OK;
    }
    if (follows(s, at, "<![CDATA[")) {
        *next = find_end(s, at + 9, "]]>");
        return TW_OK;
    }
    xml_place(s->text, at, s->fault);
    if (follows(s, at, "<!DOCTYPE"))
        return tw_fail(
            s->fault, TW_FORMAT,
            "a DOCTYPE stands here, which no message needs and which can do harm; send it without");
    return tw_fail(s->fault, TW_FORMAT, "\"<!\" begins a comment or CDATA, and nothing else in a message");
}

struct tag {
    uint32_t attributes, namespaces;
    bool empty; /* ends with /> */
};

/* From behind the name of a start tag to its '>', or to the end of what may be looked at. */
static size_t read_tag(const struct scan *s, size_t at, size_t end, struct tag *tag)
{
    size_t name = at; /* of the attribute under way */
    for (bool named = false; at < end && s->text.s[at] != '>'; at++) {
        const char c = s->text.s[at];
        tag->empty = c == '/';
        if (c == '"' || c == '\'') {
            const char *close = memchr(s->text.s + at + 1, c, end - at - 1);
            const bool ns = follows(s, name, "xmlns");
            tag->namespaces += ns;
            tag->attributes += !ns;
            at = close != NULL ? (size_t)(close - s->text.s) : end - 1;
            named = false;
        } else if (tw_is_blank(c) || c == '=') {
            named = false;
        } else if (!named) {
            named = true;
            name = at;
        }
    }
    return at;
}

static tw_err above(struct scan *s, size_t at, const char *limit, uint32_t most, const char *what)
{
    xml_place(s->text, at, s->fault);
    if (s->fault != NULL) memcpy(s->fault->path, limit, strlen(limit) + 1);
    return tw_fail(s->fault, TW_LIMIT, "%s than %u; send it in parts, or mend it", what, most);
}

static bool begins_name(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c >= 0x80;
}

static tw_err start_tag(struct scan *s, size_t at, size_t *next)
{
    const struct tw_xml_limits *const most = s->limits;
    if (s->depth >= most->depth)
        return above(s, at, "depth", most->depth, "elements stand within each other deeper");
    if (++s->elements > most->elements)
        return above(s, at, "elements", most->elements, "the message has more elements");
    size_t end = s->text.n - at > most->tag_bytes ? at + most->tag_bytes : s->text.n, name = at + 1;
    while (name < end && strchr(" \t\r\n>/=\"'", s->text.s[name]) == NULL) name++;
    struct tag tag = {0, 0, false};
    *next = read_tag(s, name, end, &tag);
    if (tag.attributes > most->attributes)
        return above(s, at, "attributes", most->attributes, "an element has more attributes");
    if (tag.namespaces > most->namespaces)
        return above(s, at, "namespaces", most->namespaces, "an element declares more namespaces");
    if (*next == end && end < s->text.n)
        return above(s, at, "tag_bytes", most->tag_bytes, "the start of an element has more bytes");
    s->depth += !tag.empty;
    *next += *next < s->text.n;
    return TW_OK;
}

/* A text between two pieces of markup. */
static tw_err read_text(struct scan *s, size_t at, size_t end)
{
    for (const char *p; at < end && (p = memchr(s->text.s + at, '&', end - at)) != NULL;) {
        at = (size_t)(p - s->text.s) + 1;
        if (++s->references > s->limits->references)
            return above(s, at - 1, "references", s->limits->references,
                         "the texts have more references, such as &amp;,");
    }
    return TW_OK;
}

/* What begins with the '<' at `at`. */
static tw_err read_markup(struct scan *s, size_t at, size_t *next)
{
    const char *p = s->text.s + at;
    const bool more = at + 1 < s->text.n;
    *next = at + 1;
    if (more && p[1] == '!') return skip_bang(s, at, next);
    if (more && begins_name((unsigned char)p[1])) return start_tag(s, at, next);
    if (more && p[1] == '/') {
        s->depth -= s->depth > 0;
        *next = find_end(s, at + 2, ">");
    } else if (more && p[1] == '?') {
        *next = find_end(s, at + 2, "?>");
    }
    return TW_OK;
}

tw_err xml_scan(struct tw_str text, const struct tw_xml_limits *limits, struct tw_fault *fault)
{
    struct scan s = {.text = text, .limits = limits, .fault = fault};
    for (size_t i = 0; i < text.n;) {
        const char *p = memchr(text.s + i, '<', text.n - i);
        const size_t at = p != NULL ? (size_t)(p - text.s) : text.n;
        TW_TRY(read_text(&s, i, at));
        if (p == NULL) break;
        TW_TRY(read_markup(&s, at, &i));
    }
    return TW_OK;
}
