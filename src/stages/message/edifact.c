/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes lie in one buffer:  ... handed out | rec (gap) tag_at ... scanned ... end | room
 *
 * Nearly every segment is short and lies there whole: its signs are found 32 bytes at a time, as bits, and
 * parted one after the other up to the terminator. Only where that fails is the terminator looked for alone,
 * by memchr, so that bytes which have been looked at are not looked at again when more arrive, and what
 * cannot be a segment costs no more than finding out. Of the characters before a terminator only a run of
 * release characters matters: an odd one takes its meaning. */
#include "message/edifact.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum {
    SEGMENT_BYTES = 64 << 10,
    SEGMENT_BYTES_MAX = 16 << 20,
    VALUES = 1000,
    VALUES_MAX = UINT16_MAX,
    ROOM = 64 << 10,
    UNA_BYTES = 9,
    SHORT = 512, /* a segment of at most so many bytes is parted in one go */
    WINDOW = 32  /* bytes of a segment that are looked at together; as many may be read behind the last one */
};

/* What a byte is to whoever parts a segment. */
enum kind { DATA, LINE, COMPONENT, ELEMENT, REPETITION, RELEASE, NUL, TERMINATOR };
enum { SIGNS = TERMINATOR };

typedef uint8_t bytes16 __attribute__((vector_size(16)));

struct tw_edi {
    struct tw_edi_config limit;
    char *buf, *scratch; /* scratch: values whose release characters had to go */
    size_t cap, end;
    size_t rec, tag_at,
        scanned;       /* of the segment being read: its gap, its tag, where its terminator is looked for */
    uint64_t base;     /* offset of buf[0] in the whole */
    uint32_t line;     /* of buf[tag_at] */
    bool begun, ended; /* the byte order mark has been looked for; no more bytes will come */
    bool outside;      /* between two interchanges, or before the first */
    bool advised;      /* this interchange has its UNA */
    bool dropping;     /* what follows, up to a terminator, belongs to a refused segment */
    struct tw_edi_service service;
    uint8_t kind[256];   /* enum kind */
    bytes16 sign[SIGNS]; /* what is not data, each as often as a vector is long */
    struct tw_edi_value *value;
};

struct tw_edi_service tw_edi_service_default(unsigned version)
{
    return (struct tw_edi_service){.component = ':',
                                   .element = '+',
                                   .decimal = '.',
                                   .release = '?',
                                   .repetition = version >= 4 ? '*' : 0,
                                   .terminator = '\''};
}

/* 0: there is none, and a NUL is looked for anyhow. */
static void set_kind(struct tw_edi *e, char c, enum kind k)
{
    e->sign[k - 1] = (bytes16){0} + (uint8_t)c;
    e->kind[(unsigned char)c] = (uint8_t)k;
}

static void serve(struct tw_edi *e, struct tw_edi_service s)
{
    e->service = s;
    memset(e->kind, DATA, sizeof e->kind);
    set_kind(e, '\n', LINE);
    set_kind(e, s.component, COMPONENT);
    set_kind(e, s.element, ELEMENT);
    set_kind(e, s.repetition, REPETITION);
    set_kind(e, s.release, RELEASE);
    set_kind(e, 0, NUL);
    set_kind(e, s.terminator, TERMINATOR); /* a line end may be one */
}

