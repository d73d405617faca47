/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/http_post.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SECOND_MS = 1000, PIECE = 4096, HOST_MAX = 256, PORT_MAX = 8 };

struct talk {
    const struct tw_http_post *o;
    char host[HOST_MAX], port[PORT_MAX], path[TW_HTTP_URL_MAX + 64];
    bool six; /* the host is an address of IPv6, which stands in brackets */
    int fd;
    int64_t until_ms;
    struct tw_buf out, in;
};

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

static tw_err gone(const struct talk *t, const char *why, struct tw_fault *fault)
{
    return tw_fail(fault, TW_UNAVAILABLE, "nobody answers at %.60s, port %s: %.60s", t->host, t->port, why);
}

/* -- the address */

static tw_err bad_url(const char *url, struct tw_fault *fault)
{
    return tw_fail(
        fault, TW_ARG,
        "'%.80s' is no address that can be asked; it begins with http://, with TLS in a proxy beside", url);
}

static bool copy(char *to, size_t room, const char *from, size_t n)
{
    if (n == 0 || n >= room) return false;
    memcpy(to, from, n);
    to[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (from[i] <= ' ' || from[i] == 0x7f) return false; /* nothing that could begin another line */
    return true;
}

/* HOST, HOST:PORT, [ADDRESS]:PORT */
static bool read_authority(struct talk *t, const char *at, size_t n)
{
    const char *end = at + n, *close = at[0] == '[' ? memchr(at, ']', n) : NULL;
    t->six = close != NULL;
    const char *host_end = close != NULL ? close + 1 : memchr(at, ':', n);
    if (host_end == NULL) host_end = end;
    if (!copy(t->host, sizeof t->host, at + t->six, (size_t)(host_end - at) - 2 * (size_t)t->six))
        return false;
    if (host_end == end) return copy(t->port, sizeof t->port, "80", 2);
    return *host_end == ':' && copy(t->port, sizeof t->port, host_end + 1, (size_t)(end - host_end) - 1);
}

static tw_err read_url(struct talk *t, struct tw_fault *fault)
{
    static const char scheme[] = "http://";
    const char *url = t->o->url, *at = url + sizeof scheme - 1;
    const size_t below = strlen(t->o->below);
    if (strlen(url) > TW_HTTP_URL_MAX || strncmp(url, scheme, sizeof scheme - 1) != 0)
        return bad_url(url, fault);
    const char *path = strchr(at, '/');
    if (!read_authority(t, at, path != NULL ? (size_t)(path - at) : strlen(at))) return bad_url(url, fault);
    size_t n = path != NULL ? strlen(path) : 0;
    while (n > 0 && path[n - 1] == '/') n--;
    if (n > 0 && !copy(t->path, sizeof t->path - 64, path, n)) return bad_url(url, fault);
    t->path[n] = '\0';
    if (n < below || strcmp(t->path + n - below, t->o->below) != 0)
        snprintf(t->path + n, sizeof t->path - n, "%.60s", t->o->below);
    return TW_OK;
}

/* -- the connection */

static tw_err wait(const struct talk *t, short events, struct tw_fault *fault)
{
    for (;;) {
        struct pollfd p = {.fd = t->fd, .events = events};
        const int64_t left = t->until_ms - now_ms();
        if (t->o->stop != NULL && *t->o->stop != 0) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        if (left <= 0) return gone(t, "not in time", fault);
        const int n = poll(&p, 1, left < SECOND_MS ? (int)left : SECOND_MS);
        if (n > 0) return TW_OK;
        if (n < 0 && errno != EINTR) return gone(t, strerrordesc_np(errno), fault);
    }
}

static tw_err connect_one(struct talk *t, const struct addrinfo *a, struct tw_fault *fault)
{
    int e = 0;
    socklen_t n = sizeof e;
    t->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (t->fd < 0) return gone(t, strerrordesc_np(errno), fault);
    if (connect(t->fd, a->ai_addr, a->ai_addrlen) == 0) return TW_OK;
    if (errno != EINPROGRESS) return gone(t, strerrordesc_np(errno), fault);
    TW_TRY(wait(t, POLLOUT, fault));
    if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &e, &n) != 0) e = errno;
    return e == 0 ? TW_OK : gone(t, strerrordesc_np(e), fault);
}

static void hang_up(struct talk *t)
{
    if (t->fd >= 0) close(t->fd);
    t->fd = -1;
}

/* Each of its addresses in turn. */
static tw_err connect_now(struct talk *t, struct tw_fault *fault)
{
    const struct addrinfo want = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *all = NULL;
    const int e = getaddrinfo(t->host, t->port, &want, &all);
    if (e != 0) return gone(t, gai_strerror(e), fault);
    tw_err err = gone(t, "it has no address", fault);
    for (const struct addrinfo *a = all; a != NULL && err == TW_UNAVAILABLE; a = a->ai_next) {
        hang_up(t);
        err = connect_one(t, a, fault);
    }
    freeaddrinfo(all);
    return err;
}

