/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as they come: WCO Data Model XML to declarations that keep every rule, beside libxml2's tree and
 * schema; EDIFACT to segments with their values, beside a loop that counts the terminators.
 *
 * The documents are the published import declarations that the schema accepts as they stand (not those in an
 * envelope, which the peer would refuse); the interchanges are real ones, put behind each other until they
 * are some megabytes. Both are skipped, with a word, where TIDEWAITER_DATA has none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "bench.h"
#include "message/complete.h"
#include "message/edifact.h"
#include "message/xml_read.h"
#include "peers/edi_count.h"
#include "peers/xml_dom.h"
#include "store/file.h"
#include "store/walk.h"

enum { DOCUMENTS_MAX = 1000, DOCUMENT_BYTES = 10 << 20, EDI_BYTES = 8 << 20, XML_PASSES = 4 };

static const struct tw_fault nowhere;

static void must(tw_err err, const struct tw_fault *fault)
{
    if (err == TW_OK) return;
    fprintf(stderr, "bench_message: %s %s %s\n", tw_err_text(err), fault->path, fault->note);
    exit(2);
}

/* -- documents */

struct documents {
    struct tw_buf at[DOCUMENTS_MAX];
    size_t n;
    struct peer_xml_dom peer;
    uint64_t elements, items; /* that ours read in its last round */
};

/* Takes a file that the peer finds valid. */
static tw_err take_document(void *to, const char *path, bool found, struct tw_fault *fault)
{
    struct documents *d = to;
    struct tw_buf *b = &d->at[d->n];
    (void)found;
    if (d->n == DOCUMENTS_MAX) return TW_OK;
    TW_TRY(tw_file_in_all(path, DOCUMENT_BYTES, b, fault));
    if (peer_xml_dom(&d->peer, b->p, b->n))
        d->n++;
    else
        tw_buf_free(b);
    return TW_OK;
}

static void put(struct tw_xml *x, const struct tw_buf *b)
{
    struct tw_fault fault = {0};
    tw_xml_clear(x);
    for (size_t done = 0, room, n; done < b->n; done += n) {
        char *to = tw_xml_room(x, &room);
        if (to == NULL) must(TW_NOMEM, &nowhere);
        n = b->n - done < room ? b->n - done : room;
        memcpy(to, b->p + done, n);
        must(tw_xml_filled(x, n, &fault), &fault);
    }
}

static void xml_ours(void *ctx)
{
    struct documents *d = ctx;
    struct tw_xml *x;
    struct tw_xml_reader *reader;
    struct tw_arena *arena;
    struct tw_fault fault = {0};
    /* As where messages are decided: when one was lodged is for who receives it to say. */
    const struct tw_completion how = {.currency = TW_STR("GBP"),
                                      .now = TW_NO_TIME,
                                      .pass = 1ull << TW_CHECK_NO_TIME | 1ull << TW_CHECK_NO_HS};
    must(tw_xml_new(NULL, &x, &fault), &fault);
    must(tw_xml_reader_new(0, &reader, &fault), &fault);
    must(tw_arena_new(1 << 28, &arena), &nowhere);
    d->elements = d->items = 0;
    for (size_t k = 0; k < XML_PASSES * d->n; k++) {
        struct tw_xml_reading reading;
        struct tw_completed completed;
        tw_arena_reset(arena);
        put(x, &d->at[k % d->n]);
        must(tw_xml_read(reader, x, arena, &reading, &fault), &fault);
        must(tw_complete(reading.decl, &how, arena, &completed, &fault), &fault);
        d->elements += reading.elements;
        d->items += reading.decl->items.n;
    }
    tw_arena_free(arena);
    tw_xml_reader_free(reader);
    tw_xml_free(x);
}

static void xml_peer(void *ctx)
{
    struct documents *d = ctx;
    for (size_t k = 0; k < XML_PASSES * d->n; k++)
        if (!peer_xml_dom(&d->peer, d->at[k % d->n].p, d->at[k % d->n].n)) must(TW_FORMAT, &nowhere);
}

/* A document without its comments, which are most of the published bytes. */
static void strip(struct tw_buf *b)
{
    static const char OPEN[] = "<!--", CLOSE[] = "-->";
    char *to = b->p;
    const char *from = b->p, *const end = b->p + b->n;
    for (const char *c; (c = memmem(from, (size_t)(end - from), OPEN, 4)) != NULL;) {
        const char *behind = memmem(c + 4, (size_t)(end - c) - 4, CLOSE, 3);
        if (behind == NULL) break;
        memmove(to, from, (size_t)(c - from));
        to += c - from;
        from = behind + 3;
    }
    memmove(to, from, (size_t)(end - from));
    b->n = (size_t)(to - b->p) + (size_t)(end - from);
}

