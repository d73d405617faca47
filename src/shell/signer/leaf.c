/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/leaf_priv.h"

#include "audit/leaf.h"

/* A leaf that has been checked is one object in canonical form: what begins in it ends in it, no key stands
 * twice, and no text can be written in two ways. So it can be walked without looking for its end. */

/* Behind the string that begins at `p`. */
static const char *behind_string(const char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\') p++;
    return p + 1;
}

/* Behind the value that begins at `p`: at the comma or bracket that follows it. */
static const char *behind_value(const char *p)
{
    size_t depth = 0;
    for (;;) {
        if (depth == 0 && (*p == ',' || *p == '}')) return p;
        if (*p == '"') {
            p = behind_string(p);
            continue;
        }
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p++;
    }
}

static bool is_text(const char *begin, const char *end, struct tw_str text)
{
    return (size_t)(end - begin) == text.n + 2 && begin[0] == '"' && memcmp(begin + 1, text.s, text.n) == 0;
}

bool signer_leaf_commits(struct tw_str leaf, struct tw_str day, struct tw_str sum)
{
    const struct {
        struct tw_str key, text;
    } wanted[] = {{TW_STR("day"), day}, {TW_STR("sha256"), sum}, {TW_STR("type"), TW_STR("commitment")}};
    enum { WANTED = sizeof wanted / sizeof *wanted };
    size_t found = 0;
    if (tw_leaf_check(leaf, NULL) != TW_OK) return false;
    for (const char *p = leaf.s + 1; *p == '"';) {
        const char *const colon = behind_string(p), *const end = behind_value(colon + 1);
        for (size_t i = 0; i < WANTED; i++)
            found += is_text(p, colon, wanted[i].key) && is_text(colon + 1, end, wanted[i].text);
        p = *end == ',' ? end + 1 : end;
    }
    return found == WANTED;
}
