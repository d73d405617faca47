/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/peer_priv.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

bool peer_uid(int fd, uid_t *ret)
{
    struct ucred who;
    socklen_t n = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) != 0 || n != sizeof who) return false;
    *ret = who.uid;
    return true;
}

static struct tw_str unread(const struct peer *p)
{
    return tw_buf_from(&p->in, p->taken);
}

bool peer_has_line(const struct peer *p)
{
    const struct tw_str rest = unread(p);
    return rest.n > 0 && memchr(rest.s, '\n', rest.n) != NULL;
}

bool peer_line(struct peer *p, size_t line_bytes, struct tw_str *ret, bool *too_long)
{
    const struct tw_str rest = unread(p);
    const char *end = rest.n > 0 ? memchr(rest.s, '\n', rest.n) : NULL;
    const size_t n = end != NULL ? (size_t)(end - rest.s) : rest.n;
    *too_long = n > line_bytes;
    if (end == NULL || *too_long) return false;
    p->taken += n + 1;
    *ret = (struct tw_str){rest.s, n};
    return true;
}

bool peer_read(struct peer *p, size_t line_bytes)
{
    const struct tw_str rest = unread(p);
    if (p->taken > 0 && rest.n > 0) memmove(p->in.p, rest.s, rest.n);
    p->in.n = rest.n;
    p->taken = 0;
    if (rest.n > line_bytes) return true; /* enough to see that it is too long */
    const size_t room = line_bytes + 1 - rest.n;
    char *to = tw_buf_room(&p->in, room);
    if (to == NULL) return false;
    const ssize_t got = recv(p->fd, to, room, MSG_DONTWAIT);
    if (got > 0) p->in.n += (size_t)got;
    if (got == 0) p->ended = true;
    return got >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

bool peer_write(struct peer *p)
{
    while (peer_owes(p)) {
        const ssize_t put = send(p->fd, p->out.p + p->sent, p->out.n - p->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
        p->sent += (size_t)put;
    }
    tw_buf_clear(&p->out);
    p->sent = 0;
    return true;
}

void peer_close(struct peer *p)
{
    close(p->fd);
    tw_buf_free(&p->in);
    tw_buf_free(&p->out);
    *p = (struct peer){.fd = -1};
}
