/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is read from YAML: first byte
 *   y  any YAML      m  a map      w  a world      c  settings of the channels      r  rules of declarations
 *   s  a set of criteria      p  people who may sign sets
 *
 * What is accepted must work: a map reads rows under its own columns, a world lives some days and every
 * reader takes what it writes, settings decide a stream of cases. */
#include "fuzz.h"

#include "base/rng.h"
#include "base/yaml.h"
#include "channel/channel.h"
#include "criteria/criteria.h"
#include "criteria/signers.h"
#include "message/findings.h"
#include "message/ruleset.h"
#include "synth/synth.h"

#include <math.h>

static void walk(const struct tw_yaml *node, unsigned depth)
{
    CHECK(depth <= TW_YAML_DEPTH_MAX + 1 && node->line > 0 && node->column > 0);
    CHECK(node->kind == TW_YAML_SCALAR ? node->n == 0 && tw_str_utf8(node->text, NULL) : node->text.n == 0);
    for (size_t i = 0; i < node->n; i++) {
        if (node->kind == TW_YAML_MAP) CHECK(tw_str_utf8(node->member[i]->key, NULL));
        walk(node->member[i], depth + 1);
    }
    if (node->kind != TW_YAML_MAP || node->n == 0) return;
    char key[64];
    if (node->member[0]->key.n >= sizeof key) return;
    snprintf(key, sizeof key, "%.*s", TW_STR_ARG(node->member[0]->key));
    CHECK(tw_yaml_get(node, key) == node->member[0]); /* no key stands twice */
}

static struct tw_yaml *parse(struct tw_str text, struct tw_arena *arena)
{
    struct tw_yaml *root = NULL;
    struct tw_fault fault = {0};
    const tw_err err = tw_yaml_parse(text, arena, &root, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return NULL;
    }
    walk(root, 1);
    return root;
}

/* -- maps */

static tw_err refuse(void *to, const struct tw_refused *r, struct tw_fault *fault)
{
    (void)to, (void)fault;
    fuzz_fault(r->fault->code, r->fault);
    return TW_OK;
}

static void column_names(const struct tw_map_columns *columns, const struct tw_map *map, struct tw_buf *out)
{
    struct tw_str name[512], value[512];
    size_t n = 0;
    for (size_t i = 0; i < columns->n && n < 512; i++) {
        const struct tw_map_column *c = &columns->at[i];
        if (c->name.n == 0) continue;
        name[n] = c->name;
        value[n++] = c->word_n > 0 ? c->word[0].from : TW_STR("2026-01-01");
    }
    if (n == 0) return;
    tw_csv_write(out, name, n, map->separator);
    tw_csv_write(out, value, n, map->separator);
    for (size_t i = 0; i < n; i++) value[i] = TW_STR("1");
    tw_csv_write(out, value, n, map->separator);
}

static void read_declarations(const struct tw_map *map, struct tw_str text)
{
    const struct tw_reader_config c = {
        .map = map, .csv.row_bytes = 8192, .currency = TW_STR("EUR"), .refuse = refuse, .ids_max = 64};
    TW_SCOPED(tw_reader) *r = NULL;
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_fault fault = {0};
    struct tw_reading g;
    struct fuzz_input in = {.text = text};
    CHECK(tw_arena_new((size_t)16 << 20, &arena) == TW_OK);
    tw_err err = tw_reader_new(&c, &r, &fault);
    for (enum tw_read_step step = TW_READ_MORE; err == TW_OK && step != TW_READ_END;) {
        err = tw_reader_next(r, arena, &step, &g, &fault);
        if (err != TW_OK || step != TW_READ_MORE) continue;
        size_t room;
        char *p = tw_reader_room(r, &room);
        const size_t n = fuzz_feed(&in, p, room);
        tw_reader_filled(r, n);
        if (n == 0) tw_reader_end(r);
    }
    if (err != TW_OK) fuzz_fault(err, &fault);
}

static void read_findings(const struct tw_map *map, struct tw_str text)
{
    const struct tw_findings_config c = {
        .map = map, .csv.row_bytes = 8192, .currency = TW_STR("EUR"), .refuse = refuse, .most = 100};
    TW_SCOPED(tw_findings) *f = NULL;
    struct tw_fault fault = {0};
    struct fuzz_input in = {.text = text};
    tw_err err = tw_findings_new(&c, &f, &fault);
    for (size_t n = 1; err == TW_OK && n > 0;) {
        size_t room;
        char *p = tw_findings_room(f, &room);
        n = fuzz_feed(&in, p, room);
        err = tw_findings_filled(f, n, &fault);
    }
    if (err != TW_OK) fuzz_fault(err, &fault);
}

