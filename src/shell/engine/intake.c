/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/intake_priv.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/ed25519.h"
#include "audit/seal.h"
#include "base/json.h"
#include "base/mem.h"
#include "decl/copy.h"
#include "message/complete.h"
#include "message/json_read.h"
#include "message/json_write.h"
#include "profile/profile.h"

enum { ARENA_BYTES = 200 << 20, HS_DIGITS = 6, PARTY_HEX = 2 * TW_DB_ID };

/* The parties of a declaration, in the order of their bits in `roles`. */
static const struct {
    const char *name;
    size_t at;
} role_row[] = {
#define ROLE(role)                                                                                           \
    {                                                                                                        \
#role, offsetof(struct tw_decl, role)                                                                \
    }
    ROLE(declarant), ROLE(representative), ROLE(importer), ROLE(exporter), ROLE(seller),
    ROLE(buyer),     ROLE(consignee),      ROLE(carrier)
#undef ROLE
};
enum { ROLES = sizeof role_row / sizeof *role_row };

static struct tw_party *party(struct tw_decl *d, size_t role)
{
    return (struct tw_party *)(void *)((char *)d + role_row[role].at);
}

uint32_t tw_intake_role(struct tw_str name)
{
    for (size_t i = 0; i < ROLES; i++)
        if (tw_str_is(name, role_row[i].name)) return 1u << i;
    return 0;
}

tw_err tw_intake_new(struct tw_station *s, struct tw_intake **ret, struct tw_fault *fault)
{
    struct tw_intake *in = tw_calloc(1, sizeof *in);
    if (in == NULL || tw_arena_new(ARENA_BYTES, &in->arena) != TW_OK) {
        tw_free(in);
        return tw_fail(fault, TW_NOMEM, "out of memory");
    }
    in->s = s;
    *ret = in;
    return TW_OK;
}

void tw_intake_free(struct tw_intake *in)
{
    if (in == NULL) return;
    tw_arena_free(in->arena);
    tw_buf_free(&in->whole);
    tw_buf_free(&in->fields);
    tw_buf_free(&in->sealed);
    tw_buf_free(&in->text);
    tw_buf_free(&in->leaf);
    tw_free(in);
}

struct tw_station *tw_intake_station(const struct tw_intake *in)
{
    return in->s;
}

struct tw_arena *tw_intake_arena(struct tw_intake *in)
{
    return in->arena;
}

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

/* -- parties */

static const struct {
    const char *key;
    size_t at;
} part[] = {{"city", offsetof(struct tw_party, city)},
            {"id", offsetof(struct tw_party, id)},
            {"name", offsetof(struct tw_party, name)},
            {"postcode", offsetof(struct tw_party, postcode)},
            {"street", offsetof(struct tw_party, street)}};
enum { PARTS = sizeof part / sizeof *part };

static struct tw_str *part_of(struct tw_party *p, size_t i)
{
    return (struct tw_str *)(void *)((char *)p + part[i].at);
}

static bool is_named(const struct tw_party *p)
{
    return p->id.n + p->name.n + p->street.n + p->city.n + p->postcode.n > 0;
}

/* What names it, as JSON. */
static void put_party(struct tw_party *p, struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    tw_json_begin_object(&j);
    for (size_t i = 0; i < PARTS; i++) {
        if (part_of(p, i)->n == 0) continue;
        tw_json_key(&j, part[i].key);
        tw_json_str(&j, *part_of(p, i));
    }
    tw_json_end_object(&j);
}

static void hex_of(const uint8_t id[TW_DB_ID], char ret[PARTY_HEX + 1])
{
    struct tw_buf b = tw_buf_in(ret, PARTY_HEX + 1);
    tw_buf_hex(&b, id, TW_DB_ID);
    ret[PARTY_HEX] = '\0';
}

/* Seals `plain` under a key of its own: a new one, or what a crash between the two commits left, or a
 * declaration that was refused, for keys commit first and a number that came to nothing is given again. */
