/* SPDX-License-Identifier: Apache-2.0 */
/* The writer walks the table from top to bottom, with the declaration's objects on one hand and the tree of
 * its extra on the other. What a member holds is written in our own spelling, unless an extra at the same
 * place means the same: then it is written as the extra has it. An element is begun before it is known
 * whether anything will be in it; where there is nothing, the text is cut back to where it began. */
#include "message/xml_write.h"

#include "base/mem.h"
#include "decl/money.h"
#include "message/xml_extra_priv.h"

struct tw_xml_writer {
    struct xml_tree tree;
    struct tw_buf text, attribute; /* what a member holds */

    /* of the message under way */
    struct tw_buf *out;
    struct tw_arena *arena;
    const struct tw_decl *decl;
    const void *at[TW_LEVEL_N]; /* the object of each level under way */
    void *blank[TW_LEVEL_N];    /* where extras are tried out */
    struct tw_item no_item;
    struct xml_extras extras;   /* of the declaration */
    bool spelled[TW_ELEMENT_N]; /* elements of the object under way that extras give at one of their places */
    bool used[XML_NS_OTHER];
    struct tw_str *foreign; /* other namespaces, n1, n2 ... */
    size_t foreign_n, foreign_cap;
    bool prefixed; /* the declaration's namespace has a prefix, since some names are in none */
    size_t root;   /* behind the name of the outermost element */
    unsigned indent;
    tw_err err;
};

