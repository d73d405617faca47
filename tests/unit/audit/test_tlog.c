/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/tlog.h"

#include "fault.h"
#include "kept.h"

enum { MOST = 300 };

/* -- the tree as RFC 6962, section 2.1, writes it down, word for word */

static uint8_t leaf[MOST][TW_TLOG_HASH];

static uint64_t split(uint64_t n) /* the largest power of two below n */
{
    uint64_t k = 1;
    while (2 * k < n) k *= 2;
    return k;
}

static void plain_root(uint64_t lo, uint64_t n, uint8_t ret[TW_TLOG_HASH])
{
    uint8_t a[TW_TLOG_HASH], b[TW_TLOG_HASH];
    if (n == 1) {
        memcpy(ret, leaf[lo], TW_TLOG_HASH);
        return;
    }
    plain_root(lo, split(n), a);
    plain_root(lo + split(n), n - split(n), b);
    tw_tlog_node_hash(a, b, ret);
}

static void plain_path(uint64_t m, uint64_t lo, uint64_t n, struct tw_tlog_path *ret)
{
    if (n == 1) return;
    const uint64_t k = split(n);
    if (m < k) {
        plain_path(m, lo, k, ret);
        plain_root(lo + k, n - k, ret->hash[ret->n++]);
    } else {
        plain_path(m - k, lo + k, n - k, ret);
        plain_root(lo, k, ret->hash[ret->n++]);
    }
}

static void plain_subproof(uint64_t m, uint64_t lo, uint64_t n, bool whole, struct tw_tlog_path *ret)
{
    if (m == n) {
        if (!whole) plain_root(lo, n, ret->hash[ret->n++]);
        return;
    }
    const uint64_t k = split(n);
    if (m <= k) {
        plain_subproof(m, lo, k, whole, ret);
        plain_root(lo + k, n - k, ret->hash[ret->n++]);
    } else {
        plain_subproof(m - k, lo + k, n - k, false, ret);
        plain_root(lo, k, ret->hash[ret->n++]);
    }
}

static bool same_path(const struct tw_tlog_path *a, const struct tw_tlog_path *b)
{
    return a->n == b->n && memcmp(a->hash, b->hash, a->n * TW_TLOG_HASH) == 0;
}

static struct kept kept;

static struct tw_tlog *grown(uint64_t size)
{
    struct tw_tlog *t = NULL;
    memset(&kept, 0, sizeof kept);
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    CHECK(tw_tlog_new(&tiles, 0, &t, NULL) == TW_OK);
    kept_grow(t, size);
    return t;
}

static bool is_hex(const uint8_t hash[TW_TLOG_HASH], const char *want)
{
    char hex[TW_SHA256_HEX];
    tw_sha256_hex(hash, hex);
    return strcmp(hex, want) == 0;
}

