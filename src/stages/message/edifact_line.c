/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the map is drawn as its segment: what its object has, with the keys around it. A text that is
 * longer than its components goes on in further segments of the same line, or of one that holds that text
 * alone. */
#include "message/edifact_compose_priv.h"
#include "message/edifact_segment.h"

enum { VALUES_MAX = 64, PIECES_MAX = 512, WRONG_MAX = 1 };

uint64_t edi_key(uint64_t owner, enum tw_level level, size_t index)
{
    return tw_hash_join(owner, (uint64_t)level << 48 | (uint64_t)index);
}

bool edi_is_done(const struct tw_edi_writer *w, uint64_t key, enum tw_element e)
{
    return tw_map64_find(w->done, tw_hash_join(key, (uint64_t)e)) != TW_MAP_NONE;
}

tw_err edi_set_done(struct tw_edi_writer *w, uint64_t key, enum tw_element e)
{
    uint32_t number;
    return tw_map64_put(w->done, tw_hash_join(key, (uint64_t)e), &number);
}

void edi_frame_path(const struct tw_edi_writer *w, enum tw_element e, char ret[EDI_PATH_BYTES])
{
    struct tw_buf path = tw_buf_in(ret, EDI_PATH_BYTES - 1);
    for (size_t i = 1; i < w->frames; i++)
        tw_buf_printf(&path, "%s%s[%zu]", i > 1 ? "." : "", w->frame[i].list, w->frame[i].index + 1);
    if (e != TW_ELEMENT_N) {
        const struct tw_element_row *row = tw_element_row(e);
        const bool flat = row->level == TW_LEVEL_DECL || row->level == TW_LEVEL_ITEM;
        const char *name = flat ? row->name : strchr(row->name, '.') + 1;
        tw_buf_printf(&path, "%s%s", w->frames > 1 ? "." : "", name);
    }
    ret[path.n] = '\0';
}

tw_err edi_blame(const struct tw_edi_writer *w, enum tw_element e, struct tw_fault *fault)
{
    if (fault == NULL) return TW_OK;
    char path[EDI_PATH_BYTES];
    edi_frame_path(w, e, path);
    memcpy(fault->path, path, sizeof fault->path < sizeof path ? sizeof fault->path : sizeof path);
    fault->path[sizeof fault->path - 1] = '\0';
    return fault->code;
}

/* -- texts in pieces */

/* The pieces of a text; an empty one ends a line where the piece before it is full. */
struct pieces {
    struct tw_str at[PIECES_MAX];
    size_t n;
};

static size_t bytes_of(struct tw_str text, size_t characters)
{
    size_t i = 0;
    while (i < text.n) {
        if (((unsigned char)text.s[i] & 0xC0U) != 0x80U && characters-- == 0) break;
        i++;
    }
    return i;
}

static bool add(struct pieces *p, struct tw_str piece)
{
    if (p->n == PIECES_MAX) return false;
    p->at[p->n++] = piece;
    return true;
}

/* False: it has more pieces than a writer takes. */
static bool cut(struct tw_str text, uint16_t width, struct pieces *ret)
{
    ret->n = 0;
    for (bool more = true; more;) {
        more = memchr(text.s, '\n', text.n) != NULL;
        struct tw_str line = tw_str_cut(text, '\n', &text);
        bool full = false;
        if (line.n == 0 && !add(ret, line)) return false;
        while (line.n > 0) {
            const size_t n = width > 0 ? bytes_of(line, width) : line.n;
            if (!add(ret, (struct tw_str){line.s, n})) return false;
            line = (struct tw_str){line.s + n, line.n - n};
            full = width > 0 && bytes_of(ret->at[ret->n - 1], width) == n &&
                   bytes_of(ret->at[ret->n - 1], width - 1U) < n;
        }
        if (more && full && !add(ret, (struct tw_str){"", 0})) return false;
        if (text.n == 0) more = false;
    }
    return true;
}

