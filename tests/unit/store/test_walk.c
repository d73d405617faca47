/* SPDX-License-Identifier: Apache-2.0 */
#include "store/walk.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "fault.h"

static char top[64];

static const char *at(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", top, name);
    return path;
}

static void touch(const char *name)
{
    FILE *f = fopen(at(name), "w");
    CHECK(f != NULL && fclose(f) == 0);
}

static int others;

static void count(void *to)
{
    (void)to;
    others++;
}

static tw_err tell(void *to, const char *path, bool found, struct tw_fault *fault)
{
    struct tw_buf *out = to;
    (void)fault;
    tw_buf_printf(out, "%s%s ", strncmp(path, top, strlen(top)) == 0 ? path + strlen(top) : path,
                  found ? "" : "!");
    return TW_OK;
}

static void files_come_in_the_order_of_their_names(void)
{
    TW_SCOPED_BUF out = {0};
    CHECK(mkdir(at("b"), 0700) == 0 && mkdir(at("b/z.xml"), 0700) == 0 && symlink("/etc", at("link")) == 0);
    touch("c"), touch("B"), touch(".hidden"), touch("b/2"), touch("b/10"), touch("b/z.xml/x");
    CHECK(mkfifo(at("pipe"), 0600) == 0);
    const struct tw_walk telling = {&out, tell, count, NULL};
    others = 0;
    CHECK(tw_walk(top, &telling, NULL) == TW_OK);
    CHECK(tw_str_is(tw_buf_view(&out), "/B /b/10 /b/2 /b/z.xml/x /c ") &&
          others == 2); /* the link and the pipe */
    tw_buf_clear(&out);
    CHECK(tw_walk(at("c"), &telling, NULL) == TW_OK && tw_str_is(tw_buf_view(&out), "/c! "));
    tw_buf_clear(&out);
    CHECK(tw_walk("no such", &telling, NULL) == TW_OK && tw_str_is(tw_buf_view(&out), "no such! "));
}

static void a_directory_may_be_left_out(void)
{
    TW_SCOPED_BUF out = {0};
    char without[128];
    snprintf(without, sizeof without, "%s/b/../b", top); /* another name of it */
    const struct tw_walk how = {&out, tell, NULL, without};
    CHECK(tw_walk(top, &how, NULL) == TW_OK && tw_str_is(tw_buf_view(&out), "/B /c "));
}

static tw_err stop(void *to, const char *path, bool found, struct tw_fault *fault)
{
    ++*(int *)to;
    (void)path, (void)found;
    return tw_fail(fault, TW_CONFLICT, "enough");
}

static void who_is_told_may_end_it(void)
{
    int n = 0;
    CHECK(tw_walk(top, &(struct tw_walk){&n, stop, NULL, NULL}, NULL) == TW_CONFLICT && n == 1);
}

static void depth_is_limited(void)
{
    TW_SCOPED_BUF path = {0}, out = {0};
    struct tw_fault fault = {0};
    const struct tw_walk telling = {&out, tell, NULL, NULL};
    tw_buf_text(&path, "deep");
    for (int i = 0; i < TW_WALK_DEPTH_MAX; i++) {
        tw_buf_char(&path, '\0');
        CHECK(mkdir(at(path.p), 0700) == 0);
        path.n--;
        tw_buf_text(&path, "/d");
    }
    CHECK(tw_walk(at("deep"), &telling, &fault) == TW_OK);
    CHECK(tw_walk(top, &telling, &fault) == TW_LIMIT && strstr(fault.note, "more than 32") != NULL);
}

static tw_err work(void)
{
    int n = 0;
    tw_err err = tw_walk(at("b"), &(struct tw_walk){&n, stop, NULL, NULL}, NULL);
    return err == TW_CONFLICT ? TW_OK : err;
}

static void no_allocation_that_fails_does_harm(void)
{
    CHECK(fault_each_allocation(work) > 2);
}

static int forget(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

int main(void)
{
    snprintf(top, sizeof top, "%s/tw-walk-XXXXXX", access("/tmp", W_OK) == 0 ? "/tmp" : ".");
    CHECK(mkdtemp(top) != NULL);
    RUN(files_come_in_the_order_of_their_names);
    RUN(a_directory_may_be_left_out);
    RUN(who_is_told_may_end_it);
    RUN(no_allocation_that_fails_does_harm);
    RUN(depth_is_limited);
    CHECK(nftw(top, forget, 16, FTW_DEPTH | FTW_PHYS) == 0);
    return DONE();
}
