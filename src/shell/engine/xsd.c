/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/xsd_priv.h"

#include <stdio.h>
#include <string.h>

#include "store/file.h"

enum { XSD_BYTES_MAX = 16 << 20, PATH_BYTES_MAX = 4096 };

/* The first file is known to the schema by this name, so that nothing of its own path is taken for an
 * address. */
static const char ROOT[] = "schema.xsd";

static tw_err load(void *to, struct tw_str location, struct tw_buf *ret, struct tw_fault *fault)
{
    const char *path = to, *slash = strrchr(path, '/');
    const int folder = slash != NULL ? (int)(slash - path) + 1 : 0;
    char file[PATH_BYTES_MAX];
    if (tw_str_is(location, ROOT)) return tw_file_in_all(path, XSD_BYTES_MAX, ret, fault);
    if (location.n > 2 && memmem(location.s, location.n, "://", 3) != NULL)
        return tw_fail(fault, TW_FORMAT,
                       "the schema names %.*s, which is not fetched; put the file beside it",
                       (int)(location.n < 80 ? location.n : 80), location.s);
    const bool absolute = location.n > 0 && location.s[0] == '/';
    if (snprintf(file, sizeof file, "%.*s%.*s", absolute ? 0 : folder, path, TW_STR_ARG(location)) >=
        PATH_BYTES_MAX)
        return tw_fail(fault, TW_LIMIT, "the schema names a path longer than %d bytes", PATH_BYTES_MAX - 1);
    return tw_file_in_all(file, XSD_BYTES_MAX, ret, fault);
}

tw_err xsd_open(const char *path, struct tw_xml_schema **ret, struct tw_fault *fault)
{
    char own[PATH_BYTES_MAX];
    if (snprintf(own, sizeof own, "%s", path) >= PATH_BYTES_MAX)
        return tw_fail(fault, TW_ARG, "the path is longer than %d bytes", PATH_BYTES_MAX - 1);
    return tw_xml_schema_new(tw_str_from(ROOT), &(struct tw_xml_source){own, load}, ret, fault);
}
