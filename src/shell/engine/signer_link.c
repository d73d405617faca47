/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/signer_link_priv.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 4096, SECOND_MS = 1000 };

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

static tw_err gone(const struct signer_link *l, const char *why, struct tw_fault *fault)
{
    return tw_fail(fault, TW_UNAVAILABLE,
                   "no signer answers at %.80s (%s); `tidewaiter-signer run DIR` starts one", l->socket, why);
}

static tw_err gone_by(const struct signer_link *l, int e, struct tw_fault *fault)
{
    char words[64];
    return gone(l, strerror_r(e, words, sizeof words), fault);
}

/* Until the connection can be read or written. */
static tw_err wait(const struct signer_link *l, short events, int64_t until_ms, struct tw_fault *fault)
{
    for (;;) {
        struct pollfd p = {.fd = l->fd, .events = events};
        const int64_t left = until_ms - now_ms();
        if (l->stop != NULL && *l->stop != 0) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
        if (left <= 0) return gone(l, "not in time", fault);
        const int n =
            poll(&p, 1, left < SECOND_MS ? (int)left : SECOND_MS); /* `stop` may be set just before */
        if (n > 0) return TW_OK;
        if (n < 0 && errno != EINTR) return gone_by(l, errno, fault);
    }
}

static tw_err send_all(const struct signer_link *l, struct tw_str line, int64_t until_ms,
                       struct tw_fault *fault)
{
    for (size_t sent = 0; sent < line.n;) {
        const ssize_t put = send(l->fd, line.s + sent, line.n - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put > 0) {
            sent += (size_t)put;
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EPIPE) return TW_OK; /* closed; what it said before can still be read */
        if (errno != EAGAIN && errno != EWOULDBLOCK) return gone_by(l, errno, fault);
        TW_TRY(wait(l, POLLOUT, until_ms, fault));
    }
    return TW_OK;
}

/* Waits for some bytes and takes them. */
static tw_err take_some(struct signer_link *l, int64_t until_ms, struct tw_fault *fault)
{
    char *to = tw_buf_room(&l->in, PIECE);
    if (to == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    for (;;) {
        const ssize_t got = recv(l->fd, to, PIECE, MSG_DONTWAIT);
        if (got > 0) {
            l->in.n += (size_t)got;
            return TW_OK;
        }
        if (got == 0 || errno == ECONNRESET) return gone(l, "it closed the connection", fault);
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return gone_by(l, errno, fault);
        TW_TRY(wait(l, POLLIN, until_ms, fault));
    }
}

static tw_err receive(struct signer_link *l, int64_t until_ms, struct tw_str *ret, struct tw_fault *fault)
{
    const char *end = NULL;
    tw_buf_clear(&l->in);
    while (end == NULL && l->in.n <= l->answer_max) {
        const size_t before = l->in.n;
        TW_TRY(take_some(l, until_ms, fault));
        end = memchr(l->in.p + before, '\n', l->in.n - before);
    }
    if (end == NULL || end + 1 != l->in.p + l->in.n)
        return tw_fail(fault, TW_FORMAT, "what answers at %.100s is no signer of this version", l->socket);
    *ret = (struct tw_str){l->in.p, l->in.n - 1};
    return TW_OK;
}

static tw_err connect_now(struct signer_link *l, int64_t until_ms, struct tw_fault *fault)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const size_t n = strlen(l->socket);
    if (n >= sizeof at.sun_path)
        return tw_fail(fault, TW_ARG, "the path of the signer's socket has %zu bytes, and %zu is the most", n,
                       sizeof at.sun_path - 1);
    memcpy(at.sun_path, l->socket, n);
    const int64_t left = until_ms - now_ms();
    if (left <= 0) return gone(l, "not in time", fault);
    /* connecting waits where the queue is full, and nothing but this tells it how long */
    const struct timeval most = {.tv_sec = left / SECOND_MS, .tv_usec = left % SECOND_MS * 1000};
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l->fd < 0 || setsockopt(l->fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) != 0)
        return gone_by(l, errno, fault);
    while (connect(l->fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        if (errno == EAGAIN) return gone(l, "not in time", fault);
        if (errno != EINTR) return gone_by(l, errno, fault);
        if (l->stop != NULL && *l->stop != 0) return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    }
    return TW_OK;
}

int64_t signer_link_until(const struct signer_link *l)
{
    return now_ms() + l->timeout_ms;
}

tw_err signer_link_connect(struct signer_link *l, int64_t until_ms, struct tw_str *ret,
                           struct tw_fault *fault)
{
    signer_link_close(l);
    tw_err err = connect_now(l, until_ms, fault);
    if (err == TW_OK) err = receive(l, until_ms, ret, fault);
    if (err != TW_OK) signer_link_close(l);
    return err;
}

tw_err signer_link_ask(struct signer_link *l, int64_t until_ms, struct tw_str line, struct tw_str *ret,
                       struct tw_fault *fault)
{
    tw_err err = send_all(l, line, until_ms, fault);
    if (err == TW_OK) err = receive(l, until_ms, ret, fault);
    if (err != TW_OK) signer_link_close(l);
    return err;
}

void signer_link_close(struct signer_link *l)
{
    if (l->fd >= 0) close(l->fd);
    l->fd = -1;
}
