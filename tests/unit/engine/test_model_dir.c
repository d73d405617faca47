/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/model_dir.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "model_bytes.h"
#include "store/file.h"

static char top[] = "/tmp/tidewaiter-model-XXXXXX";
static char dir[64];
static struct tw_buf model, profile, channels, other;
static struct tw_fault fault;

static const char *in_dir(const char *name)
{
    static char path[128];
    CHECK(snprintf(path, sizeof path, "%s/%s", dir, name) > 0);
    return path;
}

static int files_in(const char *path)
{
    DIR *d = opendir(path);
    int n = 0;
    if (d == NULL) return -1;
    while (readdir(d) != NULL) n++;
    closedir(d);
    return n - 2; /* . and .. */
}

static struct tw_model_dir_bytes usual(void)
{
    return (struct tw_model_dir_bytes){.model = tw_buf_view(&model),
                                       .profile = tw_buf_view(&profile),
                                       .channels = tw_buf_view(&channels),
                                       .card_json = TW_STR("{}\n"),
                                       .card_md = TW_STR("# Card\n")};
}

static tw_err write_usual(void)
{
    const struct tw_model_dir_bytes b = usual();
    fault = (struct tw_fault){0};
    return tw_model_dir_write(dir, &b, &fault);
}

static tw_err open_and_close(void)
{
    struct tw_model_dir m = {.model = NULL};
    fault = (struct tw_fault){0};
    const tw_err err = tw_model_dir_open(dir, NULL, &m, &fault);
    CHECK((err == TW_OK) == (m.model != NULL));
    tw_model_dir_close(&m);
    return err;
}

static void put(const char *path, struct tw_str bytes)
{
    struct tw_file_out *f = NULL;
    CHECK(tw_file_out_open(path, NULL, &f, NULL) == TW_OK &&
          tw_file_out_write(f, bytes.s, bytes.n, NULL) == TW_OK && tw_file_out_commit(f, NULL) == TW_OK);
    tw_file_out_free(f);
}

static void clear(void)
{
    static const char *const name[] = {"model.json", "profile.state", "channels.state", "card.json",
                                       "card.md"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) (void)unlink(in_dir(name[i]));
    CHECK(rmdir(dir) == 0);
}

static void what_is_written_is_read_back(void)
{
    CHECK(write_usual() == TW_OK && files_in(dir) == 5);
    struct tw_model_dir m;
    struct tw_channel_settings s = tw_channel_defaults();
    s.window = 100;
    s.window_min = 10;
    CHECK(tw_model_dir_open(dir, &s, &m, &fault) == TW_OK);
    uint8_t sum[TW_SHA256_BYTES];
    tw_sha256(profile.p, profile.n, sum);
    CHECK(memcmp(sum, m.profile_hash, sizeof sum) == 0 && tw_profile_day(m.profile) == 20000);
    char hex[TW_SHA256_HEX];
    tw_sha256(model.p, model.n, sum);
    tw_sha256_hex(sum, hex);
    CHECK(strcmp(tw_model_sha256(m.model), hex) == 0);
    const struct tw_channel_case k = {.score = 1000, .day = 20001, .office = TW_STR("HB01")};
    struct tw_channel_choice choice;
    CHECK(tw_channels_decide(m.channels, &k, &choice) == TW_OK && choice.channel == TW_CHANNEL_RED);
    tw_model_dir_close(&m);
    tw_model_dir_close(&m);
    clear();
}

static void a_window_in_another_order_begins_anew(void)
{
    const struct tw_channel_settings s = tw_channel_defaults();
    const struct tw_channel_case highest = {.score = 1000, .day = 20001, .office = TW_STR("HB01")};
    static const double mix[] = {0, 0.25};
    CHECK(write_usual() == TW_OK);
    for (int i = 0; i < 2; i++) {
        struct tw_model_dir m;
        struct tw_channel_choice choice;
        bool anew;
        CHECK(tw_model_dir_open(dir, &s, &m, &fault) == TW_OK);
        CHECK(tw_model_dir_order(&m, &s, mix[i], &anew, &fault) == TW_OK && anew == (i > 0));
        CHECK(tw_channels_ordered_by(m.channels) == mix[i]);
        CHECK(tw_channels_decide(m.channels, &highest, &choice) == TW_OK);
        CHECK((choice.score_channel == TW_CHANNEL_RED) == (i == 0));
        tw_model_dir_close(&m);
    }
    clear();
}

