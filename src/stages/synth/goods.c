/* SPDX-License-Identifier: Apache-2.0 */
#include "synth/world.h"

enum { COLUMNS = 11, GOODS_MAX = 20000 };

static tw_err bad_line(struct tw_fault *fault, uint32_t line, const char *what)
{
    if (fault != NULL) fault->line = line;
    return tw_fail(fault, TW_FORMAT, "goods table, line %u: %s", line, what);
}

static bool six_digits(struct tw_str s)
{
    if (s.n != 6) return false;
    for (size_t i = 0; i < 6; i++)
        if (s.s[i] < '0' || s.s[i] > '9') return false;
    return true;
}

static bool flag(struct tw_str flags, const char *name)
{
    while (flags.n > 0) {
        struct tw_str rest;
        if (tw_str_is(tw_str_cut(flags, ' ', &rest), name)) return true;
        flags = rest;
    }
    return false;
}

static tw_err read_goods(struct tw_str row, uint32_t line, struct tw_world_goods *ret, struct tw_fault *fault)
{
    struct tw_str cell[COLUMNS] = {{0}};
    size_t n = 0;
    for (; n < COLUMNS && (row.n > 0 || n == COLUMNS - 1); n++) cell[n] = tw_str_cut(row, ',', &row);
    if (n < COLUMNS || row.n > 0) return bad_line(fault, line, "eleven columns are expected");
    struct tw_world_goods g = {.hs = cell[0], .description = cell[1], .unit = cell[2]};
    double *const number[] = {&g.kg_per_unit, &g.usd_per_kg, &g.sigma, &g.duty_percent, &g.season};
    for (size_t i = 0; i < sizeof number / sizeof number[0]; i++)
        if (tw_str_f64(cell[3 + i], number[i]) != TW_OK) return bad_line(fault, line, "a number is expected");
    int64_t month;
    if (tw_str_i64(cell[8], &month) != TW_OK || month < 1 || month > 12 ||
        tw_str_f64(cell[9], &g.weight) != TW_OK)
        return bad_line(fault, line, "peak month (1..12) and weight are expected");
    if (!six_digits(g.hs)) return bad_line(fault, line, "the HS code has six digits");
    if (!(g.kg_per_unit > 0) || !(g.usd_per_kg > 0) || g.sigma < 0 || g.duty_percent < 0 || !(g.weight > 0))
        return bad_line(fault, line, "weights, prices and shares are positive");
    g.peak_month = (int)month;
    g.chapter = (g.hs.s[0] - '0') * 10 + (g.hs.s[1] - '0');
    g.brand = flag(cell[10], "brand");
    g.control = flag(cell[10], "control");
    g.ad = flag(cell[10], "ad");
    *ret = g;
    return TW_OK;
}

/* Cheaper neighbours: same chapter first, then the chapters around it; at least three points of duty less. */
static void find_neighbours(struct tw_world_goods_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        struct tw_world_goods *g = &list->at[i];
        for (int away = 0; away <= 2; away++)
            for (size_t k = 0; k < list->n && g->cheaper_n < sizeof g->cheaper / sizeof g->cheaper[0]; k++) {
                const struct tw_world_goods *o = &list->at[k];
                int d = o->chapter > g->chapter ? o->chapter - g->chapter : g->chapter - o->chapter;
                if (d == away && o->duty_percent <= g->duty_percent - 3)
                    g->cheaper[g->cheaper_n++] = (uint32_t)k;
            }
    }
}

tw_err tw_world_goods_new(struct tw_str csv, struct tw_arena *arena, struct tw_world_goods_list *ret,
                          struct tw_fault *fault)
{
    size_t lines = 0;
    for (size_t i = 0; i < csv.n; i++) lines += csv.s[i] == '\n';
    if (lines < 2 || lines > GOODS_MAX)
        return tw_fail(fault, TW_FORMAT, "the goods table has a header and 1..20000 rows");
    struct tw_world_goods_list list = {.at = tw_arena_array(arena, lines, sizeof *list.at)};
    if (list.at == NULL) return TW_NOMEM;
    struct tw_str rest = csv;
    uint32_t line = 0;
    while (rest.n > 0) {
        struct tw_str row = tw_str_cut(rest, '\n', &rest);
        line++;
        if (line == 1 || row.n == 0) continue;
        TW_TRY(read_goods(row, line, &list.at[list.n], fault));
        list.n++;
    }
    if (list.n == 0) return tw_fail(fault, TW_FORMAT, "the goods table has no rows");
    find_neighbours(&list);
    *ret = list;
    return TW_OK;
}
