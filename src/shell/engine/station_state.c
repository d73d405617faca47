/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_state.h"

#include <string.h>

enum {
    MAGIC = 8,
    SEQ_AT = MAGIC + TW_SHA256_HEX + TW_SHA256_BYTES, /* of the last decision */
    COUNT_AT = SEQ_AT + 8,                            /* declarations */
    SIZE_AT = COUNT_AT + 8,                           /* of the profile, which follows */
    HEAD = SIZE_AT + 8
};

static const char magic[] = "TWSTATN1";

static void put_u64(char *p, uint64_t v)
{
    for (int i = 0; i < 8; i++) p[i] = (char)(uint8_t)(v >> (8 * i));
}

static uint64_t get_u64(const char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v |= (uint64_t)(uint8_t)p[i] << (8 * i);
    return v;
}

tw_err tw_station_state_save(const struct tw_state *s, uint64_t decision_seq, struct tw_buf *out)
{
    char head[HEAD] = {0};
    const size_t at = out->n;
    memcpy(head, magic, MAGIC);
    memcpy(head + MAGIC, s->model, sizeof s->model);
    memcpy(head + MAGIC + TW_SHA256_HEX, s->profile_hash, sizeof s->profile_hash);
    put_u64(head + SEQ_AT, decision_seq);
    put_u64(head + COUNT_AT, s->declarations);
    tw_buf_put(out, head, sizeof head);
    TW_TRY(tw_profile_save(s->profile, out));
    if (out->failed) return TW_NOMEM;
    put_u64(out->p + at + SIZE_AT, out->n - at - HEAD);
    TW_TRY(tw_channels_save(s->channels, out));
    return out->failed ? TW_NOMEM : TW_OK;
}

void tw_station_state_mark(struct tw_buf *bytes, uint64_t decision_seq)
{
    if (bytes->n >= HEAD) put_u64(bytes->p + SEQ_AT, decision_seq);
}

tw_err tw_station_state_load(struct tw_str bytes, const struct tw_channel_settings *channels,
                             struct tw_state *ret, uint64_t *decision_seq, struct tw_fault *fault)
{
    const char *p = bytes.s;
    if (bytes.n < HEAD || memcmp(p, magic, MAGIC) != 0 || get_u64(p + SIZE_AT) > bytes.n - HEAD)
        return tw_fail(fault, TW_FORMAT, "the kept state is damaged; run `tidewaiter station check`");
    const size_t n = (size_t)get_u64(p + SIZE_AT);
    memcpy(ret->model, p + MAGIC, sizeof ret->model);
    ret->model[sizeof ret->model - 1] = '\0';
    memcpy(ret->profile_hash, p + MAGIC + TW_SHA256_HEX, TW_SHA256_BYTES);
    *decision_seq = get_u64(p + SEQ_AT);
    ret->declarations = get_u64(p + COUNT_AT);
    TW_TRY(tw_profile_load((struct tw_str){p + HEAD, n}, &ret->profile, fault));
    return tw_channels_load((struct tw_str){p + HEAD + n, bytes.n - HEAD - n}, channels, &ret->channels,
                            fault);
}
