/* SPDX-License-Identifier: Apache-2.0 */
/* Criteria of four to six conditions, all asked of each item, beside two engines that are embedded for such
 * work: a decision table of GoRules Zen, a column for each thing that is looked at, and the same expressions
 * compiled by @marcbachmann/cel-js. All three answer which criteria hit which item, and must agree on every
 * one. Ours besides makes the records out of a declaration, and says where something is not known.
 *
 * Three ways: with the index, without it, and conditions that no index can use, for they name what is not
 * meant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "bench.h"
#include "child.h"
#include "criteria/criteria.h"
#include "decl/element.h"

enum { ITEMS = 1000, SOME = 500, MANY = 5000, PASSES = 50 };

#define NPM  "/usr/bin/env"
#define ZEN  "@gorules/zen-engine@0.54.0"
#define CELJ "@marcbachmann/cel-js@8.0.0"

static const char *const origin[] = {"CN", "US", "VN", "IN", "TR", "DE", "IT", "TH"};
static const char *const office[] = {"HB01", "HB02", "HB03", "HB11"};

static void must(tw_err err, const char *what)
{
    if (err == TW_OK) return;
    fprintf(stderr, "bench_criteria: %s: %s\n", tw_err_text(err), what);
    exit(2);
}

/* One criterion, as conditions on single things; 0 = not looked at. */
struct rule {
    unsigned heading, value, mass, packages;
    const char *origin[2], *office;
    bool blind; /* other origins, another office, codes that end in the heading's last two digits */
};

static struct rule some_rule(struct tw_rng *r)
{
    struct rule k = {.heading = 100 + (unsigned)tw_rng_below(r, 400),
                     .value = 100 * (1 + (unsigned)tw_rng_below(r, 50)),
                     .mass = 100 * (1 + (unsigned)tw_rng_below(r, 90))};
    k.origin[0] = origin[tw_rng_below(r, 8)];
    if (tw_rng_below(r, 2) == 0) k.origin[1] = origin[tw_rng_below(r, 8)];
    if (tw_rng_below(r, 2) == 0) k.office = office[tw_rng_below(r, 4)];
    if (tw_rng_below(r, 2) == 0) k.packages = 1 + (unsigned)tw_rng_below(r, 40);
    return k;
}

/* Numbers are asked first, so that no engine is spared them by the order alone. */
static void put_when(const struct rule *k, struct tw_buf *out)
{
    tw_buf_printf(out, "item.customs_value > %u.0 && item.net_mass_kg < %u.0", k->value, k->mass);
    if (k->packages > 0) tw_buf_printf(out, " && item.package_count >= %u", k->packages);
    if (k->blind) {
        tw_buf_printf(out, " && item.origin != '%s'", k->origin[0]);
        if (k->office != NULL) tw_buf_printf(out, " && declaration.office != '%s'", k->office);
        tw_buf_printf(out, " && item.hs.endsWith('%02u')", k->heading % 100);
        return;
    }
    if (k->origin[1] != NULL)
        tw_buf_printf(out, " && item.origin in ['%s', '%s']", k->origin[0], k->origin[1]);
    else
        tw_buf_printf(out, " && item.origin == '%s'", k->origin[0]);
    if (k->office != NULL) tw_buf_printf(out, " && declaration.office == '%s'", k->office);
    tw_buf_printf(out, " && item.hs.startsWith('%u')", k->heading);
}

static void put_row(const struct rule *k, size_t i, struct tw_buf *out)
{
    tw_buf_printf(out, "{\"when\":\"");
    put_when(k, out);
    tw_buf_printf(out, "\",\"row\":{\"_id\":\"%zu\",\"value\":\"> %u\",\"mass\":\"< %u\"", i, k->value,
                  k->mass);
    if (k->packages > 0) tw_buf_printf(out, ",\"packages\":\">= %u\"", k->packages);
    if (k->blind) {
        tw_buf_printf(out, ",\"origin\":\"!= '%s'\"", k->origin[0]);
        if (k->office != NULL) tw_buf_printf(out, ",\"office\":\"!= '%s'\"", k->office);
        tw_buf_printf(out, ",\"hs\":\"endsWith($, '%02u')\",\"hit\":\"%zu\"}}", k->heading % 100, i);
        return;
    }
    if (k->origin[1] != NULL)
        tw_buf_printf(out, ",\"origin\":\"'%s', '%s'\"", k->origin[0], k->origin[1]);
    else
        tw_buf_printf(out, ",\"origin\":\"'%s'\"", k->origin[0]);
    if (k->office != NULL) tw_buf_printf(out, ",\"office\":\"'%s'\"", k->office);
    tw_buf_printf(out, ",\"hs\":\"startsWith($, '%u')\",\"hit\":\"%zu\"}}", k->heading, i);
}

struct goods {
    char hs[8];
    struct tw_item item;
    struct tw_decl decl;
    struct tw_look look;
    float x[TW_FEATURE_N];
};

