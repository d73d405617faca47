/* SPDX-License-Identifier: Apache-2.0 */
#include "message/json_form_priv.h"

enum json_form json_form_of(enum tw_element e)
{
    switch (tw_element_row(e)->type) {
    case TW_TYPE_CURRENCY:
    case TW_TYPE_CONTAINERS:
        return JSON_FORM_NONE;
    case TW_TYPE_UNIT:
        return tw_element_partner(e) != TW_ELEMENT_N ? JSON_FORM_NONE : JSON_FORM_TEXT;
    case TW_TYPE_AMOUNT:
    case TW_TYPE_SIGNED:
        return JSON_FORM_MONEY;
    case TW_TYPE_DEC:
        return tw_element_partner(e) != TW_ELEMENT_N ? JSON_FORM_QUANTITY : JSON_FORM_DECIMAL;
    case TW_TYPE_MASS:
        return JSON_FORM_DECIMAL;
    case TW_TYPE_COUNT:
    case TW_TYPE_NUMBER:
        return JSON_FORM_WHOLE;
    default:
        return JSON_FORM_TEXT;
    }
}

uint32_t json_form_limit(enum tw_level level)
{
    return level == TW_LEVEL_ITEM || level == TW_LEVEL_NOTIFIED_ITEM ? TW_ITEMS_MAX : 0;
}

struct json_members json_members_of(enum tw_level level)
{
    const bool flat = level <= TW_LEVEL_ITEM;
    struct json_members m = {
        .level = level, .element = flat ? 0 : TW_ELEMENT_N + 1, .end = flat ? TW_ELEMENT_N : TW_ELEMENT_END};
    m.list = tw_list_rows(level, &m.lists);
    return m;
}

bool json_members_next(struct json_members *m, struct json_member *ret)
{
    while (m->element < m->end && (tw_element_row((enum tw_element)m->element)->level != m->level ||
                                   json_form_of((enum tw_element)m->element) == JSON_FORM_NONE))
        m->element++;
    if (m->element >= m->end && m->lists == 0) return false;
    *ret = (struct json_member){.list = m->list, .element = TW_ELEMENT_N};
    struct tw_str name = {NULL, 0};
    if (m->element < m->end) name = tw_element_own_name((enum tw_element)m->element);
    const struct tw_str list = {m->lists > 0 ? m->list->name : NULL, m->lists > 0 ? m->list->name_n : 0};
    if (list.n > 0 && (name.n == 0 || tw_str_cmp(list, name) < 0)) {
        ret->key = list;
        m->list++;
        m->lists--;
        return true;
    }
    ret->list = NULL;
    ret->element = (enum tw_element)m->element++;
    ret->group = tw_str_cut(name, '.', &ret->key);
    if (ret->key.n == 0) {
        ret->key = ret->group;
        ret->group = (struct tw_str){NULL, 0};
    }
    return true;
}
