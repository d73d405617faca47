/* SPDX-License-Identifier: Apache-2.0 */
/* The draft: criteria of ASYCUDA one after another, what could be taken over as criteria of a set, what could
 * not as comments where it stood. */
#include "criteria/asycuda.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "criteria/asycuda_priv.h"

enum {
    ARENA_BYTES = 256 << 20, /* what a criterion of the text may take */
    BLANK_BYTES = 16 << 20,
    CRITERIA_MAX = 5000,
    ID_BYTES = 64,
    NAME_BYTES = 40, /* of a name in an id */
    LINE_BYTES = 100,
    REASON_BYTES = 600
};

struct import {
    const struct tw_asycuda_options *o;
    struct tw_str name, text;
    struct parser p;
    struct translation t;
    struct tw_arena *arena, *trial, *blank;
    struct schema *schema;
    struct tw_intern *ids;
    struct lanes lanes;
    struct tw_buf remarks; /* of the criterion at hand, as comments */
    struct tw_buf made;    /* its criteria */
    struct tw_buf *out;
    struct tw_asycuda_count n;
    size_t comment;   /* the first that was not written yet */
    struct place now; /* of the criterion at hand */
};

/* -- telling */

static void tell(struct import *m, struct place at, const char *words, bool lost)
{
    struct tw_fault what = {.code = TW_FORMAT, .line = at.line, .column = at.column};
    if (at.line == 0) {
        what.line = m->now.line;
        what.column = m->now.column;
    }
    size_t bad;
    snprintf(what.note, sizeof what.note, "%s", words);
    while (!tw_str_utf8(tw_str_from(what.note), &bad)) what.note[bad] = '?'; /* a character cut in two */
    tw_buf_printf(&m->remarks, "  # %u:%u: %s\n", what.line, what.column, what.note);
    m->o->told(m->o->to, &what, lost);
}

static void tell_bad(void *to, struct place at, const char *words)
{
    tell(to, at, words, true);
}

static void note(void *to, struct place at, const char *words)
{
    tell(to, at, words, false);
}

/* -- writing */

static void put_quoted(struct import *m, struct tw_str s)
{
    struct tw_json j = {.out = &m->made};
    tw_json_str(&j, s);
}

static bool is_id_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* What of a name an id may have; all else becomes one hyphen. Bytes written. */
static size_t id_of(struct tw_str name, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < NAME_BYTES; i++) {
        if (is_id_char(name.s[i]))
            to[n++] = name.s[i];
        else if (n > 0 && to[n - 1] != '-')
            to[n++] = '-';
    }
    while (n > 0 && to[n - 1] == '-') n--;
    return n;
}

/* An id made of the criterion's name, its lane where it has several, and a number where it stands already. */
static tw_err put_id(struct import *m, struct tw_str name, const char *lane)
{
    char id[ID_BYTES + 1];
    size_t n = id_of(name, id);
    if (n == 0) n = (size_t)snprintf(id, sizeof id, "line-%u", m->now.line);
    if (lane != NULL) n += (size_t)snprintf(id + n, sizeof id - n, "-%s", lane);
    for (unsigned k = 1;; k++) {
        char whole[ID_BYTES + 1];
        uint32_t number;
        const size_t before = tw_intern_n(m->ids);
        snprintf(whole, sizeof whole, k > 1 ? "%.*s-%u" : "%.*s", (int)n, id, k);
        TW_TRY(tw_intern_put(m->ids, tw_str_from(whole), &number));
        if (number < before) continue;
        tw_buf_printf(&m->made, "  - id: %s\n", whole);
        return TW_OK;
    }
}

/* May a condition stand in YAML as it is? */
static bool is_plain(struct tw_str when)
{
    const char *c = when.n > 0 ? when.s : "!";
    return when.n <= LINE_BYTES - 12 && memchr(c, '#', when.n) == NULL && memchr(c, ':', when.n) == NULL &&
           *c != '!' && *c != '\'' && *c != '-';
}

/* Is the blank at `i` one before an operator that a line may be broken at? */
static bool is_joint(struct tw_str when, size_t i, size_t in_line)
{
    if (when.n - i < 4) return false;
    return memcmp(when.s + i, " && ", 4) == 0 ||
           (in_line > LINE_BYTES - 20 && memcmp(when.s + i, " || ", 4) == 0);
}