static tw_err seal_new(struct tw_intake *in, const struct tw_db_key_id *id, struct tw_str of,
                       struct tw_str plain, uint8_t key[TW_DB_KEY], struct tw_fault *fault)
{
    uint8_t nonce[TW_SEAL_NONCE];
    TW_TRY(tw_station_random(key, TW_DB_KEY, fault));
    TW_TRY(tw_station_random(nonce, sizeof nonce, fault));
    tw_err err = tw_db_key_put(tw_station_db(in->s), id, key, fault);
    if (err == TW_CONFLICT) err = tw_db_key(tw_station_db(in->s), id, key, fault);
    TW_TRY(err);
    tw_buf_clear(&in->sealed);
    tw_seal(key, nonce, of, plain, &in->sealed);
    return in->sealed.failed ? no_memory(fault) : TW_OK;
}

static tw_err new_party(struct tw_intake *in, struct tw_party *p, struct tw_db_party *row,
                        struct tw_fault *fault)
{
    uint8_t key[TW_DB_KEY];
    char hex[PARTY_HEX + 1];
    struct tw_db_key_id id = {.of = TW_DB_KEY_PARTY};
    TW_TRY(tw_station_random(row->id, sizeof row->id, fault));
    memcpy(id.party, row->id, sizeof id.party);
    hex_of(row->id, hex);
    tw_buf_clear(&in->text);
    put_party(p, &in->text);
    TW_TRY(seal_new(in, &id, tw_str_from(hex), tw_buf_view(&in->text), key, fault));
    tw_wipe(key, sizeof key);
    row->sealed = tw_buf_view(&in->sealed);
    return tw_db_party_put(tw_station_db(in->s), row, fault);
}

/* A party is found again by its number; without one by all that names it. */
static tw_err know_party(struct tw_intake *in, struct tw_party *p, uint8_t ret[TW_DB_ID],
                         struct tw_fault *fault)
{
    struct tw_db_party row = {.sealed = {NULL, 0}};
    tw_buf_clear(&in->text);
    if (p->id.n > 0)
        tw_buf_str(&in->text, p->id);
    else
        put_party(p, &in->text);
    tw_station_print(in->s, p->id.n > 0 ? "party number" : "party", tw_buf_view(&in->text), row.print);
    const tw_err err = tw_db_party_find(tw_station_db(in->s), row.print, ret, fault);
    if (err != TW_NOTFOUND) return err;
    TW_TRY(new_party(in, p, &row, fault));
    memcpy(ret, row.id, TW_DB_ID);
    return TW_OK;
}

static tw_err add_role(struct tw_db_role *role, size_t *n, const uint8_t id[TW_DB_ID], size_t which)
{
    size_t i = 0;
    while (i < *n && memcmp(role[i].party, id, TW_DB_ID) != 0) i++;
    if (i == *n) {
        memcpy(role[i].party, id, TW_DB_ID);
        role[i].roles = 0;
        ++*n;
    }
    role[i].roles |= 1u << which;
    return TW_OK;
}

static tw_err put_id(struct tw_intake *in, struct tw_party *p, const uint8_t id[TW_DB_ID],
                     struct tw_fault *fault)
{
    char hex[PARTY_HEX + 1];
    hex_of(id, hex);
    *p = (struct tw_party){.country = p->country};
    return tw_str_dup(in->arena, tw_str_from(hex), &p->id) == TW_OK ? TW_OK : no_memory(fault);
}

tw_err intake_party(struct tw_intake *in, struct tw_party *p, struct tw_fault *fault)
{
    uint8_t id[TW_DB_ID];
    if (!is_named(p)) return TW_OK;
    TW_TRY(know_party(in, p, id, fault));
    return put_id(in, p, id, fault);
}