/* How many of the pieces from `at` on go into one segment: the next segment begins with one that is not
 * empty. 0: there is no such place. */
static size_t fit(const struct pieces *p, size_t at, size_t most)
{
    if (p->n - at <= most) return p->n - at;
    while (most > 0 && (p->at[at + most - 1].n == 0 || p->at[at + most].n == 0)) most--;
    return most;
}

/* -- one segment */

struct draft {
    struct tw_edi_writer *w;
    const struct edi_line *line;
    struct tw_edi_value value[VALUES_MAX];
    enum tw_element of[VALUES_MAX]; /* whose value it is; TW_ELEMENT_N = nobody's */
    size_t n;
    bool says; /* something that has not been said */
    const struct edi_slot *long_slot;
    size_t goes_on; /* piece of the long text that the next segment begins with; 0 = it is all there */
};

static void put(struct draft *d, unsigned element, unsigned component, struct tw_str text, enum tw_element e)
{
    if (text.n == 0 || d->n == VALUES_MAX) return;
    d->value[d->n] = (struct tw_edi_value){text, (uint16_t)element, 0, (uint16_t)component};
    d->of[d->n++] = e;
}

/* Texts of values lie in w->text, which moves while it grows; so each is copied to the arena. */
static tw_err keep_text(struct tw_edi_writer *w, struct tw_str *ret)
{
    if (w->text.failed) return TW_NOMEM;
    return tw_str_dup(w->arena, tw_buf_view(&w->text), ret);
}

static bool wants(const struct draft *d, size_t slot)
{
    const struct edi_slot *s = &d->line->slot[slot];
    const struct edi_frame *top = &d->w->frame[d->w->frames - 1];
    if (s->kind != EDI_MEMBER || edi_slot_is_again(d->line, slot)) return false;
    const bool id = d->line->refers && slot + 1 == d->line->n;
    return id || !edi_is_done(d->w, top->key, s->member);
}

/* Does an element of the segment hold a member's value? */
static bool has_member(const struct draft *d, unsigned element)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->value[i].element == element && d->of[i] != TW_ELEMENT_N) return true;
    return false;
}

static tw_err no_pieces(const struct draft *d, const struct edi_slot *slot, struct tw_fault *fault)
{
    tw_fail(fault, TW_LIMIT,
            "the text has too many lines or empty ones in a row, which %s cannot hold; join some, or send it "
            "as XML",
            tw_edi_message_type(d->w->message));
    (void)edi_blame(d->w, slot->member, fault);
    return TW_LIMIT;
}

static tw_err put_pieces(struct draft *d, const struct edi_slot *slot, struct tw_str text, size_t from,
                         struct tw_fault *fault)
{
    struct pieces p = {.n = 0};
    if (!cut(text, slot->width, &p)) return no_pieces(d, slot, fault);
    const size_t n = fit(&p, from, slot->pieces);
    if (n == 0) return no_pieces(d, slot, fault);
    for (size_t i = 0; i < n; i++)
        put(d, slot->element, slot->component + (unsigned)i, p.at[from + i], slot->member);
    d->long_slot = slot;
    d->goes_on = from + n < p.n ? from + n : 0;
    return TW_OK;
}

/* The members' values; then what stands beside them. */
static tw_err draw_member(struct draft *d, size_t k, size_t from, struct tw_fault *fault)
{
    struct tw_edi_writer *w = d->w;
    const struct edi_slot *slot = &d->line->slot[k];
    const void *object = w->frame[w->frames - 1].object;
    const struct edi_slot *form = NULL;
    struct tw_str text;
    for (size_t i = 0; i < d->line->n; i++)
        if (d->line->slot[i].kind == EDI_FORM && d->line->slot[i].element == slot->element)
            form = &d->line->slot[i];
    tw_buf_clear(&w->text);
    edi_element_print(slot->member, object, form != NULL ? form->text : (struct tw_str){NULL, 0}, &w->text);
    const bool set = w->text.n > 0;
    if (!set) tw_buf_str(&w->text, slot->text);
    if (w->text.n == 0) return w->text.failed ? TW_NOMEM : TW_OK;
    TW_TRY(keep_text(w, &text));
    if (set && !(d->line->refers && k + 1 == d->line->n)) d->says = true;
    if (slot->pieces > 1) return put_pieces(d, slot, text, from, fault);
    put(d, slot->element, slot->component, text, slot->member);
    return TW_OK;
}