tw_err tw_edi_new(const struct tw_edi_config *config, struct tw_edi **ret, struct tw_fault *fault)
{
    struct tw_edi_config limit = config != NULL ? *config : (struct tw_edi_config){0};
    if (limit.segment_bytes == 0) limit.segment_bytes = SEGMENT_BYTES;
    if (limit.values == 0) limit.values = VALUES;
    if (limit.segment_bytes > SEGMENT_BYTES_MAX || limit.values > VALUES_MAX)
        return tw_fail(fault, TW_ARG, "at most %d bytes and %d values a segment can be allowed",
                       SEGMENT_BYTES_MAX, VALUES_MAX);
    if (limit.segment_bytes < UNA_BYTES)
        return tw_fail(fault, TW_ARG, "a segment must be allowed at least %d bytes", UNA_BYTES);
    TW_SCOPED(tw_edi) *e = tw_calloc(1, sizeof *e);
    if (e == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    e->limit = limit;
    e->line = 1;
    e->outside = true;
    e->cap = 2 * (size_t)limit.segment_bytes + 2 * (size_t)ROOM; /* a gap and a segment, and room */
    e->buf = tw_calloc(e->cap + WINDOW, 1);
    e->scratch = tw_calloc(limit.segment_bytes, 1);
    e->value = tw_calloc(limit.values, sizeof *e->value);
    if (e->buf == NULL || e->scratch == NULL || e->value == NULL)
        return tw_fail(fault, TW_NOMEM, "out of memory");
    serve(e, tw_edi_service_default(0));
    *ret = e;
    e = NULL;
    return TW_OK;
}

void tw_edi_free(struct tw_edi *e)
{
    if (e == NULL) return;
    tw_free(e->buf);
    tw_free(e->scratch);
    tw_free(e->value);
    tw_free(e);
}

char *tw_edi_room(struct tw_edi *e, size_t *n)
{
    const size_t by = e->rec;
    memmove(e->buf, e->buf + by, e->end - by);
    e->base += by;
    e->end -= by;
    e->tag_at -= by;
    e->scanned -= by;
    e->rec = 0;
    *n = e->cap - e->end;
    return e->buf + e->end;
}

void tw_edi_filled(struct tw_edi *e, size_t n)
{
    e->end += n;
}

void tw_edi_end(struct tw_edi *e)
{
    e->ended = true;
}

/* -- where a segment begins and ends */

static bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Passes over what is nobody's. false = there may be more of it to come */
static bool pass_gap(struct tw_edi *e)
{
    while (e->tag_at < e->end && e->tag_at - e->rec <= e->limit.segment_bytes && blank(e->buf[e->tag_at]))
        e->line += e->buf[e->tag_at++] == '\n';
    if (e->scanned < e->tag_at) e->scanned = e->tag_at;
    return e->tag_at < e->end || e->ended;
}

/* The terminator at or behind `scanned` that no release character takes; SIZE_MAX = not among the bytes yet.
 */
static size_t find_terminator(struct tw_edi *e, size_t from, size_t end)
{
    while (e->scanned < end) {
        const char *p = memchr(e->buf + e->scanned, e->service.terminator, end - e->scanned);
        if (p == NULL) break;
        const size_t at = (size_t)(p - e->buf);
        size_t run = at;
        while (e->service.release != 0 && run > from && e->buf[run - 1] == e->service.release) run--;
        e->scanned = at + 1;
        if ((at - run) % 2 == 0) return at;
    }
    e->scanned = end;
    return SIZE_MAX;
}

static bool begins(const struct tw_edi *e, size_t at, const char *what)
{
    const size_t n = strlen(what);
    return e->end - at >= n && memcmp(e->buf + at, what, n) == 0;
}

/* The line break that ends the first line, if lines stand for segments in the interchange that begins at the
 * tag: UNB ends with it and not with a ', and what follows is one of UNG and UNH. 0 = they do not; -1 = not
 * known yet */
static int line_terminator(const struct tw_edi *e)
{
    const size_t most = e->tag_at + e->limit.segment_bytes, end = e->end < most ? e->end : most;
    size_t at = e->tag_at;
    while (at < end && e->buf[at] != '\n' && e->buf[at] != '\r' && e->buf[at] != e->service.terminator) at++;
    if (at == end) return e->ended || end == most ? 0 : -1;
    const char found = e->buf[at];
    if (found == e->service.terminator) return 0;
    while (at < end && blank(e->buf[at])) at++;
    if (most - at < 2) return 0;
    if (end - at < 2) return e->ended ? 0 : -1;
    return begins(e, at, "UN") ? found : 0;
}

/* Goes on behind `at`. */
static void go_behind(struct tw_edi *e, size_t at)
{
    e->rec = e->tag_at = e->scanned = at;
}

/* -- the parts of a segment */

static bool tag_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static enum tw_edi_step refuse(const struct tw_edi *e, struct tw_fault *fault, tw_err code, const char *words)
{
    if (fault == NULL) return TW_EDI_REFUSED;
    *fault = (struct tw_fault){.byte = e->base + e->tag_at, .line = e->line};
    TW_IGNORE(tw_fail(fault, code, "%s", words));
    return TW_EDI_REFUSED;
}

/* The text of a value without its release characters, behind those already in scratch. *needless counts those
 * that stood before what needs none. */
static struct tw_str release(const struct tw_edi *e, const char *s, const char *end, char **scratch,
                             uint32_t *needless)
{
    char *const start = *scratch;
    while (s < end) {
        if (*s == e->service.release) {
            s++;
            const uint8_t k = e->kind[(unsigned char)*s];
            *needless += (k == DATA || k == LINE) && *s != e->service.terminator;
        }
        *(*scratch)++ = *s++;
    }
    return (struct tw_str){start, (size_t)(*scratch - start)};
}

/* A bit for each of 8 bytes that are 0 or 255. */
static inline uint32_t bits_of(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return (uint32_t)((w & 0x0101010101010101u) * 0x0102040810204080u >> 56);
}

/* A bit for each byte of a window that is not data. */
static inline uint32_t signs(const struct tw_edi *e, const char *s)
{
    uint32_t bits = 0;
    for (unsigned half = 0; half < WINDOW; half += sizeof(bytes16)) {
        bytes16 v, hit = {0};
        uint8_t to[sizeof hit];
        memcpy(&v, s + half, sizeof v);
        for (int k = 0; k < SIGNS; k++) hit |= (bytes16)(v == e->sign[k]);
        memcpy(to, &hit, sizeof hit);
        bits |= (bits_of(to) | bits_of(to + 8) << 8) << half;
    }
    return bits;
}

/* The values of a segment while they are parted. */
struct parting {
    const char *from, *end; /* of the value being read; of the segment */
    const char *behind;     /* what stands before it is not looked at: it has been released */
    struct tw_edi_value *v, *last;
    uint32_t element, repetition, component; /* the place of *v */
    char *scratch;
    bool released; /* the value has a release character */
};

/* A value ends before `to`. false = there is no room for it */
static inline bool put_value(const struct tw_edi *e, struct parting *p, const char *to, uint32_t *needless)
{
    if (p->v == p->last) return false;
    p->v->element = (uint16_t)p->element;
    p->v->repetition = (uint16_t)p->repetition;
    p->v->component = (uint16_t)p->component;
    p->v++->text = p->released ? release(e, p->from, to, &p->scratch, needless)
                               : (struct tw_str){p->from, (size_t)(to - p->from)};
    p->from = to + 1;
    p->released = false;
    return true;
}

/* To the place behind a separator, with nothing to guess. */
static inline void pass_separator(struct parting *p, uint8_t separator)
{
    const uint32_t element = separator == ELEMENT, repetition = separator == REPETITION;
    p->element += element;
    p->repetition = (p->repetition + repetition) & (element - 1);
    p->component = (p->component + 1) & (element - 1) & (repetition - 1);
}

/* A byte within a value that is neither data nor a separator. What is wrong with it; NULL = nothing. */
static const char *odd(struct tw_edi *e, struct parting *p, const char *at, uint8_t kind)
{
    if (kind == LINE) {
        e->line++;
        return NULL;
    }
    if (kind == NUL) return "a NUL byte; text has none";
    if (at + 1 == p->end) return "the release character at its end releases nothing";
    if (at[1] == 0) return "a NUL byte; text has none";
    p->released = true;
    p->behind = at + 2;
    e->line += at[1] == '\n';
    return NULL;
}

static const char TOO_MANY[] = "the segment has more values than are allowed";

/* The values from p->from on, up to the first terminator, where p->end is set then, or to p->end. What is
 * wrong with them, TOO_MANY among it; NULL = nothing. */
static const char *part_values(struct tw_edi *e, struct parting *p, bool *terminated, uint32_t *needless)
{
    const char *w = p->from;
    *terminated = false;
    for (bool more = true; more && !*terminated; w += WINDOW) {
        uint32_t bits = signs(e, w);
        more = p->end - w > WINDOW;
        if (!more) bits &= (uint32_t)(((uint64_t)1 << (p->end - w)) - 1);
        for (; bits != 0; bits &= bits - 1) {
            const char *at = w + __builtin_ctz(bits);
            const uint8_t k = e->kind[(unsigned char)*at];
            if (at < p->behind) continue;
            if (k == TERMINATOR) {
                p->end = at;
                *terminated = true;
                break;
            }
            if (k >= COMPONENT && k <= REPETITION) {
                if (!put_value(e, p, at, needless)) return TOO_MANY;
                pass_separator(p, k);
                continue;
            }
            const char *wrong = odd(e, p, at, k);
            if (wrong != NULL) return wrong;
        }
    }
    return put_value(e, p, p->end, needless) ? NULL : TOO_MANY;
}

static const char NO_TAG[] =
    "a segment begins with three capital letters or digits, such as NAD, and its separator";

/* What is wrong with the segment from s on; NULL = nothing. It ends with the first terminator before `end`,
 * which *ret_end is set to, or else at `end`. */
static const char *part(struct tw_edi *e, struct tw_edi_segment *seg, const char *s, const char *end,
                        const char **ret_end, bool *terminated)
{
    *terminated = false;
    *ret_end = end;
    seg->needless = 0;
    if (end - s < 3 || !tag_character(s[0]) || !tag_character(s[1]) || !tag_character(s[2])) return NO_TAG;
    seg->tag = (struct tw_str){s, 3};
    seg->value = e->value;
    seg->n = 0;
    s += 3;
    if (s == end) return NULL;
    if (e->kind[(unsigned char)*s] == TERMINATOR) {
        *ret_end = s;
        *terminated = true;
        return NULL;
    }
    if (e->kind[(unsigned char)*s] != ELEMENT) return "behind the tag stands no element separator";
    struct parting p;
    p.from = s + 1;
    p.end = end;
    p.behind = s;
    p.v = e->value;
    p.last = e->value + e->limit.values;
    p.element = p.repetition = p.component = 0;
    p.scratch = e->scratch;
    p.released = false;
    const char *wrong = part_values(e, &p, terminated, &seg->needless);
    *ret_end = p.end;
    if (wrong == NULL) seg->n = (size_t)(p.v - e->value);
    return wrong;
}

/* -- service characters */

static bool all_different(const char *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (c[i] == c[k]) return false;
    return true;
}

static char unless_blank(char c, char otherwise)
{
    if (c == ' ') return otherwise;
    return c;
}

static char or_blank(char c)
{
    if (c == 0) return ' ';
    return c;
}

/* Takes the six characters of an advice; NULL = they are good, else what is wrong with them. */
static const char *advise(struct tw_edi *e, const char *c)
{
    const struct tw_edi_service s = {.component = c[0],
                                     .element = c[1],
                                     .decimal = c[2],
                                     .release = unless_blank(c[3], 0),
                                     .repetition = unless_blank(c[4], 0),
                                     .terminator = c[5]};
    for (int i = 0; i < 6; i++)
        if (c[i] == 0 || (unsigned char)c[i] >= 0x80 || tag_character(c[i]) || (c[i] >= 'a' && c[i] <= 'z'))
            return "the service characters of UNA must be signs, neither letters nor digits";
    if (s.component == ' ' || s.element == ' ' || s.terminator == ' ' || s.decimal == ' ')
        return "of the service characters of UNA only release and repetition may be blank";
    const char set[] = {c[0], c[1], c[2], unless_blank(c[3], 1), unless_blank(c[4], 2), c[5]};
    if (!all_different(set, sizeof set)) return "the service characters of UNA must differ from each other";
    serve(e, s);
    e->advised = true;
    return NULL;
}

/* Syntax versions before 4 know no repetition; from 4 on it is * unless the advice says otherwise. */
static void heed_version(struct tw_edi *e, const struct tw_edi_segment *unb)
{
    const struct tw_str version = tw_edi_at(unb, 0, 1);
    const bool repeats = version.n > 0 && version.s[0] >= '4' && version.s[0] <= '9';
    struct tw_edi_service s = e->service;
    if (!repeats) s.repetition = 0;
    if (repeats && !e->advised) s.repetition = tw_edi_service_default(4).repetition;
    serve(e, s);
}

/* -- step by step */

/* The rest of a segment that has been refused for its length. */
static enum tw_edi_step drop(struct tw_edi *e)
{
    const size_t at = find_terminator(e, e->rec, e->end);
    if (at != SIZE_MAX) {
        e->dropping = false;
        for (size_t i = e->rec; i <= at; i++) e->line += e->buf[i] == '\n';
        go_behind(e, at + 1);
        return TW_EDI_SEGMENT; /* go on */
    }
    size_t keep = e->end; /* a run of release characters at the end counts with what follows */
    while (keep > e->rec && e->service.release != 0 && e->buf[keep - 1] == e->service.release) keep--;
    keep = e->end - (e->end - keep) % 2;
    for (size_t i = e->rec; i < keep; i++) e->line += e->buf[i] == '\n';
    go_behind(e, keep);
    e->scanned = e->end;
    return e->ended ? TW_EDI_END : TW_EDI_MORE;
}

static bool mark_passed(struct tw_edi *e)
{
    static const char MARK[] = "\xEF\xBB\xBF";
    if (e->begun) return true;
    const size_t n = e->end < 3 ? e->end : 3;
    const bool may = memcmp(e->buf, MARK, n) == 0;
    if (may && n < 3 && !e->ended) return false;
    e->begun = true;
    if (may && n == 3) go_behind(e, 3);
    return true;
}

/* An advice, where one may stand. SEGMENT = it was one, REFUSED, MORE; END = there is none */
static enum tw_edi_step take_advice(struct tw_edi *e, struct tw_edi_segment *ret, struct tw_fault *fault)
{
    if (!e->outside || e->advised) return TW_EDI_END;
    const size_t n = e->end - e->tag_at;
    if (n < 3 && !e->ended) return TW_EDI_MORE;
    if (!begins(e, e->tag_at, "UNA")) {
        if (!begins(e, e->tag_at, "UNB")) return TW_EDI_END;
        serve(e, tw_edi_service_default(0)); /* nothing of the interchange before counts */
        const int line = line_terminator(e);
        if (line < 0) return TW_EDI_MORE;
        struct tw_edi_service s = e->service;
        if (line > 0) s.terminator = (char)line;
        serve(e, s);
        return TW_EDI_END;
    }
    if (n < UNA_BYTES && !e->ended) return TW_EDI_MORE;
    ret->raw = (struct tw_str){e->buf + e->tag_at, n < UNA_BYTES ? n : UNA_BYTES};
    ret->tag = (struct tw_str){ret->raw.s, 3};
    ret->una = true;
    const char *wrong = n < UNA_BYTES ? "the service string advice UNA is cut short; six characters follow it"
                                      : advise(e, ret->raw.s + 3);
    ret->service = e->service;
    enum tw_edi_step step = wrong == NULL ? TW_EDI_SEGMENT : refuse(e, fault, TW_FORMAT, wrong);
    e->advised = true; /* one is enough, be it wrong */
    go_behind(e, e->tag_at + ret->raw.n);
    return step;
}

/* Its beginning is handed out, the rest will be passed over. */
static enum tw_edi_step too_long(struct tw_edi *e, struct tw_edi_segment *ret, struct tw_fault *fault)
{
    char words[96];
    ret->raw = (struct tw_str){e->buf + e->tag_at, e->limit.segment_bytes};
    snprintf(words, sizeof words, "the segment has no terminator within the %u bytes that are allowed",
             e->limit.segment_bytes);
    e->dropping = true;
    e->rec = e->tag_at;
    e->scanned = e->tag_at + e->limit.segment_bytes;
    return refuse(e, fault, TW_LIMIT, words);
}

/* A segment has been parted whose terminator stands at `at`. */
static void taken(struct tw_edi *e, size_t at, struct tw_edi_segment *ret)
{
    ret->raw = (struct tw_str){e->buf + e->tag_at, at + 1 - e->tag_at};
    if (tw_str_is(ret->tag, "UNB")) {
        e->outside = false;
        heed_version(e, ret);
    } else if (tw_str_is(ret->tag, "UNZ")) {
        e->outside = true;
        e->advised = false;
    }
    e->line += ret->service.terminator == '\n';
    go_behind(e, at + 1);
}

/* A segment that is short, whole and sound, as nearly all are; false = it is not known to be, and nothing has
 * been done. */
static bool take_short(struct tw_edi *e, size_t end, struct tw_edi_segment *ret)
{
    const uint32_t line = e->line;
    const char *at;
    bool terminated;
    if (end - e->tag_at > SHORT) end = e->tag_at + SHORT;
    const char *wrong = part(e, ret, e->buf + e->tag_at, e->buf + end, &at, &terminated);
    if (wrong == NULL && terminated) {
        taken(e, (size_t)(at - e->buf), ret);
        return true;
    }
    e->line = line;
    ret->tag = (struct tw_str){NULL, 0};
    ret->value = NULL;
    ret->n = 0;
    ret->needless = 0;
    return false;
}

/* One whole segment, whose terminator stands at `at`. */
static enum tw_edi_step take(struct tw_edi *e, size_t at, struct tw_edi_segment *ret, struct tw_fault *fault)
{
    const uint32_t line = e->line;
    const char *end;
    bool terminated;
    const char *wrong = part(e, ret, e->buf + e->tag_at, e->buf + at, &end, &terminated);
    if (wrong == NULL) {
        taken(e, at, ret);
        return TW_EDI_SEGMENT;
    }
    ret->raw = (struct tw_str){e->buf + e->tag_at, at + 1 - e->tag_at};
    e->line = line; /* lines are counted anew: parting may have stopped anywhere */
    const enum tw_edi_step step = refuse(e, fault, wrong == TOO_MANY ? TW_LIMIT : TW_FORMAT, wrong);
    for (size_t i = e->tag_at; i < at; i++) e->line += e->buf[i] == '\n';
    e->line += e->service.terminator == '\n';
    go_behind(e, at + 1);
    return step;
}

enum tw_edi_step tw_edi_next(struct tw_edi *e, struct tw_edi_segment *ret, struct tw_fault *fault)
{
    ret->tag = ret->raw = ret->gap = (struct tw_str){NULL, 0}; /* one by one: a segment has few bytes */
    ret->value = NULL;
    ret->n = 0;
    ret->needless = 0;
    ret->una = false;
    ret->line = 0;
    ret->byte = 0;
    ret->service = e->service;
    if (!mark_passed(e)) return TW_EDI_MORE;
    while (e->dropping) {
        const enum tw_edi_step step = drop(e);
        if (step != TW_EDI_SEGMENT) return step;
    }
    const bool whole = pass_gap(e);
    ret->gap = (struct tw_str){e->buf + e->rec, e->tag_at - e->rec};
    ret->line = e->line;
    ret->byte = e->base + e->tag_at;
    ret->service = e->service;
    if (e->tag_at == e->end && whole) {
        go_behind(e, e->end);
        return TW_EDI_END;
    }
    if (ret->gap.n > e->limit.segment_bytes) { /* blanks without end: nobody will miss them */
        const enum tw_edi_step step =
            refuse(e, fault, TW_LIMIT, "more blanks between segments than a segment may have bytes");
        go_behind(e, e->tag_at);
        return step;
    }
    if (!whole) return TW_EDI_MORE;
    const enum tw_edi_step advice = take_advice(e, ret, fault);
    if (advice != TW_EDI_END) return advice;
    ret->service = e->service;
    const size_t most = e->tag_at + e->limit.segment_bytes, end = e->end < most ? e->end : most;
    if (take_short(e, end, ret)) return TW_EDI_SEGMENT;
    const size_t at = find_terminator(e, e->tag_at, end);
    if (at != SIZE_MAX) return take(e, at, ret, fault);
    if (end == most) return too_long(e, ret, fault);
    if (!e->ended) return TW_EDI_MORE;
    ret->raw = (struct tw_str){e->buf + e->tag_at, e->end - e->tag_at};
    const enum tw_edi_step step =
        refuse(e, fault, TW_FORMAT, "the segment is cut off: the end comes before its terminator");
    go_behind(e, e->end);
    return step;
}

bool tw_edi_sniff(struct tw_str first)
{
    static const char tags[][4] = {"UNA", "UNB", "UNG", "UNH"};
    if (tw_str_starts(first, TW_STR("\xEF\xBB\xBF"))) first = (struct tw_str){first.s + 3, first.n - 3};
    while (first.n > 0 && tw_is_blank(first.s[0])) first = (struct tw_str){first.s + 1, first.n - 1};
    if (first.n < 4) return false;
    const char next = first.s[3];
    if ((next >= 'A' && next <= 'Z') || (next >= 'a' && next <= 'z') || (next >= '0' && next <= '9') ||
        next == '_' || next == ',')
        return false;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (memcmp(first.s, tags[i], 3) == 0) return true;
    return false;
}

struct tw_str tw_edi_at(const struct tw_edi_segment *s, unsigned element, unsigned component)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->value[i].element == element && s->value[i].repetition == 0 &&
            s->value[i].component == component)
            return s->value[i].text;
    return (struct tw_str){NULL, 0};
}