/* Where it is, by a fingerprint, so that others at the same place are known to be; 0 = it does not say. */
static uint64_t place_of(const struct tw_intake *in, const struct tw_party *p)
{
    char text[TW_LOOK_ADDRESS];
    uint8_t print[TW_DB_ID];
    uint64_t place = 0;
    const struct tw_str address = {text, tw_look_address(p, text)};
    if (address.n == 0) return 0;
    tw_station_print(in->s, "address", address, print);
    for (size_t i = 0; i < sizeof place; i++) place = place << 8 | print[i];
    return place | 1;
}

static tw_err put_place(struct tw_arena *arena, uint64_t place, struct tw_str *ret)
{
    char hex[17];
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)place);
    return tw_str_dup(arena, tw_str_from(hex), ret);
}

/* Takes the names out of `plain` and puts the station's ids there; where its importer is stays, as the
 * fingerprint's digits in place of the postcode. */
static tw_err take_parties(struct tw_intake *in, struct tw_decl *plain, struct tw_db_role role[ROLES],
                           size_t *n, struct tw_fault *fault)
{
    *n = 0;
    for (size_t i = 0; i < ROLES; i++) {
        struct tw_party *p = party(plain, i);
        uint8_t id[TW_DB_ID];
        if (!is_named(p)) continue;
        TW_TRY(know_party(in, p, id, fault));
        TW_TRY(add_role(role, n, id, i));
        const uint64_t place = p == &plain->importer ? place_of(in, p) : 0;
        TW_TRY(put_id(in, p, id, fault));
        if (place != 0 && put_place(in->arena, place, &p->postcode) != TW_OK) return no_memory(fault);
    }
    return TW_OK;
}

/* -- a declaration */

static int by_text(const void *a, const void *b)
{
    return memcmp(a, b, HS_DIGITS);
}

/* Its HS6, each once, rising, a blank between. */
static tw_err put_hs(const struct tw_decl *d, struct tw_arena *arena, struct tw_str *ret)
{
    size_t n = 0;
    char(*hs)[HS_DIGITS] = tw_arena_array(arena, d->items.n + 1, HS_DIGITS);
    char *text = tw_arena_array(arena, d->items.n + 1, HS_DIGITS + 1);
    if (hs == NULL || text == NULL) return TW_NOMEM;
    for (size_t i = 0; i < d->items.n; i++)
        if (d->items.at[i].hs.n >= HS_DIGITS) memcpy(hs[n++], d->items.at[i].hs.s, HS_DIGITS);
    if (n > 1) qsort(hs, n, HS_DIGITS, by_text);
    *ret = (struct tw_str){text, 0};
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && memcmp(hs[i], hs[i - 1], HS_DIGITS) == 0) continue;
        if (ret->n > 0) text[ret->n++] = ' ';
        memcpy(text + ret->n, hs[i], HS_DIGITS);
        ret->n += HS_DIGITS;
    }
    return TW_OK;
}

/* Was it here before? *version: the one it is, from 1. */
static tw_err look_for(struct tw_intake *in, const struct tw_decl *d, struct tw_db_decl *row,
                       struct tw_intake_receipt *ret, struct tw_fault *fault)
{
    struct tw_db_known known;
    struct tw_db_lrn last = {.version = 0};
    const struct tw_party *by = d->declarant.id.n + d->declarant.name.n > 0 ? &d->declarant : &d->importer;
    uint8_t mac[TW_DB_ID];
    tw_station_print(in->s, "declarant", by->id.n > 0 ? by->id : by->name, row->declarant);
    tw_station_print(in->s, "number", d->id.n > 0 ? d->id : tw_buf_view(&in->whole), row->lrn);
    tw_station_print(in->s, "content", tw_buf_view(&in->whole), mac);
    memcpy(row->content, mac, sizeof mac);
    memcpy(last.declarant, row->declarant, TW_DB_ID);
    memcpy(last.lrn, row->lrn, TW_DB_ID);
    *ret = (struct tw_intake_receipt){.version = d->version > 0 ? d->version : 1};
    const tw_err err = tw_db_decl_known(tw_station_db(in->s), &last, &known, fault);
    if (err == TW_NOTFOUND && ret->version == 1) return TW_OK;
    if (err == TW_NOTFOUND)
        return tw_fail(fault, TW_CONFLICT,
                       "version %u comes before version 1 of this declaration; hand that in first",
                       ret->version);
    TW_TRY(err);
    ret->reg = known.reg;
    if (ret->version > known.version + 1)
        return tw_fail(fault, TW_CONFLICT, "version %u comes behind version %u; hand in those between first",
                       ret->version, known.version);
    if (ret->version == known.version + 1) return TW_OK;
    last.version = ret->version;
    TW_TRY(tw_db_decl_known(tw_station_db(in->s), &last, &known, fault));
    ret->known = memcmp(known.content, row->content, sizeof known.content) == 0;
    if (ret->known) return TW_OK;
    return tw_fail(
        fault, TW_CONFLICT,
        "version %u of this declaration was handed in before with other content (registered as %012llu); an "
        "amendment has the next version",
        ret->version, (unsigned long long)known.reg);
}

