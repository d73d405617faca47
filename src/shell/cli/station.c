/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/station.h"

#include "base/json.h"
#include "cli/table_priv.h"

tw_err tw_cli_station(struct tw_cli *cli, bool read_only, struct tw_station **ret, struct tw_fault *fault)
{
    const struct tw_station_options o = {.dir = tw_cli_value(cli, "station"),
                                         .signer = tw_cli_value(cli, "signer"),
                                         .read_only = read_only,
                                         .stop = tw_cli_stop()};
    if (o.dir == NULL)
        return tw_fail(fault, TW_ARG, "`%s` needs --station DIR, which `tidewaiter init` makes",
                       cli->command->name);
    cli->file = o.dir;
    TW_TRY(tw_station_open(&o, ret, fault));
    cli->file = NULL;
    return TW_OK;
}

tw_err tw_cli_registration(const char *text, uint64_t *ret, struct tw_fault *fault)
{
    int64_t v = 0;
    if (tw_str_i64(tw_str_from(text), &v) != TW_OK || v < 1)
        return tw_fail(fault, TW_ARG, "'%.40s' is no registration number; it is digits, as 000000000042",
                       text);
    *ret = (uint64_t)v;
    return TW_OK;
}

void tw_cli_receipt(const char *what, struct tw_str id, const struct tw_intake_receipt *r, struct tw_buf *out)
{
    char number[TW_STATION_NUMBER + 8];
    struct tw_json j = {.out = out};
    tw_station_number(r->reg, number);
    tw_json_begin_object(&j);
    tw_json_key(&j, what);
    tw_json_str(&j, id);
    tw_json_key(&j, "registration");
    tw_json_text(&j, number);
    tw_json_key(&j, "version");
    tw_json_i64(&j, r->version);
    tw_json_key(&j, "known");
    tw_json_bool(&j, r->known);
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
}
