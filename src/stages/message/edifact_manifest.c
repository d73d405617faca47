/* SPDX-License-Identifier: Apache-2.0 */
/* One segment at a time: the walk says where it stands, the map which of its values are which elements.
 * Objects are begun as segments with a star come; `open` holds those that later segments may speak of, the
 * outermost first. A list's array has room for a power of two, so that its length tells when it must grow. */
#include "message/edifact_manifest.h"

#include <assert.h>
#include <stddef.h>

#include "base/map.h"
#include "base/mem.h"
#include "decl/code.h"
#include "message/edifact_map_priv.h"

enum { SEGMENTS_MAX = 1000000, LIST_FIRST = 4, SG_CONSIGNMENT = 5, PATH_BYTES = 160, IMO_DIGITS = 7 };

static const struct {
    const char *name, *right;
} flaws[] = {
#define X(id, name, right) {name, right},
    TW_EDI_FLAW_TABLE(X)
#undef X
};

const char *tw_edi_flaw_name(enum tw_edi_flaw f)
{
    return flaws[f].name;
}

const char *tw_edi_flaw_right(enum tw_edi_flaw f)
{
    return flaws[f].right;
}

/* Any list, as TW_LIST lays it out. */
struct list {
    void *at;
    size_t n;
};

static const struct {
    enum tw_level owner, level;
    size_t offset;
} lists[] = {
    {TW_LEVEL_MANIFEST, TW_LEVEL_CONTAINER, offsetof(struct tw_manifest, containers)},
    {TW_LEVEL_MANIFEST, TW_LEVEL_CONSIGNMENT, offsetof(struct tw_manifest, consignments)},
    {TW_LEVEL_CONSIGNMENT, TW_LEVEL_CONSIGNMENT_ITEM, offsetof(struct tw_consignment, items)},
    {TW_LEVEL_CONSIGNMENT_ITEM, TW_LEVEL_CONTAINER, offsetof(struct tw_consignment_item, containers)},
};

struct open {
    enum tw_level level;
    unsigned depth; /* of the group it was begun in */
    void *object;
};

struct tw_edi_reader {
    uint32_t segments_max;
    struct edi_map map;
    struct tw_edi_walk walk;
    struct open open[TW_EDI_DEPTH_MAX + 1];
    size_t open_n;
    struct tw_arena *arena;
    struct tw_edi_manifest out;
    struct tw_edi_told *told;
    struct tw_buf text, left, wide;
    void *object;     /* that the segment speaks of */
    bool fresh;       /* the consignment that CNI began has no transport document yet */
    bool closed;      /* UNT has come */
    bool latin1;      /* UNB says UNOC */
    bool other;       /* UNB names a set that is neither UNOA, UNOB nor UNOC */
    bool foreign;     /* a text in a set that is not named has been told */
    unsigned refused; /* depth of a group that stands too often, which is not read; 0 = none */
    bool untyped;     /* UNH names no type */
    uint32_t line;    /* of the last segment */
    uint64_t byte;
    const struct edi_line *grown; /* the line of the segment before, and its object */
    const void *grown_object;
};

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

tw_err tw_edi_reader_new(uint32_t segments_max, struct tw_edi_reader **ret, struct tw_fault *fault)
{
    struct tw_edi_reader *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return no_memory(fault);
    r->segments_max = segments_max > 0 ? segments_max : SEGMENTS_MAX;
    edi_map_parse(&r->map);
    *ret = r;
    return TW_OK;
}

void tw_edi_reader_free(struct tw_edi_reader *r)
{
    if (r == NULL) return;
    tw_buf_free(&r->text);
    tw_buf_free(&r->left);
    tw_buf_free(&r->wide);
    tw_free(r);
}

/* -- telling */

/* What is wrong with a value (NULL: with the segment as a whole). The sentence is `why`'s, or the rule's own.
 */
static void tell(struct tw_edi_reader *r, enum tw_edi_flaw flaw, const struct tw_edi_segment *s,
                 const struct tw_edi_value *v, const struct tw_fault *why)
{
    char place[PATH_BYTES];
    struct tw_buf path = tw_buf_in(place, sizeof place);
    if (r->out.told_all++ >= TW_EDI_TOLD_MAX) return;
    struct tw_fault *f = &r->told[r->out.told_n].fault;
    r->told[r->out.told_n++].flaw = flaw;
    *f = (struct tw_fault){.byte = s->byte, .line = s->line, .item = r->out.segments};
    if (flaw == TW_EDI_FLAW_PLACE)
        tw_buf_str(&path, s->tag);
    else
        tw_edi_walk_path(&r->walk, &path);
    if (v != NULL) tw_buf_printf(&path, " %u.%u", v->element + 1U, v->component + 1U);
    const size_t n = path.n < sizeof f->path ? path.n : sizeof f->path - 1;
    memcpy(f->path, place, n);
    f->path[n] = '\0';
    tw_fail(f, why != NULL ? why->code : TW_FORMAT, "%s", why != NULL ? why->note : flaws[flaw].right);
}