static void put_hash(struct tw_json *j, const char *key, const uint8_t sum[TW_SHA256_BYTES])
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(sum, hex);
    tw_json_key(j, key);
    tw_json_text(j, hex);
}

/* What the log has of it. `source` is of the whole declaration and its key: without the key nobody can try
 * what it may have been. */
static void put_leaf(const struct tw_db_decl *row, const uint8_t source[TW_SHA256_BYTES], struct tw_buf *out)
{
    struct tw_json j = {.out = out};
    uint8_t fields[TW_SHA256_BYTES];
    tw_sha256(row->fields.s, row->fields.n, fields);
    tw_json_begin_object(&j);
    tw_json_key(&j, "at");
    tw_json_i64(&j, row->head.received_at);
    put_hash(&j, "fields", fields);
    tw_json_key(&j, "reg");
    tw_json_u64(&j, row->head.reg);
    put_hash(&j, "source", source);
    tw_json_key(&j, "type");
    tw_json_text(&j, "intake");
    tw_json_key(&j, "v");
    tw_json_i64(&j, 1);
    tw_json_key(&j, "version");
    tw_json_i64(&j, row->head.version);
    tw_json_end_object(&j);
}

tw_err intake_seal(struct tw_intake *in, uint64_t reg, uint32_t version, uint8_t source[TW_SHA256_BYTES],
                   struct tw_fault *fault)
{
    const struct tw_db_key_id id = {.of = TW_DB_KEY_SOURCE, .reg = reg};
    uint8_t key[TW_DB_KEY], nonce[TW_SEAL_NONCE];
    char of[48];
    snprintf(of, sizeof of, "%012llu/%u", (unsigned long long)reg, version);
    if (version == 1) {
        TW_TRY(seal_new(in, &id, tw_str_from(of), tw_buf_view(&in->whole), key, fault));
    } else {
        TW_TRY(tw_db_key(tw_station_db(in->s), &id, key, fault));
        TW_TRY(tw_station_random(nonce, sizeof nonce, fault));
        tw_buf_clear(&in->sealed);
        tw_seal(key, nonce, tw_str_from(of), tw_buf_view(&in->whole), &in->sealed);
    }
    tw_sha256_two(key, sizeof key, in->whole.p, in->whole.n, source);
    tw_wipe(key, sizeof key);
    return in->sealed.failed ? no_memory(fault) : TW_OK;
}

/* The declaration without what names people, as JSON. */
static tw_err put_fields(struct tw_intake *in, const struct tw_decl *d, struct tw_db_decl *row,
                         struct tw_db_role role[ROLES], struct tw_fault *fault)
{
    char number[TW_STATION_NUMBER + 8];
    struct tw_decl *plain;
    if (tw_decl_copy(d, in->arena, &plain) != TW_OK) return no_memory(fault);
    TW_TRY(take_parties(in, plain, role, &row->roles, fault));
    tw_station_number(row->head.reg, number);
    if (tw_str_dup(in->arena, tw_str_from(number), &plain->id) != TW_OK) return no_memory(fault);
    plain->version = row->head.version;
    in->plain = plain;
    plain->fiscal_parties.n = 0; /* numbers of people */
    plain->extra.n = 0;          /* nobody knows what stands there */
    for (size_t i = 0; i < plain->items.n; i++) {
        plain->items.at[i].fiscal_parties.n = 0;
        plain->items.at[i].extra.n = 0;
    }
    tw_buf_clear(&in->fields);
    tw_json_write_decl(plain, &in->fields);
    if (in->fields.failed) return no_memory(fault);
    row->fields = tw_buf_view(&in->fields);
    row->role = role;
    return put_hs(plain, in->arena, &row->head.hs) == TW_OK ? TW_OK : no_memory(fault);
}