struct work {
    struct tw_criteria *set;
    struct goods *goods;
    struct tw_profile *profile;
    struct tw_arena *arena;
    size_t passes;      /* over all items in a round: as many as make it last */
    uint64_t hits, sum; /* of a pass; of numbers of criteria, each with its item */
};

static void ask_all(struct work *w)
{
    w->hits = w->sum = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        struct goods *g = &w->goods[i];
        const struct tw_criteria_case k = {&g->decl, w->profile, &g->look, g->x, 2, 20500, NULL};
        struct tw_criteria_hit *hit;
        size_t n;
        tw_arena_reset(w->arena);
        must(tw_criteria_ask(w->set, &k, w->arena, &hit, &n), "asking");
        for (size_t h = 0; h < n; h++) {
            if (hit[h].outcome != TW_OUTCOME_HIT) continue;
            w->hits++;
            w->sum += (uint64_t)strtoull(hit[h].criterion->id.s + 1, NULL, 10) * (i + 1);
        }
    }
}

static void ask(void *ctx)
{
    struct work *w = ctx;
    for (size_t i = 0; i < w->passes; i++) ask_all(w);
}

static struct tw_criteria *set_of(const struct rule *rule, size_t n, bool unindexed)
{
    const struct tw_criteria_limits limits = {.unindexed = unindexed};
    struct tw_criteria *set = NULL;
    struct tw_fault fault = {0};
    TW_SCOPED_BUF yaml = {0};
    tw_buf_text(&yaml, "name: bench\nversion: 1\nauthor: bench\ncriteria:\n");
    for (size_t i = 0; i < n; i++) {
        tw_buf_printf(&yaml, "  - id: C%zu\n    when: \"", i);
        put_when(&rule[i], &yaml);
        tw_buf_text(&yaml, "\"\n    channel: red\n    reason: r\n    owner: o\n    offices: [\"*\"]\n"
                           "    valid: {from: 2025-01-01, to: 2027-12-31}\n    examples: [{hit: unknown}]\n");
    }
    must(tw_criteria_parse(tw_buf_view(&yaml), &limits, NULL, &set, &fault), fault.note);
    return set;
}

static void make_goods(struct work *w, struct tw_buf *json)
{
    struct tw_rng r = tw_rng_new(2, "bench goods");
    must(tw_profile_new(tw_profile_defaults(), &w->profile), "profile");
    must(tw_arena_new(64 << 20, &w->arena), "arena");
    w->goods = calloc(ITEMS, sizeof *w->goods);
    static struct tw_arena *kept;
    must(tw_arena_new(256 << 20, &kept), "arena");
    tw_buf_char(json, '[');
    for (size_t i = 0; i < ITEMS; i++) {
        struct goods *g = &w->goods[i];
        const unsigned value = 50 + (unsigned)tw_rng_below(&r, 9000),
                       mass = 10 + (unsigned)tw_rng_below(&r, 9000);
        tw_decl_init(&g->decl);
        tw_item_init(&g->item);
        snprintf(g->hs, sizeof g->hs, "%06u", (unsigned)(100000 + tw_rng_below(&r, 400000)));
        g->item.number = 1;
        g->item.hs = tw_str_from(g->hs);
        g->item.origin = tw_str_from(origin[tw_rng_below(&r, 8)]);
        g->item.customs_value = (struct tw_money){value * 100LL, "XTS"};
        g->item.net_mass_kg = (struct tw_dec){mass, 0, true};
        g->item.package_count = (int64_t)tw_rng_below(&r, 60);
        g->decl.office = tw_str_from(office[tw_rng_below(&r, 4)]);
        g->decl.items.at = &g->item;
        g->decl.items.n = 1;
        must(tw_feature_measure(w->profile, &g->decl, kept, g->x, NULL, &g->look), "measure");
        tw_buf_printf(
            json,
            "%s{\"item\":{\"hs\":\"%s\",\"origin\":\"%.*s\",\"customs_value\":%u.0,\"net_mass_kg\":%u.0,"
            "\"package_count\":%lld},\"declaration\":{\"office\":\"%.*s\"}}",
            i > 0 ? "," : "", g->hs, TW_STR_ARG(g->item.origin), value, mass,
            (long long)g->item.package_count, TW_STR_ARG(g->decl.office));
    }
    tw_buf_char(json, ']');
}

static void write_file(const char *path, const struct tw_buf *b)
{
    FILE *f = fopen(path, "w");
    if (f == NULL || fwrite(b->p, 1, b->n, f) != b->n || fclose(f) != 0) must(TW_IO, path);
}

/* A peer: a script that tells its own CPU seconds, hits and their sum. */
struct peer {
    const char *engine, *script, *folder, *rules, *items;
    double cpu_s;
    unsigned long long hits, sum;
};