/* -- objects */

/* A new last object of a list; NULL when the arena is full. */
static void *grow(struct tw_edi_reader *r, struct list *list, size_t size)
{
    const size_t n = list->n;
    if (n == 0 || (n >= LIST_FIRST && (n & (n - 1)) == 0)) {
        char *more = tw_arena_array(r->arena, n == 0 ? LIST_FIRST : 2 * n, size);
        if (more == NULL) return NULL;
        if (n > 0) memcpy(more, list->at, n * size);
        list->at = more;
    }
    list->n++;
    return (char *)list->at + n * size;
}

static void *find_open(const struct tw_edi_reader *r, enum tw_level level)
{
    for (size_t i = r->open_n; i-- > 0;)
        if (r->open[i].level == level) return r->open[i].object;
    return NULL;
}

static void push(struct tw_edi_reader *r, enum tw_level level, void *object)
{
    assert(r->open_n < sizeof r->open / sizeof *r->open);
    r->open[r->open_n++] = (struct open){level, r->walk.depth, object};
}

/* Begins an object in the nearest list there is for it; *ret is NULL where there is none. What was open
 * inside that list's owner is closed: its array may have moved. TW_NOMEM */
static tw_err begin_object(struct tw_edi_reader *r, enum tw_level level, void **ret)
{
    *ret = NULL;
    for (size_t i = r->open_n; i-- > 0;) {
        for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
            if (lists[k].level != level || lists[k].owner != r->open[i].level) continue;
            struct list *list = (struct list *)(void *)((char *)r->open[i].object + lists[k].offset);
            void *object = grow(r, list, tw_level_size(level));
            if (object == NULL) return TW_NOMEM;
            tw_level_init(level, object);
            r->open_n = i + 1;
            if (tw_edi_walk_opens(&r->walk)) push(r, level, object);
            *ret = object;
            return TW_OK;
        }
    }
    return TW_OK;
}

/* A consignment is begun by CNI, and by each transport document (RFF) in it behind the first. */
static tw_err begin_consignment(struct tw_edi_reader *r, void **ret)
{
    struct tw_manifest *m = r->out.manifest;
    const bool document = tw_edi_walk_group(&r->walk) == SG_CONSIGNMENT;
    if (document && r->fresh) {
        r->fresh = false;
        push(r, TW_LEVEL_CONSIGNMENT, &m->consignments.at[m->consignments.n - 1]);
        *ret = r->open[r->open_n - 1].object;
        return TW_OK;
    }
    TW_TRY(begin_object(r, TW_LEVEL_CONSIGNMENT, ret));
    r->fresh = !document;
    if (document && m->consignments.n > 1)
        m->consignments.at[m->consignments.n - 1].master = m->consignments.at[m->consignments.n - 2].master;
    return TW_OK;
}

/* -- values */

static bool is_set(struct tw_edi_reader *r, enum tw_element e, const void *object)
{
    tw_buf_clear(&r->text);
    tw_element_print(e, object, &r->text);
    return r->text.n > 0;
}

/* Numbers with check digits and codes with a form: told, and taken as they are. */
static void check_code(struct tw_edi_reader *r, enum tw_element e, const struct tw_edi_segment *s,
                       const struct tw_edi_value *v)
{
    struct tw_fault why = {0};
    switch ((int)e) {
    case TW_ELEMENT_CONTAINER__ID:
        if (tw_container_check(v->text, &why) != TW_OK) tell(r, TW_EDI_FLAW_CONTAINER, s, v, &why);
        break;
    case TW_ELEMENT_MANIFEST__TRANSPORT_MEANS:
        if (v->text.n == IMO_DIGITS && edi_all_digits(v->text) && tw_imo_check(v->text, &why) != TW_OK)
            tell(r, TW_EDI_FLAW_IMO, s, v, &why);
        break;
    case TW_ELEMENT_MANIFEST__DEPARTURE_PLACE:
    case TW_ELEMENT_MANIFEST__ARRIVAL_PLACE:
    case TW_ELEMENT_CONSIGNMENT__LOADING_PLACE:
    case TW_ELEMENT_CONSIGNMENT__DISCHARGE_PLACE:
    case TW_ELEMENT_CONSIGNMENT__DELIVERY_PLACE:
        if (tw_locode_check(v->text, &why) != TW_OK) tell(r, TW_EDI_FLAW_LOCODE, s, v, &why);
        break;
    default:
        break;
    }
}