static tw_err draw_beside(struct draft *d, size_t k)
{
    struct tw_edi_writer *w = d->w;
    const struct edi_slot *slot = &d->line->slot[k];
    struct tw_str text = slot->text;
    if (slot->kind == EDI_MEMBER) return TW_OK;
    if ((slot->kind == EDI_PLAIN || slot->kind == EDI_FORM) && slot->element > 0 &&
        !has_member(d, slot->element))
        return TW_OK;
    if (slot->kind == EDI_FORM) { /* of the one member beside it */
        if (!has_member(d, slot->element)) return TW_OK;
        for (size_t i = 0; i < d->n; i++)
            if (d->value[i].element == slot->element && d->of[i] != TW_ELEMENT_N)
                text = edi_time_form(d->of[i], w->frame[w->frames - 1].object, slot->text);
    }
    if (slot->kind == EDI_ORDINAL) {
        tw_buf_clear(&w->text);
        tw_buf_u64(&w->text, w->ordinal);
        TW_TRY(keep_text(w, &text));
    }
    put(d, slot->element, slot->component, text, TW_ELEMENT_N);
    return TW_OK;
}

static void sort(struct draft *d)
{
    for (size_t i = 1; i < d->n; i++) {
        const struct tw_edi_value v = d->value[i];
        const enum tw_element e = d->of[i];
        size_t k = i;
        for (; k > 0 && (d->value[k - 1].element > v.element ||
                         (d->value[k - 1].element == v.element && d->value[k - 1].component > v.component));
             k--) {
            d->value[k] = d->value[k - 1];
            d->of[k] = d->of[k - 1];
        }
        d->value[k] = v;
        d->of[k] = e;
    }
}

/* -- whether it may be written */

static enum tw_element member_at(const struct draft *d, unsigned element, unsigned component)
{
    for (size_t i = 0; i < d->line->n; i++) {
        const struct edi_slot *s = &d->line->slot[i];
        if (s->kind == EDI_MEMBER && s->element == element && component >= s->component &&
            component < s->component + s->pieces)
            return s->member;
    }
    return TW_ELEMENT_N;
}

static tw_err refuse(const struct draft *d, const struct tw_edi_wrong *wrong, struct tw_fault *fault)
{
    const enum tw_element e = member_at(d, wrong->element, wrong->component);
    const char *type = tw_edi_message_type(d->w->message),
               *words = e != TW_ELEMENT_N ? tw_element_row(e)->words : "";
    tw_err err = TW_FORMAT;
    if (wrong->what == TW_EDI_SYNTAX_LONG)
        err = tw_fail(fault, TW_LIMIT,
                      "%s has %zu characters, %.*s of %s takes %u; shorten it, or send it as XML", words,
                      wrong->length, TW_STR_ARG(d->line->tag), type, wrong->spec.most);
    else if (wrong->what == TW_EDI_SYNTAX_MISSING)
        err =
            tw_fail(fault, TW_FORMAT, "%s is missing, without which %.*s of %s cannot say the rest; give it",
                    words, TW_STR_ARG(d->line->tag), type);
    else
        err = tw_fail(fault, TW_FORMAT, "%s is no value that %.*s of %s takes: %s", words,
                      TW_STR_ARG(d->line->tag), type, tw_edi_syntax_words(wrong->what));
    (void)edi_blame(d->w, e, fault);
    return err;
}

