/* SPDX-License-Identifier: Apache-2.0 */
/* Declaration and request are written as XML and read as trees, what the pointers lead to is done to the one
 * tree with what stands in the other, and the result is read again. So whatever a message may hold can be
 * amended, be there a member for it or not, and what is not pointed at cannot change: nobody touches it. */
#include "message/request.h"

#include "base/mem.h"
#include "message/request_priv.h"
#include "message/xml_read.h"
#include "message/xml_write.h"

enum { WORK_BYTES_MAX = 96 << 20, TEXT_BYTES_MAX = 64 << 20 };

struct tw_requests {
    struct tw_request_limits limits;
    struct xml_tree tree;
    struct tw_xml *xml;
    struct tw_xml_reader *reader;
    struct tw_xml_writer *writer;
    struct tw_arena *work, *trial;
    struct tw_buf text;
};

#define X(id, code, words) {code, words},
static const struct tw_word kind_words[] = {TW_REQUEST_TABLE(X)};
static const struct tw_word change_words[] = {TW_CHANGE_TABLE(X)};
#undef X
static const struct tw_vocabulary kinds = {"kind of request", kind_words, TW_REQUEST_N};
static const struct tw_vocabulary changes = {"change", change_words, TW_CHANGE_N};

const struct tw_vocabulary *tw_request_vocabulary(void)
{
    return &kinds;
}

const struct tw_vocabulary *tw_change_vocabulary(void)
{
    return &changes;
}

tw_err tw_request_kind_of(const struct tw_decl *message, enum tw_request_kind *ret, struct tw_fault *fault)
{
    size_t kind = TW_REQUEST_N;
    if (!tw_str_is(message->function, "13"))
        return tw_fail(fault, TW_FORMAT,
                       "this is no request: its function is \"%.*s\", that of requests is 13",
                       (int)(message->function.n < 12 ? message->function.n : 12),
                       message->function.n > 0 ? message->function.s : "");
    if (tw_vocabulary_find(&kinds, message->type, &kind, NULL) != TW_OK)
        return tw_fail(fault, TW_FORMAT,
                       "requests of type \"%.*s\" are not known; COR amends, INV cancels, GPR presents goods",
                       (int)(message->type.n < 12 ? message->type.n : 12),
                       message->type.n > 0 ? message->type.s : "");
    *ret = (enum tw_request_kind)kind;
    return TW_OK;
}

