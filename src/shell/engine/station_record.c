/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/station_record.h"

#include <stdio.h>

#include "base/date.h"
#include "base/json.h"

static void put_hex(struct tw_json *j, const char *key, const uint8_t sum[TW_SHA256_BYTES])
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(sum, hex);
    tw_json_key(j, key);
    tw_json_text(j, hex);
}

static void put_sum(struct tw_json *j, const char *key, struct tw_str text)
{
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(text.s, text.n, sum);
    put_hex(j, key, sum);
}

static void put_leaf(const struct tw_db_decision *row, int32_t draw_day, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    char draw_text[20], day_text[16];
    struct tw_buf day = tw_buf_in(day_text, sizeof day_text);
    tw_buf_day(&day, draw_day);
    snprintf(draw_text, sizeof draw_text, "%016llx", (unsigned long long)row->draw);
    tw_buf_clear(out);
    tw_json_begin_object(&j);
    tw_json_key(&j, "at");
    tw_json_i64(&j, row->decided_at);
    tw_json_key(&j, "channel");
    tw_json_text(&j, tw_channel_name((enum tw_channel)row->channel));
    put_hex(&j, "criteria", row->criteria);
    tw_json_key(&j, "draw");
    tw_json_text(&j, draw_text);
    tw_json_key(&j, "draw_day");
    tw_json_str(&j, tw_buf_view(&day));
    put_sum(&j, "features", row->features);
    put_hex(&j, "model", row->model);
    put_hex(&j, "profile", row->profile);
    tw_json_key(&j, "propensity_ppm");
    tw_json_i64(&j, row->propensity_ppm);
    put_sum(&j, "record", row->record);
    tw_json_key(&j, "reg");
    tw_json_u64(&j, row->reg);
    tw_json_key(&j, "type");
    tw_json_text(&j, "decision");
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_key(&j, "version");
    tw_json_i64(&j, row->version);
    tw_json_end_object(&j);
}

tw_err tw_station_record(struct tw_station *s, const struct tw_decider_job *j, int32_t day,
                         struct tw_buf *leaf, uint64_t *ret_seq, struct tw_fault *fault)
{
    struct tw_db_decision row = {.reg = j->reg,
                                 .seq = tw_station_size(s) + 1,
                                 .version = j->version,
                                 .decided_at = tw_station_now(s),
                                 .channel = (int32_t)j->channel,
                                 .basis = j->basis,
                                 .propensity_ppm = j->propensity_ppm,
                                 .draw = j->draw,
                                 .features = tw_buf_view(&j->features),
                                 .record = tw_buf_view(&j->record)};
    memcpy(row.model, j->model, sizeof row.model);
    memcpy(row.criteria, j->criteria, sizeof row.criteria);
    memcpy(row.profile, j->profile, sizeof row.profile);
    const struct tw_db_move move = {j->reg, j->version, row.channel, TW_STATION_DECIDED};
    TW_TRY(tw_db_decision_put(tw_station_db(s), &row, fault));
    TW_TRY(tw_db_decl_move(tw_station_db(s), &move, fault));
    put_leaf(&row, day, leaf);
    if (leaf->failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    *ret_seq = row.seq;
    return tw_station_leaf(s, tw_buf_view(leaf), fault);
}

bool tw_station_same(const struct tw_db_decision *was, const struct tw_decider_job *is)
{
    return (is->brief || tw_str_eq(was->record, tw_buf_view(&is->record))) &&
           tw_str_eq(was->features, tw_buf_view(&is->features)) && was->channel == (int32_t)is->channel &&
           was->basis == is->basis && was->draw == is->draw && was->propensity_ppm == is->propensity_ppm &&
           memcmp(was->model, is->model, sizeof is->model) == 0 &&
           memcmp(was->criteria, is->criteria, sizeof is->criteria) == 0;
}
