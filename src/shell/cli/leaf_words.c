/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/leaf_words.h"

#include "base/date.h"
#include "message/json_in.h"

enum { HASH_SHOWN = 12, TIME_W = 20, NUMBER_W = 12 };

/* Words with the members of a leaf in them: %r a registration number, %h the beginning of a hash, %s what
 * stands there; the member's name follows in brackets. */
static const struct {
    const char *type, *words;
} sentence[] = {
    {"intake", "declaration %r[reg] version %s[version] taken in"},
    {"decision", "declaration %r[reg] version %s[version] decided: %s[channel]"},
    {"finding",
     "declaration %r[reg] version %s[version] item %s[item]: what an inspection found, known %s[known_day]"},
    {"manifest", "manifest %r[reg] version %s[version] taken in"},
    {"object", "pinned: %s[kind] %h[hash], %s[bytes] bytes"},
    {"settings", "decided by the settings %h[settings] from here on"},
    {"erasure", "party %h[party] erased, which %s[declarations] declarations name"},
    {"commitment", "committed to the key of %s[day]"},
    {"reveal", "the key of %s[day] revealed"},
};
enum { SENTENCES = sizeof sentence / sizeof *sentence };

static void put_member(const struct tw_json_node *leaf, char how, struct tw_str name, struct tw_buf *out)
{
    char key[32];
    if (name.n >= sizeof key) return;
    memcpy(key, name.s, name.n);
    key[name.n] = '\0';
    const struct tw_json_node *m = tw_json_get(leaf, key);
    const struct tw_str text = m != NULL ? m->text : TW_STR("?");
    if (how == 'h') {
        tw_buf_printf(out, "%.*s", TW_STR_FIRST(text, HASH_SHOWN));
        return;
    }
    for (size_t n = text.n; how == 'r' && n < NUMBER_W; n++) tw_buf_char(out, '0');
    tw_buf_str(out, text);
}

static void put_words(const struct tw_json_node *leaf, const char *words, struct tw_buf *out)
{
    for (const char *w = words; *w != '\0'; w++) {
        const char *end = *w == '%' ? strchr(w, ']') : NULL;
        if (end == NULL) {
            tw_buf_char(out, *w);
            continue;
        }
        put_member(leaf, w[1], (struct tw_str){w + 3, (size_t)(end - w) - 3}, out);
        w = end;
    }
}

static void put_time(const struct tw_json_node *leaf, struct tw_buf *out)
{
    const struct tw_json_node *at = tw_json_get(leaf, "at");
    int64_t utc_s = 0;
    if (at != NULL && tw_str_i64(at->text, &utc_s) == TW_OK)
        tw_buf_time(out, utc_s);
    else
        tw_buf_printf(out, "%*s", (int)TIME_W, "");
}

tw_err tw_cli_leaf_words(uint64_t idx, struct tw_str body, struct tw_arena *arena, struct tw_buf *out)
{
    const struct tw_json_node *leaf = NULL, *type = NULL;
    size_t i = 0;
    tw_arena_reset(arena);
    const tw_err err = tw_json_parse(body, NULL, arena, &leaf, NULL);
    if (err == TW_NOMEM) return err;
    if (err == TW_OK) type = tw_json_get(leaf, "type");
    while (i < SENTENCES && (type == NULL || !tw_str_is(type->text, sentence[i].type))) i++;
    tw_buf_printf(out, "%10llu  ", (unsigned long long)idx);
    if (i == SENTENCES) {
        tw_buf_str(out, body);
    } else {
        put_time(leaf, out);
        tw_buf_text(out, "  ");
        put_words(leaf, sentence[i].words, out);
    }
    tw_buf_char(out, '\n');
    return out->failed ? TW_NOMEM : TW_OK;
}
