/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/finding.h"

#define X(id, code, words, found) {code, words},
static const struct tw_word result_words[] = {TW_RESULT_TABLE(X)};
#undef X

static const struct tw_vocabulary results = {"result code", result_words, TW_RESULT_N};

const struct tw_vocabulary *tw_result_vocabulary(void)
{
    return &results;
}

tw_err tw_result_parse(struct tw_str code, enum tw_result *ret, struct tw_fault *fault)
{
    size_t i = 0;
    TW_TRY(tw_vocabulary_find(&results, code, &i, fault));
    *ret = (enum tw_result)i;
    return TW_OK;
}

const char *tw_result_code(enum tw_result r)
{
    return (unsigned)r < TW_RESULT_N ? result_words[r].code : "";
}

const char *tw_result_words(enum tw_result r)
{
    return (unsigned)r < TW_RESULT_N ? result_words[r].words : "";
}

bool tw_result_found(enum tw_result r)
{
#define X(id, code, words, found) found,
    static const bool is_found[TW_RESULT_N] = {TW_RESULT_TABLE(X)};
#undef X
    return (unsigned)r < TW_RESULT_N && is_found[r];
}