/* Sets a member from the value that its slot begins with; *ret_held says whether it took it. */
static tw_err set_member(struct tw_edi_reader *r, const struct edi_line *line, const struct edi_slot *slot,
                         const struct tw_edi_segment *s, const struct tw_edi_value *v, bool *ret_held)
{
    struct tw_fault why = {0};
    struct tw_str text = {NULL, 0};
    const enum tw_element e = slot->member;
    void *object = r->object;
    const bool more = line == r->grown && object == r->grown_object && slot->pieces > 1 && line->members == 1;
    *ret_held = false;
    if (is_set(r, e, object) && !more) { /* what says the same again says nothing new */
        tw_buf_clear(&r->wide);
        edi_put_utf8(&r->wide, tw_str_trim(v->text));
        if (r->wide.failed) return TW_NOMEM;
        *ret_held = slot->pieces == 1 && tw_str_eq(tw_buf_view(&r->text), tw_buf_view(&r->wide));
        return TW_OK;
    }
    const bool bare =
        tw_element_row(e)->type == TW_TYPE_AMOUNT && tw_edi_at(s, slot->element, slot->component + 1U).n == 0;
    tw_err err = bare ? tw_fail(&why, TW_FORMAT, "an amount comes with its currency")
                      : edi_value_text(line, slot, s, &r->text, &why);
    if (r->text.failed) return TW_NOMEM;
    if (err == TW_OK && r->text.n > 0) TW_TRY(tw_str_dup(r->arena, tw_buf_view(&r->text), &text));
    if (err == TW_OK && tw_element_row(e)->type == TW_TYPE_MASS)
        err = tw_element_set_mass(e, text, edi_value_form(line, slot, s), object, &why);
    else if (err == TW_OK)
        err = tw_element_set(e, text, r->arena, object, &why);
    if (err == TW_NOMEM) return err;
    if (err == TW_OK && tw_element_row(e)->type == TW_TYPE_AMOUNT)
        err = edi_money_exact(text, tw_edi_at(s, slot->element, slot->component + 1U), &why);
    *ret_held = err == TW_OK;
    if (err == TW_OK)
        check_code(r, e, s, v);
    else
        tell(r, TW_EDI_FLAW_VALUE, s, v, &why);
    return TW_OK;
}

/* Is the value what the line says of its place, or what the place around it has taken? */
static bool says_nothing_new(const struct tw_edi_reader *r, const struct edi_slot *slot, struct tw_str text)
{
    int64_t n;
    if (slot->kind == EDI_KEY || slot->kind == EDI_FORM) return true;
    if (slot->kind == EDI_PLAIN) return tw_str_eq(text, slot->text);
    return slot->kind == EDI_ORDINAL && tw_str_i64(text, &n) == TW_OK && n == tw_edi_walk_ordinal(&r->walk);
}

/* -- what nothing holds */

static tw_err keep(struct tw_edi_reader *r, const struct tw_edi_segment *s, bool placed)
{
    struct tw_consignment *c = find_open(r, TW_LEVEL_CONSIGNMENT);
    void *all = c != NULL ? (void *)&c->extra : (void *)&r->out.manifest->extra;
    struct tw_edi_segment plain = *s;
    char place[PATH_BYTES];
    struct tw_buf path = tw_buf_in(place, sizeof place);
    struct tw_extra *extra = grow(r, all, sizeof *extra);
    if (extra == NULL) return TW_NOMEM;
    *extra = (struct tw_extra){.sequence = r->out.segments};
    plain.service = tw_edi_service_default(s->service.repetition != 0 ? 4 : 3);
    if (placed)
        tw_edi_walk_path(&r->walk, &path);
    else
        tw_buf_str(&path, s->tag);
    tw_buf_clear(&r->wide);
    tw_edi_write(&plain, &r->wide);
    tw_buf_clear(&r->text);
    for (size_t at = 0, end; at < r->wide.n; at = end) { /* each text may be in another set */
        for (end = at + 1; end < r->wide.n && strchr("+:*'", r->wide.p[end]) == NULL;) end++;
        edi_put_utf8(&r->text, (struct tw_str){r->wide.p + at, end - at});
    }
    if (r->text.failed || r->wide.failed || r->left.failed) return TW_NOMEM;
    TW_TRY(tw_str_dup(r->arena, tw_buf_view(&path), &extra->path));
    TW_TRY(tw_str_dup(r->arena, tw_buf_view(&r->text), &extra->value));
    return tw_str_dup(r->arena, tw_buf_view(&r->left), &extra->attributes);
}

