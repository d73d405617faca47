/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table_priv.h"
#include "engine/station.h"

tw_err cmd_init(struct tw_cli *cli, struct tw_fault *fault)
{
    const struct tw_station_options o = {
        .dir = cli->arg[0], .signer = tw_cli_value(cli, "signer"), .stop = tw_cli_stop()};
    cli->file = o.dir;
    TW_TRY(tw_station_init(&o, fault));
    cli->file = NULL;
    tw_cli_note(cli, "a station stands in %s; `tidewaiter import --station %s FILE` takes declarations in",
                o.dir, o.dir);
    return TW_OK;
}
