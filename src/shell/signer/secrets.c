/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/secrets_priv.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/buf.h"
#include "base/date.h"

tw_err signer_secrets_new(struct signer_secrets **ret, struct tw_fault *fault)
{
    char words[64];
    void *at = mmap(NULL, sizeof **ret, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return tw_fail(fault, TW_NOMEM, "out of memory");
    if (mlock(at, sizeof **ret) != 0 || madvise(at, sizeof **ret, MADV_DONTDUMP) != 0) {
        const int e = errno;
        (void)munmap(at, sizeof **ret);
        return tw_fail(
            fault, TW_UNAVAILABLE,
            "secrets cannot be kept from the swap space (%s); let this user lock a page (`ulimit -l`)",
            strerror_r(e, words, sizeof words));
    }
    *ret = at;
    (*ret)->day = INT32_MIN;
    return TW_OK;
}

void signer_secrets_free(struct signer_secrets *s)
{
    if (s == NULL) return;
    tw_wipe(s, sizeof *s);
    (void)munmap(s, sizeof *s);
}

void signer_day_key(const struct signer_secrets *s, int32_t day, uint8_t ret[TW_SHA256_BYTES])
{
    char room[16];
    struct tw_buf text = tw_buf_in(room, sizeof room);
    tw_buf_day(&text, day);
    tw_hmac_sha256(s->days, sizeof s->days, text.p, text.n, ret);
}

void signer_day_sum(const struct signer_secrets *s, int32_t day, uint8_t ret[TW_SHA256_BYTES])
{
    uint8_t key[TW_SHA256_BYTES];
    signer_day_key(s, day, key);
    tw_sha256(key, sizeof key, ret);
    tw_wipe(key, sizeof key);
}

uint64_t signer_draw(struct signer_secrets *s, int32_t day, struct tw_str number)
{
    uint8_t mac[TW_SHA256_BYTES];
    uint64_t draw = 0;
    if (s->day != day) {
        signer_day_key(s, day, mac);
        tw_hmac_key_make(mac, sizeof mac, &s->key);
        tw_wipe(mac, sizeof mac);
        s->day = day;
    }
    tw_hmac_by(&s->key, number.s, number.n, mac);
    for (int i = 0; i < 8; i++) draw = draw << 8 | mac[i];
    return draw;
}