static void run_peer(void *ctx)
{
    struct peer *p = ctx;
    char said[256] = "";
    const char *argv[] = {NPM, "node", p->script, p->engine, p->folder, p->rules, p->items, NULL};
    bench_child_must(argv, said, sizeof said);
    if (sscanf(said, "%lf %llu %llu", &p->cpu_s, &p->hits, &p->sum) != 3) must(TW_FORMAT, said);
}

static bool fetch(const char *folder)
{
    const char *argv[] = {NPM,          "npm",       "install",  "--silent", "--ignore-scripts",
                          "--no-audit", "--no-fund", "--prefix", folder,     ZEN,
                          CELJ,         NULL};
    if (bench_child(argv, NULL, 0)) return true;
    printf("# npm or its registry is not there: criteria are measured alone\n");
    return false;
}

enum { ENGINES = 2 };
static const char *const engine[ENGINES] = {"zen", "cel-js"};
static const char *const engine_name[ENGINES] = {"GoRules Zen", "cel-js"};

/* Where peers find things. */
struct stage {
    const char *folder, *script, *items;
};

/* `sets` ways of ours to ask the same rules, each beside both engines. */
struct contest {
    const struct rule *rule; /* SOME of them */
    const char *file;        /* where they are written for the engines */
    size_t sets;
    struct {
        const char *bench[ENGINES];
        struct work *work;
        double gate;
    } set[2];
};

static struct bench_side ours_of(const char *name, struct work *w)
{
    return (struct bench_side){name, ask, w, (double)(ITEMS * w->passes), NULL};
}

static void hold(struct bench *b, const struct stage *at, const struct contest *c)
{
    TW_SCOPED_BUF rules = {0};
    const char *path = bench_path(at->folder, c->file);
    tw_buf_char(&rules, '[');
    for (size_t i = 0; i < SOME; i++) {
        if (i > 0) tw_buf_char(&rules, ',');
        put_row(&c->rule[i], i, &rules);
    }
    tw_buf_char(&rules, ']');
    write_file(path, &rules);
    for (int e = 0; e < ENGINES; e++) {
        struct peer peer = {engine[e], at->script, at->folder, path, at->items, 0, 0, 0};
        char what[64];
        run_peer(&peer);
        snprintf(what, sizeof what, "%s hits the same", engine_name[e]);
        bench_check(b, peer.hits == c->set[0].work->hits && peer.sum == c->set[0].work->sum, what);
        for (size_t k = 0; k < c->sets; k++)
            bench_duel(b, &(struct bench_duel){c->set[k].bench[e],
                                               "items",
                                               ours_of("tidewaiter", c->set[k].work),
                                               {engine_name[e], run_peer, &peer, ITEMS, &peer.cpu_s},
                                               .gate = c->set[k].gate});
    }
}

static bool agree(struct work *a, struct work *b)
{
    ask(a);
    ask(b);
    return a->hits > 20 && a->hits == b->hits && a->sum == b->sum;
}

int main(int argc, char **argv)
{
    struct bench b = bench_start(argc, argv);
    static struct rule rule[MANY], blind_rule[SOME];
    struct tw_rng r = tw_rng_new(1, "bench criteria");
    struct work some = {.hits = 0}, plain, blind, blind_plain, many;
    TW_SCOPED_BUF items = {0};
    for (size_t i = 0; i < MANY; i++) rule[i] = some_rule(&r);
    for (size_t i = 0; i < SOME; i++) {
        blind_rule[i] = rule[i];
        blind_rule[i].blind = true;
    }
    make_goods(&some, &items);
    some.passes = 1;
    plain = blind = blind_plain = many = some;
    some.passes = many.passes = PASSES;
    some.set = set_of(rule, SOME, false);
    plain.set = set_of(rule, SOME, true);
    blind.set = set_of(blind_rule, SOME, false);
    blind_plain.set = set_of(blind_rule, SOME, true);
    many.set = set_of(rule, MANY, false);
    bench_check(&b, agree(&some, &plain) && agree(&blind, &blind_plain),
                "the same hits with the index and without");
    const char *folder = bench_folder();
    if (b.peers != NULL && fetch(folder)) {
        static char script[BENCH_PATH];
        snprintf(script, sizeof script, "%s/criteria.mjs", b.peers);
        const struct stage at = {folder, script, bench_path(folder, "items.json")};
        write_file(at.items, &items);
        hold(&b, &at,
             &(struct contest){rule,
                               "rules.json",
                               2,
                               {{{"criteria_zen", "criteria_celjs"}, &some, 20},
                                {{"criteria_plain_zen", "criteria_plain_celjs"}, &plain, 8}}});
        hold(&b, &at,
             &(struct contest){
                 blind_rule, "blind.json", 1, {{{"criteria_blind_zen", "criteria_blind_celjs"}, &blind, 8}}});
    }
    bench_duel(&b, &(struct bench_duel){"criteria_many", "items", ours_of("5000 criteria", &many),
                                        ours_of("500 criteria", &some), .gate = 1.0 / 3});
    return bench_end(&b);
}
