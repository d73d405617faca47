/* SPDX-License-Identifier: Apache-2.0 */
/* What stands under lock, beside the leaves that speak of it, and what was erased. The leaf of an erasure
 * comes behind those of what it erased; so parties are held against the leaves at the end. */
#include "engine/station_log_priv.h"

#include <stdio.h>

#include "audit/ed25519.h"
#include "audit/seal.h"
#include "base/mem.h"
#include "engine/erase.h"

enum { ONE_BYTES = 256 << 20 }; /* of one row */

static tw_err no_memory(struct tw_fault *fault)
{
    return tw_fail(fault, TW_NOMEM, "out of memory");
}

tw_err log_erased_begin(struct tw_db *db, struct log_erased *ret, struct tw_fault *fault)
{
    *ret = (struct log_erased){.told = NULL};
    if (tw_intern_new(&ret->told) != TW_OK) return no_memory(fault);
    return tw_erase_pending(db, &ret->pending, fault);
}

void log_erased_free(struct log_erased *e)
{
    tw_intern_free(e->told);
}

bool log_hash_is(const struct tw_json_node *leaf, const char *key, const uint8_t sum[TW_SHA256_BYTES])
{
    const struct tw_json_node *node = tw_json_get(leaf, key);
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(sum, hex);
    return node != NULL && node->kind == TW_JSON_TEXT && tw_str_is(node->text, hex);
}

bool log_whole(const struct tw_json_node *leaf, const char *key, uint64_t *ret)
{
    const struct tw_json_node *node = tw_json_get(leaf, key);
    int64_t v = 0;
    if (node == NULL || node->kind != TW_JSON_NUMBER || tw_str_i64(node->text, &v) != TW_OK || v < 0)
        return false;
    *ret = (uint64_t)v;
    return true;
}

/* -- sources */

/* What stands under lock of one version of one declaration or manifest. */
struct kept {
    const char *noun;
    uint64_t reg;
    uint32_t version;
    struct tw_str sealed;
    const uint8_t (*party)[TW_DB_ID]; /* whom it names */
    size_t parties;
};

static tw_err wrong_source(const struct log_place *at, const struct kept *k, const char *what,
                           struct tw_fault *fault)
{
    return tw_fail(fault, TW_CONFLICT, "leaf %llu: the source of %s %012llu, version %u %s",
                   (unsigned long long)at->idx, k->noun, (unsigned long long)k->reg, k->version, what);
}

/* It went with one of its parties. */
static tw_err without_source(const struct log_place *at, const struct kept *k, struct tw_fault *fault)
{
    bool some = false;
    for (size_t i = 0; i < k->parties; i++) {
        struct tw_db_party p = {.sealed = TW_STR("x")};
        const tw_err err = tw_db_party(at->db, k->party[i], at->arena, &p, fault);
        if (err != TW_NOTFOUND) TW_TRY(err);
        some |= p.sealed.n == 0;
    }
    return some ? TW_OK : wrong_source(at, k, "is gone, and none of its parties was erased", fault);
}

static tw_err source(const struct log_place *at, const struct kept *k, const struct log_erased *e,
                     bool *erased, struct tw_fault *fault)
{
    const struct tw_db_key_id id = {.of = TW_DB_KEY_SOURCE, .reg = k->reg};
    uint8_t key[TW_DB_KEY], sum[TW_SHA256_BYTES];
    char of[48];
    TW_SCOPED_BUF whole = {0};
    *erased = k->sealed.n == 0;
    const tw_err err = tw_db_key(at->db, &id, key, fault);
    if (err != TW_OK && err != TW_NOTFOUND) return err;
    if (*erased && err == TW_OK && !e->pending)
        return wrong_source(at, k, "is gone, and its key is not", fault);
    if (*erased) return without_source(at, k, fault);
    if (err == TW_NOTFOUND) return wrong_source(at, k, "is sealed, and its key is gone", fault);
    snprintf(of, sizeof of, "%012llu/%u", (unsigned long long)k->reg, k->version);
    const tw_err opened = tw_unseal(key, tw_str_from(of), k->sealed, &whole, fault);
    if (opened == TW_OK) tw_sha256_two(key, sizeof key, whole.p, whole.n, sum);
    tw_wipe(key, sizeof key);
    if (opened == TW_NOMEM) return opened;
    if (opened == TW_OK && log_hash_is(at->leaf, "source", sum)) return TW_OK;
    return wrong_source(at, k, "is not what came in", fault);
}

tw_err log_source(const struct log_place *at, const struct tw_db_decl *row, const struct log_erased *e,
                  bool *erased, struct tw_fault *fault)
{
    uint8_t party[TW_DB_PARTIES_MAX][TW_DB_ID];
    struct kept k = {
        "declaration", row->head.reg, row->head.version, row->sealed, (const uint8_t(*)[TW_DB_ID])party, 0};
    for (; k.parties < row->roles && k.parties < TW_DB_PARTIES_MAX; k.parties++)
        memcpy(party[k.parties], row->role[k.parties].party, TW_DB_ID);
    return source(at, &k, e, erased, fault);
}

