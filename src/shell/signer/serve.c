/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/serve_priv.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "signer/peer_priv.h"
#include "signer/service_priv.h"

enum { BACKLOG = 64, SECOND_MS = 1000 };

struct server {
    struct signer_store *store;
    const struct signer_serving *how;
    int listener;
    bool bound;            /* the path is ours */
    int64_t deaf_until_ms; /* no connections are taken before: there was no room for one */
    struct peer *peer;     /* of `settings.connections` */
    size_t n;
    struct pollfd *poll; /* of the listener, then of each peer */
};

/* -- the socket */

static tw_err say_errno(struct tw_fault *fault, const char *what, int e)
{
    char words[64];
    return tw_fail(fault, TW_IO, "%.100s: %s", what, strerror_r(e, words, sizeof words));
}

/* Takes away what a signer that was killed has left. */
static tw_err make_way(const struct sockaddr_un *at, struct tw_fault *fault)
{
    struct stat st;
    if (lstat(at->sun_path, &st) != 0) return TW_OK;
    if (!S_ISSOCK(st.st_mode))
        return tw_fail(fault, TW_ARG, "%s is no socket, and is not replaced; name another with --socket",
                       at->sun_path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return say_errno(fault, at->sun_path, errno);
    const bool taken = connect(fd, (const struct sockaddr *)at, sizeof *at) == 0 || errno == EAGAIN;
    close(fd);
    if (taken) return tw_fail(fault, TW_CONFLICT, "another process listens at %s", at->sun_path);
    if (unlink(at->sun_path) != 0) return say_errno(fault, at->sun_path, errno);
    return TW_OK;
}

static tw_err listen_at(struct server *s, struct tw_fault *fault)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const size_t n = strlen(s->how->socket);
    const mode_t mode = s->store->settings.client_uid >= 0 ? 0666 : 0600;
    if (n >= sizeof at.sun_path)
        return tw_fail(fault, TW_ARG,
                       "the path of the socket has %zu bytes, and %zu is the most; name a shorter one "
                       "with --socket",
                       n, sizeof at.sun_path - 1);
    memcpy(at.sun_path, s->how->socket, n);
    TW_TRY(make_way(&at, fault));
    s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->listener < 0) return say_errno(fault, at.sun_path, errno);
    if (bind(s->listener, (const struct sockaddr *)&at, sizeof at) != 0)
        return say_errno(fault, at.sun_path, errno);
    s->bound = true;
    if (chmod(at.sun_path, mode) != 0 || listen(s->listener, BACKLOG) != 0)
        return say_errno(fault, at.sun_path, errno);
    return TW_OK;
}

/* -- connections */

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

static void grant(const struct server *s, struct peer *p)
{
    p->deadline_ms = now_ms() + s->store->settings.idle_s * SECOND_MS;
}

/* May it speak? Else what to say. */
static bool may_speak(const struct server *s, int fd, struct tw_fault *fault)
{
    uid_t uid;
    if (!peer_uid(fd, &uid)) {
        (void)tw_fail(fault, TW_UNAVAILABLE, "the system does not say who you are");
    } else if (uid != geteuid() && (int64_t)uid != s->store->settings.client_uid) {
        (void)tw_fail(fault, TW_ARG, "uid %u may not speak to this signer (client_uid in signer.yaml)",
                      (unsigned)uid);
    } else if (s->n == (size_t)s->store->settings.connections) {
        (void)tw_fail(fault, TW_UNAVAILABLE, "there are %zu connections, and no more are taken (connections)",
                      s->n);
    } else {
        return true;
    }
    return false;
}

