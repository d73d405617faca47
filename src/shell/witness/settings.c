/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/settings_priv.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/yaml.h"

enum { ARENA_BYTES = 4 << 20 };

struct file {
    struct witness_settings s;
    struct tw_str address;
};

#define KEY(member, low, high) TW_YAML_KEY(struct file, #member, I64, s.member, .min = (low), .max = (high))

static const struct tw_yaml_field fields[] = {KEY(body_bytes, 1024, 1048576),
                                              KEY(head_bytes, 4096, 1048576),
                                              KEY(proof_lines, 1, 63),
                                              KEY(connections, 1, 1000),
                                              KEY(idle_s, 1, 86400),
                                              KEY(port, 0, 65535),
                                              TW_YAML_KEY(struct file, "address", TEXT, address),
                                              TW_YAML_END};

/* An address in digits, of IPv4 or IPv6; names are not looked up. */
static bool read_address(struct tw_str text, struct in6_addr *ret)
{
    char room[INET6_ADDRSTRLEN], mapped[INET6_ADDRSTRLEN + 8];
    struct in_addr four;
    if (text.n >= sizeof room || memchr(text.s, '\0', text.n) != NULL) return false;
    (void)snprintf(room, sizeof room, "%.*s", TW_STR_ARG(text));
    (void)snprintf(mapped, sizeof mapped, "::ffff:%s", room);
    return inet_pton(AF_INET6, inet_pton(AF_INET, room, &four) == 1 ? mapped : room, ret) == 1;
}

struct witness_settings witness_defaults(void)
{
    struct witness_settings s = {.body_bytes = 65536,
                                 .head_bytes = 16384,
                                 .proof_lines = 63,
                                 .connections = 64,
                                 .idle_s = 30,
                                 .port = 8417};
    (void)read_address(TW_STR("127.0.0.1"), &s.host);
    return s;
}

tw_err witness_settings_parse(struct tw_str yaml, struct witness_settings *ret, struct tw_fault *fault)
{
    struct file f = {.s = witness_defaults()};
    TW_SCOPED(tw_arena) *arena = NULL;
    struct tw_yaml *root;
    if (tw_arena_new(ARENA_BYTES, &arena) != TW_OK) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(tw_yaml_parse(yaml, arena, &root, fault));
    TW_TRY(tw_yaml_bind(root, fields, &f, arena, fault));
    const struct tw_yaml *address = tw_yaml_get(root, "address");
    if (address != NULL && !read_address(f.address, &f.s.host))
        return TW_YAML_WRONG(address, fault, TW_FORMAT,
                             "this is no address in digits, such as 127.0.0.1 or ::1");
    *ret = f.s;
    return TW_OK;
}
