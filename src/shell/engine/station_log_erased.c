/* SPDX-License-Identifier: Apache-2.0 */
/* What stands under lock, beside the leaves that speak of it, and what was erased. The leaf of an erasure
 * comes behind those of what it erased; so parties are held against the leaves at the end. */
#include "engine/station_log_priv.h"

#include <stdio.h>

#include "audit/ed25519.h"
#include "audit/seal.h"
#include "base/mem.h"
#include "engine/erase.h"

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

static tw_err wrong_source(const struct log_place *at, const struct tw_db_decl *row, const char *what,
                           struct tw_fault *fault)
{
    return tw_fail(fault, TW_CONFLICT, "leaf %llu: the source of declaration %012llu, version %u %s",
                   (unsigned long long)at->idx, (unsigned long long)row->head.reg, row->head.version, what);
}

/* It went with one of its parties. */
static tw_err without_source(const struct log_place *at, const struct tw_db_decl *row, struct tw_fault *fault)
{
    bool some = false;
    for (size_t i = 0; i < row->roles; i++) {
        struct tw_db_party p;
        TW_TRY(tw_db_party(at->db, row->role[i].party, at->arena, &p, fault));
        some |= p.sealed.n == 0;
    }
    return some ? TW_OK : wrong_source(at, row, "is gone, and none of its parties was erased", fault);
}

tw_err log_source(const struct log_place *at, const struct tw_db_decl *row, const struct log_erased *e,
                  bool *erased, struct tw_fault *fault)
{
    const struct tw_db_key_id id = {.of = TW_DB_KEY_SOURCE, .reg = row->head.reg};
    uint8_t key[TW_DB_KEY], sum[TW_SHA256_BYTES];
    char of[48];
    TW_SCOPED_BUF whole = {0};
    *erased = row->sealed.n == 0;
    const tw_err err = tw_db_key(at->db, &id, key, fault);
    if (err != TW_OK && err != TW_NOTFOUND) return err;
    if (*erased && err == TW_OK && !e->pending)
        return wrong_source(at, row, "is gone, and its key is not", fault);
    if (*erased) return without_source(at, row, fault);
    if (err == TW_NOTFOUND) return wrong_source(at, row, "is sealed, and its key is gone", fault);
    snprintf(of, sizeof of, "%012llu/%u", (unsigned long long)row->head.reg, row->head.version);
    const tw_err opened = tw_unseal(key, tw_str_from(of), row->sealed, &whole, fault);
    if (opened == TW_OK) tw_sha256_two(key, sizeof key, whole.p, whole.n, sum);
    tw_wipe(key, sizeof key);
    if (opened == TW_NOMEM) return opened;
    if (opened == TW_OK && log_hash_is(at->leaf, "source", sum)) return TW_OK;
    return wrong_source(at, row, "is not what came in", fault);
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

static tw_err sources_gone(const struct log_place *at, const uint8_t party[TW_DB_ID], struct tw_fault *fault)
{
    uint64_t *reg = NULL, declarations = 0;
    size_t n = 0;
    bool gone = true;
    TW_TRY(tw_erase_regs(at->db, party, &reg, &n, fault));
    tw_err err = TW_OK;
    for (size_t i = 0; i < n && gone && err == TW_OK; i++) {
        struct tw_db_decl row = {.roles = 0};
        err = tw_db_decl(at->db, reg[i], 0, at->arena, &row, fault);
        gone = row.sealed.n == 0;
    }
    tw_free(reg);
    TW_TRY(err);
    if (!gone) return wrong_erasure(at, "a declaration that names the party has its source still", fault);
    if (log_whole(at->leaf, "declarations", &declarations) && declarations == n) return TW_OK;
    return wrong_erasure(at, "it is of another number of declarations", fault);
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
