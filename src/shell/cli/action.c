/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/action.h"

#include <time.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/near.h"
#include "cli/table_priv.h"

/* check, test and match */
static void list_words(const char *const *word, size_t n, struct tw_buf *out)
{
    for (size_t i = 0; i < n; i++)
        tw_buf_printf(out, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", word[i]);
}

tw_err tw_cli_action(const struct tw_cli *cli, const char *const *word, size_t n, size_t *ret,
                     struct tw_fault *fault)
{
    const struct tw_str name = tw_str_from(cli->arg[0]);
    const char *best = NULL;
    unsigned near = TW_NEAR_FAR;
    for (size_t i = 0; i < n; i++) {
        if (tw_str_is(name, word[i])) {
            *ret = i;
            return TW_OK;
        }
        if (tw_near_better(name, tw_str_from(word[i]), &near)) best = word[i];
    }
    char room[120];
    struct tw_buf words = tw_buf_in(room, sizeof room);
    list_words(word, n, &words);
    return tw_fail(fault, TW_ARG, "%s does %.*s, not \"%.40s\"%s%s%s", cli->command->name,
                   TW_STR_ARG(tw_buf_view(&words)), cli->arg[0], best != NULL ? "; is " : "",
                   best != NULL ? best : "", best != NULL ? " meant?" : "");
}

tw_err tw_cli_each(struct tw_cli *cli, const char *what, tw_cli_each_fn *each, void *to, size_t *refused,
                   struct tw_fault *fault)
{
    *refused = 0;
    if (cli->args < 2)
        return tw_fail(fault, TW_ARG, "`%s %s` takes at least one %s", cli->command->name, cli->arg[0], what);
    for (size_t i = 1; i < cli->args; i++) {
        struct tw_fault why = {.code = TW_OK};
        const tw_err err = each(to, cli->arg[i], &why);
        if (err == TW_OK) continue;
        if (err == TW_NOMEM || err == TW_INTERRUPTED || cli->args == 2) {
            if (fault != NULL) *fault = why;
            return err;
        }
        tw_cli_tell(cli, &why);
        ++*refused;
    }
    cli->file = NULL;
    return TW_OK;
}

tw_err tw_cli_day(const struct tw_cli *cli, int32_t *ret, struct tw_fault *fault)
{
    const char *at = tw_cli_value(cli, "at");
    *ret = tw_time_day((int64_t)time(NULL));
    if (at == NULL || tw_day_parse(tw_str_from(at), ret, NULL) == TW_OK) return TW_OK;
    return tw_fail(fault, TW_ARG, "--at takes a date such as 2026-11-27, not '%.40s'", at);
}
