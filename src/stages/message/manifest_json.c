/* SPDX-License-Identifier: Apache-2.0 */
/* The names of a level are sorted, so that those with the same words before a point stand together. */
#include "message/manifest_json.h"

#include <stddef.h>

#include "decl/element.h"

enum { VALUE_BYTES = 64 /* of a number or time; texts are not copied */ };

static const struct {
    enum tw_level owner, level;
    const char *name;
    size_t offset;
} lists[] = {
    {TW_LEVEL_MANIFEST, TW_LEVEL_CONTAINER, "containers", offsetof(struct tw_manifest, containers)},
    {TW_LEVEL_MANIFEST, TW_LEVEL_CONSIGNMENT, "consignments", offsetof(struct tw_manifest, consignments)},
    {TW_LEVEL_MANIFEST, TW_LEVEL_N, "extra", offsetof(struct tw_manifest, extra)},
    {TW_LEVEL_CONSIGNMENT, TW_LEVEL_CONTAINER, "containers", offsetof(struct tw_consignment, containers)},
    {TW_LEVEL_CONSIGNMENT, TW_LEVEL_CONSIGNMENT_ITEM, "items", offsetof(struct tw_consignment, items)},
    {TW_LEVEL_CONSIGNMENT, TW_LEVEL_PREVIOUS_DOCUMENT, "previous_documents",
     offsetof(struct tw_consignment, previous_documents)},
    {TW_LEVEL_CONSIGNMENT, TW_LEVEL_N, "extra", offsetof(struct tw_consignment, extra)},
    {TW_LEVEL_CONSIGNMENT_ITEM, TW_LEVEL_CONTAINER, "containers",
     offsetof(struct tw_consignment_item, containers)},
};

static bool is_text(enum tw_type type)
{
    return type == TW_TYPE_TEXT || type == TW_TYPE_CODE || type == TW_TYPE_HS || type == TW_TYPE_COUNTRY;
}

static bool is_number(enum tw_type type)
{
    return type == TW_TYPE_COUNT || type == TW_TYPE_NUMBER || type == TW_TYPE_DEC || type == TW_TYPE_MASS ||
           type == TW_TYPE_AMOUNT;
}

/* The value of an element; absent (n = 0) where there is none. */
static struct tw_str value_of(enum tw_element e, const void *object, struct tw_buf *room)
{
    const struct tw_element_row *row = tw_element_row(e);
    struct tw_str text;
    if (!is_text(row->type)) {
        tw_buf_clear(room);
        tw_element_print(e, object, room);
        return tw_buf_view(room);
    }
    memcpy(&text, (const char *)object + row->offset, sizeof text);
    return text;
}

static void put_members(enum tw_level level, const void *object, struct tw_json *j)
{
    char bytes[VALUE_BYTES];
    struct tw_str open = {NULL, 0};
    for (int i = TW_ELEMENT_N + 1; i < TW_ELEMENT_END; i++) {
        const enum tw_element e = (enum tw_element)i;
        const struct tw_element_row *row = tw_element_row(e);
        struct tw_buf room = tw_buf_in(bytes, sizeof bytes);
        if (row->level != level || row->type == TW_TYPE_CONTAINERS) continue;
        const struct tw_str value = value_of(e, object, &room);
        if (value.n == 0) continue;
        struct tw_str name = tw_str_from(row->name), within, key;
        (void)tw_str_cut(name, '.', &name);
        within = tw_str_cut(name, '.', &key);
        if (key.n == 0) {
            key = within;
            within = (struct tw_str){NULL, 0};
        }
        if (open.n > 0 && !tw_str_eq(open, within)) tw_json_end_object(j);
        if (within.n > 0 && !tw_str_eq(open, within)) {
            tw_json_key_n(j, within.s, within.n);
            tw_json_begin_object(j);
        }
        open = within;
        tw_json_key_n(j, key.s, key.n);
        if (is_number(row->type))
            tw_json_raw(j, value);
        else
            tw_json_str(j, value);
    }
    if (open.n > 0) tw_json_end_object(j);
}

static void put_extra(const struct tw_extra *e, struct tw_json *j)
{
    tw_json_begin_object(j);
    tw_json_key(j, "path");
    tw_json_str(j, e->path);
    tw_json_key(j, "sequence");
    tw_json_u64(j, e->sequence);
    tw_json_key(j, "value");
    tw_json_str(j, e->value);
    tw_json_key(j, "attributes");
    tw_json_str(j, e->attributes);
    tw_json_end_object(j);
}

static void put_object(enum tw_level level, const void *object, struct tw_json *j);

static void put_lists(enum tw_level level, const void *object, struct tw_json *j)
{
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        TW_LIST(char) list;
        if (lists[k].owner != level) continue;
        memcpy(&list, (const char *)object + lists[k].offset, sizeof list);
        if (list.n == 0) continue;
        const bool extra = lists[k].level == TW_LEVEL_N;
        const size_t size = extra ? sizeof(struct tw_extra) : tw_level_size(lists[k].level);
        tw_json_key(j, lists[k].name);
        tw_json_begin_array(j);
        for (size_t i = 0; i < list.n; i++) {
            const void *one = list.at + i * size;
            if (extra)
                put_extra(one, j);
            else
                put_object(lists[k].level, one, j);
        }
        tw_json_end_array(j);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): a manifest is three levels deep */
static void put_object(enum tw_level level, const void *object, struct tw_json *j)
{
    tw_json_begin_object(j);
    put_members(level, object, j);
    put_lists(level, object, j);
    tw_json_end_object(j);
}

void tw_manifest_json(const struct tw_manifest *m, struct tw_json *j)
{
    put_object(TW_LEVEL_MANIFEST, m, j);
}