static tw_err check(const struct draft *d, const struct tw_edi_segment *s, const struct edi_line *read_as,
                    struct tw_fault *fault)
{
    struct tw_edi_wrong wrong[WRONG_MAX];
    for (size_t i = 0; i < d->n; i++) {
        for (size_t k = 0; k < d->value[i].text.n; k++) {
            if ((unsigned char)d->value[i].text.s[k] >= 0x20U) continue;
            tw_fail(fault, TW_FORMAT,
                    "the text has a control character, which EDIFACT does not carry; take it out");
            (void)edi_blame(d->w, d->of[i], fault);
            return TW_FORMAT;
        }
    }
    if (tw_edi_segment_check(s, wrong, WRONG_MAX) > 0) return refuse(d, wrong, fault);
    if (edi_map_find(&d->w->map, d->w->message, d->line->group, s) == read_as) return TW_OK;
    tw_fail(fault, TW_FORMAT, "with these values %.*s of %s would say something else; send it as XML",
            TW_STR_ARG(d->line->tag), tw_edi_message_type(d->w->message));
    (void)edi_blame(d->w, TW_ELEMENT_N, fault);
    return TW_FORMAT;
}

/* The line that a long text goes on in: with that text alone, and no new object. */
static const struct edi_line *going_on(const struct tw_edi_writer *w, const struct edi_line *line,
                                       enum tw_element e)
{
    for (size_t i = 0; i < w->map.n; i++) {
        const struct edi_line *other = &w->map.line[i];
        if (other->message == line->message && other->group == line->group && other->members == 1 &&
            !other->begins && edi_line_has(other, e) && tw_str_eq(other->tag, line->tag))
            return other;
    }
    return NULL;
}

static tw_err write_draft(struct draft *d, struct tw_fault *fault)
{
    struct tw_edi_writer *w = d->w;
    sort(d);
    const struct tw_edi_segment s = {
        .tag = d->line->tag, .value = d->value, .n = d->n, .service = w->service};
    TW_TRY(check(d, &s, d->line, fault));
    tw_edi_write(&s, w->out);
    w->segments++;
    for (size_t i = 0; i < d->n; i++)
        if (d->of[i] != TW_ELEMENT_N) TW_TRY(edi_set_done(w, w->frame[w->frames - 1].key, d->of[i]));
    return w->out->failed ? TW_NOMEM : TW_OK;
}

/* The rest of a text, in segments of its own. */
static tw_err write_rest(const struct draft *first, uint32_t *ret_n, struct tw_fault *fault)
{
    const struct edi_line *line = going_on(first->w, first->line, first->long_slot->member);
    if (line == NULL) return no_pieces(first, first->long_slot, fault);
    for (size_t from = first->goes_on; from > 0;) {
        struct draft d = {.w = first->w, .line = line};
        for (size_t k = 0; k < line->n; k++)
            if (line->slot[k].kind == EDI_MEMBER) TW_TRY(draw_member(&d, k, from, fault));
        for (size_t k = 0; k < line->n; k++) TW_TRY(draw_beside(&d, k));
        TW_TRY(write_draft(&d, fault));
        from = d.goes_on;
        ++*ret_n;
    }
    return TW_OK;
}

tw_err edi_line_write(struct tw_edi_writer *w, const struct edi_line *line, bool always, uint32_t *ret_n,
                      struct tw_fault *fault)
{
    struct draft d = {.w = w, .line = line};
    *ret_n = 0;
    for (size_t k = 0; k < line->n; k++)
        if (wants(&d, k)) TW_TRY(draw_member(&d, k, 0, fault));
    if (!d.says && !always) return TW_OK;
    for (size_t k = 0; k < line->n; k++) TW_TRY(draw_beside(&d, k));
    TW_TRY(write_draft(&d, fault));
    *ret_n = 1;
    return d.goes_on > 0 ? write_rest(&d, ret_n, fault) : TW_OK;
}
