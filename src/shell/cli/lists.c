/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lists.h"

struct tw_lists_options tw_cli_lists_options(struct tw_cli *cli)
{
    return (struct tw_lists_options){
        .limits = {.entries = (uint32_t)tw_cli_whole(cli, "list_entries"),
                   .entry_bytes = (uint32_t)tw_cli_whole(cli, "list_entry_bytes"),
                   .memory = (uint64_t)tw_cli_whole(cli, "list_memory") << 20},
        .lists_max = (uint32_t)tw_cli_whole(cli, "lists_max"),
        .stop = tw_cli_stop(),
        .file = &cli->file};
}

struct tw_buf tw_cli_lists_path(void)
{
    static char path[4096]; /* static, for a fault in it is told when the command has returned */
    return tw_buf_in(path, sizeof path);
}

tw_err tw_cli_lists(struct tw_cli *cli, struct tw_lists *io, struct tw_fault *fault)
{
    const char *path = tw_cli_value(cli, "lists");
    if (path == NULL) return TW_OK;
    const struct tw_lists_options options = tw_cli_lists_options(cli);
    struct tw_buf table = tw_cli_lists_path();
    TW_TRY(tw_lists_open(path, &options, &table, io, fault));
    cli->file = NULL;
    return TW_OK;
}