static void compare_xml(struct bench *b, const char *data)
{
    static struct documents d;
    char path[4096];
    struct tw_fault fault = {0};
    snprintf(path, sizeof path, "%s/wco-dm/schemas/declaration.xsd", data);
    d.peer = peer_xml_dom_new(path);
    snprintf(path, sizeof path, "%s/wco-dm/imports", data);
    must(tw_walk(path, &(struct tw_walk){.to = &d, .file = take_document}, &fault), &fault);
    xml_ours(&d);
    const uint64_t elements = d.elements, items = d.items;
    printf("documents %zu, elements %llu, items %llu\n", d.n, (unsigned long long)elements / XML_PASSES,
           (unsigned long long)items / XML_PASSES);
    bench_check(b, d.n >= 200 && items >= XML_PASSES * d.n, "each document becomes a declaration with items");
    const double n = (double)(XML_PASSES * d.n);
    bench_duel(b, &(struct bench_duel){"xml_declarations",
                                       "documents",
                                       {"tidewaiter", xml_ours, &d, n, NULL},
                                       {"libxml2 tree and schema", xml_peer, &d, n, NULL},
                                       .gate = 1.5,
                                       .peer_least = 4000});
    for (size_t i = 0; i < d.n; i++) strip(&d.at[i]);
    xml_ours(&d);
    bench_check(b, d.elements == elements && d.items == items, "without comments they hold the same");
    bench_duel(b, &(struct bench_duel){"xml_stripped",
                                       "documents",
                                       {"tidewaiter", xml_ours, &d, n, NULL},
                                       {"libxml2 tree and schema", xml_peer, &d, n, NULL},
                                       .gate = 0});
    for (size_t i = 0; i < d.n; i++) tw_buf_free(&d.at[i]);
    peer_xml_dom_free(&d.peer);
}

/* -- interchanges */

struct interchanges {
    struct tw_buf text;
    uint64_t segments, values, refused, counted; /* of the last round */
    bool closed;                                 /* the last segment was an UNZ */
};

/* Reads a text once. */
static void edi_read(struct interchanges *i, struct tw_str text)
{
    struct tw_edi *e;
    struct tw_edi_segment s;
    struct tw_fault fault = {0};
    size_t done = 0;
    must(tw_edi_new(NULL, &e, &fault), &fault);
    i->segments = i->values = i->refused = 0;
    for (enum tw_edi_step step = TW_EDI_MORE; step != TW_EDI_END;) {
        step = tw_edi_next(e, &s, &fault);
        i->segments += step == TW_EDI_SEGMENT && !s.una;
        i->values += step == TW_EDI_SEGMENT ? s.n : 0;
        i->refused += step == TW_EDI_REFUSED;
        if (step == TW_EDI_SEGMENT) i->closed = tw_str_is(s.tag, "UNZ");
        if (step != TW_EDI_MORE) continue;
        size_t room, n = text.n - done;
        char *to = tw_edi_room(e, &room);
        if (n > room) n = room;
        memcpy(to, text.s + done, n);
        done += n;
        if (n > 0)
            tw_edi_filled(e, n);
        else
            tw_edi_end(e);
    }
    tw_edi_free(e);
}

/* Takes those in which every segment can be read and ends with a ' that is nothing else. */
static tw_err take_interchange(void *to, const char *path, bool found, struct tw_fault *fault)
{
    struct interchanges *all = to, one = {.text = {0}};
    (void)found;
    TW_TRY(tw_file_in_all(path, DOCUMENT_BYTES, &one.text, fault));
    struct tw_str text = tw_buf_view(&one.text);
    if (tw_str_starts(text, TW_STR("\xEF\xBB\xBF"))) /* a mark stands before the first alone */
        text = (struct tw_str){text.s + 3, text.n - 3};
    if (tw_edi_sniff(text)) {
        edi_read(&one, text);
        if (one.refused == 0 && one.closed && one.segments == peer_edi_count(text.s, text.n, '\''))
            tw_buf_str(&all->text, text);
    }
    tw_buf_free(&one.text);
    return TW_OK;
}

static void edi_ours(void *ctx)
{
    struct interchanges *i = ctx;
    edi_read(i, tw_buf_view(&i->text));
}

static void edi_peer(void *ctx)
{
    struct interchanges *i = ctx;
    i->counted = peer_edi_count(i->text.p, i->text.n, '\'');
}

static void compare_edifact(struct bench *b, const char *data)
{
    struct interchanges i = {.text = {0}};
    char path[4096];
    struct tw_fault fault = {0};
    snprintf(path, sizeof path, "%s/edifact", data);
    must(tw_walk(path, &(struct tw_walk){.to = &i, .file = take_interchange}, &fault), &fault);
    struct tw_buf once = i.text;
    i.text = (struct tw_buf){0};
    while (once.n > 0 && i.text.n < EDI_BYTES && !i.text.failed) tw_buf_str(&i.text, tw_buf_view(&once));
    tw_buf_free(&once);
    if (i.text.failed) must(TW_NOMEM, &nowhere);
    edi_ours(&i);
    edi_peer(&i);
    printf("bytes %zu, segments %llu, values %llu, refused %llu, terminators %llu\n", i.text.n,
           (unsigned long long)i.segments, (unsigned long long)i.values, (unsigned long long)i.refused,
           (unsigned long long)i.counted);
    bench_check(b, i.refused == 0 && i.segments == i.counted && i.segments > 100000,
                "both count the same segments");
    const double mb = (double)i.text.n / 1e6;
    bench_duel(b, &(struct bench_duel){"edifact_segments",
                                       "MB",
                                       {"tidewaiter", edi_ours, &i, mb, NULL},
                                       {"counting loop", edi_peer, &i, mb, NULL},
                                       .gate = 0.25});
    tw_buf_free(&i.text);
}

static bool there(const char *data, const char *folder)
{
    char path[4096];
    struct stat is;
    snprintf(path, sizeof path, "%s/%s", data, folder);
    if (stat(path, &is) == 0) return true;
    printf("skipped: no %s; TIDEWAITER_DATA names the folder that has it\n", path);
    return false;
}

int main(int argc, char **argv)
{
    struct bench b = bench_start(argc, argv);
    const char *data = getenv("TIDEWAITER_DATA");
    if (data == NULL) data = BENCH_DATA;
    if (there(data, "wco-dm/imports")) compare_xml(&b, data);
    if (there(data, "edifact")) compare_edifact(&b, data);
    return bench_end(&b);
}