/* The parties' ids in a manifest's fields: what may be one, for others are no party's. */
static tw_err ids_in(struct tw_str fields, struct tw_arena *arena, struct kept *k)
{
    static const char before[] = "\"id\":\"";
    const size_t head = sizeof before - 1, hex = TW_ERASE_HEX - 1;
    uint8_t(*party)[TW_DB_ID] = tw_arena_array(arena, fields.n / (head + hex) + 1, TW_DB_ID);
    if (party == NULL) return TW_NOMEM;
    for (size_t i = 0; i + head + hex <= fields.n; i++)
        if (memcmp(fields.s + i, before, head) == 0 &&
            tw_erase_unhex((struct tw_str){fields.s + i + head, hex}, party[k->parties]))
            k->parties++;
    k->party = (const uint8_t(*)[TW_DB_ID])party;
    return TW_OK;
}

tw_err log_cargo(const struct log_place *at, const struct log_erased *e, bool *erased, struct tw_fault *fault)
{
    uint64_t reg = 0, version = 0;
    struct tw_db_manifest row = {.reg = 0};
    if (!log_whole(at->leaf, "reg", &reg) || !log_whole(at->leaf, "version", &version) ||
        version > UINT32_MAX)
        return tw_fail(fault, TW_CONFLICT, "leaf %llu names no manifest", (unsigned long long)at->idx);
    TW_TRY(tw_db_manifest(at->db, reg, (uint32_t)version, at->arena, &row, fault));
    struct kept k = {"manifest", reg, (uint32_t)version, row.sealed, NULL, 0};
    if (row.sealed.n == 0 && ids_in(row.fields, at->arena, &k) != TW_OK) return no_memory(fault);
    return source(at, &k, e, erased, fault);
}

/* -- erasures */

static tw_err wrong_erasure(const struct log_place *at, const char *what, struct tw_fault *fault)
{
    return tw_fail(fault, TW_CONFLICT, "leaf %llu and the erasure it speaks of disagree: %s",
                   (unsigned long long)at->idx, what);
}

static bool unhex_sum(const struct tw_json_node *node, uint8_t ret[TW_SHA256_BYTES])
{
    const size_t half = TW_SHA256_HEX / 2;
    if (node == NULL || node->kind != TW_JSON_TEXT || node->text.n != 2 * half) return false;
    return tw_erase_unhex((struct tw_str){node->text.s, half}, ret) &&
           tw_erase_unhex((struct tw_str){node->text.s + half, half}, ret + TW_SHA256_BYTES / 2);
}

/* What the leaf names by its hash. */
static tw_err object(const struct log_place *at, const char *key, struct tw_str *ret, struct tw_fault *fault)
{
    uint8_t sum[TW_SHA256_BYTES];
    struct tw_str kind;
    if (!unhex_sum(tw_json_get(at->leaf, key), sum)) return wrong_erasure(at, "it names no request", fault);
    const tw_err err = tw_db_object(at->db, sum, at->arena, &kind, ret, fault);
    if (err != TW_NOTFOUND && err != TW_FORMAT) return err;
    return wrong_erasure(at, "request or signature is gone or was changed", fault);
}

/* One signature, by the key of that fingerprint, whoever may have it. */
static tw_err signature(const struct log_place *at, const char *of, const char *by, enum tw_signer_role role,
                        struct tw_str request, struct tw_fault *fault)
{
    struct tw_str text = {NULL, 0};
    struct tw_ssh_signature sig;
    char room[80];
    struct tw_buf print = tw_buf_in(room, sizeof room);
    const struct tw_json_node *who = tw_json_get(at->leaf, by);
    TW_TRY(object(at, of, &text, fault));
    if (who == NULL || tw_ssh_signature_read(text, &sig, NULL) != TW_OK)
        return wrong_erasure(at, "it was not signed", fault);
    tw_ssh_fingerprint(sig.key, &print);
    if (tw_str_eq(who->text, tw_buf_view(&print)) &&
        tw_ssh_signature_holds(&sig, tw_signer_purpose(role), request))
        return TW_OK;
    return wrong_erasure(at, "a signature does not hold", fault);
}

static tw_err signatures(const struct log_place *at, const uint8_t party[TW_DB_ID], struct tw_fault *fault)
{
    struct tw_str text = {NULL, 0};
    struct tw_erase_request r;
    bool named = false;
    const struct tw_json_node *asked = tw_json_get(at->leaf, "asked_by"),
                              *confirmed = tw_json_get(at->leaf, "confirmed_by");
    TW_TRY(object(at, "request", &text, fault));
    if (tw_erase_request_read(text, at->arena, &r, NULL) != TW_OK)
        return wrong_erasure(at, "it names no request", fault);
    for (size_t i = 0; i < r.parties; i++) named |= memcmp(r.party[i], party, TW_DB_ID) == 0;
    if (!named) return wrong_erasure(at, "the request is about others", fault);
    TW_TRY(signature(at, "asked", "asked_by", TW_SIGNER_ASKER, text, fault));
    TW_TRY(signature(at, "confirmed", "confirmed_by", TW_SIGNER_CONFIRMER, text, fault));
    return tw_str_eq(asked->text, confirmed->text) ? wrong_erasure(at, "one key signed twice", fault) : TW_OK;
}