static void take_one(struct server *s)
{
    struct tw_fault fault = {0};
    struct peer p = {.fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (p.fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            s->deaf_until_ms = now_ms() + SECOND_MS;
        return;
    }
    if (!may_speak(s, p.fd, &fault)) {
        signer_refuse(&fault, &p.out);
        (void)peer_write(&p);
        peer_close(&p);
        return;
    }
    grant(s, &p);
    signer_greet(s->store, &p.out);
    s->peer[s->n++] = p;
}

/* One line, if there is one. False: the connection is over. */
static bool answer_one(struct server *s, struct peer *p)
{
    const size_t most = (size_t)s->store->settings.line_bytes;
    struct tw_str line;
    bool too_long;
    if (peer_line(p, most, &line, &too_long)) {
        signer_answer(s->store, line, (int64_t)time(NULL), &p->out);
        grant(s, p);
        return !p->out.failed;
    }
    if (too_long) {
        struct tw_fault fault = {0};
        (void)tw_fail(&fault, TW_LIMIT, "the line is longer than %zu bytes (line_bytes)", most);
        signer_refuse(&fault, &p->out);
        tw_buf_clear(&p->in);
        p->taken = 0;
        p->ended = true;
        return !p->out.failed;
    }
    return !p->ended; /* what was said without a line feed was not said */
}

/* False: the connection is over. */
static bool serve_one(struct server *s, struct peer *p, short events)
{
    if ((events & (POLLERR | POLLNVAL)) != 0 || p->deadline_ms <= now_ms()) return false;
    if (!peer_owes(p)) {
        if ((events & (POLLIN | POLLHUP)) != 0 && !p->ended &&
            !peer_read(p, (size_t)s->store->settings.line_bytes))
            return false;
        if (!answer_one(s, p)) return false;
    }
    return peer_write(p);
}

static void serve_all(struct server *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (serve_one(s, &s->peer[i], s->poll[i + 1].revents))
            s->peer[kept++] = s->peer[i];
        else
            peer_close(&s->peer[i]);
    }
    s->n = kept;
}

/* Until when nothing can be done unless somebody does something. */
static int64_t next_ms(const struct server *s)
{
    int64_t ret = s->deaf_until_ms > 0 ? s->deaf_until_ms : INT64_MAX;
    for (size_t i = 0; i < s->n; i++) {
        const struct peer *p = &s->peer[i];
        const int64_t at = !peer_owes(p) && (peer_has_line(p) || p->ended) ? 0 : p->deadline_ms;
        if (at < ret) ret = at;
    }
    return ret;
}

static tw_err wait(struct server *s, struct tw_fault *fault)
{
    const int64_t now = now_ms();
    if (s->deaf_until_ms <= now) s->deaf_until_ms = 0;
    const int64_t until = next_ms(s), left = until > now ? until - now : 0;
    const struct timespec t = {.tv_sec = left / SECOND_MS, .tv_nsec = left % SECOND_MS * 1000000};
    s->poll[0] = (struct pollfd){.fd = s->deaf_until_ms > 0 ? -1 : s->listener, .events = POLLIN};
    for (size_t i = 0; i < s->n; i++) {
        const struct peer *p = &s->peer[i];
        const unsigned events = peer_owes(p) ? POLLOUT : p->ended ? 0 : POLLIN;
        s->poll[i + 1] = (struct pollfd){.fd = p->fd, .events = (short)events};
    }
    if (ppoll(s->poll, s->n + 1, until < INT64_MAX ? &t : NULL, s->how->waiting) >= 0) return TW_OK;
    for (size_t i = 0; i <= s->n; i++) s->poll[i].revents = 0;
    return errno == EINTR ? TW_OK : say_errno(fault, "waiting for connections", errno);
}

static tw_err serve(struct server *s, struct tw_fault *fault)
{
    TW_TRY(listen_at(s, fault));
    s->how->ready(s->how->socket);
    while (*s->how->end == 0) {
        TW_TRY(wait(s, fault));
        serve_all(s);
        if ((s->poll[0].revents & POLLIN) != 0) take_one(s);
    }
    return TW_OK;
}

tw_err signer_serve(struct signer_store *store, const struct signer_serving *how, struct tw_fault *fault)
{
    const size_t most = (size_t)store->settings.connections;
    struct server s = {.store = store, .how = how, .listener = -1};
    s.peer = tw_calloc(most, sizeof *s.peer);
    s.poll = tw_calloc(most + 1, sizeof *s.poll);
    const tw_err err =
        s.peer != NULL && s.poll != NULL ? serve(&s, fault) : tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < s.n; i++) peer_close(&s.peer[i]);
    if (s.bound) (void)unlink(how->socket);
    if (s.listener >= 0) close(s.listener);
    tw_free(s.peer);
    tw_free(s.poll);
    return err;
}