tw_err tw_xml_writer_new(struct tw_xml_writer **ret, struct tw_fault *fault)
{
    struct tw_xml_writer *w = tw_calloc(1, sizeof *w);
    if (w == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    xml_tree_link(&w->tree);
    tw_item_init(&w->no_item);
    *ret = w;
    return TW_OK;
}

void tw_xml_writer_free(struct tw_xml_writer *w)
{
    if (w == NULL) return;
    tw_buf_free(&w->text);
    tw_buf_free(&w->attribute);
    tw_free(w->foreign);
    tw_free(w);
}

/* -- names */

static size_t foreign_number(struct tw_xml_writer *w, struct tw_str uri)
{
    for (size_t i = 0; i < w->foreign_n; i++)
        if (tw_str_eq(w->foreign[i], uri)) return i + 1;
    if (w->foreign_n == w->foreign_cap) {
        const size_t cap = w->foreign_cap > 0 ? w->foreign_cap * 2 : 8;
        struct tw_str *more = tw_realloc(w->foreign, cap, sizeof *more);
        if (more == NULL) {
            w->err = TW_NOMEM;
            return 1;
        }
        w->foreign = more;
        w->foreign_cap = cap;
    }
    w->foreign[w->foreign_n++] = uri;
    return w->foreign_n;
}

static void put_name(struct tw_xml_writer *w, enum xml_ns ns, struct tw_str uri, struct tw_str name)
{
    if (ns == XML_NS_OTHER) {
        if (uri.n > 0) tw_buf_printf(w->out, "n%zu:", foreign_number(w, uri));
    } else {
        w->used[ns] = true;
        if (ns != XML_NS_DEC)
            tw_buf_printf(w->out, "%s:", xml_ns_prefix[ns]);
        else if (w->prefixed)
            tw_buf_text(w->out, "dec:");
    }
    tw_buf_str(w->out, name);
}

static void new_line(struct tw_xml_writer *w)
{
    tw_buf_char(w->out, '\n');
    for (unsigned i = 0; i < w->indent; i++) tw_buf_text(w->out, "  ");
}

static void put_attributes(struct tw_xml_writer *w, struct tw_str attributes)
{
    struct tw_str name, value, uri, local;
    enum xml_ns ns;
    while (xml_attribute_next(&attributes, &name, &value)) {
        if (!xml_name_split(name, &ns, &uri, &local)) continue;
        tw_buf_char(w->out, ' ');
        if (ns == XML_NS_DEC)
            tw_buf_str(w->out, local); /* without a prefix: in no namespace */
        else
            put_name(w, ns, uri, local);
        tw_buf_text(w->out, "=\"");
        tw_buf_str(w->out, value);
        tw_buf_char(w->out, '"');
    }
}

/* An element under way. */
struct open {
    enum xml_ns ns;
    struct tw_str uri, name;
    size_t from, begun; /* where it begins; behind its start tag */
    bool given;         /* stands there even when it is empty */
};

static void begin(struct tw_xml_writer *w, struct open *e, struct tw_str attributes)
{
    e->from = w->out->n;
    new_line(w);
    tw_buf_char(w->out, '<');
    put_name(w, e->ns, e->uri, e->name);
    if (w->root == 0) w->root = w->out->n;
    put_attributes(w, attributes);
    tw_buf_char(w->out, '>');
    e->begun = w->out->n;
    w->indent++;
}

/* `inner`: it holds elements. */
static void finish(struct tw_xml_writer *w, const struct open *e, bool inner)
{
    w->indent--;
    if (w->out->failed) return;
    if (w->out->n == e->begun) {
        w->out->n = e->given ? e->begun - 1 : e->from;
        if (e->given) tw_buf_text(w->out, "/>");
        return;
    }
    if (inner) new_line(w);
    tw_buf_text(w->out, "</");
    put_name(w, e->ns, e->uri, e->name);
    tw_buf_char(w->out, '>');
}

/* -- members */

/* Something empty of that level, to try what an extra means. */
static void *blank_of(struct tw_xml_writer *w, enum tw_level level)
{
    if (w->blank[level] == NULL) w->blank[level] = tw_arena_alloc(w->arena, tw_level_size(level));
    if (w->blank[level] == NULL) {
        w->err = TW_NOMEM;
        return NULL;
    }
    tw_level_init(level, w->blank[level]);
    return w->blank[level];
}

static bool same_print(struct tw_xml_writer *w, const struct xml_row *row, const void *a, const void *b)
{
    TW_SCOPED_BUF other = {0};
    tw_buf_clear(&w->text);
    xml_row_print(row, a, &w->text);
    tw_buf_char(&w->text, '\n');
    xml_row_print_attribute(row, a, &w->text);
    xml_row_print(row, b, &other);
    tw_buf_char(&other, '\n');
    xml_row_print_attribute(row, b, &other);
    if (other.failed || w->text.failed) w->err = TW_NOMEM;
    return tw_str_eq(tw_buf_view(&other), tw_buf_view(&w->text));
}

static bool is_set(struct tw_xml_writer *w, const struct xml_row *row, const void *object)
{
    tw_buf_clear(&w->text);
    xml_row_print(row, object, &w->text);
    return w->text.n > 0;
}

/* Does the extra mean what the member holds? One that no member could hold does where the member is absent.
 */
static bool means_same(struct tw_xml_writer *w, const struct xml_row *row, const void *object,
                       const struct xml_node *node)
{
    struct tw_str attribute;
    void *trial = blank_of(w, tw_element_row(row->element)->level);
    if (trial == NULL) return false;
    w->err = xml_attribute_get(node->attributes, xml_row_attribute(row), w->arena, &attribute);
    if (w->err != TW_OK) return false;
    if (xml_row_set(row, tw_str_trim(node->value), attribute, w->arena, trial, NULL) != TW_OK)
        return !is_set(w, row, object);
    if (row->how == XML_AMOUNT) {
        const uint16_t at = tw_element_row(row->element)->offset;
        struct tw_money *money = (void *)((char *)trial + at), had;
        memcpy(&had, (const char *)object + at, sizeof had);
        if (tw_money_set(had)) TW_IGNORE(tw_money_settle(money, tw_money_cur(&had), NULL));
    }
    return same_print(w, row, trial, object);
}

/* Which elements of the object do extras give, at any of their places? */
static void find_spelled(struct tw_xml_writer *w, const struct xml_node *node, enum tw_level level)
{
    for (size_t i = 0; i < node->children; i++) {
        const struct xml_node *c = node->child[i];
        if (c->row == XML_NO_ROW) break;
        const struct xml_row *row = &xml_row[c->row];
        const bool place = row->how == XML_PLACE || row->how == XML_ALSO;
        if (place && c->given && tw_element_row(row->element)->level == level && !w->spelled[row->element])
            w->spelled[row->element] = means_same(w, row, w->at[level], c);
        find_spelled(w, c, level);
    }
}

/* Countries of an item that are the declaration's are not written again. */
static bool is_header_s(const struct tw_xml_writer *w, enum tw_element e)
{
    const struct tw_item *item = w->at[TW_LEVEL_ITEM];
    if (e == TW_ELEMENT_DISPATCH) return tw_str_eq(item->dispatch, w->decl->dispatch);
    return e == TW_ELEMENT_DESTINATION && tw_str_eq(item->destination, w->decl->destination);
}

/* Puts what is to be written of a row's member into w->text and w->attribute; nothing where it is absent, or
 * where the node is to be written instead. */
static void print_member(struct tw_xml_writer *w, const struct xml_row *row, const struct xml_node *node)
{
    const void *object = w->at[tw_element_row(row->element)->level];
    const bool skip = row->how == XML_ALSO ||
                      (row->how == XML_PLACE && (w->spelled[row->element] || is_header_s(w, row->element)));
    const bool spelled =
        !skip && row->how != XML_PLACE && node != NULL && node->given && means_same(w, row, object, node);
    tw_buf_clear(&w->text);
    tw_buf_clear(&w->attribute);
    if (skip || spelled) return;
    xml_row_print(row, object, &w->text);
    if (w->text.n > 0) xml_row_print_attribute(row, object, &w->attribute);
}

/* -- elements */

static void write_children(struct tw_xml_writer *w, uint16_t row, bool bound, const struct xml_node *node);

/* One element of a row; `node` may be NULL. */
static void write_row(struct tw_xml_writer *w, uint16_t number, bool bound, const struct xml_node *node)
{
    const struct xml_row *row = &xml_row[number];
    struct open e = {.ns = xml_row_ns(row), .name = {row->name, row->name_n}};
    const bool member = bound && row->how >= XML_MEMBER && row->how <= XML_MASS;
    const bool given = node != NULL && node->given;
    if (member) print_member(w, row, node);
    const bool ours = member && w->text.n > 0;
    e.given = given && !ours;
    begin(w, &e, e.given ? node->attributes : (struct tw_str){NULL, 0});
    if (ours && w->attribute.n > 0) {
        w->out->n--;
        tw_buf_printf(w->out, " %s=\"", xml_row_attribute(row));
        xml_escape(tw_buf_view(&w->attribute), true, w->out);
        tw_buf_text(w->out, "\">");
        e.begun = w->out->n;
    }
    if (ours)
        xml_escape(tw_buf_view(&w->text), false, w->out);
    else if (given)
        xml_escape(node->value, false, w->out);
    const size_t inner = w->out->n;
    if (w->tree.child[number] != XML_NO_ROW || (node != NULL && node->children > 0))
        write_children(w, number, bound, node);
    finish(w, &e, w->out->n > inner);
}

static void write_declaration(struct tw_xml_writer *w, struct tw_str attributes);

/* An element that the table does not know. */
static void write_unknown(struct tw_xml_writer *w, const struct xml_node *node, bool envelope)
{
    struct open e = {.ns = node->ns, .uri = node->uri, .name = node->name, .given = true};
    if (envelope && node->given && node->ns == XML_NS_DEC && tw_str_is(node->name, "Declaration")) {
        write_declaration(w, node->attributes);
        return;
    }
    begin(w, &e, node->attributes);
    xml_escape(node->value, false, w->out);
    for (size_t i = 0; i < node->children; i++)
        write_unknown(w, node->child[i], envelope && node->ns != XML_NS_RES); /* an answer's are its own */
    finish(w, &e, node->children > 0);
}

/* The nodes of one row among a node's children. */
struct run {
    struct xml_node **at;
    size_t n;
};

static struct run next_run(const struct xml_node *node, size_t *at, uint16_t row)
{
    if (node == NULL) return (struct run){NULL, 0};
    while (*at < node->children && node->child[*at]->row < row) ++*at;
    struct run run = {node->child != NULL ? node->child + *at : NULL, 0};
    while (*at < node->children && node->child[*at]->row == row) {
        ++*at;
        run.n++;
    }
    return run;
}

/* Takes the node of that index off the front of a run. */
static const struct xml_node *take(struct run *run, size_t index)
{
    if (run->n == 0 || run->at[0]->index != index) return NULL;
    run->n--;
    return *run->at++;
}

static void write_rest(struct tw_xml_writer *w, uint16_t row, struct run run)
{
    for (size_t i = 0; i < run.n; i++) write_row(w, row, false, run.at[i]);
}

static void write_item(struct tw_xml_writer *w, uint16_t row, const struct tw_item *item)
{
    struct xml_extras own;
    const size_t left = w->extras.left;
    bool of_header[TW_ELEMENT_N];
    w->at[TW_LEVEL_ITEM] = item;
    if (w->err == TW_OK) w->err = xml_extras_make(&w->tree, item->extra.at, item->extra.n, w->arena, &own);
    if (w->err != TW_OK) return;
    w->extras.left = left + own.left + own.envelope.given + own.declaration.given + own.envelope.children +
                     own.declaration.children;
    memcpy(of_header, w->spelled, sizeof of_header);
    find_spelled(w, &own.item, TW_LEVEL_ITEM);
    write_row(w, row, true, &own.item);
    memcpy(w->spelled, of_header, sizeof of_header);
    w->at[TW_LEVEL_ITEM] = NULL;
}

/* Packages and duties that an item tells without a list of them. */
static struct xml_list from_sums(const struct tw_xml_writer *w, const struct xml_row *row,
                                 struct tw_package *package, struct tw_duty_line *duty)
{
    const struct tw_item *item = w->at[TW_LEVEL_ITEM];
    if (row->level == TW_LEVEL_PACKAGE && (item->package_count >= 0 || item->package_type.n > 0)) {
        *package = (struct tw_package){.type = item->package_type, .count = item->package_count};
        return (struct xml_list){package, 1};
    }
    const bool claimed = item != NULL && (item->preference.n > 0 || item->quota.n > 0);
    if (row->level != TW_LEVEL_DUTY || !claimed) return (struct xml_list){NULL, 0};
    *duty = (struct tw_duty_line){.rate = {0}};
    return (struct xml_list){duty, 1};
}

static void write_list(struct tw_xml_writer *w, uint16_t number, struct run run)
{
    const struct xml_row *row = &xml_row[number];
    struct tw_package package;
    struct tw_duty_line duty;
    struct xml_list list;
    memcpy(&list, (const char *)w->at[row->owner] + row->list, sizeof list);
    if (list.n == 0 && row->owner == TW_LEVEL_ITEM) list = from_sums(w, row, &package, &duty);
    const size_t size = tw_level_size(row->level);
    for (size_t i = 0; i < list.n && w->err == TW_OK; i++) {
        const void *entry = (const char *)list.at + i * size;
        if (row->level == TW_LEVEL_ITEM) {
            write_item(w, number, entry);
            continue;
        }
        const bool first = i == 0 || row->level != TW_LEVEL_DUTY;
        const void *item = w->at[TW_LEVEL_ITEM];
        w->at[row->level] = entry;
        if (!first) w->at[TW_LEVEL_ITEM] = &w->no_item; /* preference and quota are of the first */
        if (w->err == TW_OK) write_row(w, number, true, take(&run, i + 1));
        w->at[TW_LEVEL_ITEM] = item;
    }
    write_rest(w, number, run);
}

/* -- groups */

/* As the reader takes it: of parts that have no elements in them. */
static struct xml_pair pair_of(const struct xml_node *node)
{
    struct xml_pair pair = {{{NULL, 0}, {NULL, 0}}};
    for (size_t i = 0; i < node->children; i++) {
        const struct xml_node *c = node->child[i];
        if (c->row != XML_NO_ROW && c->index == 1 && c->children == 0 && xml_row[c->row].how == XML_PART)
            pair.text[xml_row[c->row].which] = tw_str_trim(c->value);
    }
    return pair;
}

static struct tw_str member_text(const void *item, enum tw_element e)
{
    struct tw_str text;
    memcpy(&text, (const char *)item + tw_element_row(e)->offset, sizeof text);
    return text;
}

/* Do these pairs mean what the item holds? */
static bool pairs_mean_same(struct tw_xml_writer *w, enum xml_group which, const struct xml_pair *pair,
                            size_t n)
{
    struct xml_made made;
    struct tw_item *trial = blank_of(w, TW_LEVEL_ITEM);
    if (trial == NULL) return false;
    w->err = xml_group_make(which, pair, n, w->arena, &made);
    for (size_t k = 0; k < XML_GROUP_ELEMENTS && w->err == TW_OK; k++) {
        const enum tw_element e = xml_group_element[which][k];
        if (e == TW_ELEMENT_N) break;
        if (e == TW_ELEMENT_ADDITIONAL_PROCEDURE)
            trial->additional_procedure = made.text[k];
        else
            TW_IGNORE(tw_element_set(e, made.text[k], w->arena, trial, NULL));
        if (!tw_str_eq(member_text(trial, e), member_text(w->at[TW_LEVEL_ITEM], e))) return false;
    }
    return w->err == TW_OK;
}

static void write_pair(struct tw_xml_writer *w, uint16_t number, const struct xml_pair *pair)
{
    const struct xml_row *row = &xml_row[number];
    struct open e = {.ns = xml_row_ns(row), .name = {row->name, row->name_n}};
    begin(w, &e, (struct tw_str){NULL, 0});
    for (uint16_t c = w->tree.child[number]; c != XML_NO_ROW; c = w->tree.next[c]) {
        if (xml_row[c].how != XML_PART) continue;
        struct open part = {.ns = xml_row_ns(&xml_row[c]), .name = {xml_row[c].name, xml_row[c].name_n}};
        begin(w, &part, (struct tw_str){NULL, 0});
        xml_escape(pair->text[xml_row[c].which], false, w->out);
        finish(w, &part, false);
    }
    finish(w, &e, true);
}

/* The pairs that the item's elements make, at the places that extras leave free. */
static void write_group(struct tw_xml_writer *w, uint16_t number, struct run run)
{
    const enum xml_group which = (enum xml_group)xml_row[number].which;
    struct xml_pair pair[XML_PAIRS_MAX], *counted = NULL;
    struct xml_made made = {{{NULL, 0}}};
    size_t n = 0, ours = 0;
    if (run.n > 0) {
        counted = tw_arena_array(w->arena, run.n, sizeof *counted);
        if (counted == NULL) w->err = TW_NOMEM;
        if (w->err != TW_OK) return;
        for (size_t i = 0; i < run.n; i++) {
            counted[n] = pair_of(run.at[i]);
            n += xml_group_counts(which, &counted[n]);
        }
    }
    const bool spelled = n > 0 && pairs_mean_same(w, which, counted, n);
    for (size_t k = 0; k < XML_GROUP_ELEMENTS && xml_group_element[which][k] != TW_ELEMENT_N; k++)
        made.text[k] = member_text(w->at[TW_LEVEL_ITEM], xml_group_element[which][k]);
    if (!spelled) ours = xml_group_part(which, &made, pair);
    for (size_t at = 1, k = 0; k < ours || run.n > 0; at++) {
        if (run.n == 0 || (run.at[0]->index > at && k < ours)) {
            write_pair(w, number, &pair[k++]);
            continue;
        }
        const struct xml_pair one = pair_of(run.at[0]);
        if (spelled || ours == 0 || !xml_group_counts(which, &one)) write_row(w, number, false, run.at[0]);
        run.at++;
        run.n--;
    }
}

static void write_children(struct tw_xml_writer *w, uint16_t row, bool bound, const struct xml_node *node)
{
    size_t at = 0;
    for (uint16_t c = row == XML_NO_ROW ? w->tree.first : w->tree.child[row]; c != XML_NO_ROW;
         c = w->tree.next[c]) {
        struct run run = next_run(node, &at, c);
        if (bound && xml_row[c].how == XML_LIST) {
            write_list(w, c, run);
        } else if (bound && xml_row[c].how == XML_GROUP) {
            write_group(w, c, run);
        } else {
            if (bound) write_row(w, c, true, take(&run, 1));
            write_rest(w, c, run);
        }
        if (w->err != TW_OK) return;
    }
    for (; node != NULL && at < node->children; at++) write_unknown(w, node->child[at], false);
}

static void write_declaration(struct tw_xml_writer *w, struct tw_str attributes)
{
    const struct xml_node *node = &w->extras.declaration;
    struct open e = {.ns = XML_NS_DEC, .name = TW_STR("Declaration"), .given = true};
    begin(w, &e, attributes);
    xml_escape(node->value, false, w->out);
    const size_t inner = w->out->n;
    write_children(w, XML_NO_ROW, true, node);
    finish(w, &e, w->out->n > inner);
}

/* What stands around a declaration that came in another form. */
static void write_plain_envelope(struct tw_xml_writer *w)
{
    static const char *const told[][2] = {{"WCODataModelVersionCode", "3.6"}, {"WCOTypeName", "DEC"}};
    struct open e = {.ns = XML_NS_MD, .name = TW_STR("MetaData"), .given = true};
    begin(w, &e, (struct tw_str){NULL, 0});
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct open one = {.ns = XML_NS_MD, .name = tw_str_from(told[i][0])};
        begin(w, &one, (struct tw_str){NULL, 0});
        tw_buf_text(w->out, told[i][1]);
        finish(w, &one, false);
    }
    write_declaration(w, (struct tw_str){NULL, 0});
    finish(w, &e, true);
}

