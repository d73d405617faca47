/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/store/fault_vfs.h -- a VFS of SQLite over the default one that fails where it is told to.
 *
 *   fault_vfs_fail(n, VFS_FULL)   the n-th write, truncation, sync, deletion or creation from now on finds no
 * room, and so do all that follow until fault_vfs_clear() fault_vfs_cut(n)              the n-th is where the
 * power goes: from then on nothing works any more; fault_vfs_power_back(keep) puts every file as the disk has
 * it
 *
 * What the disk has is what was synced, and of what was written since each piece that `keep` says. The shim
 * never syncs itself. Names are durable at once.
 */
#ifndef TW_TEST_FAULT_VFS_H
#define TW_TEST_FAULT_VFS_H

#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <unistd.h>

#include "check.h"

enum vfs_fault { VFS_NONE, VFS_FULL, VFS_IO, VFS_CUT };

enum { VFS_FILES = 32 };

/* A write, or (bytes NULL) a truncation to `at`. */
struct vfs_piece {
    char *bytes;
    sqlite3_int64 at;
    int n;
};

struct vfs_image {
    char path[256];
    char *durable;
    size_t n;
    size_t cap;              /* of durable */
    struct vfs_piece *piece; /* since the last sync */
    size_t pieces;
};

static struct {
    sqlite3_vfs vfs, *real;
    sqlite3_io_methods methods;
    enum vfs_fault fault;
    long left; /* calls until it happens; < 0 = never */
    bool met;
    struct vfs_image image[VFS_FILES];
} fault_vfs;

struct vfs_file {
    sqlite3_file base;
    struct vfs_image *image; /* NULL: a temporary file */
    sqlite3_file *real;
};

/* Does this call fail? */
static bool vfs_trips(void)
{
    if (fault_vfs.fault == VFS_NONE) return false;
    if (fault_vfs.left > 0) {
        fault_vfs.left--;
        return false;
    }
    fault_vfs.met = true;
    return true;
}

static bool vfs_dead(void)
{
    return fault_vfs.fault == VFS_CUT && fault_vfs.met;
}

static int vfs_code(int io)
{
    return fault_vfs.fault == VFS_FULL ? SQLITE_FULL : io;
}

static void image_piece(struct vfs_image *m, const void *p, int n, sqlite3_int64 at)
{
    if (m == NULL) return;
    m->piece = realloc(m->piece, (m->pieces + 1) * sizeof *m->piece);
    CHECK(m->piece != NULL);
    struct vfs_piece *x = &m->piece[m->pieces++];
    *x = (struct vfs_piece){NULL, at, n};
    if (p == NULL) return;
    x->bytes = malloc((size_t)n);
    CHECK(x->bytes != NULL);
    memcpy(x->bytes, p, (size_t)n);
}

static void image_resize(struct vfs_image *m, size_t n)
{
    if (n > m->cap) { /* by doubling: it grows at every sync */
        m->cap = n > 2 * m->cap ? n : 2 * m->cap;
        m->durable = realloc(m->durable, m->cap);
        CHECK(m->durable != NULL);
    }
    if (n > m->n) memset(m->durable + m->n, 0, n - m->n);
    m->n = n;
}

static void image_apply(struct vfs_image *m, const struct vfs_piece *x)
{
    const size_t end = (size_t)x->at + (size_t)x->n;
    if (x->bytes == NULL) {
        image_resize(m, (size_t)x->at);
        return;
    }
    if (end > m->n) image_resize(m, end);
    memcpy(m->durable + x->at, x->bytes, (size_t)x->n);
}

static void image_settle(struct vfs_image *m, bool (*keep)(void))
{
    for (size_t i = 0; i < m->pieces; i++) {
        if (keep == NULL || keep()) image_apply(m, &m->piece[i]);
        free(m->piece[i].bytes);
    }
    free(m->piece);
    m->piece = NULL;
    m->pieces = 0;
}

static void image_forget(struct vfs_image *m)
{
    image_settle(m, NULL);
    free(m->durable);
    *m = (struct vfs_image){0};
}

static void image_load(struct vfs_image *m, const char *path)
{
    char block[4096];
    const int fd = open(path, O_RDONLY);
    snprintf(m->path, sizeof m->path, "%s", path);
    if (fd < 0) return;
    for (ssize_t n; (n = read(fd, block, sizeof block)) > 0;) {
        const size_t at = m->n;
        image_resize(m, at + (size_t)n);
        memcpy(m->durable + at, block, (size_t)n);
    }
    close(fd);
}

static struct vfs_image *image_of(const char *path)
{
    struct vfs_image *none = NULL;
    if (path == NULL) return NULL;
    for (size_t i = 0; i < VFS_FILES; i++) {
        struct vfs_image *m = &fault_vfs.image[i];
        if (strcmp(m->path, path) == 0) return m;
        if (m->path[0] == '\0' && none == NULL) none = m;
    }
    CHECK(none != NULL);
    image_load(none, path);
    return none;
}

/* -- one file */

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct vfs_file *)f)->real;
}

