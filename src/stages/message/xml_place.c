/* SPDX-License-Identifier: Apache-2.0 */
#include "message/xml_place.h"

#include "message/xml_tree_priv.h"

static bool in_group(enum xml_group group, enum tw_element e)
{
    for (size_t k = 0; k < XML_GROUP_ELEMENTS; k++)
        if (xml_group_element[group][k] == e) return true;
    return false;
}

static bool is_of(const struct xml_row *row, enum tw_element e)
{
    if (row->how == XML_GROUP) return in_group((enum xml_group)row->which, e);
    return row->how >= XML_MEMBER && row->how <= XML_MASS && (row->element == e || row->with == e);
}

/* The rows from Declaration down to one; their number. */
static size_t way_to(size_t at, const struct xml_row *way[XML_WAY_MAX])
{
    const size_t n = xml_row[at].depth;
    for (size_t depth = n; depth > 0; at--)
        if (xml_row[at].depth == depth) way[--depth] = &xml_row[at];
    return n;
}

static bool is_item(const struct xml_row *row)
{
    return row->how == XML_LIST && row->level == TW_LEVEL_ITEM;
}

bool tw_xml_place(enum tw_element e, const size_t *item, size_t entry, struct tw_buf *out)
{
    const struct xml_row *way[XML_WAY_MAX];
    for (size_t at = 0; at < xml_rows; at++) {
        if (!is_of(&xml_row[at], e)) continue;
        const size_t n = way_to(at, way);
        bool within = false;
        for (size_t k = 0; k < n; k++) within |= is_item(way[k]);
        if (within != (item != NULL)) continue;
        tw_buf_text(out, "Declaration");
        for (size_t k = 0; k < n; k++) {
            const bool list = way[k]->how == XML_LIST;
            tw_buf_char(out, '/');
            tw_buf_text(out, way[k]->name);
            if (list) tw_buf_printf(out, "[%zu]", (item != NULL && is_item(way[k]) ? *item : entry) + 1);
        }
        return true;
    }
    return false;
}
