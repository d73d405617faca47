/* SPDX-License-Identifier: Apache-2.0 */
/* The structure is gone through once, row by row. At each one the lines of the map that draw such a segment
 * say what the objects in hand have: a line with a star once for each object of its list, which then is the
 * innermost one while its group is written. */
#include "message/edifact_compose_priv.h"

#include "base/mem.h"

tw_err tw_edi_writer_new(struct tw_edi_writer **ret, struct tw_fault *fault)
{
    struct tw_edi_writer *w = tw_calloc(1, sizeof *w);
    if (w == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    edi_map_parse(&w->map);
    *ret = w;
    return TW_OK;
}

void tw_edi_writer_free(struct tw_edi_writer *w)
{
    if (w == NULL) return;
    tw_buf_free(&w->text);
    tw_map64_free(w->done);
    tw_free(w);
}

bool tw_edi_writer_carries(const struct tw_edi_writer *w, enum tw_edi_message message,
                           enum tw_element element)
{
    for (size_t i = 0; i < w->map.n; i++)
        if (w->map.line[i].message == message && edi_line_has(&w->map.line[i], element)) return true;
    return false;
}

/* How many frames there are up to the innermost of a level; 0 when there is none. */
static size_t frames_to(const struct tw_edi_writer *w, enum tw_level level)
{
    size_t n = w->frames;
    while (n > 0 && w->frame[n - 1].level != level) n--;
    return n;
}

/* The list of a level that the innermost object has, and a frame with its name and the owner's key; false
 * when it has none: what an object around it lists stands in that one's group. */
static bool find_list(const struct tw_edi_writer *w, enum tw_level level, struct edi_list *ret,
                      struct edi_frame *first)
{
    const struct edi_frame *top = &w->frame[w->frames - 1];
    const struct edi_has *has = edi_list_find(top->level, level);
    if (has == NULL) return false;
    memcpy(ret, (const char *)top->object + has->offset, sizeof *ret);
    *first = (struct edi_frame){level, ret->at, has->name, 0, top->key};
    return true;
}

static tw_err too_often(const struct tw_edi_writer *w, const struct tw_edi_row *row, const char *tag,
                        struct tw_fault *fault)
{
    tw_fail(fault, TW_LIMIT, "%s holds at most %u %s here, and there is more to say; send it as XML",
            tw_edi_message_type(w->message), row->most, tag);
    (void)edi_blame(w, TW_ELEMENT_N, fault);
    return TW_LIMIT;
}

static tw_err missing(const struct tw_edi_writer *w, const char *tag, struct tw_fault *fault)
{
    tw_fail(fault, TW_FORMAT, "%s needs at least one %s here, and there is nothing to say in it; give it",
            tw_edi_message_type(w->message), tag);
    (void)edi_blame(w, TW_ELEMENT_N, fault);
    return TW_FORMAT;
}

/* One object of a list becomes the innermost one. */
static void enter(struct tw_edi_writer *w, const struct edi_list *list, const struct edi_frame *first,
                  size_t index)
{
    w->frame[w->frames++] =
        (struct edi_frame){first->level, (const char *)list->at + index * tw_level_size(first->level),
                           first->list, index, edi_key(first->key, first->level, index)};
}

/* -- segments that open no group */

/* What the line says, of one object or of each in its list. */
static tw_err write_line(struct tw_edi_writer *w, const struct edi_line *line, bool always, uint32_t *n,
                         struct tw_fault *fault)
{
    struct edi_list list;
    struct edi_frame first;
    uint32_t k = 0;
    if (line->begins || line->refers) {
        if (!find_list(w, line->level, &list, &first)) return TW_OK;
        for (size_t i = 0; i < list.n; i++) {
            enter(w, &list, &first, i);
            TW_TRY(edi_line_write(w, line, line->begins, &k, fault));
            w->frames--;
            *n += k;
        }
        return TW_OK;
    }
    const size_t frames = w->frames, to = line->members > 0 ? frames_to(w, line->level) : 1;
    if (to == 0) return TW_OK;
    w->frames = to; /* the object is the innermost one meanwhile */
    const tw_err err = edi_line_write(w, line, always, &k, fault);
    w->frames = frames;
    *n += k;
    return err;
}

static bool draws(const struct edi_line *line, const struct tw_edi_writer *w, unsigned group, const char *tag)
{
    return line->message == w->message && line->group == group && tw_str_is(line->tag, tag);
}

static tw_err write_service(struct tw_edi_writer *w, const char *tag, struct tw_str first)
{
    const struct tw_edi_value value = {.text = first};
    const struct tw_edi_segment s = {.tag = tw_str_from(tag), .value = &value, .n = 1, .service = w->service};
    tw_edi_write(&s, w->out);
    w->segments++;
    return TW_OK;
}

static tw_err write_segments(struct tw_edi_writer *w, size_t row, struct tw_fault *fault)
{
    const struct tw_edi_row *at = &w->row[row];
    const struct edi_line *only = NULL;
    uint32_t n = 0;
    if (strcmp(at->tag, "UNH") == 0 || strcmp(at->tag, "UNT") == 0) return TW_OK;
    if (strcmp(at->tag, "UNS") == 0) { /* before the details, and before what sums them up */
        const bool second = row + 1 < w->rows && strcmp(w->row[row + 1].tag, "CNT") == 0;
        return write_service(w, "UNS", second ? TW_STR("S") : TW_STR("D"));
    }
    for (size_t i = 0; i < w->map.n; i++) {
        const struct edi_line *line = &w->map.line[i];
        if (!draws(line, w, w->group, at->tag)) continue;
        only = line;
        TW_TRY(write_line(w, line, false, &n, fault));
    }
    if (n == 0 && at->mandatory && only != NULL && !only->begins)
        TW_TRY(write_line(w, only, true, &n, fault));
    if (n == 0 && at->mandatory) return missing(w, at->tag, fault);
    return n > at->most ? too_often(w, at, at->tag, fault) : TW_OK;
}

/* -- groups */

static tw_err write_rows(struct tw_edi_writer *w, size_t first, struct tw_fault *fault);

/* What stands in the group behind the segment that opens it. */
static tw_err write_rest(struct tw_edi_writer *w, size_t row, struct tw_fault *fault)
{
    const unsigned group = w->group;
    const uint32_t ordinal = w->ordinal;
    const size_t next = tw_edi_structure_next(w->row, w->rows, row + 1);
    if (next == w->rows) return TW_OK;
    TW_TRY(write_rows(w, next, fault));
    w->group = group;
    w->ordinal = ordinal;
    return TW_OK;
}

/* The group of one object: opened in any case. */
static tw_err write_object(struct tw_edi_writer *w, const struct edi_line *line, size_t row, uint32_t *n,
                           struct tw_fault *fault)
{
    uint32_t k = 0;
    w->ordinal = *n + 1;
    TW_TRY(edi_left_derived(w));
    TW_TRY(edi_line_write(w, line, true, &k, fault));
    *n += k;
    return write_rest(w, row, fault);
}

/* Do other segments than its first say something in the group? */
static bool has_rest(const struct tw_edi_writer *w, unsigned group, const char *tag)
{
    for (size_t i = 0; i < w->map.n; i++) {
        const struct edi_line *line = &w->map.line[i];
        if (line->message == w->message && line->group == group && !tw_str_is(line->tag, tag)) return true;
    }
    return false;
}

/* The group that a line opens without a new object: where the line or the rest of the group has something to
 * say. */
static tw_err write_plain(struct tw_edi_writer *w, const struct edi_line *line, size_t row, uint32_t *n,
                          struct tw_fault *fault)
{
    const size_t before = w->out->n;
    const uint32_t segments = w->segments;
    uint32_t k = 0;
    w->ordinal = *n + 1;
    TW_TRY(write_line(w, line, false, &k, fault));
    const bool says = k > 0;
    if (!says && !has_rest(w, w->group, w->row[row + 1].tag)) return TW_OK;
    if (!says) TW_TRY(write_line(w, line, true, &k, fault));
    const size_t opened = w->out->n;
    TW_TRY(write_rest(w, row, fault));
    if (!says && w->out->n == opened) { /* nothing in it */
        w->out->n = before;
        w->segments = segments;
        return TW_OK;
    }
    *n += k;
    return TW_OK;
}

static tw_err write_opening(struct tw_edi_writer *w, const struct edi_line *line, size_t row, uint32_t *n,
                            struct tw_fault *fault)
{
    struct edi_list list;
    struct edi_frame first;
    const size_t frames = w->frames;
    if (!line->begins) return write_plain(w, line, row, n, fault);
    if (w->frame[frames - 1].level == line->level) /* begun by the group around: CNI, then RFF */
        return write_object(w, line, row, n, fault);
    if (!find_list(w, line->level, &list, &first)) return TW_OK;
    for (size_t i = 0; i < list.n; i++) {
        enter(w, &list, &first, i);
        TW_TRY(write_object(w, line, row, n, fault));
        w->frames = frames;
    }
    return TW_OK;
}

static tw_err write_group(struct tw_edi_writer *w, size_t row, struct tw_fault *fault)
{
    const struct tw_edi_row *at = &w->row[row];
    const unsigned group = w->group;
    const uint32_t ordinal = w->ordinal;
    uint32_t n = 0;
    w->group = at->group;
    for (size_t i = 0; i < w->map.n; i++) {
        const struct edi_line *line = &w->map.line[i];
        if (draws(line, w, at->group, at[1].tag)) TW_TRY(write_opening(w, line, row, &n, fault));
    }
    w->group = group;
    w->ordinal = ordinal;
    if (n == 0 && at->mandatory) return missing(w, at[1].tag, fault);
    return n > at->most ? too_often(w, at, at[1].tag, fault) : TW_OK;
}

static tw_err write_rows(struct tw_edi_writer *w,
                         size_t first, /* NOLINT(misc-no-recursion): structure's depth */
                         struct tw_fault *fault)
{
    for (size_t row = first; row < w->rows; row = tw_edi_structure_next(w->row, w->rows, row))
        TW_TRY(w->row[row].group > 0 ? write_group(w, row, fault) : write_segments(w, row, fault));
    return TW_OK;
}

/* -- the message */

static void write_unh(struct tw_edi_writer *w)
{
    const struct tw_edi_value value[] = {
        {TW_STR("1"), 0, 0, 0},  {tw_str_from(tw_edi_message_type(w->message)), 1, 0, 0},
        {TW_STR("D"), 1, 0, 1},  {tw_str_from(tw_edi_message_release(w->message)), 1, 0, 2},
        {TW_STR("UN"), 1, 0, 3},
    };
    const struct tw_edi_segment s = {
        .tag = TW_STR("UNH"), .value = value, .n = sizeof value / sizeof *value, .service = w->service};
    tw_edi_write(&s, w->out);
    w->segments++;
}

static void write_unt(struct tw_edi_writer *w)
{
    char digits[16];
    struct tw_buf count = tw_buf_in(digits, sizeof digits);
    tw_buf_u64(&count, ++w->segments);
    const struct tw_edi_value value[] = {{tw_buf_view(&count), 0, 0, 0}, {TW_STR("1"), 1, 0, 0}};
    const struct tw_edi_segment s = {.tag = TW_STR("UNT"), .value = value, .n = 2, .service = w->service};
    tw_edi_write(&s, w->out);
}

static tw_err write_message(struct tw_edi_writer *w, const void *record, unsigned version, struct tw_buf *out,
                            struct tw_fault *fault)
{
    const enum tw_level level = edi_record_level(w->message);
    tw_map64_free(w->done);
    w->done = NULL;
    if (tw_map64_new(&w->done) != TW_OK) return TW_NOMEM;
    w->service = tw_edi_service_default(version);
    w->row = tw_edi_structure(w->message, &w->rows);
    w->frame[0] = (struct edi_frame){level, record, NULL, 0, 0};
    w->frames = 1;
    w->group = 0;
    w->ordinal = 1;
    w->segments = 0;
    w->out = out;
    tw_buf_clear(out);
    write_unh(w);
    TW_TRY(write_rows(w, 0, fault));
    write_unt(w);
    return out->failed ? TW_NOMEM : TW_OK;
}

static tw_err compose(struct tw_edi_writer *w, const struct tw_edi_order *order, struct tw_buf *out,
                      struct tw_edi_written *ret, struct tw_fault *fault)
{
    TW_SCOPED_BUF message = {0};
    TW_TRY(write_message(w, order->record, 3, &message, fault));
    const enum edi_set set = edi_set_of(tw_buf_view(&message));
    if (set == EDI_UNOY) TW_TRY(write_message(w, order->record, 4, &message, fault));
    ret->segments = w->segments;
    TW_TRY(edi_left_tell(w, order->record, ret));
    return edi_enclose(&order->ends, set, set == EDI_UNOY ? 4 : 3, tw_buf_view(&message), out, fault);
}

tw_err tw_edi_compose(struct tw_edi_writer *w, const struct tw_edi_order *order, struct tw_arena *arena,
                      struct tw_buf *out, struct tw_edi_written *ret, struct tw_fault *fault)
{
    const size_t before = out->n;
    struct tw_edi_written done = {.segments = 0};
    w->message = order->message;
    w->arena = arena;
    const tw_err err = compose(w, order, out, &done, fault);
    if (err == TW_OK) *ret = done;
    if (err != TW_OK) out->n = before;
    if (err != TW_NOMEM) return err;
    if (tw_arena_full(arena))
        return tw_fail(fault, TW_LIMIT,
                       "the record takes more memory than there is for one; send it in parts");
    return tw_fail(fault, TW_NOMEM, "out of memory");
}