/* The roots of the leaves that Certificate Transparency's own implementation is tested with. */
static void hashes_are_those_of_rfc_6962(void)
{
    static const char *const of[] = {"",
                                     "\x00",
                                     "\x10",
                                     "\x20\x21",
                                     "\x30\x31",
                                     "\x40\x41\x42\x43",
                                     "\x50\x51\x52\x53\x54\x55\x56\x57",
                                     "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
    static const size_t n[] = {0, 1, 1, 2, 2, 4, 8, 16};
    static const char *const root[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                       "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                       "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                       "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                       "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                       "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                       "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    struct tw_tlog *t = NULL;
    uint8_t hash[TW_TLOG_HASH];
    memset(&kept, 0, sizeof kept);
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    CHECK(tw_tlog_new(&tiles, 0, &t, NULL) == TW_OK);
    tw_tlog_root(t, hash);
    CHECK(is_hex(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    for (size_t i = 0; i < 8; i++) {
        tw_tlog_leaf_hash(of[i], n[i], hash);
        CHECK(tw_tlog_append(t, hash, NULL) == TW_OK);
        tw_tlog_root(t, hash);
        CHECK(is_hex(hash, root[i]));
    }
    tw_tlog_free(t);
}

/* Each m of each n up to 300: proofs are word for word those of the plain tree, and hold; with any one thing
 * of them changed they do not. */
static void proofs_are_those_of_the_plain_tree(void)
{
    struct tw_tlog *t = grown(0);
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    for (uint64_t i = 0; i < MOST; i++) kept_leaf(i, leaf[i]);
    static uint8_t root[MOST + 1][TW_TLOG_HASH];
    tw_tlog_empty_root(root[0]);
    for (uint64_t n = 1; n <= MOST; n++) {
        uint8_t grew[TW_TLOG_HASH], of[TW_TLOG_HASH];
        kept_grow(t, n);
        plain_root(0, n, root[n]);
        tw_tlog_root(t, grew);
        CHECK(memcmp(grew, root[n], sizeof grew) == 0);
        CHECK(tw_tlog_root_of(&tiles, n, of, NULL) == TW_OK && memcmp(of, root[n], sizeof of) == 0);
        for (uint64_t m = 0; m <= n; m++) {
            struct tw_tlog_path got, want = {.n = 0};
            if (m < n) {
                plain_path(m, 0, n, &want);
                CHECK(tw_tlog_prove_inclusion(&tiles, m, n, &got, NULL) == TW_OK && same_path(&got, &want));
                CHECK(tw_tlog_inclusion_holds(m, leaf[m], n, root[n], got.hash, got.n));
            }
            want.n = 0;
            if (m > 0) plain_subproof(m, 0, n, true, &want);
            CHECK(tw_tlog_prove_consistency(&tiles, m, n, &got, NULL) == TW_OK && same_path(&got, &want));
            CHECK(tw_tlog_consistency_holds(m, root[m], n, root[n], got.hash, got.n));
        }
    }
    tw_tlog_free(t);
}

static void what_was_changed_does_not_hold(void)
{
    struct tw_tlog *t = grown(0);
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    for (uint64_t n = 1; n <= 40; n++) {
        uint8_t root[TW_TLOG_HASH], old_root[TW_TLOG_HASH], hash[TW_TLOG_HASH];
        struct tw_tlog_path p;
        kept_grow(t, n);
        tw_tlog_root(t, root);
        for (uint64_t m = 0; m < n; m++) {
            kept_leaf(m, hash);
            CHECK(tw_tlog_prove_inclusion(&tiles, m, n, &p, NULL) == TW_OK);
            const uint8_t(*proof)[TW_TLOG_HASH] = p.hash;
            for (uint64_t other = 0; other <= n; other++)
                CHECK(tw_tlog_inclusion_holds(other, hash, n, root, proof, p.n) == (other == m));
            memset(p.hash[p.n], 7, TW_TLOG_HASH);
            CHECK(!tw_tlog_inclusion_holds(m, hash, n, root, proof, p.n + 1));
            CHECK(p.n == 0 || !tw_tlog_inclusion_holds(m, hash, n, root, proof, p.n - 1));
            for (size_t i = 0; i < p.n; i++) {
                p.hash[i][m % TW_TLOG_HASH] ^= 1;
                CHECK(!tw_tlog_inclusion_holds(m, hash, n, root, proof, p.n));
                p.hash[i][m % TW_TLOG_HASH] ^= 1;
            }
            CHECK(tw_tlog_root_of(&tiles, m, old_root, NULL) == TW_OK);
            CHECK(tw_tlog_prove_consistency(&tiles, m, n, &p, NULL) == TW_OK);
            memset(p.hash[p.n], 7, TW_TLOG_HASH);
            CHECK(!tw_tlog_consistency_holds(m, old_root, n, root, proof, p.n + 1));
            CHECK(p.n == 0 || !tw_tlog_consistency_holds(m, old_root, n, root, proof, p.n - 1));
            CHECK(!tw_tlog_consistency_holds(n, root, m, old_root, proof, p.n));
            for (uint64_t other = 0; other < n; other++)
                CHECK(tw_tlog_consistency_holds(other, old_root, n, root, proof, p.n) == (other == m));
            for (size_t i = 0; i < p.n; i++) {
                p.hash[i][m % TW_TLOG_HASH] ^= 1;
                CHECK(!tw_tlog_consistency_holds(m, old_root, n, root, proof, p.n));
                p.hash[i][m % TW_TLOG_HASH] ^= 1;
            }
            old_root[3] ^= 1;
            CHECK(!tw_tlog_consistency_holds(m, old_root, n, root, proof, p.n));
        }
        CHECK(tw_tlog_consistency_holds(n, root, n, root, p.hash, 0));
        CHECK(!tw_tlog_consistency_holds(n, root, n, root, p.hash, 1));
        CHECK(!tw_tlog_consistency_holds(n, old_root, n, root, p.hash, 0));
    }
    uint8_t none[TW_TLOG_HASH];
    tw_tlog_empty_root(none);
    CHECK(tw_tlog_consistency_holds(0, none, 0, none, NULL, 0));
    leaf[0][0] ^= 1;
    CHECK(!tw_tlog_consistency_holds(0, none, 0, leaf[0], NULL, 0));
    leaf[0][0] ^= 1;
    tw_tlog_free(t);
}

/* Three levels of tiles: one that is taken up at any size goes on as if there had been no break. */
static void goes_on_from_its_tiles(void)
{
    enum { LARGE = 70000 };
    struct tw_tlog *t = grown(0);
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    static const uint64_t stop[] = {1, 255, 256, 257, 511, 512, 65535, 65536, 65537, LARGE};
    for (size_t i = 0; i < sizeof stop / sizeof *stop; i++) {
        uint8_t before[TW_TLOG_HASH], after[TW_TLOG_HASH], of[TW_TLOG_HASH];
        kept_grow(t, stop[i]);
        tw_tlog_root(t, before);
        tw_tlog_free(t);
        CHECK(tw_tlog_new(&tiles, stop[i], &t, NULL) == TW_OK && tw_tlog_size(t) == stop[i]);
        tw_tlog_root(t, after);
        CHECK(memcmp(before, after, sizeof after) == 0);
        CHECK(tw_tlog_root_of(&tiles, stop[i], of, NULL) == TW_OK && memcmp(of, after, sizeof of) == 0);
        kept.calls = 0;
        CHECK(tw_tlog_flush(t, NULL) == TW_OK && kept.calls == 0); /* nothing has changed */
    }
    /* As C2SP tlog-tiles counts them. */
    CHECK(kept.width[0][272] == 256 && kept.width[0][273] == 112 && kept.width[0][274] == 0);
    CHECK(kept.width[1][0] == 256 && kept.width[1][1] == 17 && kept.width[2][0] == 1);
    uint8_t root[TW_TLOG_HASH], hash[TW_TLOG_HASH], old_root[TW_TLOG_HASH];
    struct tw_tlog_path p;
    tw_tlog_root(t, root);
    for (uint64_t m = 1; m < LARGE; m += 977) {
        kept_leaf(m, hash);
        CHECK(tw_tlog_prove_inclusion(&tiles, m, LARGE, &p, NULL) == TW_OK);
        CHECK(tw_tlog_inclusion_holds(m, hash, LARGE, root, p.hash, p.n) && p.n <= 17);
        CHECK(tw_tlog_root_of(&tiles, m, old_root, NULL) == TW_OK);
        CHECK(tw_tlog_prove_consistency(&tiles, m, LARGE, &p, NULL) == TW_OK);
        CHECK(tw_tlog_consistency_holds(m, old_root, LARGE, root, p.hash, p.n));
    }
    tw_tlog_free(t);
}

static void what_does_not_stand_there_is_refused(void)
{
    struct tw_tlog *t = grown(5);
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    struct tw_tlog_path p;
    CHECK(tw_tlog_prove_inclusion(&tiles, 5, 5, &p, NULL) == TW_RANGE);
    CHECK(tw_tlog_prove_consistency(&tiles, 6, 5, &p, NULL) == TW_RANGE);
    tw_tlog_free(t);
    tw_tlog_free(NULL);
}

/* Every call to what keeps the tiles fails in turn. */
static tw_err all_of_it(void)
{
    struct tw_tlog *t = NULL;
    struct tw_tlog_path p;
    uint8_t root[TW_TLOG_HASH], hash[TW_TLOG_HASH] = {1};
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    TW_TRY(tw_tlog_new(&tiles, 0, &t, NULL));
    tw_err err = TW_OK;
    for (int i = 0; i < 260 && err == TW_OK; i++) err = tw_tlog_append(t, hash, NULL);
    if (err == TW_OK) err = tw_tlog_flush(t, NULL);
    tw_tlog_free(t);
    TW_TRY(err);
    TW_TRY(tw_tlog_new(&tiles, 260, &t, NULL));
    tw_tlog_free(t);
    TW_TRY(tw_tlog_root_of(&tiles, 260, root, NULL));
    TW_TRY(tw_tlog_prove_inclusion(&tiles, 3, 260, &p, NULL));
    return tw_tlog_prove_consistency(&tiles, 259, 260, &p, NULL);
}

static tw_err just_new(void)
{
    struct tw_tlog *t = NULL;
    const struct tw_tlog_tiles tiles = kept_tiles(&kept);
    TW_TRY(tw_tlog_new(&tiles, 0, &t, NULL));
    tw_tlog_free(t);
    return TW_OK;
}

static void failures_come_back(void)
{
    memset(&kept, 0, sizeof kept);
    CHECK(all_of_it() == TW_OK);
    const int calls = kept.calls;
    for (int fail = 1; fail <= calls; fail++) {
        memset(&kept, 0, sizeof kept);
        kept.fail = fail;
        CHECK(all_of_it() == TW_IO);
    }
    CHECK(calls > 10 && fault_each_allocation(just_new) > 0);
}

static bool path_is(unsigned level, uint64_t index, unsigned width, const char *want)
{
    TW_SCOPED_BUF out = {0};
    tw_tlog_tile_path(level, index, width, &out);
    return tw_str_is(tw_buf_view(&out), want);
}

static void tiles_have_the_paths_of_c2sp(void)
{
    CHECK(path_is(0, 0, 256, "tile/0/000") && path_is(3, 1234067, 256, "tile/3/x001/x234/067"));
    CHECK(path_is(0, 273, 112, "tile/0/273.p/112") && path_is(1, 1000, 1, "tile/1/x001/000.p/1"));
    CHECK(path_is(0, UINT64_MAX, 256, "tile/0/x018/x446/x744/x073/x709/x551/615"));
    TW_SCOPED_BUF out = {0};
    tw_tlog_bundle_path(67, 9, &out);
    CHECK(tw_str_is(tw_buf_view(&out), "tile/entries/067.p/9"));
    tw_buf_clear(&out);
    tw_tlog_bundle_put(TW_STR("abc"), &out);
    CHECK(tw_str_eq(tw_buf_view(&out), TW_STR("\0\3abc")));
}

int main(void)
{
    RUN(hashes_are_those_of_rfc_6962);
    RUN(proofs_are_those_of_the_plain_tree);
    RUN(what_was_changed_does_not_hold);
    RUN(goes_on_from_its_tiles);
    RUN(what_does_not_stand_there_is_refused);
    RUN(failures_come_back);
    RUN(tiles_have_the_paths_of_c2sp);
    return DONE();
}
