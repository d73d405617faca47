/* SPDX-License-Identifier: Apache-2.0 */
/* cuscar_written DIR FILE... -- writes manifests as CUSCAR to DIR, for test_edifact_written.py: one of each
 * FILE that is read, and some with a value in every element. */
#include <string.h>

#include "unit/message/edi_house.h"

static void keep(const struct house *h, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.edi", folder, name);
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL && fwrite(h->out.p, 1, h->out.n, f) == h->out.n && fclose(f) == 0);
}

static void write_full(const char *folder, size_t many)
{
    HOUSE h;
    struct tw_manifest m;
    char name[32];
    unsigned n = 0;
    house_open(&h);
    tw_level_init(TW_LEVEL_MANIFEST, &m);
    fill(h.arena, TW_LEVEL_MANIFEST, &m, many, &n);
    const tw_err err = compose(&h, TW_EDI_CUSCAR, &m);
    if (err != TW_OK) fprintf(stderr, "%s: %s\n", h.fault.path, h.fault.note);
    CHECK(err == TW_OK);
    snprintf(name, sizeof name, "full%zu", many);
    keep(&h, folder, name);
}

static void write_again(const char *folder, const char *path)
{
    HOUSE h;
    TW_SCOPED_BUF text = {0};
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL && tw_buf_room(&text, 1 << 20) != NULL);
    text.n = fread(text.p, 1, 1 << 20, f);
    fclose(f);
    house_open(&h);
    CHECK(read_record(tw_buf_view(&text), 0, h.again, &h.reading, &h.fault) == TW_OK &&
          h.reading.manifest != NULL);
    const tw_err err = compose(&h, TW_EDI_CUSCAR, h.reading.manifest);
    if (err != TW_OK) fprintf(stderr, "%s: %s: %s\n", path, h.fault.path, h.fault.note);
    CHECK(err == TW_OK);
    const char *slash = strrchr(path, '/');
    keep(&h, folder, slash != NULL ? slash + 1 : path);
}

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    for (size_t many = 1; many <= 4; many++) write_full(argv[1], many);
    for (int i = 2; i < argc; i++) write_again(argv[1], argv[i]);
    return 0;
}
