/* SPDX-License-Identifier: Apache-2.0 */
#include "decl/decision.h"

#define X(id, name, words) {name, words},
static const struct tw_word channel_words[] = {TW_CHANNEL_TABLE(X)};
static const struct tw_word basis_words[] = {TW_BASIS_TABLE(X)};
static const struct tw_word audience_words[] = {TW_AUDIENCE_TABLE(X)};
#undef X

static const struct tw_vocabulary channels = {"channel", channel_words, TW_CHANNEL_N};
static const struct tw_vocabulary bases = {"basis", basis_words, TW_BASIS_N};
static const struct tw_vocabulary audiences = {"audience", audience_words, TW_AUDIENCE_N};

const struct tw_vocabulary *tw_channel_vocabulary(void)
{
    return &channels;
}

const struct tw_vocabulary *tw_basis_vocabulary(void)
{
    return &bases;
}

const struct tw_vocabulary *tw_audience_vocabulary(void)
{
    return &audiences;
}

const char *tw_channel_name(enum tw_channel c)
{
    return (unsigned)c < TW_CHANNEL_N ? channel_words[c].code : "";
}

const char *tw_channel_words(enum tw_channel c)
{
    return (unsigned)c < TW_CHANNEL_N ? channel_words[c].words : "";
}

const char *tw_basis_name(enum tw_basis b)
{
    return (unsigned)b < TW_BASIS_N ? basis_words[b].code : "";
}

const char *tw_basis_words(enum tw_basis b)
{
    return (unsigned)b < TW_BASIS_N ? basis_words[b].words : "";
}

const char *tw_audience_name(enum tw_audience a)
{
    return (unsigned)a < TW_AUDIENCE_N ? audience_words[a].code : "";
}

const char *tw_audience_words(enum tw_audience a)
{
    return (unsigned)a < TW_AUDIENCE_N ? audience_words[a].words : "";
}

tw_err tw_channel_parse(struct tw_str name, enum tw_channel *ret, struct tw_fault *fault)
{
    size_t i = 0;
    TW_TRY(tw_vocabulary_find(&channels, name, &i, fault));
    *ret = (enum tw_channel)i;
    return TW_OK;
}

tw_err tw_basis_parse(struct tw_str name, enum tw_basis *ret, struct tw_fault *fault)
{
    size_t i = 0;
    TW_TRY(tw_vocabulary_find(&bases, name, &i, fault));
    *ret = (enum tw_basis)i;
    return TW_OK;
}

unsigned tw_channel_rank(enum tw_channel c)
{
    static const unsigned rank[TW_CHANNEL_N] = {
        [TW_CHANNEL_GREEN] = 0,  [TW_CHANNEL_BLUE] = 1, [TW_CHANNEL_QUERY] = 2,
        [TW_CHANNEL_YELLOW] = 3, [TW_CHANNEL_RED] = 4,
    };
    return (unsigned)c < TW_CHANNEL_N ? rank[c] : 0;
}
