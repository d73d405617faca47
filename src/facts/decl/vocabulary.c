/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/vocabulary.h"

#include <stdio.h>

/* Writes "green, blue, red" into `text`; what does not fit is left out and shown by "...". */
static void list_codes(const struct tw_vocabulary *v, char *text, size_t cap)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < v->n; i++) {
        size_t need = strlen(v->at[i].code) + 2;
        if (used + need + 4 > cap) {
            snprintf(text + used, cap - used, "...");
            return;
        }
        int wrote = snprintf(text + used, cap - used, "%s%s", v->at[i].code, i + 1 < v->n ? ", " : "");
        used += (size_t)wrote;
    }
}

tw_err tw_vocabulary_find(const struct tw_vocabulary *v, struct tw_str code, size_t *ret,
                          struct tw_fault *fault)
{
    for (size_t i = 0; i < v->n; i++) {
        if (!tw_str_is(code, v->at[i].code)) continue;
        *ret = i;
        return TW_OK;
    }
    char allowed[128];
    list_codes(v, allowed, sizeof allowed);
    return tw_fail(fault, TW_NOTFOUND, "\"%.*s\" is no %s; allowed are %s", (int)(code.n < 24 ? code.n : 24),
                   code.n > 0 ? code.s : "", v->name, allowed);
}
