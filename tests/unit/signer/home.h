/* SPDX-License-Identifier: Apache-2.0 */
/* A signer's directory in a scratch directory, for tests. */
#ifndef TEST_SIGNER_HOME_H
#define TEST_SIGNER_HOME_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "signer/store_priv.h"

static char home_top[] = "/tmp/tidewaiter-signer-XXXXXX", home[64];

static inline const char *home_file(const char *name)
{
    static char path[160];
    CHECK(snprintf(path, sizeof path, "%s/%s", home, name) < (int)sizeof path);
    return path;
}

static inline void home_make(void)
{
    TW_SCOPED_BUF key = {0};
    if (home[0] == '\0') {
        CHECK(mkdtemp(home_top) != NULL);
        CHECK(snprintf(home, sizeof home, "%s/keys", home_top) < (int)sizeof home);
    }
    CHECK(signer_store_init(home, TW_STR("test.example/log"), &key, NULL) == TW_OK);
    CHECK(tw_str_starts(tw_buf_view(&key), TW_STR("test.example/log+")) && key.p[key.n - 1] == '\n');
}

static inline void home_remove(void)
{
    static const char *const name[] = {"signing.key", "signing.pub", "day.key",        "checkpoint",
                                       "days",        "lock",        "checkpoint.new", "days.new",
                                       "socket",      "signer.yaml"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) (void)unlink(home_file(name[i]));
    CHECK(rmdir(home) == 0);
}

#endif
