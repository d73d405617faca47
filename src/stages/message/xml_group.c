/* SPDX-License-Identifier: Apache-2.0 */
/* Three elements of an item stand in a message as several of one name, told apart by a kind or by their
 * order:
 *
 *   Classification  ID and IdentificationTypeCode. TSP (the eight digits of the combined nomenclature) and
 * TRC (what the tariff adds) together are the commodity code; TRA is the additional code. Others, such as GN,
 *                   are national codes and no part of it.
 *   Origin          CountryCode and TypeCode: 1 or none, the country of origin; 2, that of preference.
 *   GovernmentProcedure  CurrentCode and PreviousCode: the one with a previous procedure (else the first) is
 * the procedure; the others' current codes are additional procedures. */
#include "message/xml_tree_priv.h"

enum { NOMENCLATURE = 8 }; /* digits of the combined nomenclature */

const enum tw_element xml_group_element[XML_GROUP_N][XML_GROUP_ELEMENTS] = {
    {TW_ELEMENT_HS, TW_ELEMENT_ADDITIONAL_CODE, TW_ELEMENT_N},
    {TW_ELEMENT_ORIGIN, TW_ELEMENT_ORIGIN_PREFERENTIAL, TW_ELEMENT_N},
    {TW_ELEMENT_PROCEDURE, TW_ELEMENT_PREVIOUS_PROCEDURE, TW_ELEMENT_ADDITIONAL_PROCEDURE}};

bool xml_group_counts(enum xml_group group, const struct xml_pair *pair)
{
    const struct tw_str kind = pair->text[1];
    if (group == XML_CLASSIFICATION)
        return tw_str_is(kind, "TSP") || tw_str_is(kind, "TRC") || tw_str_is(kind, "TRA");
    if (group == XML_ORIGIN) return kind.n == 0 || tw_str_is(kind, "1") || tw_str_is(kind, "2");
    return true;
}

/* The first pair of that kind; absent where there is none. */
static struct tw_str of_kind(const struct xml_pair *pair, size_t n, const char *kind)
{
    for (size_t i = 0; i < n; i++)
        if (tw_str_is(pair[i].text[1], kind)) return pair[i].text[0];
    return (struct tw_str){NULL, 0};
}

static tw_err make_code(const struct xml_pair *pair, size_t n, struct tw_arena *arena, struct xml_made *ret)
{
    const struct tw_str head = of_kind(pair, n, "TSP"), tail = of_kind(pair, n, "TRC");
    ret->text[1] = of_kind(pair, n, "TRA");
    ret->text[0] = head;
    if (head.n == 0 || tail.n == 0) return TW_OK;
    char *both = tw_arena_room(arena, head.n + tail.n, 1);
    if (both == NULL) return TW_NOMEM;
    memcpy(both, head.s, head.n);
    memcpy(both + head.n, tail.s, tail.n);
    ret->text[0] = (struct tw_str){both, head.n + tail.n};
    return TW_OK;
}

static void make_origin(const struct xml_pair *pair, size_t n, struct xml_made *ret)
{
    ret->text[0] = of_kind(pair, n, "1");
    if (ret->text[0].n == 0) ret->text[0] = of_kind(pair, n, "");
    ret->text[1] = of_kind(pair, n, "2");
}

static tw_err make_procedure(const struct xml_pair *pair, size_t n, struct tw_arena *arena,
                             struct xml_made *ret)
{
    size_t main = 0, bytes = 0;
    while (main < n && pair[main].text[1].n == 0) main++;
    if (main == n) main = 0;
    for (size_t i = 0; i < n; i++) bytes += pair[i].text[0].n + 1;
    if (n == 0) return TW_OK;
    char *more = tw_arena_room(arena, bytes, 1);
    if (more == NULL) return TW_NOMEM;
    struct tw_buf joined = tw_buf_in(more, bytes);
    for (size_t i = 0; i < n; i++) {
        if (i == main || pair[i].text[0].n == 0) continue;
        if (joined.n > 0) tw_buf_char(&joined, ' ');
        tw_buf_str(&joined, pair[i].text[0]);
    }
    *ret = (struct xml_made){{pair[main].text[0], pair[main].text[1], tw_buf_view(&joined)}};
    return TW_OK;
}

tw_err xml_group_make(enum xml_group group, const struct xml_pair *pair, size_t n, struct tw_arena *arena,
                      struct xml_made *ret)
{
    *ret = (struct xml_made){{{NULL, 0}}};
    if (group == XML_CLASSIFICATION) return make_code(pair, n, arena, ret);
    if (group == XML_PROCEDURE) return make_procedure(pair, n, arena, ret);
    make_origin(pair, n, ret);
    return TW_OK;
}

size_t xml_group_part(enum xml_group group, const struct xml_made *made, struct xml_pair pair[XML_PAIRS_MAX])
{
    const struct tw_str *text = made->text;
    size_t n = 0;
    if (group == XML_CLASSIFICATION) {
        const size_t head = text[0].n < NOMENCLATURE ? text[0].n : NOMENCLATURE;
        if (head > 0) pair[n++] = (struct xml_pair){{{text[0].s, head}, TW_STR("TSP")}};
        if (text[0].n > head)
            pair[n++] = (struct xml_pair){{{text[0].s + head, text[0].n - head}, TW_STR("TRC")}};
        if (text[1].n > 0) pair[n++] = (struct xml_pair){{text[1], TW_STR("TRA")}};
    } else if (group == XML_ORIGIN) {
        if (text[0].n > 0) pair[n++] = (struct xml_pair){{text[0], TW_STR("1")}};
        if (text[1].n > 0) pair[n++] = (struct xml_pair){{text[1], TW_STR("2")}};
    } else {
        if (text[0].n > 0 || text[1].n > 0) pair[n++] = (struct xml_pair){{text[0], text[1]}};
        for (struct tw_str rest = text[2]; rest.n > 0 && n < XML_PAIRS_MAX;) {
            const struct tw_str one = tw_str_cut(rest, ' ', &rest);
            if (one.n > 0) pair[n++] = (struct xml_pair){{one, {NULL, 0}}};
        }
    }
    return n;
}
