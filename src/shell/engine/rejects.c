/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/mem.h"
#include "engine/rejects_priv.h"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

static tw_err open_reasons(const char *path, const struct tw_file_options *options, struct rejects *r,
                           struct tw_fault *fault)
{
    static const char ending[] = ".reasons.csv",
                      columns[] = "row,line,column,element,error,reason,at_fault\n";
    const size_t n = strlen(path) + sizeof ending;
    char *name = tw_calloc(n, 1);
    if (name == NULL) return no_memory(fault);
    snprintf(name, n, "%s%s", path, ending);
    tw_err err = tw_file_out_open(name, options, &r->reasons, fault);
    tw_free(name);
    TW_TRY(err);
    return tw_file_out_write(r->reasons, columns, sizeof columns - 1, fault);
}

tw_err rejects_open(const char *path, const struct tw_file_options *options, struct rejects *ret,
                    struct tw_fault *fault)
{
    if (strcmp(path, "-") == 0)
        return tw_fail(fault, TW_ARG, "rejects are two files; name one to stand beside the other");
    ret->next = 1;
    TW_TRY(tw_file_out_open(path, options, &ret->rows, fault));
    return open_reasons(path, options, ret, fault);
}

/* Writes a row as it is, ends its line where it has no end, and counts its lines. */
static tw_err write_row(struct rejects *r, struct tw_str raw, struct tw_fault *fault)
{
    for (size_t i = 0; i < raw.n; i++)
        r->next += raw.s[i] == '\n' || (raw.s[i] == '\r' && (i + 1 == raw.n || raw.s[i + 1] != '\n'));
    TW_TRY(tw_file_out_write(r->rows, raw.s, raw.n, fault));
    if (raw.n > 0 && (raw.s[raw.n - 1] == '\n' || raw.s[raw.n - 1] == '\r')) return TW_OK;
    r->next++;
    return tw_file_out_write(r->rows, "\n", 1, fault);
}

tw_err rejects_header(struct rejects *r, struct tw_str raw, struct tw_fault *fault)
{
    return write_row(r, raw, fault);
}

tw_err rejects_row(struct rejects *r, const struct tw_refused *refused, struct tw_fault *fault)
{
    const struct tw_fault *why = refused->fault;
    char row[24], line[24], column[24];
    snprintf(row, sizeof row, "%llu", refused->cut ? 0ull : (unsigned long long)r->next);
    snprintf(line, sizeof line, "%u", why->line);
    snprintf(column, sizeof column, "%u", why->column);
    const struct tw_str field[] = {tw_str_from(row),
                                   tw_str_from(line),
                                   tw_str_from(column),
                                   tw_str_from(why->path),
                                   tw_str_from(tw_err_name(why->code)),
                                   tw_str_from(why->note),
                                   refused->culprit ? TW_STR("yes") : TW_STR("no")};
    tw_buf_clear(&r->line);
    tw_csv_write(&r->line, field, sizeof field / sizeof *field, ',');
    if (r->line.failed) return no_memory(fault);
    TW_TRY(tw_file_out_write(r->reasons, r->line.p, r->line.n, fault));
    return refused->cut ? TW_OK : write_row(r, refused->raw, fault);
}

tw_err rejects_commit(struct rejects *r, struct tw_fault *fault)
{
    TW_TRY(tw_file_out_commit(r->reasons, fault));
    return tw_file_out_commit(r->rows, fault);
}

void rejects_close(struct rejects *r)
{
    tw_file_out_free(r->rows);
    tw_file_out_free(r->reasons);
    tw_buf_free(&r->line);
}
