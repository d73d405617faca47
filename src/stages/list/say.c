/* SPDX-License-Identifier: Apache-2.0 */
#include "list/list.h"

#include "list/list_priv.h"

static struct tw_str token(const struct tw_name *n, size_t i)
{
    return (struct tw_str){n->text + n->token[i].at, n->token[i].n};
}

static bool has(unsigned bits, size_t i)
{
    return (bits & (1u << i)) != 0;
}

/* Words of a sentence are read more easily in small letters. */
static char small(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static void put_small(struct tw_buf *out, struct tw_str s)
{
    for (size_t i = 0; i < s.n; i++) tw_buf_char(out, small(s.s[i]));
}

/* The tokens that are legal forms. */
static unsigned forms_of(const struct tw_name *n)
{
    unsigned forms = 0;
    for (size_t i = 0; i < n->tokens; i++) forms |= n->token[i].kind == TW_NAME_FORM ? 1u << i : 0;
    return forms;
}

/* "; word, word MANY" or "; word ONE" of the tokens whose bits are set; nothing when there is none. */
static void put_tokens(const struct tw_name *n, unsigned bits, const char *one, const char *many, bool *some,
                       struct tw_buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < n->tokens; i++) {
        if (!has(bits, i)) continue;
        tw_buf_text(out, count > 0 ? ", " : *some ? "; " : ": ");
        put_small(out, token(n, i));
        count++;
    }
    if (count == 0) return;
    *some = true;
    tw_buf_printf(out, " %s", count == 1 ? one : many);
}

/* The value, the entry, and how like they are: of a hit of a fuzzy list. */
static struct tw_name_likeness compare(struct tw_watchlist *l, const struct tw_watch_hit *hit,
                                       struct tw_name *a, struct tw_name *b)
{
    struct tw_name_weights wa, wb;
    tw_name_read(l->fold, hit->value, a);
    tw_name_read(l->fold, hit->entry->value, b);
    tw_name_index_weights(l->index, a, &wa);
    tw_name_index_weights(l->index, b, &wb);
    return tw_name_compare(a, &wa, b, &wb);
}

static void put_parts(struct tw_watchlist *l, const struct tw_watch_hit *hit, struct tw_buf *out)
{
    struct tw_name a, b;
    bool some = false;
    const struct tw_name_likeness like = compare(l, hit, &a, &b);
    const unsigned alone_a = ~(unsigned)like.agreed_a, alone_b = ~(unsigned)like.agreed_b;
    const unsigned forms_a = forms_of(&a), forms_b = forms_of(&b);
    put_tokens(&a, like.exact_a, "agrees", "agree", &some, out);
    put_tokens(&a, like.agreed_a & ~(unsigned)like.exact_a, "is nearly the same", "are nearly the same",
               &some, out);
    put_tokens(&a, alone_a & ~forms_a, "stands here alone", "stand here alone", &some, out);
    put_tokens(&b, alone_b & ~forms_b, "stands in the list alone", "stand in the list alone", &some, out);
    put_tokens(&a, alone_a & forms_a, "is a legal form", "are legal forms", &some, out);
    put_tokens(&b, alone_b & forms_b, "is a legal form", "are legal forms", &some, out);
}

/* What an officer calls the element: importer, importer number. */
static void put_element(enum tw_element e, struct tw_buf *out)
{
    struct tw_str what;
    const struct tw_str who = tw_str_cut(tw_str_from(tw_element_row(e)->words), ':', &what);
    tw_buf_str(out, who);
    if (!tw_str_is(what, " name")) tw_buf_str(out, what);
    tw_buf_char(out, ' ');
}

static void put_where(const struct tw_watch_hit *hit, struct tw_buf *out)
{
    if (hit->item > 0) tw_buf_printf(out, "item %u, ", hit->item);
    if (hit->element != TW_ELEMENT_END) put_element(hit->element, out);
    tw_buf_printf(out, "'%.*s'", TW_STR_ARG(hit->value));
}

void tw_watch_say(struct tw_watchlist *l, const struct tw_watch_hit *hit, struct tw_buf *out)
{
    put_where(hit, out);
    if (hit->score >= 1) {
        tw_buf_text(out, l->head.kind == TW_WATCH_CODES ? " falls under" : " is");
    } else {
        tw_buf_text(out, " is ");
        /* Never rounded up to what it is not. */
        tw_buf_fixed(out, hit->score < 0.995 ? hit->score : 0.99, 2);
        tw_buf_text(out, " like");
    }
    tw_buf_printf(out, " entry %.*s '%.*s' of list %.*s", TW_STR_ARG(hit->entry->id),
                  TW_STR_ARG(hit->entry->value), TW_STR_ARG(l->head.name));
    if (hit->score < 1) put_parts(l, hit, out);
}

/* -- the same as words, for conditions */

static tw_err words_of(const struct tw_name *n, unsigned bits, struct tw_arena *arena,
                       const struct tw_str **ret, size_t *ret_n)
{
    struct tw_str *word = tw_arena_array(arena, TW_NAME_TOKENS_MAX, sizeof *word);
    char *at = tw_arena_room(arena, sizeof n->text, 1);
    size_t count = 0;
    if (word == NULL || at == NULL) return TW_NOMEM;
    for (size_t i = 0; i < sizeof n->text; i++) at[i] = small(n->text[i]);
    for (size_t i = 0; i < n->tokens; i++)
        if (has(bits, i)) word[count++] = (struct tw_str){at + n->token[i].at, n->token[i].n};
    *ret = word;
    *ret_n = count;
    return TW_OK;
}

static tw_err code_of(const struct tw_watchlist *l, struct tw_str value, struct tw_arena *arena,
                      const struct tw_str **ret, size_t *ret_n)
{
    struct tw_str *code = tw_arena_alloc(arena, sizeof *code);
    char room[64];
    if (code == NULL) return TW_NOMEM;
    TW_TRY(tw_str_dup(arena, list_key(l, value, NULL, room), code));
    *ret = code;
    *ret_n = 1;
    return TW_OK;
}

tw_err tw_watch_parts(struct tw_watchlist *l, const struct tw_watch_hit *hit, struct tw_arena *arena,
                      const struct tw_str **ret, size_t *ret_n)
{
    struct tw_name a, b;
    if (!list_is_of_names(l->head.kind)) return code_of(l, hit->value, arena, ret, ret_n);
    if (hit->score < 1) {
        const struct tw_name_likeness like = compare(l, hit, &a, &b);
        return words_of(&a, like.agreed_a | like.exact_a, arena, ret, ret_n);
    }
    tw_name_read(l->fold, hit->value, &a);
    return words_of(&a, ~0u, arena, ret, ret_n);
}