static void a_model_that_lay_there_is_replaced(void)
{
    CHECK(mkdir(dir, 0777) == 0 && write_usual() == TW_OK);
    struct tw_model_dir_bytes b = usual();
    b.profile = tw_buf_view(&other);
    CHECK(tw_model_dir_write(dir, &b, &fault) == TW_OK && files_in(dir) == 5);
    struct tw_model_dir m;
    CHECK(tw_model_dir_open(dir, NULL, &m, &fault) == TW_OK && tw_profile_day(m.profile) == 20100);
    tw_model_dir_close(&m);
    clear();
}

static void each_missing_part_is_named(void)
{
    static const char *const name[] = {"model.json", "profile.state", "channels.state"};
    CHECK(open_and_close() == TW_NOTFOUND && strstr(fault.note, "train --out") != NULL);
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        CHECK(write_usual() == TW_OK && unlink(in_dir(name[i])) == 0);
        CHECK(open_and_close() == TW_NOTFOUND && strcmp(fault.path, name[i]) == 0);
        CHECK(strstr(fault.note, "train again") != NULL);
    }
    CHECK(write_usual() == TW_OK && unlink(in_dir("card.md")) == 0 && unlink(in_dir("card.json")) == 0);
    CHECK(open_and_close() == TW_OK); /* the card is for people */
    clear();
    put(dir, TW_STR("a file"));
    CHECK(open_and_close() == TW_NOTFOUND && strstr(fault.note, "file") != NULL);
    CHECK(unlink(dir) == 0);
}

/* Every part, cut at some lengths and with a byte changed at some places. */
static void truncated_and_edited_files_are_refused(void)
{
    const struct {
        const char *name;
        struct tw_buf *bytes;
    } part[] = {{"model.json", &model}, {"profile.state", &profile}, {"channels.state", &channels}};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        const char *name = part[i].name;
        struct tw_buf *b = part[i].bytes;
        CHECK(write_usual() == TW_OK);
        for (size_t n = 0; n < b->n; n += b->n / 9 + 1) {
            put(in_dir(name), (struct tw_str){b->p, n});
            CHECK(open_and_close() == TW_FORMAT && strncmp(fault.path, name, strlen(name)) == 0);
            CHECK(*fault.note != 0);
        }
        for (size_t n = 0; n < b->n; n += b->n / 9 + 1) {
            b->p[n] ^= 0x20;
            put(in_dir(name), tw_buf_view(b));
            b->p[n] ^= 0x20;
            CHECK(open_and_close() == TW_FORMAT && strncmp(fault.path, name, strlen(name)) == 0);
        }
    }
    clear();
}

static void a_model_of_other_features_is_a_conflict(void)
{
    struct tw_model_dir_bytes b = usual();
    TW_SCOPED_BUF fewer = {0};
    put_model(&fewer, TW_FEATURE_N - 1);
    b.model = tw_buf_view(&fewer);
    CHECK(tw_model_dir_write(dir, &b, &fault) == TW_OK);
    CHECK(open_and_close() == TW_CONFLICT && strncmp(fault.path, "model.json", 10) == 0);
    clear();
}

static void impossible_channel_settings_are_refused(void)
{
    struct tw_channel_settings s = tw_channel_defaults();
    struct tw_model_dir m = {.model = NULL};
    s.window = 1;
    CHECK(write_usual() == TW_OK && tw_model_dir_open(dir, &s, &m, &fault) == TW_RANGE && m.model == NULL);
    clear();
}