/* Takes the values of a segment one by one; r->left gets the places of those that nothing holds. */
static tw_err take_values(struct tw_edi_reader *r, const struct edi_line *line,
                          const struct tw_edi_segment *s)
{
    const struct edi_slot *taken = NULL; /* it has taken all its components */
    tw_buf_clear(&r->left);
    for (size_t i = 0; i < s->n; i++) {
        const struct tw_edi_value *v = &s->value[i];
        const struct edi_slot *slot = line != NULL ? edi_line_at(line, v) : NULL;
        bool held = slot != NULL && slot == taken;
        if (v->text.n == 0) continue;
        if (slot != NULL && slot->kind != EDI_MEMBER)
            held = says_nothing_new(r, slot, v->text);
        else if (slot != NULL && !held)
            TW_TRY(set_member(r, line, slot, s, v, &held));
        if (held) taken = slot;
        r->out.values++;
        r->out.held += held;
        if (!held)
            tw_buf_printf(&r->left, "%s%u.%u", r->left.n > 0 ? " " : "", v->element + 1U, v->component + 1U);
    }
    return TW_OK;
}

/* -- segments */

/* Which kind of document its qualifier says a consignment has. */
static enum tw_bill kind_of(struct tw_str qualifier)
{
    if (tw_str_is(qualifier, "BH") || tw_str_is(qualifier, "HWB")) return TW_BILL_HOUSE;
    if (tw_str_is(qualifier, "MB") || tw_str_is(qualifier, "MWB")) return TW_BILL_MASTER;
    return TW_BILL_N;
}

static void tell_stand(struct tw_edi_reader *r, enum tw_edi_stand stand, const struct tw_edi_segment *s,
                       const char *missing)
{
    struct tw_fault why = {0};
    if (stand == TW_EDI_STANDS_NOWHERE) {
        tw_fail(&why, TW_FORMAT, "%.*s has no place here; segments stand in the order of the directory",
                TW_STR_ARG(s->tag));
        tell(r, TW_EDI_FLAW_PLACE, s, NULL, &why);
    }
    if (stand == TW_EDI_STANDS_TOO_OFTEN) tell(r, TW_EDI_FLAW_OFTEN, s, NULL, NULL);
    if (missing == NULL) return;
    tw_fail(&why, TW_FORMAT, "%s is mandatory, and there is none before this segment", missing);
    tell(r, TW_EDI_FLAW_MISSING, s, NULL, &why);
}

/* Objects of groups that the segment has left are closed. */
static void close_left(struct tw_edi_reader *r)
{
    const unsigned most = r->walk.depth - (tw_edi_walk_opens(&r->walk) ? 1 : 0);
    while (r->open_n > 1 && r->open[r->open_n - 1].depth > most) r->open_n--;
}

/* The line of the map that speaks of the segment, and r->object, which it speaks of; NULL when there is none.
 */
static tw_err find_line(struct tw_edi_reader *r, const struct tw_edi_segment *s, const struct edi_line **ret)
{
    const struct edi_line *line = edi_map_find(&r->map, r->walk.message, tw_edi_walk_group(&r->walk), s);
    *ret = NULL;
    r->object = NULL;
    if (line == NULL) return TW_OK;
    if (!line->begins)
        r->object = find_open(r, line->level);
    else if (line->level == TW_LEVEL_CONSIGNMENT)
        TW_TRY(begin_consignment(r, &r->object));
    else
        TW_TRY(begin_object(r, line->level, &r->object));
    if (r->object != NULL) *ret = line;
    return TW_OK;
}

