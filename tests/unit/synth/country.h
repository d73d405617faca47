/* SPDX-License-Identifier: Apache-2.0 */
/* A built-in world brought to life. */
#ifndef TW_TEST_SYNTH_COUNTRY_H
#define TW_TEST_SYNTH_COUNTRY_H

#include "base/date.h"
#include "check.h"
#include "synth/synth.h"

struct country {
    struct tw_arena *arena;
    struct tw_world world;
    struct tw_world_goods_list goods;
    struct tw_synth *synth;
    struct tw_synth_out out;
};

static inline void country_open(struct country *c, const char *name, uint64_t seed, uint64_t vary,
                                int64_t declarations)
{
    *c = (struct country){.arena = NULL};
    struct tw_fault fault = {0};
    CHECK(tw_arena_new(64 << 20, &c->arena) == TW_OK);
    CHECK(tw_world_new(tw_embed_find(tw_worlds, tw_str_from(name)), vary, c->arena, &c->world, &fault) ==
          TW_OK);
    CHECK(tw_world_goods_new(tw_embed_find(tw_worlds, TW_STR("goods")), c->arena, &c->goods, &fault) ==
          TW_OK);
    struct tw_synth_options o = {
        .seed = seed, .declarations = declarations, .start_day = tw_day_from_civil(2025, 1, 1)};
    CHECK(tw_synth_new(&c->world, &c->goods, &o, &c->synth, &fault) == TW_OK);
}

static inline void country_live(struct country *c)
{
    tw_synth_headers(c->synth, &c->out);
    for (bool more = true; more;) CHECK(tw_synth_next(c->synth, &c->out, &more) == TW_OK);
}

static inline void country_close(struct country *c)
{
    tw_synth_free(c->synth);
    tw_buf_free(&c->out.declarations);
    tw_buf_free(&c->out.findings);
    tw_buf_free(&c->out.truth);
    tw_arena_free(c->arena);
}

/* The next line, and its cells (the generator quotes nothing). */
static inline size_t next_row(struct tw_str *rest, struct tw_str *cell, size_t max)
{
    if (rest->n == 0) return 0;
    struct tw_str row = tw_str_cut(*rest, '\n', rest);
    size_t n = 0;
    for (bool more = true; more && n < max; n++) {
        struct tw_str tail;
        cell[n] = tw_str_cut(row, ',', &tail);
        more = tail.s != NULL;
        row = tail;
    }
    return n;
}

#endif