/* -- writing */

static bool is_service(const struct tw_edi_service *s, char c)
{
    return c != 0 && (c == s->component || c == s->element || c == s->release || c == s->repetition ||
                      c == s->terminator);
}

static void write_text(const struct tw_edi_service *s, struct tw_str text, struct tw_buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (!is_service(s, text.s[i])) continue;
        if (s->release == 0) out->failed = true; /* it cannot be said */
        tw_buf_put(out, text.s + from, i - from);
        tw_buf_char(out, s->release);
        from = i;
    }
    tw_buf_put(out, text.s + from, text.n - from);
}

void tw_edi_write(const struct tw_edi_segment *s, struct tw_buf *out)
{
    struct tw_edi_value at = {.element = 0};
    tw_buf_str(out, s->tag);
    for (size_t i = 0; i < s->n; i++) {
        const struct tw_edi_value *v = &s->value[i];
        if (i == 0) tw_buf_char(out, s->service.element);
        for (; at.element < v->element; at = (struct tw_edi_value){.element = (uint16_t)(at.element + 1)})
            tw_buf_char(out, s->service.element);
        for (; at.repetition < v->repetition; at.repetition++, at.component = 0) {
            if (s->service.repetition == 0) out->failed = true;
            tw_buf_char(out, s->service.repetition);
        }
        for (; at.component < v->component; at.component++) tw_buf_char(out, s->service.component);
        if (at.element != v->element || at.repetition != v->repetition || at.component != v->component)
            out->failed = true;
        write_text(&s->service, v->text, out);
    }
    tw_buf_char(out, s->service.terminator);
}

void tw_edi_write_una(const struct tw_edi_service *s, struct tw_buf *out)
{
    const char una[UNA_BYTES] = {'U',
                                 'N',
                                 'A',
                                 s->component,
                                 s->element,
                                 s->decimal,
                                 or_blank(s->release),
                                 or_blank(s->repetition),
                                 s->terminator};
    tw_buf_put(out, una, sizeof una);
}
