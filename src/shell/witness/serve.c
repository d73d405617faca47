/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/serve_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "witness/service_priv.h"

enum { BACKLOG = 64, SECOND_MS = 1000, AT_BYTES = INET6_ADDRSTRLEN + 16 };

static const char path[] = "/add-checkpoint", plain[] = "text/plain; charset=utf-8",
                  size_type[] = "text/x.tlog.size";

/* A connection, from when it is taken to when it is closed. */
struct peer {
    int fd; /* -1 = none */
    int64_t deadline_ms;
};

struct server {
    struct witness_store *store;
    pthread_mutex_t lock; /* of the peers */
    struct peer *peer;    /* of `settings.connections` */
};

/* A request, from its head to its answer. */
struct request {
    struct tw_buf body;
    uint64_t n;       /* bytes of it that came, kept or not */
    unsigned refused; /* the status; 0 = it is not */
};

/* -- connections: each has so long for a request, however busy it is */

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

static int64_t idle_ms(const struct server *s)
{
    return s->store->settings.idle_s * SECOND_MS;
}

static void grant(struct server *s, struct peer *p)
{
    (void)pthread_mutex_lock(&s->lock);
    p->deadline_ms = now_ms() + idle_ms(s);
    (void)pthread_mutex_unlock(&s->lock);
}

static struct peer *take_peer(struct server *s, int fd)
{
    struct peer *p = NULL;
    (void)pthread_mutex_lock(&s->lock);
    for (int64_t i = 0; i < s->store->settings.connections && p == NULL; i++)
        if (s->peer[i].fd < 0) p = &s->peer[i];
    if (p != NULL) *p = (struct peer){.fd = fd, .deadline_ms = now_ms() + idle_ms(s)};
    (void)pthread_mutex_unlock(&s->lock);
    return p;
}

static void on_connection(void *to, struct MHD_Connection *c, void **peer,
                          enum MHD_ConnectionNotificationCode what)
{
    struct server *s = to;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *peer = take_peer(s, MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    } else if (*peer != NULL) { /* the socket is closed after this */
        struct peer *p = *peer;
        (void)pthread_mutex_lock(&s->lock);
        p->fd = -1;
        (void)pthread_mutex_unlock(&s->lock);
    }
}

