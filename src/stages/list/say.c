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
static void put_small(struct tw_buf *out, struct tw_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.s[i];
        tw_buf_char(out, (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
    }
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

static void put_parts(struct tw_watchlist *l, const struct tw_watch_hit *hit, struct tw_buf *out)
{
    struct tw_name a, b;
    struct tw_name_weights wa, wb;
    bool some = false;
    tw_name_read(l->fold, hit->value, &a);
    tw_name_read(l->fold, hit->entry->value, &b);
    tw_name_index_weights(l->index, &a, &wa);
    tw_name_index_weights(l->index, &b, &wb);
    const struct tw_name_likeness like = tw_name_compare(&a, &wa, &b, &wb);
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