/* Long ones are broken before && and || that stand in no brackets and no text. */
static void put_when(struct tw_str when, struct tw_buf *out)
{
    int depth = 0;
    bool quoted = false;
    if (is_plain(when)) {
        tw_buf_printf(out, "    when: %.*s\n", TW_STR_ARG(when));
        return;
    }
    tw_buf_text(out, "    when: >\n      ");
    for (size_t i = 0, begin = 0; i < when.n; i++) {
        const char c = when.s[i];
        if (c == '\'') quoted = !quoted;
        if (!quoted) depth += (c == '(' || c == '[') - (c == ')' || c == ']');
        if (!quoted && depth == 0 && is_joint(when, i, i - begin)) {
            tw_buf_text(out, "\n     ");
            begin = i;
        }
        tw_buf_char(out, c);
        if (quoted && c == '\\') tw_buf_char(out, when.s[++i]);
    }
    tw_buf_char(out, '\n');
}

/* Blanks and ends of lines become one blank; what is too long for a reason is cut. */
static void put_on_one_line(struct tw_str text, struct tw_buf *out)
{
    bool before = true;
    for (size_t k = 0; k < text.n && out->n < REASON_BYTES; k++) {
        const bool blank = text.s[k] == ' ' || text.s[k] == '\n';
        if (!blank)
            tw_buf_char(out, text.s[k]);
        else if (!before)
            tw_buf_char(out, ' ');
        before = blank;
    }
}

/* What an examiner will read: the comments at the head of the criterion, else its name. */
static void put_reason(struct import *m, const struct parsed *c, size_t comments, size_t head)
{
    TW_SCOPED_BUF words = {0};
    for (size_t i = m->comment; i < comments && i < head; i++) {
        if (words.n > 0) tw_buf_text(&words, "; ");
        put_on_one_line(m->p.lexer.comment[i].text, &words);
    }
    struct tw_str s = tw_str_trim(tw_buf_view(&words));
    while (s.n > 0 && words.n >= REASON_BYTES && !tw_str_utf8(s, NULL)) s.n--; /* a character cut in two */
    if (s.n == 0) {
        tw_buf_clear(&words);
        tw_buf_printf(&words, "Criterion %.*s of ASYCUDA", TW_STR_FIRST(c->name, 200));
        s = tw_str_trim(tw_buf_view(&words));
        while (s.n > 0 && !tw_str_utf8(s, NULL)) s.n--;
    }
    tw_buf_text(&m->made, "    reason: ");
    put_quoted(m, s);
    tw_buf_char(&m->made, '\n');
}

struct head {
    const struct parsed *parsed;
    size_t comments, head; /* comments up to here are its own; those up to there stand at its head */
    size_t lanes;          /* how many criteria it becomes */
};

static tw_err put_one(struct import *m, const struct head *h, const struct set *s)
{
    TW_SCOPED_BUF examples = {0};
    struct tw_fault why = {0};
    bool hit;
    const struct trying with = {
        .schema = m->schema, .arena = m->trial, .blank = m->blank, .limits.steps = m->o->steps};
    const struct tw_str when = s->way.cel.n > 0 ? s->way.cel : TW_STR("true");
    const tw_err err = asycuda_examples(&with, &m->t, when, &examples, &hit, &why);
    if (err == TW_NOMEM || examples.failed) return TW_NOMEM;
    if (err != TW_OK) {
        asycuda_bad(&m->t, s->at, "its condition cannot be written here: %.140s", why.note);
        return TW_OK;
    }
    TW_TRY(put_id(m, h->parsed->name, h->lanes > 1 ? asycuda_lane[s->lane].channel : NULL));
    put_when(when, &m->made);
    tw_buf_printf(&m->made, "    channel: %s\n", asycuda_lane[s->lane].channel);
    if (s->share < 1) {
        tw_buf_text(&m->made, "    probability: ");
        tw_buf_f64(&m->made, s->share);
        tw_buf_char(&m->made, '\n');
    }
    put_reason(m, h->parsed, h->comments, h->head);
    tw_buf_text(&m->made, "    owner: not named yet\n    valid: {from: ");
    tw_buf_day(&m->made, m->o->day);
    tw_buf_text(&m->made, ", to: ");
    tw_buf_day(&m->made, m->o->day + 364);
    tw_buf_text(&m->made, "}\n    offices: [\"*\"]\n    examples:\n");
    tw_buf_str(&m->made, tw_buf_view(&examples));
    if (!hit) tell(m, s->at, "no example was found that hits; add one, and see whether anything can", false);
    m->n.made++;
    return TW_OK;
}

/* Every line of a text as a comment of the draft. */
static void put_lines(struct tw_buf *out, const char *before, struct tw_str text)
{
    while (text.n > 0) {
        struct tw_str rest;
        struct tw_str line = tw_str_cut(text, '\n', &rest);
        while (line.n > 0 && line.s[line.n - 1] == ' ') line.n--;
        if (line.n > 0) tw_buf_printf(out, "  # %s%.*s\n", before, TW_STR_ARG(line));
        text = rest;
    }
}

static void put_comments(struct import *m, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) put_lines(m->out, "", m->p.lexer.comment[i].text);
}

