/* SPDX-License-Identifier: Apache-2.0 */
/* replay TARGET-FILES... -- hands each file, or each file of each folder, to the fuzz target it is linked
 * with: what libFuzzer does, for builds without it. TAP on stdout. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "fuzz.h"

static void replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct stat info;
    CHECK(f != NULL && fstat(fileno(f), &info) == 0);
    const size_t n = (size_t)info.st_size;
    uint8_t *data =
        malloc(n > 0 ? n : 1); /* just as large as the input, so that ASan sees what reads past it */
    CHECK(data != NULL && fread(data, 1, n, f) == n);
    fclose(f);
    printf("# %s\n", path);
    fflush(stdout);
    CHECK(LLVMFuzzerTestOneInput(data, n) == 0);
    free(data);
}

static size_t replay_folder(const char *path)
{
    struct dirent **entry = NULL;
    const int n = scandir(path, &entry, NULL, alphasort);
    CHECK(n >= 0);
    size_t done = 0;
    for (int i = 0; i < n; i++) {
        char file[4096];
        struct stat info;
        const int written = snprintf(file, sizeof file, "%s/%s", path, entry[i]->d_name);
        CHECK(written > 0 && (size_t)written < sizeof file && stat(file, &info) == 0);
        if (S_ISREG(info.st_mode)) {
            replay_file(file);
            done++;
        }
        free(entry[i]);
    }
    free(entry);
    return done;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat info;
        size_t done = 1;
        if (stat(argv[i], &info) != 0) { /* no crash has been kept yet */
            printf("# %s is not there\n", argv[i]);
            continue;
        }
        if (S_ISDIR(info.st_mode))
            done = replay_folder(argv[i]);
        else
            replay_file(argv[i]);
        printf("ok %d - %zu inputs of %s\n", ++check_ran, done, argv[i]);
    }
    return DONE();
}