/* Is the segment in a group that stands too often? It is not read, nor is what belongs to it. */
static bool in_refused(struct tw_edi_reader *r, enum tw_edi_stand stand)
{
    const bool opens = tw_edi_walk_opens(&r->walk);
    if (stand == TW_EDI_STANDS_NOWHERE) return r->refused > 0;
    if (r->walk.depth < r->refused || (r->walk.depth == r->refused && opens)) r->refused = 0;
    if (r->refused == 0 && stand == TW_EDI_STANDS_TOO_OFTEN && opens) r->refused = r->walk.depth;
    return r->refused > 0;
}

/* Texts that are no UTF-8 are read where their set is known, or taken for ISO 8859-1 where UNB asks for less;
 * of other sets nothing could be written that is right. */
static tw_err check_charset(struct tw_edi_reader *r, const struct tw_edi_segment *s, struct tw_fault *fault)
{
    size_t i = 0;
    if (r->latin1 || (r->foreign && !r->other)) return TW_OK;
    while (i < s->n && tw_str_utf8(s->value[i].text, NULL)) i++;
    if (i == s->n) return TW_OK;
    if (!r->other) {
        tell(r, TW_EDI_FLAW_CHARSET, s, &s->value[i], NULL);
        r->foreign = true;
        return TW_OK;
    }
    tw_fail(
        fault, TW_FORMAT,
        "%s: a text of this segment is no UTF-8, and UNB names a character set that is not read; send it as "
        "UTF-8 (UNOY) or ISO 8859-1 (UNOC)",
        tw_edi_flaw_name(TW_EDI_FLAW_CHARSET));
    if (fault != NULL) {
        fault->line = s->line;
        fault->byte = s->byte;
    }
    return TW_FORMAT;
}

static tw_err take(struct tw_edi_reader *r, const struct tw_edi_segment *s, struct tw_fault *fault)
{
    const char *missing;
    const struct edi_line *line = NULL;
    const enum tw_edi_stand stand = tw_edi_walk_next(&r->walk, s->tag, &missing);
    const bool placed = stand != TW_EDI_STANDS_NOWHERE;
    tell_stand(r, stand, s, missing);
    TW_TRY(check_charset(r, s, fault));
    const bool refused = in_refused(r, stand);
    r->closed = placed && tw_str_is(s->tag, "UNT");
    if (r->closed) return TW_OK;
    if (placed) close_left(r);
    if (stand == TW_EDI_STANDS && !refused) TW_TRY(find_line(r, s, &line));
    TW_TRY(take_values(r, line, s));
    if (line != NULL && line->begins && line->group == SG_CONSIGNMENT)
        ((struct tw_consignment *)r->object)->kind = kind_of(tw_edi_at(s, 0, 0));
    r->grown = line;
    r->grown_object = line != NULL ? r->object : NULL;
    return r->left.n > 0 || !placed ? keep(r, s, placed) : TW_OK;
}

void tw_edi_reader_charset(struct tw_edi_reader *r, struct tw_str identifier)
{
    r->latin1 = tw_str_is(identifier, "UNOC");
    r->other =
        identifier.n > 0 && !r->latin1 && !tw_str_is(identifier, "UNOA") && !tw_str_is(identifier, "UNOB");
}

tw_err tw_edi_reader_begin(struct tw_edi_reader *r, const struct tw_edi_segment *unh, struct tw_arena *arena,
                           struct tw_fault *fault)
{
    const struct tw_str type = tw_edi_at(unh, 1, 0), release = tw_edi_at(unh, 1, 2);
    const enum tw_edi_message m = type.n == 0 ? TW_EDI_CUSCAR : tw_edi_message_find(type);
    const char *missing;
    if (m == TW_EDI_MESSAGE_N) {
        if (fault != NULL) {
            fault->line = unh->line;
            fault->byte = unh->byte;
        }
        return tw_fail(fault, TW_NOTFOUND, "a message of type \"%.*s\" becomes no manifest; CUSCAR does",
                       (int)(type.n < 20 ? type.n : 20), type.s);
    }
    r->arena = arena;
    r->open_n = 0;
    r->fresh = r->closed = false;
    r->untyped = type.n == 0;
    r->foreign = false;
    r->refused = 0;
    r->grown = NULL;
    r->out = (struct tw_edi_manifest){.segments = 1};
    r->told = tw_arena_array(arena, TW_EDI_TOLD_MAX, sizeof *r->told);
    r->out.manifest = tw_arena_alloc(arena, sizeof *r->out.manifest);
    if (r->told == NULL || r->out.manifest == NULL ||
        tw_str_dup(arena, tw_edi_at(unh, 0, 0), &r->out.reference) != TW_OK)
        return no_memory(fault);
    tw_level_init(TW_LEVEL_MANIFEST, r->out.manifest);
    tw_edi_walk_begin(m, &r->walk);
    r->line = unh->line;
    r->byte = unh->byte;
    TW_IGNORE((tw_err)tw_edi_walk_next(&r->walk, TW_STR("UNH"), &missing));
    push(r, TW_LEVEL_MANIFEST, r->out.manifest);
    if (r->untyped) tell(r, TW_EDI_FLAW_TYPE, unh, NULL, NULL);
    if (!tw_str_is(release, tw_edi_message_release(m))) tell(r, TW_EDI_FLAW_RELEASE, unh, NULL, NULL);
    return TW_OK;
}