static tw_err take(struct tw_intake *in, const struct tw_decl *d, struct tw_db_decl *row,
                   const struct tw_intake_receipt *as, struct tw_fault *fault)
{
    struct tw_db_role *role = tw_arena_array(in->arena, ROLES, sizeof *role);
    uint8_t source[TW_SHA256_BYTES];
    if (role == NULL) return no_memory(fault);
    const uint64_t index = tw_station_size(in->s);
    row->head = (struct tw_db_head){.reg = as->reg > 0 ? as->reg : index + 1,
                                    .seq = index + 1,
                                    .version = as->version,
                                    .received_at = tw_station_now(in->s),
                                    .office = d->office,
                                    .channel = TW_DB_NO_CHANNEL};
    TW_TRY(put_fields(in, d, row, role, fault));
    TW_TRY(intake_seal(in, row->head.reg, row->head.version, source, fault));
    row->sealed = tw_buf_view(&in->sealed);
    TW_TRY(tw_db_decl_put(tw_station_db(in->s), row, fault));
    tw_buf_clear(&in->leaf);
    put_leaf(row, source, &in->leaf);
    if (in->leaf.failed) return no_memory(fault);
    return tw_station_leaf(in->s, tw_buf_view(&in->leaf), fault);
}

tw_err tw_intake_take(struct tw_intake *in, const struct tw_decl *d, struct tw_intake_receipt *ret,
                      struct tw_fault *fault)
{
    struct tw_db_decl *row = &in->row;
    *row = (struct tw_db_decl){.sealed = {NULL, 0}};
    tw_arena_reset(in->arena);
    tw_buf_clear(&in->whole);
    tw_json_write_decl(d, &in->whole);
    if (in->whole.failed) return no_memory(fault);
    TW_TRY(look_for(in, d, row, ret, fault));
    if (ret->known) return TW_OK;
    TW_TRY(take(in, d, row, ret, fault));
    ret->reg = row->head.reg;
    return TW_OK;
}

/* -- the other way */

tw_err tw_intake_party(struct tw_station *s, const uint8_t party[TW_DB_ID], struct tw_arena *arena,
                       struct tw_party *ret, struct tw_fault *fault)
{
    struct tw_db_key_id id = {.of = TW_DB_KEY_PARTY};
    uint8_t key[TW_DB_KEY];
    char hex[PARTY_HEX + 1];
    struct tw_db_party row;
    const struct tw_json_node *node;
    struct tw_str text;
    TW_SCOPED_BUF plain = {0};
    memcpy(id.party, party, sizeof id.party);
    TW_TRY(tw_db_party(tw_station_db(s), party, arena, &row, fault));
    TW_TRY(tw_db_key(tw_station_db(s), &id, key, fault));
    hex_of(party, hex);
    const tw_err err = row.sealed.n > 0 ? tw_unseal(key, tw_str_from(hex), row.sealed, &plain, fault)
                                        : tw_fail(fault, TW_NOTFOUND, "this party was erased");
    tw_wipe(key, sizeof key);
    TW_TRY(err);
    if (tw_str_dup(arena, tw_buf_view(&plain), &text) != TW_OK) return no_memory(fault);
    TW_TRY(tw_json_parse(text, NULL, arena, &node, fault));
    *ret = (struct tw_party){.id = {NULL, 0}};
    for (size_t i = 0; i < PARTS; i++) {
        const struct tw_json_node *member = tw_json_get(node, part[i].key);
        if (member != NULL) *part_of(ret, i) = member->text;
    }
    return TW_OK;
}

