/* SPDX-License-Identifier: Apache-2.0 */
#include "cel/build_priv.h"

static const char *const kind_name[TW_CEL_KIND_N] = {
#define X(id, name) name,
    TW_CEL_KIND_TABLE(X)
#undef X
};

static const struct tw_cel_type plain[TW_CEL_KIND_N];
static const struct tw_cel_type *const dyn2[] = {&plain[TW_CEL_DYN], &plain[TW_CEL_DYN]};
static const struct tw_cel_type plain[TW_CEL_KIND_N] = {
    [TW_CEL_NULL] = {.kind = TW_CEL_NULL},
    [TW_CEL_BOOL] = {.kind = TW_CEL_BOOL},
    [TW_CEL_INT] = {.kind = TW_CEL_INT},
    [TW_CEL_UINT] = {.kind = TW_CEL_UINT},
    [TW_CEL_DOUBLE] = {.kind = TW_CEL_DOUBLE},
    [TW_CEL_STRING] = {.kind = TW_CEL_STRING},
    [TW_CEL_BYTES] = {.kind = TW_CEL_BYTES},
    [TW_CEL_TIMESTAMP] = {.kind = TW_CEL_TIMESTAMP},
    [TW_CEL_DURATION] = {.kind = TW_CEL_DURATION},
    [TW_CEL_LIST] = {.kind = TW_CEL_LIST, .n = 1, .part = dyn2},
    [TW_CEL_MAP] = {.kind = TW_CEL_MAP, .n = 2, .part = dyn2},
    [TW_CEL_TYPE] = {.kind = TW_CEL_TYPE, .n = 1, .part = dyn2},
    [TW_CEL_RECORD] = {.kind = TW_CEL_RECORD, .name = {"record", 6}},
    [TW_CEL_DYN] = {.kind = TW_CEL_DYN},
};

const struct tw_cel_type *tw_cel_type_of(enum tw_cel_kind kind)
{
    return &plain[kind];
}

const char *tw_cel_kind_name(enum tw_cel_kind kind)
{
    return kind_name[kind];
}

void tw_cel_type_show(const struct tw_cel_type *type, struct tw_buf *out)
{
    switch (type->kind) {
    case TW_CEL_RECORD:
    case TW_CEL_ABSTRACT:
    case TW_CEL_PARAM:
        tw_buf_str(out, type->name);
        break;
    case TW_CEL_TIMESTAMP:
        tw_buf_text(out, "timestamp");
        return;
    case TW_CEL_DURATION:
        tw_buf_text(out, "duration");
        return;
    case TW_CEL_NULL:
        tw_buf_text(out, "null");
        return;
    case TW_CEL_VARIABLE:
        tw_buf_text(out, "dyn");
        return;
    default:
        tw_buf_text(out, kind_name[type->kind]);
    }
    for (uint32_t i = 0; i < type->n; i++) {
        tw_buf_text(out, i == 0 ? "(" : ", ");
        tw_cel_type_show(type->part[i], out);
    }
    if (type->n > 0) tw_buf_char(out, ')');
}
