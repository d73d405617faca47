/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of a map meet the header row of a file. Both are short and met once per file: every name is
 * compared with every other. */
#include <stdio.h>
#include <string.h>

#include "base/embed.h"
#include "base/near.h"
#include "message/map.h"

extern const struct tw_embed tw_map_embedded[]; /* data/maps, by tools/embed */

/* Names one after another, as many as fit. */
struct names {
    char text[112];
    size_t n;
    bool full;
};

static void add_name(struct names *names, struct tw_str name)
{
    const size_t left = sizeof names->text - names->n;
    if (names->full) return;
    names->full = name.n + sizeof ", , ..." > left;
    const int n = names->full ? snprintf(names->text + names->n, left, ", ...")
                              : snprintf(names->text + names->n, left, "%s%.*s", names->n > 0 ? ", " : "",
                                         TW_STR_ARG(name));
    names->n += (size_t)n;
}

tw_err tw_map_builtin(struct tw_str name, struct tw_str *ret_yaml, struct tw_fault *fault)
{
    const struct tw_str text = tw_embed_find(tw_map_embedded, name);
    if (text.n > 0) {
        *ret_yaml = text;
        return TW_OK;
    }
    struct names known = {.n = 0};
    for (const struct tw_embed *e = tw_map_embedded; e->name != NULL; e++)
        add_name(&known, tw_str_from(e->name));
    return tw_fail(fault, TW_NOTFOUND,
                   "there is no map '%.*s'; known are %s; the path of a map file may be given too",
                   (int)(name.n < 24 ? name.n : 24), name.n > 0 ? name.s : "", known.text);
}

static tw_err missing(const struct tw_map_column *c, const struct tw_map_header *header,
                      struct tw_fault *fault)
{
    struct names found = {.n = 0};
    struct tw_str near = {NULL, 0};
    unsigned best = TW_NEAR_FAR;
    for (size_t i = 0; i < header->n; i++) {
        const struct tw_str name = tw_str_trim(header->name[i]);
        add_name(&found, name);
        if (tw_near_better(c->name, name, &best)) near = name;
    }
    if (fault != NULL) snprintf(fault->path, sizeof fault->path, "%.*s", TW_STR_ARG(c->name));
    if (near.n > 0)
        return tw_fail(fault, TW_NOTFOUND, "the column '%.*s' is missing; is '%.*s' meant? found: %s",
                       TW_STR_ARG(c->name), TW_STR_ARG(near), found.text);
    return tw_fail(fault, TW_NOTFOUND, "the column '%.*s' is missing; found: %s", TW_STR_ARG(c->name),
                   found.text);
}

static tw_err find_column(const struct tw_map_column *c, const struct tw_map_header *header, uint32_t *ret,
                          struct tw_fault *fault)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < header->n; i++) {
        if (!tw_str_eq(tw_str_trim(header->name[i]), c->name)) continue;
        if (found != UINT32_MAX) {
            if (fault != NULL) fault->column = i + 1;
            return tw_fail(fault, TW_CONFLICT, "the column '%.*s' stands twice; once is right",
                           TW_STR_ARG(c->name));
        }
        found = i;
    }
    if (found == UINT32_MAX && c->required) return missing(c, header, fault);
    *ret = found;
    return TW_OK;
}

static bool is_fed(const struct tw_binding *b, uint32_t target)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->at[i].column->target == target) return true;
    return false;
}

/* Columns called like an element, or like a part of a finding, that the map does not name. */
static tw_err bind_own_names(enum tw_binding_of which, const struct tw_map_header *header,
                             struct tw_arena *arena, struct tw_binding *b, struct tw_fault *fault)
{
    struct tw_map_column *own = tw_arena_array(arena, header->n, sizeof *own);
    if (own == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    for (uint32_t i = 0; i < header->n; i++) {
        own[i].name = tw_str_trim(header->name[i]);
        if (header->taken[i] || own[i].name.n == 0) continue;
        bool known;
        if (which == TW_BIND_DECLARATION) {
            own[i].target = (uint32_t)tw_element_find(own[i].name);
            known = own[i].target < TW_ELEMENT_N;
        } else {
            while (own[i].target < TW_FINDING_FIELD_N &&
                   !tw_str_is(own[i].name, tw_finding_field_name((enum tw_finding_field)own[i].target)))
                own[i].target++;
            known = own[i].target < TW_FINDING_FIELD_N;
        }
        uint32_t field = 0;
        if (!known || is_fed(b, own[i].target)) continue;
        TW_TRY(find_column(&own[i], header, &field, fault));
        header->taken[field] = true;
        b->at[b->n++] = (struct tw_bound){&own[i], field};
        b->columns++;
    }
    return TW_OK;
}

tw_err tw_map_bind(const struct tw_map *map, enum tw_binding_of which, const struct tw_map_header *header,
                   struct tw_arena *arena, struct tw_binding *ret, struct tw_fault *fault)
{
    const struct tw_map_columns *list = which == TW_BIND_DECLARATION ? &map->declaration
                                        : which == TW_BIND_FINDING   ? &map->finding
                                                                     : &map->findings_file;
    struct tw_binding b = {.at = tw_arena_array(arena, list->n + header->n, sizeof *b.at)};
    if (b.at == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < list->n; i++) {
        uint32_t field = 0;
        const struct tw_map_column *c = &list->at[i];
        if (c->name.n > 0) {
            TW_TRY(find_column(c, header, &field, fault));
            if (field == UINT32_MAX) continue;
            header->taken[field] = true;
            b.columns++;
        }
        b.at[b.n++] = (struct tw_bound){c, field};
    }
    if (map->own_names && which != TW_BIND_FINDING) TW_TRY(bind_own_names(which, header, arena, &b, fault));
    *ret = b;
    return TW_OK;
}