tw_err tw_edi_reader_put(struct tw_edi_reader *r, const struct tw_edi_segment *s, struct tw_fault *fault)
{
    if (r->out.segments >= r->segments_max)
        return tw_fail(fault, TW_LIMIT, "a message has more than %u segments", r->segments_max);
    if (r->untyped && r->out.segments == 1 &&
        !(tw_str_is(s->tag, "BGM") && tw_str_is(tw_edi_at(s, 0, 0), "85")))
        return tw_fail(fault, TW_NOTFOUND, "UNH names no type of message, and no BGM+85 makes it a manifest");
    r->out.segments++;
    r->line = s->line;
    r->byte = s->byte;
    const tw_err err = take(r, s, fault);
    return err == TW_NOMEM ? no_memory(fault) : err;
}

/* -- at the end */

static struct tw_str seal_of(const struct tw_manifest *m, const struct tw_intern *known, struct tw_str id)
{
    const uint32_t k = tw_intern_find(known, id);
    return k < m->containers.n ? m->containers.at[k].seal : (struct tw_str){NULL, 0};
}

/* The containers of a consignment are those of its goods, each once. */
static tw_err gather(struct tw_edi_reader *r, const struct tw_intern *known, struct tw_consignment *c)
{
    TW_SCOPED(tw_intern) *mine = NULL;
    TW_TRY(tw_intern_new(&mine));
    for (size_t i = 0; i < c->items.n; i++) {
        for (size_t k = 0; k < c->items.at[i].containers.n; k++) {
            struct tw_container *box = &c->items.at[i].containers.at[k];
            uint32_t number;
            box->seal = seal_of(r->out.manifest, known, box->id);
            TW_TRY(tw_intern_put(mine, box->id, &number));
            if (number < c->containers.n) continue;
            struct tw_container *more = grow(r, (struct list *)(void *)&c->containers, sizeof *more);
            if (more == NULL) return TW_NOMEM;
            *more = *box;
        }
    }
    return TW_OK;
}

static tw_err finish(struct tw_edi_reader *r)
{
    struct tw_manifest *m = r->out.manifest;
    TW_SCOPED(tw_intern) *known = NULL;
    TW_TRY(tw_intern_new(&known));
    for (size_t i = 0; i < m->containers.n; i++) {
        /* one that is there twice keeps the number of the list, not its id's */
        char place[32];
        struct tw_buf other = tw_buf_in(place, sizeof place);
        uint32_t number;
        const bool twice = tw_intern_find(known, m->containers.at[i].id) != TW_MAP_NONE;
        tw_buf_printf(&other, "\n%zu", i);
        TW_TRY(tw_intern_put(known, twice ? tw_buf_view(&other) : m->containers.at[i].id, &number));
    }
    for (size_t i = 0; i < m->consignments.n; i++) {
        struct tw_consignment *c = &m->consignments.at[i];
        if (c->bill.n == 0) c->bill = c->master;
        if (tw_str_eq(c->bill, c->master)) c->master = (struct tw_str){NULL, 0};
        TW_TRY(gather(r, known, c));
    }
    return TW_OK;
}

tw_err tw_edi_reader_end(struct tw_edi_reader *r, struct tw_edi_manifest *ret, struct tw_fault *fault)
{
    struct tw_fault why = {0};
    const struct tw_edi_segment last = {.tag = TW_STR("UNT"), .line = r->line, .byte = r->byte};
    tw_fail(&why, TW_FORMAT, "a message ends with UNT, and this one ends here");
    if (!r->closed) tell(r, TW_EDI_FLAW_MISSING, &last, NULL, &why);
    if (finish(r) != TW_OK) return no_memory(fault);
    r->out.told = r->told;
    *ret = r->out;
    return TW_OK;
}
