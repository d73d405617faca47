/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/settings_priv.h"

#include "base/yaml.h"

enum { ARENA_BYTES = 4 << 20 };

#define KEY(member, low, high)                                                                               \
    TW_YAML_KEY(struct signer_settings, #member, I64, member, .min = (low), .max = (high))

static const struct tw_yaml_field fields[] = {KEY(line_bytes, 4096, 16777216),  KEY(batch, 1, 1000000),
                                              KEY(connections, 1, 1000),        KEY(idle_s, 1, 86400),
                                              KEY(reveal_after_s, 0, 31536000), KEY(ahead_days, 0, 100000),
                                              KEY(client_uid, 0, 4294967294),   TW_YAML_END};

struct signer_settings signer_defaults(void)
{
    return (struct signer_settings){.line_bytes = 131072,
                                    .batch = 4096,
                                    .connections = 16,
                                    .idle_s = 600,
                                    .reveal_after_s = 3600,
                                    .ahead_days = 1,
                                    .client_uid = -1};
}

tw_err signer_settings_parse(struct tw_str yaml, struct signer_settings *ret, struct tw_fault *fault)
{
    struct signer_settings s = signer_defaults();
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_yaml *root;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_yaml_parse(yaml, arena, &root, fault));
    TW_TRY(tw_yaml_bind(root, fields, &s, arena, fault));
    *ret = s;
    return TW_OK;
}