static void map(struct tw_str text, struct tw_arena *arena)
{
    struct tw_map map;
    struct tw_fault fault = {0};
    const tw_err err = tw_map_parse(text, arena, &map, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    TW_SCOPED_BUF rows = {0};
    column_names(&map.declaration, &map, &rows);
    read_declarations(&map, tw_buf_view(&rows));
    tw_buf_clear(&rows);
    column_names(&map.findings_file, &map, &rows);
    if (map.findings_file.n > 0) read_findings(&map, tw_buf_view(&rows));
}

/* -- worlds */

static tw_err none_is_refused(void *to, const struct tw_refused *r, struct tw_fault *fault)
{
    (void)to, (void)fault;
    fprintf(stderr, "%.*s%s: %s\n", TW_STR_ARG(r->raw), r->fault->path, r->fault->note);
    CHECK(0 && "what a world writes is taken");
    return TW_OK;
}

static void taken(struct tw_str text, struct tw_arena *arena)
{
    struct tw_str yaml;
    struct tw_map canonical;
    struct tw_fault fault = {0};
    CHECK(tw_map_builtin(TW_STR("canonical"), &yaml, NULL) == TW_OK);
    CHECK(tw_map_parse(yaml, arena, &canonical, NULL) == TW_OK);
    const struct tw_reader_config c = {
        .map = &canonical, .currency = TW_STR("XTS"), .refuse = none_is_refused, .ids_max = 1024};
    TW_SCOPED(tw_reader) *r = NULL;
    TW_SCOPED(tw_arena) *room_of_one = NULL;
    struct tw_reading g;
    struct fuzz_input in = {.text = text};
    CHECK(tw_arena_new((size_t)64 << 20, &room_of_one) == TW_OK);
    CHECK(tw_reader_new(&c, &r, &fault) == TW_OK);
    for (enum tw_read_step step = TW_READ_MORE; step != TW_READ_END;) {
        CHECK(tw_reader_next(r, room_of_one, &step, &g, &fault) == TW_OK);
        if (step != TW_READ_MORE) continue;
        size_t room;
        char *p = tw_reader_room(r, &room);
        const size_t n = fuzz_feed(&in, p, room);
        tw_reader_filled(r, n);
        if (n == 0) tw_reader_end(r);
    }
}

static void live(const struct tw_world *world, struct tw_arena *arena)
{
    if (world->traffic.declarants > 1000 || world->months > 12) return; /* allowed, but it takes its time */
    struct tw_world_goods_list goods;
    struct tw_fault fault = {0};
    TW_SCOPED(tw_synth) *synth = NULL;
    struct tw_synth_out out = {0};
    const struct tw_synth_options options = {.seed = 1, .declarations = 100, .start_day = 20089};
    CHECK(tw_world_goods_new(tw_embed_find(tw_worlds, TW_STR("goods")), arena, &goods, &fault) == TW_OK);
    const tw_err err = tw_synth_new(world, &goods, &options, &synth, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    tw_synth_headers(synth, &out);
    for (bool more = true; more;) CHECK(tw_synth_next(synth, &out, &more) == TW_OK);
    CHECK(tw_synth_done(synth) == tw_synth_total(synth));
    taken(tw_buf_view(&out.declarations), arena);
    tw_buf_free(&out.declarations);
    tw_buf_free(&out.findings);
    tw_buf_free(&out.truth);
}

static void world(struct tw_str text, uint64_t vary, struct tw_arena *arena)
{
    struct tw_world w;
    struct tw_fault fault = {0};
    const tw_err err = tw_world_new(text, vary, arena, &w, &fault);
    if (err != TW_OK)
        fuzz_fault(err, &fault);
    else
        live(&w, arena);
}

/* -- channels */

static void decide(struct tw_channels *c, const struct tw_channel_settings *s)
{
    struct tw_rng rng = tw_rng_new(1, "fuzz");
    for (int i = 0; i < 400; i++) {
        const struct tw_channel_case k = {.score = floor(tw_rng_unit(&rng) * 20),
                                          .draw = tw_rng_u64(&rng),
                                          .office = TW_STR("HB01"),
                                          .day = 20000 + i / 100,
                                          .mandatory = i % 50 == 0 ? TW_CHANNEL_RED : TW_CHANNEL_GREEN};
        struct tw_channel_choice ret = {0};
        CHECK(tw_channels_decide(c, &k, &ret) == TW_OK);
        CHECK(ret.channel < TW_CHANNEL_N && ret.propensity_ppm <= 1000000 && !isnan(ret.red_from));
        CHECK((ret.channel == TW_CHANNEL_GREEN) == (ret.basis == 0));
        CHECK(k.mandatory == TW_CHANNEL_GREEN || ret.channel == TW_CHANNEL_RED);
        if ((ret.basis & ~(1u << TW_BASIS_SCORE)) == 0 && ret.channel != TW_CHANNEL_GREEN)
            CHECK(s->expected[TW_CHANNEL_RED] + s->expected[TW_CHANNEL_YELLOW] +
                      s->expected[TW_CHANNEL_BLUE] >
                  0);
    }
}

static void channels(struct tw_str text, struct tw_arena *arena)
{
    const struct tw_yaml *root = parse(text, arena);
    if (root == NULL) return;
    struct tw_channel_settings s;
    struct tw_fault fault = {0};
    TW_SCOPED(tw_channels) *c = NULL;
    const tw_err err = tw_channel_settings_read(root, arena, &s, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    CHECK(tw_channels_new(&s, &c, &fault) == TW_OK);
    decide(c, &s);
}

/* -- rules */

static void on_wrong(void *to, const struct tw_wrong *w)
{
    (void)to;
    CHECK(w->rule.n > 0 && w->element != TW_ELEMENT_N);
}

/* What is said never to hold has not hit. */
static void look_at(const struct tw_criteria *set, const struct tw_criteria_hit *hit, size_t n,
                    struct tw_arena *arena)
{
    const struct tw_criteria_remark *r;
    size_t remarks;
    CHECK(tw_criteria_look(set, 20500, arena, &r, &remarks) == TW_OK);
    for (size_t i = 0; i < remarks; i++) {
        CHECK(r[i].line > 0 && r[i].column > 0 && r[i].words.n > 0);
        for (size_t k = 0; k < n && tw_str_starts(r[i].words, TW_STR("never holds")); k++)
            CHECK(hit[k].criterion != r[i].criterion || hit[k].outcome != TW_OUTCOME_HIT);
    }
}

/* A set that is taken can be asked of any declaration. */
static void ask(struct tw_str text, struct tw_arena *arena)
{
    const struct tw_validation_rules rules = {.now = TW_NO_TIME, .wrong = on_wrong};
    struct tw_document document = {.type = TW_STR("853")};
    struct tw_validation v;
    struct tw_ruleset set;
    struct tw_fault fault = {0};
    struct tw_decl d;
    struct tw_item item;
    const tw_err err = tw_ruleset_parse(text, 50, arena, &set, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    tw_decl_init(&d);
    tw_item_init(&item);
    d.type = TW_STR("IMY");
    item.hs = TW_STR("02011000");
    item.documents.at = &document;
    item.documents.n = 1;
    d.items.at = &item;
    d.items.n = 1;
    tw_validation_begin(&v, &rules);
    CHECK(tw_ruleset_check(&set, &d, &v, &fault) == TW_OK);
}

/* -- criteria */

/* Lists that a set may name: one that looks at headers, one that looks into items. */
static void lists_of(struct tw_name_fold *fold, struct tw_watchlist *ret[2])
{
    static const char *const head[] = {
        "list: FIRMS\nkind: parties\nmatch: fuzzy\nwords: w\nowner: o\nsource: s\n"
        "entries: [{id: a, value: Acme Trading Lyon}]\n"
        "examples: [{value: Belnor, hit: false}]\n",
        "list: GOODS\nkind: codes\nwords: w\nowner: o\nsource: s\n"
        "entries: [{id: a, value: \"0201\"}]\n"
        "examples: [{value: \"99\", hit: false}]\n"};
    for (int i = 0; i < 2; i++) {
        CHECK(tw_watchlist_new(tw_str_from(head[i]), NULL, fold, &ret[i], NULL) == TW_OK);
        CHECK(tw_watchlist_ready(ret[i], NULL) == TW_OK);
    }
}

/* A set that is taken can be asked of any declaration, and says the same with its index and without. */
static void criteria(struct tw_str text, const struct tw_watchlists *lists, struct tw_arena *arena)
{
    const struct tw_criteria_limits limits = {.criteria = 50, .cel.steps = 10000},
                                    all = {.criteria = 50, .cel.steps = 10000, .unindexed = true};
    static float x[TW_FEATURE_N];
    struct tw_profile_limits small = tw_profile_defaults();
    TW_SCOPED(tw_criteria) *set = NULL;
    TW_SCOPED(tw_criteria) *plain = NULL;
    TW_SCOPED(tw_profile) *profile = NULL;
    struct tw_criteria_hit *hit, *other;
    struct tw_fault fault = {0};
    struct tw_look look;
    struct tw_decl d;
    struct tw_item item;
    size_t n, others;
    const tw_err err = tw_criteria_parse(text, &limits, lists, &set, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    small.max_keys = 1000;
    small.max_awaited = 10;
    tw_decl_init(&d);
    tw_item_init(&item);
    item.number = 1;
    item.hs = TW_STR("02011000");
    item.origin = TW_STR("US");
    d.office = TW_STR("HB01");
    d.importer.name = TW_STR("Acme Tradin Lyon");
    d.items.at = &item;
    d.items.n = 1;
    CHECK(tw_criteria_parse(text, &all, lists, &plain, &fault) == TW_OK);
    CHECK(tw_profile_new(small, &profile) == TW_OK);
    CHECK(tw_feature_measure(profile, &d, arena, x, NULL, &look) == TW_OK);
    const struct tw_criteria_case k = {&d, profile, &look, x, 2, 20500, NULL};
    CHECK(tw_criteria_ask(set, &k, arena, &hit, &n) == TW_OK);
    CHECK(tw_criteria_ask(plain, &k, arena, &other, &others) == TW_OK && n == others);
    for (size_t i = 0; i < n; i++)
        CHECK(tw_str_eq(hit[i].criterion->id, other[i].criterion->id) && hit[i].outcome == other[i].outcome &&
              hit[i].listed_n == other[i].listed_n);
    look_at(set, hit, n, arena);
}

static void criteria_with_lists(struct tw_str text, struct tw_arena *arena)
{
    TW_SCOPED(tw_name_fold) *fold = NULL;
    struct tw_watchlist *list[2];
    if (memmem(text.s, text.n, "lists", 5) == NULL) { /* lists take longer than all else */
        criteria(text, NULL, arena);
        return;
    }
    CHECK(tw_name_fold_new(&fold, NULL) == TW_OK);
    lists_of(fold, list);
    criteria(text, &(struct tw_watchlists){list, 2}, arena);
    for (int i = 0; i < 2; i++) tw_watchlist_free(list[i]);
}

/* -- signers */

static void signers(struct tw_str text)
{
    TW_SCOPED(tw_signers) *s = NULL;
    struct tw_fault fault = {0};
    size_t n;
    const tw_err err = tw_signers_parse(text, &s, &fault);
    if (err != TW_OK) {
        fuzz_fault(err, &fault);
        return;
    }
    const struct tw_signer *k = tw_signers_at(s, &n);
    CHECK(n > 0 && n <= TW_SIGNERS_MAX);
    for (size_t i = 0; i < n; i++) {
        CHECK(k[i].name.n > 0 && k[i].line > 0 && k[i].from <= k[i].to);
        CHECK(k[i].may[TW_SIGNER_AUTHOR] || k[i].may[TW_SIGNER_REVIEWER]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input in;
    TW_SCOPED(tw_arena) *arena = NULL;
    if (!fuzz_split(data, n, &in)) return 0;
    CHECK(tw_arena_new((size_t)16 << 20, &arena) == TW_OK);
    switch (in.kind) {
    case 'y':
        (void)parse(in.text, arena);
        break;
    case 'm':
        map(in.text, arena);
        break;
    case 'w':
        world(in.text, in.piece, arena);
        break;
    case 's':
        criteria_with_lists(in.text, arena);
        break;
    case 'p':
        signers(in.text);
        break;
    case 'r':
        ask(in.text, arena);
        break;
    case 'c':
        channels(in.text, arena);
        break;
    default:
        break;
    }
    return 0;
}