/* -- */

static bool names_none(const struct tw_extra *extra, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (extra[i].path.n > 1 && memmem(extra[i].path.s, extra[i].path.n, "{}", 2) != NULL) return true;
    return false;
}

/* A message has one outermost element, the first that extras name: how many of them begin at another. */
static size_t beside(const struct tw_extra *extra, size_t n, const struct xml_node *root)
{
    size_t others = 0;
    for (size_t i = 0; i < n; i++) {
        struct xml_node step;
        struct tw_str path = extra[i].path;
        if (path.n < 2 || path.s[0] != '/') continue;
        path = (struct tw_str){path.s + 1, path.n - 1};
        others += xml_step_next(&path, &step) &&
                  !(step.ns == root->ns && step.index == root->index && tw_str_eq(step.name, root->name) &&
                    tw_str_eq(step.uri, root->uri));
    }
    return others;
}

/* Puts the declarations of namespaces behind the name of the outermost element. */
static void declare(struct tw_xml_writer *w)
{
    TW_SCOPED_BUF text = {0};
    for (int i = 0; i < XML_NS_XML; i++) {
        if (!w->used[i]) continue;
        const char *prefix = i == XML_NS_DEC && w->prefixed ? "dec" : xml_ns_prefix[i];
        tw_buf_printf(&text, " xmlns%s%s=\"%s\"", prefix[0] != '\0' ? ":" : "", prefix, xml_ns_uri[i]);
    }
    for (size_t i = 0; i < w->foreign_n; i++) {
        tw_buf_printf(&text, " xmlns:n%zu=\"", i + 1);
        xml_escape(w->foreign[i], true, &text);
        tw_buf_char(&text, '"');
    }
    struct tw_buf *out = w->out;
    char *end = text.failed ? NULL : tw_buf_room(out, text.n);
    if (end == NULL) {
        w->err = TW_NOMEM;
        return;
    }
    memmove(out->p + w->root + text.n, out->p + w->root, out->n - w->root);
    memcpy(out->p + w->root, text.p, text.n);
    out->n += text.n;
}

