/* SPDX-License-Identifier: Apache-2.0 */
/* bench/station_scale.c -- does a page of a large station cost what a page of a small one does?
 *
 *   station_scale DIR [DECLARATIONS]    1,000,000 unless said; where DIR does not exist it is made, and
 *                                       takes 1.6 GB per million
 *
 * Fills a station with made-up declarations, each with two parties, two commodity codes, a decision, a leaf
 * and a key; a station that is there stays as it is. Then asks each listed question with a handle of its own,
 * so that nothing is in SQLite's cache yet: for what VALUES of its declarations say, and for the most
 * frequent counts. Tells CPU milliseconds, the worst of all; ends with 1 when one took more than 50. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/rng.h"
#include "store/db_list.h"
#include "store/db_log.h"
#include "store/db_record.h"

enum { BATCH = 1000, PARTIES = 20000, OFFICES = 40, PAGE = 100, VALUES = 16, BAR_MS = 50 };

static double cpu_ms(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static void done_or_die(tw_err err, const struct tw_fault *fault)
{
    if (err == TW_OK) return;
    fprintf(stderr, "%s: %s\n", tw_err_text(err), fault->note);
    exit(1);
}

/* -- filling */

static void id_of(uint8_t *to, size_t n, uint64_t v)
{
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0) v = tw_mix64(v + 0x9e3779b97f4a7c15u);
        to[i] = (uint8_t)(v >> 8 * (i % 8));
    }
}

struct made {
    char office[8], hs[16], record[1800], fields[1200], sealed[900], features[736];
    struct tw_db_role role[2];
};

static uint64_t party_at(uint64_t i) /* a few declare much, many little */
{
    const uint64_t r = tw_mix64(i) % PARTIES;
    return r * r / PARTIES;
}

static struct tw_db_decl decl_at(uint64_t i, struct made *m)
{
    const uint64_t r = tw_mix64(i + 7);
    struct tw_db_decl d = {
        .head = {.reg = i, .seq = i, .version = 1, .received_at = 1700000000 + (int64_t)i * 30},
        .fields = {m->fields, sizeof m->fields},
        .sealed = {m->sealed, sizeof m->sealed},
        .role = m->role,
        .roles = 2};
    const unsigned a = (unsigned)(r % 4000), b = a + 1 + (unsigned)(r >> 20) % 4000;
    snprintf(m->office, sizeof m->office, "o%u", (unsigned)(r >> 32) % OFFICES);
    snprintf(m->hs, sizeof m->hs, "%06u %06u", 10000 + a * 100, 10000 + b * 100);
    d.head.office = tw_str_from(m->office);
    d.head.hs = tw_str_from(m->hs);
    d.head.channel = r % 100 < 80 ? 0 : r % 100 < 95 ? 2 : 3;
    d.head.state = (int32_t)((r >> 8) % 5);
    id_of(d.content, sizeof d.content, i);
    id_of(d.lrn, sizeof d.lrn, i + 1);
    id_of(d.declarant, sizeof d.declarant, party_at(i) + 2);
    id_of(m->role[0].party, TW_DB_ID, party_at(i));
    id_of(m->role[1].party, TW_DB_ID, PARTIES + party_at(i + 99));
    m->role[0].roles = 1;
    m->role[1].roles = 2;
    return d;
}

static tw_err put_one(struct tw_db *db, uint64_t i, struct made *m, struct tw_fault *fault)
{
    const struct tw_db_decl d = decl_at(i, m);
    struct tw_db_decision one = {.reg = i, .version = 1, .seq = i, .channel = d.head.channel};
    uint8_t key[TW_DB_KEY];
    one.features = (struct tw_str){m->features, sizeof m->features};
    one.record = (struct tw_str){m->record, sizeof m->record};
    id_of(key, sizeof key, i + 3);
    TW_TRY(tw_db_decl_put(db, &d, fault));
    TW_TRY(tw_db_decision_put(db, &one, fault));
    TW_TRY(tw_db_leaf_put(db, i, (struct tw_str){m->record, 374}, fault));
    return tw_db_key_put(db, &(struct tw_db_key_id){.of = TW_DB_KEY_SOURCE, .reg = i}, key, fault);
}