static int f_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    if (vfs_trips()) return vfs_code(SQLITE_IOERR_WRITE);
    image_piece(((struct vfs_file *)f)->image, p, n, at);
    return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (vfs_trips()) return vfs_code(SQLITE_IOERR_TRUNCATE);
    image_piece(((struct vfs_file *)f)->image, NULL, 0, size);
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int f_sync(sqlite3_file *f, int flags)
{
    (void)flags;
    if (vfs_trips()) return vfs_code(SQLITE_IOERR_FSYNC);
    struct vfs_image *m = ((struct vfs_file *)f)->image;
    if (m != NULL) image_settle(m, NULL);
    return SQLITE_OK;
}

static int f_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), ret);
}

static int f_lock(sqlite3_file *f, int to)
{
    return real_of(f)->pMethods->xLock(real_of(f), to);
}

static int f_unlock(sqlite3_file *f, int to)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), to);
}

static int f_reserved(sqlite3_file *f, int *ret)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int f_control(sqlite3_file *f, int op, void *p)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, p);
}

static int f_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int f_character(sqlite3_file *f)
{
    (void)f;
    return 0; /* nothing is promised of overwriting: SQLite writes as for the worst disk */
}

static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, ret);
}

static int f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int f_shm_unmap(sqlite3_file *f, int remove)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

/* -- all files */

static int v_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *ret)
{
    struct vfs_file *w = (struct vfs_file *)f;
    (void)v;
    w->base.pMethods = NULL;
    w->real = (sqlite3_file *)(w + 1);
    if ((flags & SQLITE_OPEN_CREATE) != 0 ? vfs_trips() : vfs_dead()) return SQLITE_CANTOPEN;
    w->image = image_of(path);
    const int rc = fault_vfs.real->xOpen(fault_vfs.real, path, w->real, flags, ret);
    if (rc == SQLITE_OK) w->base.pMethods = &fault_vfs.methods;
    return rc;
}

static int v_delete(sqlite3_vfs *v, const char *path, int sync)
{
    (void)v;
    if (vfs_trips()) return SQLITE_IOERR_DELETE;
    struct vfs_image *m = image_of(path);
    if (m != NULL) image_forget(m);
    return fault_vfs.real->xDelete(fault_vfs.real, path, sync);
}

static void fault_vfs_clear(void)
{
    fault_vfs.fault = VFS_NONE;
    fault_vfs.met = false;
    fault_vfs.left = -1;
}

/* Forgets all files too. */
static void fault_vfs_reset(void)
{
    for (size_t i = 0; i < VFS_FILES; i++) image_forget(&fault_vfs.image[i]);
    fault_vfs_clear();
}

static inline void fault_vfs_fail(long n, enum vfs_fault fault)
{
    fault_vfs.fault = fault;
    fault_vfs.left = n;
    fault_vfs.met = false;
}

/* keep  asked for each piece that was not synced; every handle must be closed */
static inline void fault_vfs_power_back(bool (*keep)(void))
{
    for (size_t i = 0; i < VFS_FILES; i++) {
        struct vfs_image *m = &fault_vfs.image[i];
        char shm[264];
        if (m->path[0] == '\0') continue;
        image_settle(m, keep);
        const int fd = access(m->path, F_OK) == 0 ? open(m->path, O_WRONLY | O_TRUNC) : -1;
        if (fd >= 0) {
            CHECK(write(fd, m->durable, m->n) == (ssize_t)m->n || m->n == 0);
            CHECK(close(fd) == 0);
        }
        snprintf(shm, sizeof shm, "%s-shm", m->path);
        (void)unlink(shm);
    }
    fault_vfs_reset();
}

static const char *fault_vfs_name(void)
{
    if (fault_vfs.real != NULL) return fault_vfs.vfs.zName;
    fault_vfs.real = sqlite3_vfs_find(NULL);
    CHECK(fault_vfs.real != NULL);
    fault_vfs.vfs = *fault_vfs.real;
    fault_vfs.vfs.zName = "fault";
    fault_vfs.vfs.pNext = NULL;
    fault_vfs.vfs.szOsFile += (int)sizeof(struct vfs_file);
    fault_vfs.vfs.xOpen = v_open;
    fault_vfs.vfs.xDelete = v_delete;
    fault_vfs.methods = (sqlite3_io_methods){.iVersion = 2,
                                             .xClose = f_close,
                                             .xRead = f_read,
                                             .xWrite = f_write,
                                             .xTruncate = f_truncate,
                                             .xSync = f_sync,
                                             .xFileSize = f_size,
                                             .xLock = f_lock,
                                             .xUnlock = f_unlock,
                                             .xCheckReservedLock = f_reserved,
                                             .xFileControl = f_control,
                                             .xSectorSize = f_sector,
                                             .xDeviceCharacteristics = f_character,
                                             .xShmMap = f_shm_map,
                                             .xShmLock = f_shm_lock,
                                             .xShmBarrier = f_shm_barrier,
                                             .xShmUnmap = f_shm_unmap};
    fault_vfs_clear();
    CHECK(sqlite3_vfs_register(&fault_vfs.vfs, 0) == SQLITE_OK);
    return fault_vfs.vfs.zName;
}

#endif