/* -- one criterion */

static tw_err take_over(struct import *m, struct head *h)
{
    TW_TRY(asycuda_lanes(&m->lanes, &h->parsed->body));
    for (size_t i = 0; i < m->lanes.n; i++)
        h->lanes += m->lanes.set[i].share > 0 && m->lanes.set[i].lane != ASYCUDA_GREEN;
    if (m->t.err == TW_OK && m->t.bad == 0 && h->lanes == 0)
        asycuda_bad(&m->t, m->now, "it asks for no lane; RedLane IS 100 is how one is asked for");
    for (size_t i = 0; i < m->lanes.n && m->t.err == TW_OK && m->t.bad == 0; i++)
        if (m->lanes.set[i].share > 0 && m->lanes.set[i].lane != ASYCUDA_GREEN)
            TW_TRY(put_one(m, h, &m->lanes.set[i]));
    return m->t.err;
}

/* Comments that stand before a byte of the text, or behind it in its line. */
static size_t comments_until(const struct import *m, size_t byte, uint32_t line)
{
    size_t i = m->comment;
    while (i < m->p.lexer.comments &&
           (m->p.lexer.comment[i].from < byte || m->p.lexer.comment[i].at.line == line))
        i++;
    return i;
}

static void put_lost(struct import *m, const char *what, struct tw_str source, struct place at)
{
    tw_buf_printf(m->out, "  # %s line %u was left out:\n", what, at.line);
    tw_buf_str(m->out, tw_buf_view(&m->remarks));
    put_lines(m->out, "| ", source);
    m->n.lost++;
}

/* A criterion whose text is too much for the memory it may take is left out as one that is not understood. */
static tw_err too_much(struct import *m, tw_err err)
{
    if (err != TW_NOMEM || !tw_arena_full(m->arena)) return err;
    m->t.err = TW_OK;
    asycuda_bad(&m->t, m->now, "it takes more memory than one criterion may; write it as several");
    return TW_OK;
}

/* Where the first statement begins: comments before it speak of the whole. */
static size_t head_of(const struct import *m, const struct parsed *c)
{
    size_t i = m->comment;
    const struct statement *first = c->body.first;
    while (i < m->p.lexer.comments && first != NULL && m->p.lexer.comment[i].at.line < first->at.line) i++;
    return i;
}

static tw_err take_criterion(struct import *m)
{
    struct parsed c;
    struct head h = {.parsed = &c};
    const size_t made = m->n.made;
    tw_arena_reset(m->arena);
    tw_buf_clear(&m->remarks);
    tw_buf_clear(&m->made);
    m->now = m->p.now.at;
    m->n.read++;
    m->t = (struct translation){.arena = m->arena, .told = tell_bad, .to = m};
    m->lanes = (struct lanes){.t = &m->t, .note = note};
    tw_err err = asycuda_parse(&m->p, &c);
    if (err == TW_FORMAT || err == TW_LIMIT) {
        asycuda_bad(&m->t, (struct place){m->p.fault.line, m->p.fault.column}, "%s", m->p.fault.note);
        asycuda_skip(&m->p);
        c.to = m->p.last_to;
        err = TW_OK;
    } else if (err == TW_OK) {
        h.comments = comments_until(m, c.to, m->p.last_line);
        h.head = head_of(m, &c);
        err = take_over(m, &h);
    }
    TW_TRY(too_much(m, err));
    h.comments = comments_until(m, c.to, m->p.last_line);
    if (m->t.bad > 0) {
        m->n.made = made;
        if (h.comments > m->comment && m->p.lexer.comment[m->comment].from < c.from)
            c.from = m->p.lexer.comment[m->comment].from;
        put_lost(m, "the criterion of", (struct tw_str){m->text.s + c.from, c.to - c.from}, m->now);
    } else {
        put_comments(m, h.head < h.comments ? h.head : h.comments, h.comments);
        tw_buf_str(m->out, tw_buf_view(&m->remarks));
        tw_buf_str(m->out, tw_buf_view(&m->made));
    }
    m->comment = h.comments;
    if (m->n.made > m->o->criteria) return TW_LIMIT;
    return m->out->failed || m->made.failed || m->remarks.failed ? TW_NOMEM : TW_OK;
}

/* What belongs to no criterion. */
static void take_stray(struct import *m)
{
    const size_t from = m->p.now.from;
    char words[120];
    tw_buf_clear(&m->remarks);
    m->now = m->p.now.at;
    const bool rule = asycuda_is(m->p.now.text, "rule") || asycuda_is(m->p.now.text, "formula");
    snprintf(words, sizeof words, "%s; what decides stands behind the word Criteria",
             rule ? "a rule of taxation or valuation" : "this belongs to no criterion");
    asycuda_skip(&m->p);
    tell(m, m->now, words, true);
    put_lost(m, "the text from", (struct tw_str){m->text.s + from, m->p.last_to - from}, m->now);
    m->comment = comments_until(m, m->p.last_to, m->p.last_line);
}

