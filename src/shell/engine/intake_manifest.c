/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests come into a station. What is kept in plain is what declarations are held against: documents,
 * masses, packages, containers, times. Parties have the station's ids, the same as in declarations; marks and
 * what no element takes stay under lock. */
#include "base/json.h"
#include "engine/intake_priv.h"
#include "message/json_read.h"
#include "message/json_write.h"

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- in plain */

static tw_err plain_items(struct tw_intake *in, struct tw_consignment *c, struct tw_fault *fault)
{
    if (c->items.n == 0) return TW_OK;
    struct tw_consignment_item *item = tw_arena_array(in->arena, c->items.n, sizeof *item);
    if (item == NULL) return no_memory(fault);
    memcpy(item, c->items.at, c->items.n * sizeof *item);
    for (size_t i = 0; i < c->items.n; i++) item[i].marks = (struct tw_str){NULL, 0};
    c->items.at = item;
    return TW_OK;
}

static tw_err plain_consignment(struct tw_intake *in, struct tw_consignment *c, struct tw_fault *fault)
{
    c->extra.n = 0;
    TW_TRY(intake_party(in, &c->consignor, fault));
    TW_TRY(intake_party(in, &c->consignee, fault));
    TW_TRY(intake_party(in, &c->notify, fault));
    return plain_items(in, c, fault);
}

static tw_err plain(struct tw_intake *in, const struct tw_manifest *m, struct tw_manifest *ret,
                    struct tw_fault *fault)
{
    *ret = *m;
    ret->extra.n = 0;
    TW_TRY(intake_party(in, &ret->carrier, fault));
    if (m->consignments.n == 0) return TW_OK;
    struct tw_consignment *c = tw_arena_array(in->arena, m->consignments.n, sizeof *c);
    if (c == NULL) return no_memory(fault);
    memcpy(c, m->consignments.at, m->consignments.n * sizeof *c);
    ret->consignments.at = c;
    for (size_t i = 0; i < m->consignments.n; i++) TW_TRY(plain_consignment(in, &c[i], fault));
    return TW_OK;
}

/* -- was it here before? */

/* Two carriers may give one number (decl/cargo.h). One without a number is nobody's version. */
static tw_err print_ref(struct tw_intake *in, const struct tw_manifest *m, uint8_t ret[TW_DB_ID],
                        struct tw_fault *fault)
{
    const struct tw_str part[] = {m->id, m->carrier.id.n > 0 ? m->carrier.id : m->carrier.name, m->voyage,
                                  m->transport_means};
    tw_buf_clear(&in->text);
    for (size_t i = 0; m->id.n > 0 && i < sizeof part / sizeof *part; i++) {
        tw_buf_str(&in->text, part[i]);
        tw_buf_char(&in->text, '\x1f');
    }
    if (m->id.n == 0) tw_buf_str(&in->text, tw_buf_view(&in->whole));
    if (in->text.failed) return no_memory(fault);
    tw_station_print(in->s, "manifest", tw_buf_view(&in->text), ret);
    return TW_OK;
}

/* ret->version: the one it is, from 1. */
static tw_err look_for(struct tw_intake *in, struct tw_db_manifest *row, struct tw_intake_receipt *ret,
                       struct tw_fault *fault)
{
    struct tw_db_known known = {.version = 0};
    uint8_t mac[TW_DB_ID];
    tw_station_print(in->s, "content", tw_buf_view(&in->whole), mac);
    memcpy(row->content, mac, sizeof mac);
    *ret = (struct tw_intake_receipt){.version = 1};
    tw_err err = tw_db_manifest_known(tw_station_db(in->s), row->ref, 0, &known, fault);
    if (err == TW_OK) *ret = (struct tw_intake_receipt){known.reg, known.version + 1, false};
    while (err == TW_OK) {
        if (memcmp(known.content, row->content, sizeof known.content) == 0) {
            *ret = (struct tw_intake_receipt){known.reg, known.version, true};
            return TW_OK;
        }
        if (known.version <= 1) return TW_OK;
        err = tw_db_manifest_known(tw_station_db(in->s), row->ref, known.version - 1, &known, fault);
    }
    return err == TW_NOTFOUND ? TW_OK : err;
}

