/* SPDX-License-Identifier: Apache-2.0 */
#include "message/json_write.h"

#include "message/json_form_priv.h"

enum { VALUE_BYTES = 64 /* of a number or time; texts are not copied */ };

static bool is_text(enum tw_type type)
{
    return type == TW_TYPE_TEXT || type == TW_TYPE_CODE || type == TW_TYPE_HS || type == TW_TYPE_COUNTRY ||
           type == TW_TYPE_UNIT;
}

/* The value of an element; absent (n = 0) where there is none. */
static struct tw_str value_of(enum tw_element e, const void *object, struct tw_buf *room)
{
    const struct tw_element_row *row = tw_element_row(e);
    const void *at = (const char *)object + row->offset;
    struct tw_str text;
    if (is_text(row->type)) {
        memcpy(&text, at, sizeof text);
        return text;
    }
    tw_buf_clear(room);
    tw_element_print_whole(e, object, room);
    return tw_buf_view(room);
}

/* {"first": ..., "second": ...} of the two halves of one value, whichever are there. */
static void put_pair(const char *first, struct tw_str a, const char *second, struct tw_str b,
                     struct tw_json *j)
{
    tw_json_begin_object(j);
    if (a.n > 0) tw_json_key(j, first);
    if (a.n > 0) tw_json_str(j, a);
    if (b.n > 0) tw_json_key(j, second);
    if (b.n > 0) tw_json_str(j, b);
    tw_json_end_object(j);
}

/* One object of members that is on its way. */
struct put {
    const void *object;
    struct tw_json *j;
    struct tw_str group; /* open */
};

static void open_member(struct put *p, const struct json_member *m)
{
    if (!tw_str_eq(p->group, m->group)) {
        if (p->group.n > 0) tw_json_end_object(p->j);
        if (m->group.n > 0) tw_json_key_n(p->j, m->group.s, m->group.n);
        if (m->group.n > 0) tw_json_begin_object(p->j);
        p->group = m->group;
    }
    tw_json_key_n(p->j, m->key.s, m->key.n);
}

static void put_element(struct put *p, const struct json_member *m)
{
    char bytes[VALUE_BYTES], others[VALUE_BYTES];
    struct tw_buf room = tw_buf_in(bytes, sizeof bytes), other = tw_buf_in(others, sizeof others);
    const enum json_form form = json_form_of(m->element);
    const struct tw_str value = value_of(m->element, p->object, &room);
    struct tw_str half = {NULL, 0};
    if (form == JSON_FORM_MONEY || form == JSON_FORM_QUANTITY)
        half = value_of(tw_element_partner(m->element), p->object, &other);
    if (value.n == 0 && half.n == 0) return;
    open_member(p, m);
    if (form == JSON_FORM_MONEY)
        put_pair("amount", value, "currency", half, p->j);
    else if (form == JSON_FORM_QUANTITY)
        put_pair("unit", half, "value", value, p->j);
    else if (form == JSON_FORM_WHOLE)
        tw_json_raw(p->j, value);
    else
        tw_json_str(p->j, value);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as lists are in lists, some levels */
void tw_json_write(enum tw_level level, const void *object, struct tw_json *j)
{
    struct json_members members = json_members_of(level);
    struct json_member m;
    struct put p = {.object = object, .j = j};
    tw_json_begin_object(j);
    while (json_members_next(&members, &m)) {
        if (m.list == NULL) {
            put_element(&p, &m);
            continue;
        }
        const struct tw_list list = tw_list_get(m.list, object);
        const size_t size = tw_level_size(m.list->level);
        if (list.n == 0) continue;
        open_member(&p, &m);
        tw_json_begin_array(j);
        for (size_t i = 0; i < list.n; i++) tw_json_write(m.list->level, (const char *)list.at + i * size, j);
        tw_json_end_array(j);
    }
    if (p.group.n > 0) tw_json_end_object(j);
    tw_json_end_object(j);
}

void tw_json_write_line(enum tw_level level, const void *object, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_write(level, object, &j);
    tw_buf_char(out, '\n');
}