tw_err tw_xml_write(struct tw_xml_writer *w, const struct tw_decl *decl, struct tw_arena *arena,
                    struct tw_buf *out, size_t *ret_left, struct tw_fault *fault)
{
    w->out = out;
    w->arena = arena;
    w->decl = decl;
    memset(w->at, 0, sizeof w->at);
    memset(w->blank, 0, sizeof w->blank);
    memset(w->spelled, 0, sizeof w->spelled);
    memset(w->used, 0, sizeof w->used);
    w->foreign_n = w->root = 0;
    w->indent = 0;
    w->at[TW_LEVEL_DECL] = decl;
    w->prefixed = names_none(decl->extra.at, decl->extra.n);
    for (size_t i = 0; i < decl->items.n && !w->prefixed; i++)
        w->prefixed = names_none(decl->items.at[i].extra.at, decl->items.at[i].extra.n);
    w->err = xml_extras_make(&w->tree, decl->extra.at, decl->extra.n, arena, &w->extras);
    if (w->err == TW_OK) {
        w->extras.left += w->extras.item.given + w->extras.item.children;
        find_spelled(w, &w->extras.declaration, TW_LEVEL_DECL);
        tw_buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        if (w->extras.envelope.children == 0) write_plain_envelope(w);
        if (w->extras.envelope.children > 0) write_unknown(w, w->extras.envelope.child[0], true);
        if (w->extras.envelope.children > 1)
            w->extras.left += beside(decl->extra.at, decl->extra.n, w->extras.envelope.child[0]);
        tw_buf_char(out, '\n');
    }
    if (w->err == TW_OK && !out->failed) declare(w);
    if (w->err == TW_NOMEM && tw_arena_full(arena))
        return tw_fail(fault, TW_LIMIT, "the message takes more memory than one may; send it in parts");
    if (w->err != TW_OK || out->failed) return tw_fail(fault, TW_NOMEM, "no room left for this message");
    if (ret_left != NULL) *ret_left = w->extras.left;
    return TW_OK;
}
