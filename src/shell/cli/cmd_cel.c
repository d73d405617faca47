/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/bindings.h"
#include "cli/table_priv.h"
#include "store/file.h"

enum { BINDINGS_BYTES_MAX = 10 << 20, ARENA_BYTES_MAX = 256 << 20, ANSWER_BYTES_MAX = 16 << 20 };

static tw_err read_bindings(struct tw_cli *cli, struct tw_buf *text, struct tw_arena *arena,
                            struct tw_bindings *ret, struct tw_fault *fault)
{
    const struct tw_json_node *json;
    const char *path = tw_cli_value(cli, "with");
    if (path == NULL) return TW_OK;
    cli->file = path;
    TW_TRY(tw_file_in_all(path, BINDINGS_BYTES_MAX, text, fault));
    TW_TRY(tw_json_parse(tw_buf_view(text), NULL, arena, &json, fault));
    TW_TRY(tw_bindings_of(json, arena, ret, fault));
    cli->file = NULL;
    return TW_OK;
}

/* What the value is, where the checker could not know. */
static const struct tw_cel_type *type_of(const struct tw_cel_program *p, struct tw_cel_value v)
{
    const struct tw_cel_type *type = tw_cel_result(p);
    return type->kind == TW_CEL_DYN ? tw_cel_type_of((enum tw_cel_kind)v.kind) : type;
}

static void put_text(const struct tw_cel_program *p, struct tw_cel_value v, struct tw_buf *out)
{
    tw_cel_show(v, tw_cel_result(p), out);
    tw_buf_text(out, " (");
    tw_cel_type_show(type_of(p, v), out);
    tw_buf_text(out, ")\n");
}

static void put_json(const struct tw_cel_program *p, struct tw_cel_value v, struct tw_buf *out)
{
    TW_SCOPED_BUF type = {0};
    TW_SCOPED_BUF text = {.max = ANSWER_BYTES_MAX};
    struct tw_json j = {.out = out};
    tw_cel_type_show(type_of(p, v), &type);
    tw_cel_show(v, tw_cel_result(p), &text);
    tw_json_begin_object(&j);
    tw_json_key(&j, "value");
    tw_cel_json(v, tw_cel_result(p), &j);
    tw_json_key(&j, "type");
    tw_json_str(&j, tw_buf_view(&type));
    tw_json_key(&j, "text");
    tw_json_str(&j, tw_buf_view(&text));
    tw_json_end_object(&j);
    tw_buf_char(out, '\n');
    if (type.failed || text.failed) out->failed = true;
}

tw_err cmd_cel(struct tw_cli *cli, struct tw_fault *fault)
{
    TW_SCOPED_BUF json = {0};
    TW_SCOPED_BUF out = {.max = ANSWER_BYTES_MAX};
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_cel_program) *p = NULL;
    struct tw_bindings b = {0};
    struct tw_cel_value v;
    TW_TRY(tw_arena_new(ARENA_BYTES_MAX, &arena));
    TW_TRY(read_bindings(cli, &json, arena, &b, fault));
    const struct tw_cel_env env = {.variable = b.variable, .variables = b.n};
    cli->text = tw_str_from(cli->arg[0]);
    TW_TRY(tw_cel_compile(cli->text, &env, NULL, &p, fault));
    TW_TRY(tw_cel_eval(p, b.slot, arena, &v, fault));
    if (cli->json)
        put_json(p, v, &out);
    else
        put_text(p, v, &out);
    if (out.failed) return tw_fail(fault, TW_LIMIT, "the value is longer than 16 MiB when it is written out");
    return tw_cli_write(&out, fault);
}