static struct peer *peer_of(struct MHD_Connection *c)
{
    return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* Ends those whose time is over; when the next one may be. */
static int64_t end_late_ones(struct server *s)
{
    const int64_t now = now_ms();
    int64_t next = now + idle_ms(s);
    (void)pthread_mutex_lock(&s->lock);
    for (int64_t i = 0; i < s->store->settings.connections; i++) {
        struct peer *p = &s->peer[i];
        if (p->fd < 0) continue;
        if (p->deadline_ms <= now) {
            (void)shutdown(p->fd, SHUT_RDWR); /* libmicrohttpd sees its end, and closes it */
            p->deadline_ms = next;
        } else if (p->deadline_ms < next) {
            next = p->deadline_ms;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    return next;
}

/* -- requests */

static enum MHD_Result say(struct MHD_Connection *c, unsigned status, const char *type,
                           const struct tw_buf *body)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(body->n, body->p, MHD_RESPMEM_MUST_COPY);
    if (r == NULL) return MHD_NO;
    enum MHD_Result done = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (done == MHD_YES && status == MHD_HTTP_METHOD_NOT_ALLOWED)
        done = MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_POST);
    if (done == MHD_YES) done = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result refuse(const struct server *s, struct MHD_Connection *c, unsigned status)
{
    char room[160];
    struct tw_buf body = tw_buf_in(room, sizeof room);
    if (status == MHD_HTTP_NOT_FOUND)
        tw_buf_text(&body, "there is nothing here but /add-checkpoint\n");
    else if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        tw_buf_text(&body, "a checkpoint is sent by POST\n");
    else
        tw_buf_printf(&body, "a request has at most %lld bytes (body_bytes)\n",
                      (long long)s->store->settings.body_bytes);
    return say(c, status, plain, &body);
}

/* A body may be as much again too long before the connection is closed: who sends a little too much, or to
 * the wrong place, shall hear why. */
static uint64_t most_read(const struct server *s)
{
    return 2 * (uint64_t)s->store->settings.body_bytes;
}

/* What its head says; with MHD_YES and *ret its body may come. */
static enum MHD_Result begin(const struct server *s, struct MHD_Connection *c, const char *url,
                             const char *method, void **ret)
{
    const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    uint64_t n = 0;
    if (peer_of(c) == NULL) return MHD_NO;
    if (length != NULL && (!tw_checkpoint_number(tw_str_from(length), &n) || n > most_read(s)))
        return refuse(s, c, MHD_HTTP_CONTENT_TOO_LARGE);
    struct request *r = tw_calloc(1, sizeof *r);
    if (r == NULL) return MHD_NO;
    r->body.max = (size_t)s->store->settings.body_bytes;
    if (strcmp(url, path) != 0)
        r->refused = MHD_HTTP_NOT_FOUND;
    else if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        r->refused = MHD_HTTP_METHOD_NOT_ALLOWED;
    *ret = r;
    return MHD_YES;
}

static enum MHD_Result take(const struct server *s, struct request *r, const char *bytes, size_t *n)
{
    r->n += *n;
    if (r->refused == 0 && r->n > r->body.max) r->refused = MHD_HTTP_CONTENT_TOO_LARGE;
    if (r->refused == 0) tw_buf_put(&r->body, bytes, *n);
    *n = 0;
    return r->body.failed || r->n > most_read(s) ? MHD_NO : MHD_YES;
}

static enum MHD_Result finish(const struct server *s, struct MHD_Connection *c, const struct request *r)
{
    struct witness_answer a;
    if (r->refused != 0) return refuse(s, c, r->refused);
    witness_add_checkpoint(s->store, tw_buf_view(&r->body), (int64_t)time(NULL), &a);
    if (a.status >= MHD_HTTP_INTERNAL_SERVER_ERROR)
        (void)fprintf(stderr, "tidewaiter-witness: nothing was cosigned: %s\n", a.fault.note);
    const enum MHD_Result done =
        a.body.failed ? MHD_NO : say(c, a.status, a.size ? size_type : plain, &a.body);
    tw_buf_free(&a.body);
    return done;
}

/* NOLINTNEXTLINE(readability-function-size): it is libmicrohttpd that hands over so much */
static enum MHD_Result on_request(void *to, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *n, void **request)
{
    (void)version;
    if (*request == NULL) return begin(to, c, url, method, request);
    if (*n > 0) return take(to, *request, bytes, n);
    return finish(to, c, *request);
}

static void on_end(void *to, struct MHD_Connection *c, void **request, enum MHD_RequestTerminationCode how)
{
    struct request *r = *request;
    struct peer *p = peer_of(c);
    (void)how;
    if (p != NULL) grant(to, p);
    if (r == NULL) return;
    tw_buf_free(&r->body);
    tw_free(r);
    *request = NULL;
}

/* -- the socket */

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static socklen_t address_of(const struct witness_settings *how, union address *ret)
{
    const uint16_t port = htons((uint16_t)how->port);
    *ret = (union address){.six = {.sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = how->host}};
    if (!IN6_IS_ADDR_V4MAPPED(&how->host)) return sizeof ret->six;
    *ret = (union address){.four = {.sin_family = AF_INET, .sin_port = port}};
    memcpy(&ret->four.sin_addr, how->host.s6_addr + sizeof how->host - sizeof ret->four.sin_addr,
           sizeof ret->four.sin_addr);
    return sizeof ret->four;
}

/* As it stands in an address of HTTP: 127.0.0.1:8417, [::1]:8417. */
static void put_address(const union address *a, char ret[AT_BYTES])
{
    char host[INET6_ADDRSTRLEN] = "";
    const bool six = a->any.sa_family == AF_INET6;
    const void *bits = six ? (const void *)&a->six.sin6_addr : &a->four.sin_addr;
    (void)inet_ntop(a->any.sa_family, bits, host, sizeof host);
    (void)snprintf(ret, AT_BYTES, six ? "[%s]:%u" : "%s:%u", host,
                   (unsigned)ntohs(six ? a->six.sin6_port : a->four.sin_port));
}

static bool listen_on(int fd, union address *a, socklen_t n)
{
    const int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           (a->any.sa_family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
           bind(fd, &a->any, n) == 0 && listen(fd, BACKLOG) == 0 && getsockname(fd, &a->any, &n) == 0;
}

/* An open socket, and where it listens. */
static tw_err open_socket(const struct witness_settings *how, int *ret, char at[AT_BYTES],
                          struct tw_fault *fault)
{
    union address a;
    char words[64];
    const socklen_t n = address_of(how, &a);
    put_address(&a, at);
    const int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !listen_on(fd, &a, n)) {
        const int e = errno;
        if (fd >= 0) close(fd);
        return tw_fail(fault, TW_UNAVAILABLE,
                       "%s: %s; `address` and `port` in witness.yaml say where to listen", at,
                       strerror_r(e, words, sizeof words));
    }
    put_address(&a, at);
    *ret = fd;
    return TW_OK;
}

/* -- all of it */

static void wait_for_end(struct server *s, const sigset_t *end)
{
    int number;
    do {
        const int64_t left = end_late_ones(s) - now_ms();
        const struct timespec t = {.tv_sec = left > 0 ? left / SECOND_MS : 0,
                                   .tv_nsec = left > 0 ? left % SECOND_MS * 1000000 : 0};
        number = sigtimedwait(end, NULL, &t);
    } while (number < 0);
}

static tw_err serve(struct server *s, const sigset_t *end, void (*ready)(const char *at),
                    struct tw_fault *fault)
{
    const struct witness_settings *how = &s->store->settings;
    char at[AT_BYTES];
    int fd = -1;
    TW_TRY(open_socket(how, &fd, at, fault));
    struct MHD_Daemon *d = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)how->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)how->head_bytes, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        s, MHD_OPTION_NOTIFY_COMPLETED, on_end, s, MHD_OPTION_END);
    if (d == NULL)
        return tw_fail(fault, TW_UNAVAILABLE, "%s: the server could not be started: out of memory or threads",
                       at);
    ready(at);
    wait_for_end(s, end);
    MHD_stop_daemon(d);
    return TW_OK;
}

tw_err witness_serve(struct witness_store *store, const sigset_t *end, void (*ready)(const char *at),
                     struct tw_fault *fault)
{
    const size_t most = (size_t)store->settings.connections;
    struct server s = {.store = store, .lock = PTHREAD_MUTEX_INITIALIZER};
    s.peer = tw_calloc(most, sizeof *s.peer);
    if (s.peer == NULL) return tw_fail(fault, TW_NOMEM, "out of memory");
    for (size_t i = 0; i < most; i++) s.peer[i].fd = -1;
    const tw_err err = serve(&s, end, ready, fault);
    tw_free(s.peer);
    return err;
}