/* No text, no sources, no keys. */
static tw_err all_gone(const struct log_place *at, const struct log_erased *e, const uint8_t party[TW_DB_ID],
                       struct tw_fault *fault)
{
    struct tw_db_party row;
    struct tw_db_key_id id = {.of = TW_DB_KEY_PARTY};
    uint8_t key[TW_DB_KEY];
    const tw_err err = tw_db_party(at->db, party, at->arena, &row, fault);
    if (err == TW_NOTFOUND) return wrong_erasure(at, "its party never was", fault);
    TW_TRY(err);
    if (row.sealed.n > 0) return wrong_erasure(at, "the party's text is still there", fault);
    memcpy(id.party, party, TW_DB_ID);
    const tw_err kept = tw_db_key(at->db, &id, key, fault);
    if (kept == TW_OK && !e->pending) return wrong_erasure(at, "the party's key is still there", fault);
    return kept == TW_OK || kept == TW_NOTFOUND ? TW_OK : kept;
}

/* A number in the leaf, 0 where it has none. */
static bool number_is(const struct log_place *at, const char *key, uint64_t n)
{
    uint64_t said = 0;
    if (tw_json_get(at->leaf, key) != NULL && !log_whole(at->leaf, key, &said)) return false;
    return said == n;
}

static tw_err declarations_gone(const struct log_place *at, const uint64_t *reg, size_t n,
                                struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *one = NULL;
    if (tw_arena_new(ONE_BYTES, &one) != TW_OK) return no_memory(fault);
    for (size_t i = 0; i < n; i++) {
        struct tw_db_decl row = {.roles = 0};
        tw_arena_reset(one);
        TW_TRY(tw_db_decl(at->db, reg[i], 0, one, &row, fault));
        if (row.sealed.n > 0)
            return wrong_erasure(at, "a declaration that names the party has its source still", fault);
    }
    if (number_is(at, "declarations", n)) return TW_OK;
    return wrong_erasure(at, "it is of another number of declarations", fault);
}

static tw_err manifests_gone(const struct log_place *at, const uint64_t *reg, size_t n,
                             struct tw_fault *fault)
{
    TW_SCOPED(tw_arena) *one = NULL;
    if (tw_arena_new(ONE_BYTES, &one) != TW_OK) return no_memory(fault);
    for (size_t i = 0; i < n; i++) {
        struct tw_db_manifest row = {.reg = 0};
        tw_arena_reset(one);
        TW_TRY(tw_db_manifest(at->db, reg[i], 0, one, &row, fault));
        if (row.sealed.n > 0)
            return wrong_erasure(at, "a manifest that names the party has its source still", fault);
    }
    if (number_is(at, "manifests", n)) return TW_OK;
    return wrong_erasure(at, "it is of another number of manifests", fault);
}

static tw_err sources_gone(const struct log_place *at, const uint8_t party[TW_DB_ID], struct tw_fault *fault)
{
    uint64_t *reg = NULL;
    size_t n = 0;
    TW_TRY(tw_erase_regs(at->db, party, &reg, &n, fault));
    tw_err err = declarations_gone(at, reg, n, fault);
    tw_free(reg);
    TW_TRY(err);
    TW_TRY(tw_erase_manifests(at->db, party, &reg, &n, fault));
    err = manifests_gone(at, reg, n, fault);
    tw_free(reg);
    return err;
}

tw_err log_erasure(const struct log_place *at, struct log_erased *e, struct tw_fault *fault)
{
    const struct tw_json_node *node = tw_json_get(at->leaf, "party");
    uint8_t party[TW_DB_ID];
    uint32_t number;
    if (node == NULL || !tw_erase_unhex(node->text, party))
        return wrong_erasure(at, "it names no party", fault);
    TW_TRY(signatures(at, party, fault));
    TW_TRY(all_gone(at, e, party, fault));
    TW_TRY(sources_gone(at, party, fault));
    return tw_intern_put(e->told, (struct tw_str){(const char *)party, TW_DB_ID}, &number) == TW_OK
               ? TW_OK
               : no_memory(fault);
}

static tw_err is_told(void *to, const struct tw_db_party *p, struct tw_fault *fault)
{
    const struct log_erased *e = to;
    char hex[TW_ERASE_HEX];
    if (p->sealed.n > 0 ||
        tw_intern_find(e->told, (struct tw_str){(const char *)p->id, TW_DB_ID}) != TW_MAP_NONE)
        return TW_OK;
    tw_erase_hex(p->id, hex);
    return tw_fail(fault, TW_CONFLICT, "party %s was erased, and no leaf says so", hex);
}

tw_err log_erased_end(struct tw_db *db, struct log_erased *e, struct tw_fault *fault)
{
    return tw_db_parties(db, is_told, e, fault);
}