static tw_err send_all(const struct talk *t, struct tw_fault *fault)
{
    for (size_t sent = 0; sent < t->out.n;) {
        const ssize_t put = send(t->fd, t->out.p + sent, t->out.n - sent, MSG_NOSIGNAL);
        if (put > 0) {
            sent += (size_t)put;
            continue;
        }
        if (errno == EPIPE || errno == ECONNRESET) return TW_OK; /* what it said before can still be read */
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return gone(t, strerrordesc_np(errno), fault);
        TW_TRY(wait(t, POLLOUT, fault));
    }
    return TW_OK;
}

/* Up to the end, which the other side makes: it was asked to close. */
static tw_err receive(struct talk *t, struct tw_fault *fault)
{
    for (;;) {
        char piece[PIECE];
        const ssize_t got = recv(t->fd, piece, sizeof piece, 0);
        if (got == 0) return TW_OK;
        if (got > 0) {
            tw_buf_put(&t->in, piece, (size_t)got);
            if (t->in.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
            if (t->in.n > TW_HTTP_ANSWER_MAX)
                return tw_fail(fault, TW_LIMIT, "the answer of %.60s has more than %d bytes", t->host,
                               TW_HTTP_ANSWER_MAX);
            continue;
        }
        if (errno == ECONNRESET && t->in.n > 0) return TW_OK;
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return gone(t, strerrordesc_np(errno), fault);
        TW_TRY(wait(t, POLLIN, fault));
    }
}

/* -- the answer */

static tw_err no_http(const struct talk *t, struct tw_fault *fault)
{
    return tw_fail(fault, TW_FORMAT,
                   "what answers at %.60s, port %s, speaks no HTTP/1.1 that is understood here", t->host,
                   t->port);
}

/* A line without its end; *at moves behind it. false: there is none. */
static bool next_line(struct tw_str all, size_t *at, struct tw_str *ret)
{
    const char *end = all.s != NULL && *at < all.n ? memchr(all.s + *at, '\n', all.n - *at) : NULL;
    if (end == NULL) return false;
    *ret = (struct tw_str){all.s + *at, (size_t)(end - all.s) - *at};
    *at += ret->n + 1;
    if (ret->n > 0 && ret->s[ret->n - 1] == '\r') ret->n--;
    return true;
}

static bool read_status(struct tw_str line, unsigned *ret)
{
    if (line.n < 12 || memcmp(line.s, "HTTP/1.", 7) != 0 || line.s[8] != ' ') return false;
    *ret = 0;
    for (size_t i = 9; i < 12; i++) {
        if (line.s[i] < '0' || line.s[i] > '9') return false;
        *ret = *ret * 10 + (unsigned)(line.s[i] - '0');
    }
    return *ret >= 100;
}

static bool begins(struct tw_str line, const char *name, struct tw_str *value)
{
    const size_t n = strlen(name);
    if (line.n < n || strncasecmp(line.s, name, n) != 0) return false;
    *value = tw_str_trim((struct tw_str){line.s + n, line.n - n});
    return true;
}

static tw_err read_answer(const struct talk *t, unsigned *status, struct tw_buf *ret, struct tw_fault *fault)
{
    const struct tw_str all = tw_buf_view(&t->in);
    struct tw_str line, value;
    size_t at = 0;
    int64_t length = -1;
    if (!next_line(all, &at, &line) || !read_status(line, status)) return no_http(t, fault);
    for (;;) {
        if (!next_line(all, &at, &line)) return no_http(t, fault);
        if (line.n == 0) break;
        if (begins(line, "transfer-encoding:", &value)) return no_http(t, fault);
        if (begins(line, "content-length:", &value) && (tw_str_i64(value, &length) != TW_OK || length < 0))
            return no_http(t, fault);
    }
    const size_t n = all.n - at;
    if (length >= 0 && (uint64_t)length > n)
        return tw_fail(fault, TW_UNAVAILABLE, "the answer of %.60s was cut off", t->host);
    tw_buf_put(ret, all.s + at, length >= 0 ? (size_t)length : n);
    return ret->failed ? tw_fail(fault, TW_NOMEM, "out of memory") : TW_OK;
}

static tw_err talk(struct talk *t, unsigned *status, struct tw_buf *ret, struct tw_fault *fault)
{
    TW_TRY(read_url(t, fault));
    tw_buf_printf(
        &t->out,
        "POST %s HTTP/1.1\r\nHost: %s%s%s:%s\r\nUser-Agent: tidewaiter\r\nContent-Type: text/plain\r\n"
        "Content-Length: %zu\r\nConnection: close\r\n\r\n",
        t->path, t->six ? "[" : "", t->host, t->six ? "]" : "", t->port, t->o->body.n);
    tw_buf_str(&t->out, t->o->body);
    if (t->out.failed) return tw_fail(fault, TW_NOMEM, "out of memory");
    TW_TRY(connect_now(t, fault));
    TW_TRY(send_all(t, fault));
    TW_TRY(receive(t, fault));
    return read_answer(t, status, ret, fault);
}

tw_err tw_http_post(const struct tw_http_post *o, unsigned *ret_status, struct tw_buf *ret,
                    struct tw_fault *fault)
{
    struct talk t = {.o = o, .fd = -1};
    t.until_ms = now_ms() + (o->timeout_ms > 0 ? o->timeout_ms : TW_HTTP_TIMEOUT_MS);
    const tw_err err = talk(&t, ret_status, ret, fault);
    hang_up(&t);
    tw_buf_free(&t.out);
    tw_buf_free(&t.in);
    return err;
}
