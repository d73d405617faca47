/* SPDX-License-Identifier: Apache-2.0 */
/* Criteria of four to six conditions, all asked of each item, beside two engines that are embedded for such
 * work: a decision table of GoRules Zen, a column for each thing that is looked at, and the same expressions
 * compiled by
 * @marcbachmann/cel-js. All three answer which criteria hit which item, and must agree on every one. Ours
 * besides makes the records out of a declaration, and says where something is not known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "bench.h"
#include "child.h"
#include "criteria/criteria.h"
#include "decl/element.h"

enum { ITEMS = 1000, SOME = 500, MANY = 5000 };

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
    uint64_t hits, sum; /* of numbers of criteria, each with its item */
};

static void ask(void *ctx)
{
    struct work *w = ctx;
    w->hits = w->sum = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        struct goods *g = &w->goods[i];
        const struct tw_criteria_case k = {&g->decl, w->profile, &g->look, g->x, 2, 20500};
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

int main(int argc, char **argv)
{
    struct bench b = bench_start(argc, argv);
    static struct rule rule[MANY];
    struct tw_rng r = tw_rng_new(1, "bench criteria");
    struct work some = {.hits = 0}, plain, many;
    TW_SCOPED_BUF items = {0};
    TW_SCOPED_BUF rules = {0};
    for (size_t i = 0; i < MANY; i++) rule[i] = some_rule(&r);
    make_goods(&some, &items);
    plain = many = some;
    some.set = set_of(rule, SOME, false);
    plain.set = set_of(rule, SOME, true);
    many.set = set_of(rule, MANY, false);
    ask(&some);
    ask(&plain);
    bench_check(&b, some.hits > 20 && some.hits == plain.hits && some.sum == plain.sum,
                "the same hits with the index and without");
    const char *folder = bench_folder();
    if (b.peers != NULL && fetch(folder)) {
        static char script[BENCH_PATH];
        snprintf(script, sizeof script, "%s/criteria.mjs", b.peers);
        tw_buf_char(&rules, '[');
        for (size_t i = 0; i < SOME; i++) {
            if (i > 0) tw_buf_char(&rules, ',');
            put_row(&rule[i], i, &rules);
        }
        tw_buf_char(&rules, ']');
        const char *rules_path = bench_path(folder, "rules.json"),
                   *items_path = bench_path(folder, "items.json");
        write_file(rules_path, &rules);
        write_file(items_path, &items);
        struct peer zen = {"zen", script, folder, rules_path, items_path, 0, 0, 0}, celjs = zen;
        celjs.engine = "cel-js";
        run_peer(&zen);
        run_peer(&celjs);
        bench_check(&b, zen.hits == some.hits && zen.sum == some.sum, "GoRules Zen hits the same");
        bench_check(&b, celjs.hits == some.hits && celjs.sum == some.sum, "cel-js hits the same");
        bench_duel(&b, &(struct bench_duel){"criteria_zen",
                                            "items",
                                            {"tidewaiter", ask, &some, ITEMS, NULL},
                                            {"GoRules Zen", run_peer, &zen, ITEMS, &zen.cpu_s},
                                            .gate = 20});
        bench_duel(&b, &(struct bench_duel){"criteria_celjs",
                                            "items",
                                            {"tidewaiter", ask, &some, ITEMS, NULL},
                                            {"cel-js", run_peer, &celjs, ITEMS, &celjs.cpu_s},
                                            .gate = 20});
        bench_duel(&b, &(struct bench_duel){"criteria_plain_zen",
                                            "items",
                                            {"tidewaiter, no index", ask, &plain, ITEMS, NULL},
                                            {"GoRules Zen", run_peer, &zen, ITEMS, &zen.cpu_s},
                                            .gate = 8});
        bench_duel(&b, &(struct bench_duel){"criteria_plain_celjs",
                                            "items",
                                            {"tidewaiter, no index", ask, &plain, ITEMS, NULL},
                                            {"cel-js", run_peer, &celjs, ITEMS, &celjs.cpu_s},
                                            .gate = 8});
    }
    bench_duel(&b, &(struct bench_duel){"criteria_many",
                                        "items",
                                        {"5,000 criteria", ask, &many, ITEMS, NULL},
                                        {"500 criteria", ask, &some, ITEMS, NULL},
                                        .gate = 1.0 / 3});
    return bench_end(&b);
}
