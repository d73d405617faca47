/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests that are versions of one, in order, and when each of them stood. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "decl/reconcile_priv.h"

int64_t reconcile_arrival(const struct tw_manifest *m)
{
    return m->arrived_at != TW_NO_TIME ? m->arrived_at : m->arrival_at;
}

struct sorted {
    uint32_t family, version, at;
    bool cancels;
};

static int in_order(const void *x, const void *y)
{
    const struct sorted *a = x, *b = y;
    if (a->family != b->family) return a->family < b->family ? -1 : 1;
    if (a->version != b->version) return a->version < b->version ? -1 : 1;
    if (a->cancels != b->cancels) return a->cancels ? 1 : -1;
    return a->at < b->at ? -1 : 1;
}

/* Two carriers may give one number: number, carrier, voyage and ship make a family. One without a number is
 * nobody's version. */
static tw_err family_of(struct tw_intern *families, const struct tw_manifest *m, uint32_t at, uint32_t *ret)
{
    TW_SCOPED_BUF key = {0};
    char voyage[TW_NUMBER_BYTES], ship[TW_NUMBER_BYTES];
    if (m->id.n == 0) {
        tw_buf_printf(&key, "%lu", (unsigned long)at); /* no key of the others has less than three \x1f */
    } else {
        tw_buf_str(&key, m->id);
        tw_buf_char(&key, '\x1f');
        tw_buf_str(&key, m->carrier.id);
        tw_buf_char(&key, '\x1f');
        tw_buf_str(&key, tw_number_key(m->voyage, voyage));
        tw_buf_char(&key, '\x1f');
        tw_buf_str(&key, tw_number_key(m->transport_means, ship));
    }
    if (key.failed) return TW_NOMEM;
    return tw_intern_put(families, tw_buf_view(&key), ret);
}

static bool is_late(const struct tw_manifest *m)
{
    const int64_t arrival = reconcile_arrival(m);
    return arrival != TW_NO_TIME && m->lodged_at != TW_NO_TIME && m->lodged_at > arrival;
}

/* One family, `n` of it in order. */
static void order_family(const struct tw_manifest *const *m, const struct sorted *s, size_t n,
                         struct version *of)
{
    uint32_t before = NOWHERE;
    for (size_t i = 0; i < n; i++) {
        struct version *v = &of[s[i].at];
        const int64_t lodged = m[s[i].at]->lodged_at;
        v->family = s[i].family;
        v->before = before;
        v->after = i + 1 < n ? s[i + 1].at : (uint32_t)NOWHERE;
        v->from = lodged != TW_NO_TIME ? lodged : n == 1 ? INT64_MIN : INT64_MAX;
        v->late = i > 0 && is_late(m[s[i].at]);
        if (!s[i].cancels) before = s[i].at;
    }
    int64_t until = INT64_MAX;
    for (size_t i = n;
         i-- > 0;) { /* a version ends with the first of those behind it, in whatever order they came */
        struct version *v = &of[s[i].at];
        v->until = until;
        if (v->from < until) until = v->from;
    }
}

tw_err reconcile_versions_new(const struct tw_manifest *const *m, size_t n, struct versions *ret)
{
    TW_SCOPED(tw_intern) *families = NULL;
    struct sorted *s = tw_calloc(n + 1, sizeof *s);
    tw_err err = s != NULL ? tw_intern_new(&families) : TW_NOMEM;
    *ret = (struct versions){
        .of = tw_calloc(n + 1, sizeof *ret->of), .order = tw_calloc(n + 1, sizeof *ret->order), .n = n};
    if (ret->of == NULL || ret->order == NULL) err = TW_NOMEM;
    for (uint32_t i = 0; err == TW_OK && i < n; i++) {
        s[i] = (struct sorted){.version = m[i]->version, .at = i, .cancels = tw_manifest_cancels(m[i])};
        err = family_of(families, m[i], i, &s[i].family);
    }
    if (err == TW_OK) {
        ret->families = (uint32_t)tw_intern_n(families);
        qsort(s, n, sizeof *s, in_order);
    }
    for (size_t i = 0, end; err == TW_OK && i < n; i = end) {
        for (end = i; end < n && s[end].family == s[i].family; end++) ret->order[end] = s[end].at;
        order_family(m, s + i, end - i, ret->of);
    }
    tw_free(s);
    return err;
}

void reconcile_versions_free(struct versions *v)
{
    tw_free(v->of);
    tw_free(v->order);
}