struct tw_standing tw_standing_of(const struct tw_decl *decl)
{
    char letter = '\0';
    if (decl->type.n == 3) letter = decl->type.s[2];
    return (struct tw_standing){.mrn = decl->mrn,
                                .version = decl->version > 0 ? decl->version : 1,
                                .presented = letter == '\0' || strchr("DEFK", letter) == NULL,
                                .presented_at = TW_NO_TIME};
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static uint32_t or_default(uint32_t limit, uint32_t otherwise)
{
    return limit > 0 ? limit : otherwise;
}

tw_err tw_requests_new(const struct tw_request_limits *limits, struct tw_requests **ret,
                       struct tw_fault *fault)
{
    const struct tw_request_limits given = limits != NULL ? *limits : (struct tw_request_limits){0, 0};
    if (given.amendments > 100000 || given.pointers > PLACE_STEPS_MAX - 1)
        return tw_fail(fault, TW_ARG, "at most 100,000 amendments of %d pointers can be allowed",
                       PLACE_STEPS_MAX - 1);
    struct tw_requests *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return no_memory(fault);
    r->limits =
        (struct tw_request_limits){or_default(given.amendments, 1000), or_default(given.pointers, 12)};
    r->text.max = TEXT_BYTES_MAX;
    xml_tree_link(&r->tree);
    tw_err err = tw_xml_new(NULL, &r->xml, fault);
    if (err == TW_OK) err = tw_xml_reader_new(0, &r->reader, fault);
    if (err == TW_OK) err = tw_xml_writer_new(&r->writer, fault);
    if (err == TW_OK &&
        (tw_arena_new(WORK_BYTES_MAX, &r->work) != TW_OK || tw_arena_new(WORK_BYTES_MAX, &r->trial) != TW_OK))
        err = no_memory(fault);
    if (err == TW_OK)
        *ret = r;
    else
        tw_requests_free(r);
    return err;
}

void tw_requests_free(struct tw_requests *r)
{
    if (r == NULL) return;
    tw_xml_free(r->xml);
    tw_xml_reader_free(r->reader);
    tw_xml_writer_free(r->writer);
    tw_arena_free(r->work);
    tw_arena_free(r->trial);
    tw_buf_free(&r->text);
    tw_free(r);
}

/* -- trees */

static tw_err write_decl(struct tw_requests *r, const struct tw_decl *decl, struct tw_fault *fault)
{
    tw_buf_clear(&r->text);
    tw_arena_reset(r->trial);
    TW_TRY(tw_xml_write(r->writer, decl, r->trial, &r->text, NULL, fault));
    tw_xml_clear(r->xml);
    return tw_xml_fill(r->xml, tw_buf_view(&r->text), fault);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a message may be */
static struct xml_element *find_declaration(struct xml_element *e)
{
    if (tw_str_is(e->name, "Declaration") && tw_str_is(e->ns, xml_ns_uri[XML_NS_DEC])) return e;
    struct xml_element *found = NULL;
    for (struct xml_element *c = e->first; c != NULL && found == NULL; c = c->next)
        found = find_declaration(c);
    return found;
}

static tw_err make_tree(struct tw_requests *r, const struct tw_decl *decl, struct xml_element **root,
                        struct xml_element **ret, struct tw_fault *fault)
{
    TW_TRY(write_decl(r, decl, fault));
    TW_TRY(xml_doc_parse(r->xml, r->work, root, fault));
    *ret = find_declaration(*root);
    return *ret != NULL ? TW_OK : tw_fail(fault, TW_FORMAT, "there is no declaration in the message");
}

/* A request has no value that its element cannot hold: r->xml has its message. */
static tw_err must_fit(struct tw_requests *r, struct tw_fault *fault)
{
    struct tw_xml_reading reading;
    tw_arena_reset(r->trial);
    TW_TRY(tw_xml_read(r->reader, r->xml, r->trial, &reading, fault));
    if (reading.unfit_n == 0) return TW_OK;
    if (fault != NULL) *fault = reading.unfit[0];
    return reading.unfit[0].code;
}

static bool any_change(const struct tw_request_outcome *out)
{
    size_t i = 0;
    while (i < out->changes.n && out->changes.at[i].what == TW_CHANGE_SAME) i++;
    return i < out->changes.n;
}

/* The changed tree becomes the next version. */
static tw_err read_next(struct tw_requests *r, struct work *w)
{
    struct tw_xml_reading reading;
    tw_buf_clear(&r->text);
    xml_doc_print(w->root, &r->text);
    if (r->text.failed) return no_memory(w->fault);
    tw_xml_clear(r->xml);
    TW_TRY(tw_xml_fill(r->xml, tw_buf_view(&r->text), w->fault));
    TW_TRY(tw_xml_read(r->reader, r->xml, w->arena, &reading, w->fault));
    reading.decl->version = ++w->out->standing.version;
    w->out->decl = reading.decl;
    return TW_OK;
}

/* -- may it be asked for? */

static tw_err must_be_ours(const struct tw_request *request, struct tw_fault *fault)
{
    const struct tw_decl *base = request->base, *message = request->message;
    const struct tw_standing *standing = request->standing;
    const struct tw_str mrn = standing->mrn.n > 0 ? standing->mrn : base->mrn;
    if (message->mrn.n == 0)
        return tw_fail(fault, TW_FORMAT,
                       "the request does not say which declaration it is about: its ID, the MRN, is missing");
    if (mrn.n == 0 || tw_str_eq(mrn, message->mrn)) return TW_OK;
    return tw_fail(fault, TW_CONFLICT, "the request is about %.*s, this is %.*s",
                   (int)(message->mrn.n < 40 ? message->mrn.n : 40), message->mrn.s,
                   (int)(mrn.n < 40 ? mrn.n : 40), mrn.s);
}

static tw_err must_be_current(const struct tw_request *request, enum tw_request_kind kind,
                              struct tw_fault *fault)
{
    const struct tw_standing *standing = request->standing;
    if (standing->cancelled)
        return tw_fail(fault, TW_CONFLICT,
                       "the declaration is cancelled; nothing of it can be changed any more");
    if (request->version > 0 && request->version != standing->version)
        return tw_fail(
            fault, TW_CONFLICT,
            "the request is about version %u, but version %u is current; ask again on what it says now",
            request->version, standing->version);
    if (kind == TW_REQUEST_PRESENTATION && standing->presented)
        return tw_fail(fault, TW_CONFLICT,
                       "the goods of this declaration are here already; they are presented once");
    return TW_OK;
}

static tw_err take_reason(struct work *w, const struct tw_decl *message)
{
    struct tw_request_outcome *out = w->out;
    if (message->amendments.n > 0 && message->amendments.at[0].reason.n > 0)
        TW_TRY(tw_str_dup(w->arena, message->amendments.at[0].reason, &out->reason));
    for (size_t i = 0; i < message->statements.n && out->text.n == 0; i++)
        if (message->statements.at[i].text.n > 0)
            TW_TRY(tw_str_dup(w->arena, message->statements.at[i].text, &out->text));
    if (out->standing.mrn.n == 0) return tw_str_dup(w->arena, message->mrn, &out->standing.mrn);
    return TW_OK;
}

static tw_err carry_out(struct tw_requests *r, struct work *w, const struct tw_decl *base,
                        const struct tw_decl *message)
{
    struct tw_request_outcome *out = w->out;
    struct xml_element *root;
    if (take_reason(w, message) != TW_OK) return request_no_room(w->arena, w->fault);
    TW_TRY(make_tree(r, message, &root, &w->new, w->fault));
    TW_TRY(must_fit(r, w->fault));
    if (out->kind == TW_REQUEST_CANCELLATION) {
        out->standing.cancelled = true;
        if (out->reason.n > 0 || out->text.n > 0) return TW_OK;
        return tw_fail(w->fault, TW_FORMAT,
                       "a cancellation must say why: ChangeReasonCode of its Amendment, or a statement");
    }
    TW_TRY(make_tree(r, base, &w->root, &w->base, w->fault));
    TW_TRY(out->kind == TW_REQUEST_AMENDMENT ? request_amend_all(w, message) : request_take_location(w));
    if (out->kind == TW_REQUEST_PRESENTATION) {
        out->standing.presented = true;
        out->standing.presented_at = message->lodged_at;
    }
    if (any_change(out)) return read_next(r, w);
    if (out->kind == TW_REQUEST_PRESENTATION) return TW_OK;
    if (w->fault != NULL) w->fault->item = 0;
    return tw_fail(w->fault, TW_CONFLICT,
                   "the request would change nothing: all of it stands in version %u already",
                   out->standing.version);
}

static tw_err may_ask(const struct tw_request *request, enum tw_request_kind *kind, struct tw_fault *fault)
{
    TW_TRY(tw_request_kind_of(request->message, kind, fault));
    TW_TRY(must_be_ours(request, fault));
    return must_be_current(request, *kind, fault);
}

tw_err tw_request_apply(struct tw_requests *r, const struct tw_request *request, struct tw_arena *arena,
                        struct tw_request_outcome *ret, struct tw_fault *fault)
{
    struct tw_request_outcome out = {.standing = *request->standing, .decl = request->base};
    struct work w = {
        .limits = &r->limits, .tree = &r->tree, .room = r->work, .arena = arena, .out = &out, .fault = fault};
    TW_TRY(may_ask(request, &out.kind, fault));
    tw_arena_reset(r->work);
    TW_TRY(carry_out(r, &w, request->base, request->message));
    *ret = out;
    return TW_OK;
}