/* -- taking in */

static void put_hash(struct tw_json *j, const char *key, const uint8_t sum[TW_SHA256_BYTES])
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(sum, hex);
    tw_json_key(j, key);
    tw_json_text(j, hex);
}

static void put_leaf(const struct tw_db_manifest *row, const uint8_t source[TW_SHA256_BYTES],
                     struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    uint8_t fields[TW_SHA256_BYTES];
    tw_sha256(row->fields.s, row->fields.n, fields);
    tw_json_begin_object(&j);
    tw_json_key(&j, "at");
    tw_json_i64(&j, row->received_at);
    put_hash(&j, "fields", fields);
    tw_json_key(&j, "reg");
    tw_json_u64(&j, row->reg);
    put_hash(&j, "source", source);
    tw_json_key(&j, "type");
    tw_json_text(&j, "manifest");
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_key(&j, "version");
    tw_json_i64(&j, row->version);
    tw_json_end_object(&j);
}

static tw_err take(struct tw_intake *in, const struct tw_manifest *m, struct tw_db_manifest *row,
                   const struct tw_intake_receipt *as, struct tw_fault *fault)
{
    struct tw_manifest fields;
    uint8_t source[TW_SHA256_BYTES];
    const uint64_t index = tw_station_size(in->s);
    row->reg = as->reg > 0 ? as->reg : index + 1;
    row->seq = index + 1;
    row->version = as->version;
    row->received_at = tw_station_now(in->s);
    TW_TRY(plain(in, m, &fields, fault));
    tw_buf_clear(&in->fields);
    tw_json_write_line(TW_LEVEL_MANIFEST, &fields, &in->fields);
    if (in->fields.failed) return no_memory(fault);
    row->fields = tw_buf_view(&in->fields);
    TW_TRY(intake_seal(in, row->reg, row->version, source, fault));
    row->sealed = tw_buf_view(&in->sealed);
    TW_TRY(tw_db_manifest_put(tw_station_db(in->s), row, fault));
    tw_buf_clear(&in->leaf);
    put_leaf(row, source, &in->leaf);
    return in->leaf.failed ? no_memory(fault) : tw_station_leaf(in->s, tw_buf_view(&in->leaf), fault);
}

tw_err tw_intake_manifest(struct tw_intake *in, const struct tw_manifest *m, struct tw_intake_receipt *ret,
                          struct tw_fault *fault)
{
    struct tw_db_manifest row = {.sealed = {NULL, 0}};
    tw_arena_reset(in->arena);
    tw_buf_clear(&in->whole);
    tw_json_write_line(TW_LEVEL_MANIFEST, m, &in->whole);
    if (in->whole.failed) return no_memory(fault);
    TW_TRY(print_ref(in, m, row.ref, fault));
    TW_TRY(look_for(in, &row, ret, fault));
    if (ret->known) return TW_OK;
    TW_TRY(take(in, m, &row, ret, fault));
    ret->reg = row.reg;
    return TW_OK;
}

/* -- the other way */

tw_err tw_intake_manifest_restore(const struct tw_db_manifest *row, struct tw_arena *arena,
                                  struct tw_manifest **ret, struct tw_fault *fault)
{
    const struct tw_json_limits limits = {.bytes = 64 << 20, .values = 10000000};
    const struct tw_json_node *node;
    struct tw_str text;
    if (tw_str_dup(arena, row->fields, &text) != TW_OK) return no_memory(fault);
    TW_TRY(tw_json_parse(text, &limits, arena, &node, fault));
    return tw_json_read_manifest(node, NULL, arena, ret, fault);
}