static void put_parties(struct tw_db *db, struct tw_fault *fault)
{
    done_or_die(tw_db_begin(db, fault), fault);
    for (uint64_t i = 0; i < 2 * PARTIES; i++) {
        struct tw_db_party p = {
            .sealed = TW_STR("a name and an address, sealed, as long as such things are, with its tag")};
        id_of(p.id, sizeof p.id, i);
        id_of(p.print, sizeof p.print, i + 5);
        done_or_die(tw_db_party_put(db, &p, fault), fault);
    }
    done_or_die(tw_db_commit(db, fault), fault);
}

static void fill(const char *dir, uint64_t n)
{
    static struct made m;
    struct tw_fault fault = {0};
    struct tw_db *db = NULL;
    uint8_t id[TW_DB_ID];
    id_of(id, sizeof id, 1);
    memset(m.record, 'r', sizeof m.record);
    done_or_die(tw_db_create(dir, NULL, id, &fault), &fault);
    done_or_die(tw_db_open(dir, NULL, &db, &fault), &fault);
    put_parties(db, &fault);
    const double before = cpu_ms();
    for (uint64_t at = 0; at < n; at += BATCH) {
        done_or_die(tw_db_begin(db, &fault), &fault);
        for (uint64_t i = at; i < n && i < at + BATCH; i++) done_or_die(put_one(db, i, &m, &fault), &fault);
        done_or_die(tw_db_commit(db, &fault), &fault);
    }
    printf("%llu declarations put, %.1f us CPU each\n", (unsigned long long)n,
           (cpu_ms() - before) * 1e3 / (double)n);
    tw_db_free(db);
}

/* -- asking */

static double page_ms(const char *dir, const struct tw_db_ask *ask)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_fault fault = {0};
    struct tw_db_page page;
    struct tw_db *db = NULL;
    done_or_die(tw_arena_new(16 << 20, &arena), &fault);
    done_or_die(
        tw_db_open(dir, &(struct tw_db_options){.read_only = true, .without_keys = true}, &db, &fault),
        &fault);
    const double before = cpu_ms();
    done_or_die(tw_db_list(db, ask, arena, &page, &fault), &fault);
    const double took = cpu_ms() - before;
    tw_db_free(db);
    return took;
}

static double counts_ms(const char *dir)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_fault fault = {0};
    struct tw_db_count *c;
    struct tw_db *db = NULL;
    size_t n;
    done_or_die(tw_arena_new(16 << 20, &arena), &fault);
    done_or_die(
        tw_db_open(dir, &(struct tw_db_options){.read_only = true, .without_keys = true}, &db, &fault),
        &fault);
    const double before = cpu_ms();
    for (int f = 0; f < TW_DB_FACET_N; f++)
        done_or_die(tw_db_counts(db, (enum tw_db_facet)f, arena, &c, &n, &fault), &fault);
    const double took = cpu_ms() - before;
    tw_db_free(db);
    return took;
}

/* What there is to ask for. */
struct asked {
    struct tw_arena *arena;
    struct tw_db_head head[VALUES];
    uint8_t party[VALUES][TW_DB_ID];
    size_t n;
    struct tw_db_count *count[TW_DB_FACET_N];
    size_t counts[TW_DB_FACET_N];
};

static tw_err take_value(void *to, const struct tw_db_decl *d, struct tw_fault *fault)
{
    struct asked *a = to;
    struct tw_db_head *h = &a->head[a->n];
    *h = d->head;
    done_or_die(tw_str_dup(a->arena, d->head.office, &h->office), fault);
    done_or_die(tw_str_dup(a->arena, d->head.hs, &h->hs), fault);
    if (d->roles > 0) memcpy(a->party[a->n], d->role[a->n % d->roles].party, TW_DB_ID);
    a->n++;
    return TW_OK;
}

static int most_first(const void *a, const void *b)
{
    const struct tw_db_count *x = a, *y = b;
    return (x->n < y->n) - (x->n > y->n);
}