static tw_err keep_roles(struct tw_station *s, const struct tw_db_decl *row, bool names,
                         struct tw_arena *arena, struct tw_intake_kept *ret, struct tw_fault *fault)
{
    ret->roles = row->roles;
    if (row->roles == 0) return TW_OK;
    struct tw_db_role *role = tw_arena_room(arena, row->roles, sizeof *role);
    if (role == NULL) return no_memory(fault);
    memcpy(role, row->role, row->roles * sizeof *role);
    ret->role = role;
    if (!names) return TW_OK;
    struct tw_party *name = tw_arena_array(arena, row->roles, sizeof *name);
    if (name == NULL) return no_memory(fault);
    for (size_t i = 0; i < row->roles; i++) {
        const tw_err err = tw_intake_party(s, role[i].party, arena, &name[i], fault);
        if (err != TW_OK && err != TW_NOTFOUND) return err;
        ret->erased |= err == TW_NOTFOUND;
    }
    ret->name = name;
    return TW_OK;
}

tw_err tw_intake_keep(struct tw_station *s, const struct tw_db_decl *row, bool names, struct tw_arena *arena,
                      struct tw_intake_kept *ret, struct tw_fault *fault)
{
    *ret = (struct tw_intake_kept){.roles = 0};
    if (tw_str_dup(arena, row->fields, &ret->fields) != TW_OK) return no_memory(fault);
    return keep_roles(s, row, names, arena, ret, fault);
}

tw_err tw_intake_last(struct tw_intake *in, bool names, struct tw_arena *arena, struct tw_intake_kept *ret,
                      struct tw_fault *fault)
{
    *ret = (struct tw_intake_kept){.roles = 0};
    if (tw_decl_copy(in->plain, arena, &ret->decl) != TW_OK) return no_memory(fault);
    return keep_roles(in->s, &in->row, names, arena, ret, fault);
}

/* Puts the texts of a party back; one that was erased keeps its id alone. */
static void restore_party(const struct tw_db_role *role, struct tw_party *name, struct tw_decl *d)
{
    for (size_t r = 0; r < ROLES; r++) {
        if ((role->roles >> r & 1) == 0) continue;
        struct tw_party *p = party(d, r);
        for (size_t i = 0; i < PARTS; i++) /* but its number: past and model know it by the station's */
            if (part_of(p, i) != &p->id && part_of(name, i)->n > 0) *part_of(p, i) = *part_of(name, i);
    }
}

/* What put_place wrote. */
static void take_place(struct tw_party *p)
{
    uint64_t place = 0;
    for (size_t i = 0; i < p->postcode.n; i++) {
        const char c = p->postcode.s[i];
        place = place << 4 | (uint64_t)(c >= 'a' ? c - 'a' + 10 : c - '0');
    }
    p->place = place;
    p->postcode = (struct tw_str){NULL, 0};
}

tw_err tw_intake_restore(const struct tw_intake_kept *k, struct tw_arena *arena, struct tw_decl **ret,
                         struct tw_fault *fault)
{
    const struct tw_json_node *node;
    struct tw_completed completed;
    const struct tw_completion how = {.now = TW_NO_TIME, .pass = UINT64_MAX, .rates_may_lack = true};
    *ret = k->decl;
    if (k->decl == NULL) {
        TW_TRY(tw_json_parse(k->fields, NULL, arena, &node, fault));
        TW_TRY(tw_json_read_decl(node, 0, NULL, arena, ret, fault));
    }
    take_place(&(*ret)->importer);
    for (size_t i = 0; k->name != NULL && i < k->roles; i++) {
        struct tw_party name = k->name[i];
        restore_party(&k->role[i], &name, *ret);
    }
    return tw_complete(*ret, &how, arena, &completed, fault);
}
