/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name;
    int http;
    int exit_code;
    const char *text;
} err_row[TW_ERR_N] = {
#define X(name, http, exit_code, text) {#name, http, exit_code, text},
    TW_ERR_TABLE(X)
#undef X
};

const char *tw_err_text(tw_err err)
{
    return err_row[err].text;
}

const char *tw_err_name(tw_err err)
{
    return err_row[err].name;
}

int tw_err_http(tw_err err)
{
    return err_row[err].http;
}

int tw_err_exit(tw_err err)
{
    return err_row[err].exit_code;
}

static void fill(struct tw_fault *fault, tw_err code, const char *fmt, va_list ap) TW_PRINTF(3, 0);

static void fill(struct tw_fault *fault, tw_err code, const char *fmt, va_list ap)
{
    if (fault == NULL) return;
    fault->code = code;
    vsnprintf(fault->note, sizeof fault->note, fmt, ap);
    for (char *c = fault->note; *c != '\0'; c++) /* one line, though what it quotes may have had several */
        if ((unsigned char)*c < ' ') *c = ' ';
}

tw_err tw_fail(struct tw_fault *fault, tw_err code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(fault, code, fmt, ap);
    va_end(ap);
    return code;
}

tw_err tw_fail_at(struct tw_fault *fault, tw_err code, size_t item, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(fault, code, fmt, ap);
    va_end(ap);
    if (fault != NULL) fault->item = item;
    return code;
}