/* Of declarations from the first to the last. */
static void look_for_values(const char *dir, struct asked *a)
{
    struct tw_fault fault = {0};
    struct tw_db *db = NULL;
    struct tw_db_ends ends;
    done_or_die(tw_arena_new(64 << 20, &a->arena), &fault);
    done_or_die(
        tw_db_open(dir, &(struct tw_db_options){.read_only = true, .without_keys = true}, &db, &fault),
        &fault);
    done_or_die(tw_db_ends(db, &ends, &fault), &fault);
    for (uint64_t i = 0; i < VALUES; i++) {
        const struct tw_db_from from = {ends.decl / VALUES * i, 1};
        done_or_die(tw_db_decls_from(db, &from, take_value, a, &fault), &fault);
    }
    for (int f = 0; f < TW_DB_FACET_N; f++) {
        done_or_die(tw_db_counts(db, (enum tw_db_facet)f, a->arena, &a->count[f], &a->counts[f], &fault),
                    &fault);
        qsort(a->count[f], a->counts[f], sizeof *a->count[f], most_first);
    }
    tw_db_free(db);
}

/* One of the most frequent, and one that one of the declarations has. */
static int32_t number_of(const struct asked *a, enum tw_db_facet f, size_t i)
{
    int64_t v = 0;
    if (a->counts[f] > 0 && tw_str_i64(a->count[f][i % a->counts[f]].value, &v) != TW_OK) exit(1);
    return (int32_t)v;
}

static struct tw_db_filter filter_at(const struct asked *a, enum tw_db_by by, size_t i)
{
    static const size_t digits[] = {2, 4, 6};
    const struct tw_db_head *h = &a->head[i];
    struct tw_db_filter f = {.by = by,
                             .channel = number_of(a, TW_DB_FACET_CHANNEL, i),
                             .state = number_of(a, TW_DB_FACET_STATE, i),
                             .office = h->office,
                             .hs = {h->hs.s, h->hs.n > 0 ? digits[i % 3] : 0},
                             .from = h->received_at,
                             .to = h->received_at + ((int64_t)1 << i) * 60};
    const size_t offices = a->counts[TW_DB_FACET_OFFICE];
    if (i % 2 == 0 && offices > 0) f.office = a->count[TW_DB_FACET_OFFICE][i / 2 % offices].value;
    memcpy(f.party, a->party[i], TW_DB_ID);
    return f;
}

static bool told(const char *what, double ms)
{
    printf("%-16s %6.2f ms\n", what, ms);
    return ms <= BAR_MS;
}

static bool ask_all(const char *dir)
{
    static const char *const name[TW_DB_BY_N] = {"all",   "channel",        "office", "office, channel",
                                                 "state", "commodity code", "party",  "time"};
    static struct asked a;
    uint64_t n = 0;
    bool good = true;
    look_for_values(dir, &a);
    for (size_t i = 0; i < a.counts[TW_DB_FACET_CHANNEL]; i++) n += a.count[TW_DB_FACET_CHANNEL][i].n;
    printf("%llu declarations, %zu values each\n", (unsigned long long)n, a.n);
    for (int by = 0; by < TW_DB_BY_N; by++) {
        double worst = 0;
        for (size_t i = 0; i < a.n; i++) {
            const struct tw_db_ask ask = {filter_at(&a, (enum tw_db_by)by, i), {NULL, 0}, PAGE};
            const double ms = page_ms(dir, &ask);
            if (ms > worst) worst = ms;
        }
        good &= told(name[by], worst);
    }
    good &= told("all four counts", counts_ms(dir));
    tw_arena_free(a.arena);
    return good;
}

int main(int argc, char **argv)
{
    int64_t n = 1000000;
    if (argc < 2 || argc > 3 || (argc == 3 && (tw_str_i64(tw_str_from(argv[2]), &n) != TW_OK || n < 1))) {
        fprintf(stderr, "usage: station_scale DIR [DECLARATIONS]\n");
        return 2;
    }
    if (mkdir(argv[1], 0700) == 0) {
        fill(argv[1], (uint64_t)n);
    } else if (argc == 3 || errno != EEXIST) {
        fprintf(stderr, "%s: there is something of this name, or no directory for it\n", argv[1]);
        return 2;
    }
    return ask_all(argv[1]) ? 0 : 1;
}
