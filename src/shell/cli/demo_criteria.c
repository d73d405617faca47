/* SPDX-License-Identifier: Apache-2.0 */
/* The criteria of the demo go the way that criteria go: a draft in a file, signed by two people with keys of
 * their own, published to a directory, and read from there. */
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "cli/demo_priv.h"
#include "engine/published.h"
#include "store/file.h"

static const char *const person[TW_SIGNER_ROLES] = {"analyst.kim", "chief.lee"};

/* Files in the directory `criteria` of the country. */
enum part { DRAFT, LIST, SIGNERS, AUTHOR_SIG, REVIEWER_SIG, KIM, KIM_PUB, LEE, LEE_PUB, SETS, PARTS_N };
static const char *const part_name[PARTS_N] = {
    "harbor.yaml", "addresses.yaml",  "signers.yaml", "harbor.yaml.author.sig", "harbor.yaml.reviewer.sig",
    "analyst.kim", "analyst.kim.pub", "chief.lee",    "chief.lee.pub",          "published"};

static const char *path_of(const struct demo_country *c, enum part part, char room[DEMO_PATH_MAX])
{
    snprintf(room, DEMO_PATH_MAX, "%s/criteria/%s", c->dir, part_name[part]);
    return room;
}

static tw_err write_file(const char *path, struct tw_str bytes, struct tw_fault *fault)
{
    TW_SCOPED(tw_file_out) *file = NULL;
    TW_TRY(tw_file_out_open(path, NULL, &file, fault));
    TW_TRY(tw_file_out_write(file, bytes.s, bytes.n, fault));
    return tw_file_out_commit(file, fault);
}

/* The key of one of the two, made where there is none, and their row among the signers. */
static tw_err put_person(const struct demo_country *c, int role, struct tw_ssh_private *key,
                         struct tw_buf *rows, struct tw_fault *fault)
{
    char path[DEMO_PATH_MAX];
    const struct tw_str name = tw_str_from(person[role]);
    path_of(c, role == TW_SIGNER_AUTHOR ? KIM : LEE, path);
    if (access(path, F_OK) != 0) TW_TRY(tw_signing_keygen(path, name, key->key, fault));
    TW_TRY(tw_signing_key(path, key, fault));
    tw_buf_printf(rows, "  - name: %s\n    roles: [%s]\n    key: ", person[role],
                  tw_signer_role_name((enum tw_signer_role)role));
    tw_ssh_key_put(key->key, name, rows);
    tw_buf_char(rows, '\n');
    return TW_OK;
}

static tw_err sign(const char *path, const struct tw_set_reading *how, const struct tw_ssh_private *key,
                   struct tw_fault *fault)
{
    struct tw_signed set;
    TW_TRY(tw_signed_read(path, how, &set, fault));
    tw_err err = TW_OK;
    for (int r = 0; r < TW_SIGNER_ROLES && err == TW_OK; r++)
        err = tw_signing_sign(path, &set, (enum tw_signer_role)r, &key[r], fault);
    tw_signed_clear(&set);
    return err;
}

static tw_err draft(const struct demo_country *c, const struct tw_set_reading *how, struct tw_fault *fault)
{
    char path[DEMO_PATH_MAX], draft_path[DEMO_PATH_MAX];
    struct tw_ssh_private key[TW_SIGNER_ROLES];
    TW_SCOPED_BUF rows = {0};
    tw_err err = write_file(path_of(c, DRAFT, draft_path), tw_criteria_builtin(TW_STR("harbor")), fault);
    if (err == TW_OK) /* which it asks */
        err = write_file(path_of(c, LIST, path), tw_watchlist_builtin(TW_STR("addresses")), fault);
    tw_buf_text(&rows, "signers:\n");
    for (int r = 0; r < TW_SIGNER_ROLES && err == TW_OK; r++) err = put_person(c, r, &key[r], &rows, fault);
    if (err == TW_OK && rows.failed) err = tw_fail(fault, TW_NOMEM, "out of memory");
    if (err == TW_OK) err = write_file(path_of(c, SIGNERS, path), tw_buf_view(&rows), fault);
    if (err == TW_OK) err = sign(draft_path, how, key, fault);
    tw_wipe(key, sizeof key);
    return err;
}

/* Is this set the one that stands there already, since an earlier demo was kept? */
static bool stands(const char *dir, const struct tw_signers *s, const struct tw_set_reading *how,
                   const struct tw_criteria *set)
{
    struct tw_published p;
    if (tw_published_open(dir, s, how, &p, NULL) != TW_OK) return false;
    const bool same = memcmp(tw_criteria_hash(p.files.set), tw_criteria_hash(set), TW_SHA256_BYTES) == 0;
    tw_published_close(&p);
    return same;
}

static tw_err publish(struct demo_country *c, const struct tw_signers *s, const struct tw_set_reading *how,
                      struct tw_fault *fault)
{
    char path[DEMO_PATH_MAX], dir[DEMO_PATH_MAX];
    struct tw_signed set;
    const struct tw_signer *by[TW_SIGNER_ROLES];
    TW_TRY(tw_signed_read(path_of(c, DRAFT, path), how, &set, fault));
    const struct tw_publishing what = {&set, s, how, tw_time_day((int64_t)time(NULL))};
    tw_err err = TW_OK;
    c->criteria_version = tw_criteria_version(set.set);
    if (!stands(path_of(c, SETS, dir), s, how, set.set)) err = tw_publish(dir, &what, by, fault);
    tw_signed_clear(&set);
    return err;
}

tw_err demo_criteria(struct demo_country *c, const struct tw_watchlists *lists, struct tw_criteria **ret,
                     struct tw_fault *fault)
{
    char path[DEMO_PATH_MAX];
    const struct tw_set_reading how = {NULL, lists};
    TW_SCOPED(tw_signers) *s = NULL;
    struct tw_published p;
    snprintf(path, sizeof path, "%s/criteria", c->dir);
    (void)mkdir(path, 0777); /* what is written to it tells where there is none */
    TW_TRY(draft(c, &how, fault));
    TW_TRY(tw_signing_signers(path_of(c, SIGNERS, path), &s, fault));
    TW_TRY(publish(c, s, &how, fault));
    TW_TRY(tw_published_open(path_of(c, SETS, path), s, &how, &p, fault));
    *ret = p.files.set;
    p.files.set = NULL;
    tw_published_close(&p);
    return TW_OK;
}

void demo_criteria_remove(const struct demo_country *c)
{
    static const char *const file[] = {"/set.yaml.reviewer.sig", "/set.yaml.author.sig", "/set.yaml", ""};
    char dir[DEMO_PATH_MAX], path[DEMO_PATH_MAX + 64];
    path_of(c, SETS, dir);
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        snprintf(path, sizeof path, "%s/%lld%s", dir, (long long)c->criteria_version, file[i]);
        (void)remove(path);
    }
    for (int p = 0; p < PARTS_N; p++) (void)remove(path_of(c, (enum part)p, dir));
    snprintf(path, sizeof path, "%s/criteria", c->dir);
    (void)rmdir(path);
}