static void wrong_places_are_told_apart(void)
{
    const struct tw_model_dir_bytes b = usual();
    char path[5000];
    CHECK(tw_model_dir_write("", &b, &fault) == TW_ARG && tw_model_dir_try("", &fault) == TW_ARG);
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = 0;
    CHECK(tw_model_dir_write(path, &b, &fault) == TW_ARG && tw_model_dir_try(path, &fault) == TW_ARG);
    CHECK(snprintf(path, sizeof path, "%s/no/m", top) > 0);
    CHECK(tw_model_dir_write(path, &b, &fault) == TW_NOTFOUND && strstr(fault.note, "above") != NULL);
    put(dir, TW_STR("a file"));
    CHECK(write_usual() == TW_ARG && tw_model_dir_try(dir, &fault) == TW_ARG);
    CHECK(strstr(fault.note, "directory") != NULL && unlink(dir) == 0);
}

static void a_try_leaves_nothing_behind(void)
{
    CHECK(tw_model_dir_try(dir, &fault) == TW_OK && access(dir, F_OK) != 0);
    CHECK(write_usual() == TW_OK && tw_model_dir_try(dir, &fault) == TW_OK && files_in(dir) == 5);
    CHECK(open_and_close() == TW_OK);
    clear();
}

/* The file system's limit is moved up until all fits: before that, a new directory is gone again and an old
 * model is as it was. */
static void survives_a_full_disk(void)
{
    struct rlimit old;
    struct tw_model_dir_bytes b = usual();
    b.profile = tw_buf_view(&other);
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    for (int there = 0; there < 2; there++) {
        tw_err err = TW_FULL;
        int steps = 0;
        if (there == 1) CHECK(write_usual() == TW_OK);
        for (rlim_t limit = 0; err == TW_FULL; limit += 199, steps++) {
            const struct rlimit now = {limit, old.rlim_max};
            CHECK(setrlimit(RLIMIT_FSIZE, &now) == 0);
            err = tw_model_dir_write(dir, &b, &fault);
            CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0 && (err == TW_OK || err == TW_FULL));
            if (err == TW_OK) break;
            CHECK(files_in(dir) == (there == 1 ? 5 : -1));
            struct tw_model_dir m;
            if (there == 0) continue;
            CHECK(tw_model_dir_open(dir, NULL, &m, &fault) == TW_OK && tw_profile_day(m.profile) == 20000);
            tw_model_dir_close(&m);
        }
        CHECK(steps > 10 && open_and_close() == TW_OK);
        clear();
    }
}

static tw_err write_or_not(void)
{
    const struct tw_model_dir_bytes b = usual();
    const tw_err err = tw_model_dir_write(dir, &b, NULL);
    if (err != TW_OK) CHECK(files_in(dir) == -1);
    return err;
}

static void survives_every_failed_allocation(void)
{
    CHECK(fault_each_allocation(write_or_not) > 15);
    CHECK(fault_each_allocation(open_and_close) > 15);
    clear();
}

int main(void)
{
    CHECK(mkdtemp(top) != NULL && snprintf(dir, sizeof dir, "%s/m", top) > 0);
    put_model(&model, TW_FEATURE_N);
    put_profile(&profile, 20000);
    put_profile(&other, 20100);
    put_channels(&channels, 300);
    RUN(what_is_written_is_read_back);
    RUN(a_window_in_another_order_begins_anew);
    RUN(a_model_that_lay_there_is_replaced);
    RUN(each_missing_part_is_named);
    RUN(truncated_and_edited_files_are_refused);
    RUN(a_model_of_other_features_is_a_conflict);
    RUN(impossible_channel_settings_are_refused);
    RUN(wrong_places_are_told_apart);
    RUN(a_try_leaves_nothing_behind);
    RUN(survives_a_full_disk);
    RUN(survives_every_failed_allocation);
    tw_buf_free(&model);
    tw_buf_free(&profile);
    tw_buf_free(&other);
    tw_buf_free(&channels);
    CHECK(rmdir(top) == 0);
    return DONE();
}