static void put_head(const struct import *m, struct tw_buf *out)
{
    tw_buf_printf(
        out,
        "# A draft, made of criteria of ASYCUDA.\n"
        "# Criteria in the text: %zu; left out, with what belongs to none: %zu; made: %zu.\n"
        "# Before anyone decides by it: name the owner of each, set days and offices, and read what "
        "examiners read\n"
        "# (reason). The examples were made of the conditions: they show what these do, not what was meant.\n"
        "# Then: tidewaiter criteria check, tidewaiter criteria preview.\n"
        "name: ",
        m->n.read, m->n.lost, m->n.made);
    struct tw_json j = {.out = out};
    tw_json_str(&j, m->name);
    tw_buf_text(out, "\nversion: 1\nauthor: import-asycuda\n");
    tw_buf_text(out, m->n.made > 0 ? "criteria:\n" : "criteria: []\n");
}

static tw_err take_all(struct import *m)
{
    asycuda_begin(&m->p, m->text, m->arena, m->o->depth);
    while (m->p.now.kind != WORD_END && m->p.lexer.err == TW_OK) {
        if (asycuda_at_criterion(&m->p))
            TW_TRY(take_criterion(m));
        else
            take_stray(m);
    }
    put_comments(m, m->comment, m->p.lexer.comments);
    return m->p.lexer.err;
}

static tw_err open_import(struct import *m)
{
    TW_TRY(tw_arena_new(ARENA_BYTES, &m->arena));
    TW_TRY(tw_arena_new(BLANK_BYTES, &m->trial));
    TW_TRY(tw_arena_new(BLANK_BYTES, &m->blank));
    return tw_intern_new(&m->ids);
}

static void close_import(struct import *m)
{
    tw_arena_free(m->arena);
    tw_arena_free(m->trial);
    tw_arena_free(m->blank);
    tw_intern_free(m->ids);
    tw_buf_free(&m->remarks);
    tw_buf_free(&m->made);
    tw_free(m->p.lexer.comment);
}

static tw_err import(struct import *m, struct tw_str text, struct tw_buf *clean, struct tw_fault *fault)
{
    if (text.n > TW_ASYCUDA_BYTES_MAX)
        return tw_fail(fault, TW_LIMIT, "a text of criteria has at most %d MiB; split it",
                       TW_ASYCUDA_BYTES_MAX >> 20);
    TW_TRY(asycuda_clean(text, clean, fault));
    m->text = tw_buf_view(clean);
    tw_err err = open_import(m);
    if (err == TW_OK) err = take_all(m);
    if (err == TW_LIMIT)
        return tw_fail(fault, TW_LIMIT, "a set has at most %u criteria, and this text makes more; split it",
                       m->o->criteria);
    if (err != TW_OK) return tw_fail(fault, err, "out of memory");
    if (m->n.read == 0)
        return tw_fail(fault, TW_FORMAT, "there is no criterion in it; one begins with Criteria \"NAME\";");
    return TW_OK;
}

tw_err tw_asycuda_import(struct tw_str text, const struct tw_asycuda_options *options, struct tw_buf *out,
                         struct tw_asycuda_count *ret, struct tw_fault *fault)
{
    TW_SCOPED_BUF clean = {0};
    TW_SCOPED_BUF name = {0};
    TW_SCOPED_BUF body = {0};
    TW_SCOPED(tw_arena) *schema = NULL;
    const size_t before = out->n;
    struct tw_asycuda_options o = *options;
    struct import m = {.o = &o, .out = &body};
    if (o.criteria == 0) o.criteria = CRITERIA_MAX;
    if (o.depth == 0 || o.depth > TW_ASYCUDA_DEPTH_MAX) o.depth = TW_ASYCUDA_DEPTH_MAX;
    tw_err err = tw_arena_new(BLANK_BYTES, &schema);
    if (err == TW_OK) err = schema_new(NULL, schema, &m.schema);
    if (err != TW_OK) return tw_fail(fault, err, "out of memory");
    if (options->name.n > 0 && asycuda_clean(options->name, &name, NULL) == TW_OK)
        m.name = tw_buf_view(&name);
    else
        m.name = TW_STR("imported");
    err = import(&m, text, &clean, fault);
    if (err == TW_OK) {
        put_head(&m, out);
        tw_buf_str(out, tw_buf_view(&body));
        *ret = m.n;
        if (out->failed) {
            out->n = before;
            err = tw_fail(fault, TW_NOMEM, "out of memory");
        }
    }
    close_import(&m);
    return err;
}
