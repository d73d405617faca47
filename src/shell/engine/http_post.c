/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that names libcurl. */
#include "engine/http_post.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct answer {
    const struct tw_http_post *o;
    struct tw_buf body;
    bool too_long;
};

static void begin_once(void)
{
    curl_global_init(CURL_GLOBAL_NOTHING);
}

static size_t take(char *piece, size_t size, size_t n, void *to)
{
    struct answer *a = to;
    a->too_long = a->body.n + size * n > TW_HTTP_ANSWER_MAX;
    if (a->too_long) return 0;
    tw_buf_put(&a->body, piece, size * n);
    return a->body.failed ? 0 : size * n;
}

static int go_on(void *to, curl_off_t down, curl_off_t downs, curl_off_t up, curl_off_t ups)
{
    const struct answer *a = to;
    (void)down, (void)downs, (void)up, (void)ups;
    return a->o->stop != NULL && *a->o->stop != 0;
}

/* -- the address */

static tw_err bad_url(const char *url, struct tw_fault *fault)
{
    return tw_fail(
        fault, TW_ARG,
        "'%.80s' is no address that can be asked; it begins with http://, with TLS in a proxy beside", url);
}

/* Adds what is to stand at the end of its path. */
static bool go_below(CURLU *url, const char *below)
{
    char path[TW_HTTP_URL_MAX + 64];
    char *is = NULL;
    if (curl_url_get(url, CURLUPART_PATH, &is, 0) != CURLUE_OK) return false;
    size_t n = strlen(is);
    while (n > 0 && is[n - 1] == '/') n--;
    const size_t more = strlen(below);
    const bool there = n >= more && memcmp(is + n - more, below, more) == 0;
    snprintf(path, sizeof path, "%.*s%s", (int)n, is, there ? "" : below);
    curl_free(is);
    return curl_url_set(url, CURLUPART_PATH, path, 0) == CURLUE_OK;
}

static tw_err read_url(CURLU *url, const struct tw_http_post *o, struct tw_fault *fault)
{
    char *scheme = NULL;
    bool good = strlen(o->url) <= TW_HTTP_URL_MAX &&
                curl_url_set(url, CURLUPART_URL, o->url, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && strcmp(scheme, "http") == 0;
    curl_free(scheme);
    good = good && go_below(url, o->below);
    return good ? TW_OK : bad_url(o->url, fault);
}

/* -- the request */

static tw_err say(CURLcode code, const struct answer *a, struct tw_fault *fault)
{
    switch (code) {
    case CURLE_OK:
        return TW_OK;
    case CURLE_OUT_OF_MEMORY:
        return tw_fail(fault, TW_NOMEM, "out of memory");
    case CURLE_ABORTED_BY_CALLBACK:
        return tw_fail(fault, TW_INTERRUPTED, "interrupted");
    case CURLE_WRITE_ERROR:
        if (!a->too_long) return tw_fail(fault, TW_NOMEM, "out of memory");
        return tw_fail(fault, TW_LIMIT, "the answer of %.100s has more than %d bytes", a->o->url,
                       TW_HTTP_ANSWER_MAX);
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
    case CURLE_WEIRD_SERVER_REPLY:
        return tw_fail(fault, TW_FORMAT, "what answers at %.100s speaks no HTTP/1.1", a->o->url);
    default:
        return tw_fail(fault, TW_UNAVAILABLE, "nobody answers at %.100s: %.100s; is it running there?",
                       a->o->url, curl_easy_strerror(code));
    }
}

static CURLcode set_up(CURL *c, CURLU *url, struct curl_slist *heads, struct answer *a)
{
    const struct tw_http_post *o = a->o;
    const long timeout = o->timeout_ms > 0 ? (long)o->timeout_ms : TW_HTTP_TIMEOUT_MS;
    CURLcode code = curl_easy_setopt(c, CURLOPT_CURLU, url);
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
    if (code == CURLE_OK)
        code = curl_easy_setopt(c, CURLOPT_PROXY, ""); /* none, whatever the surroundings say */
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout);
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_USERAGENT, "tidewaiter");
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_HTTPHEADER, heads);
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body.n);
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_POSTFIELDS, o->body.n > 0 ? o->body.s : "");
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, go_on);
    if (code == CURLE_OK) code = curl_easy_setopt(c, CURLOPT_XFERINFODATA, a);
    return code == CURLE_OK ? curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) : code;
}

static tw_err ask(CURL *c, CURLU *url, struct answer *a, unsigned *status, struct tw_fault *fault)
{
    static char text[] = "Content-Type: text/plain";
    struct curl_slist heads = {text, NULL};
    long is = 0;
    TW_TRY(read_url(url, a->o, fault));
    CURLcode code = set_up(c, url, &heads, a);
    if (code == CURLE_OK) code = curl_easy_perform(c);
    if (code == CURLE_OK) code = curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &is);
    *status = (unsigned)is;
    return say(code, a, fault);
}

tw_err tw_http_post(const struct tw_http_post *o, unsigned *ret_status, struct tw_buf *ret,
                    struct tw_fault *fault)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin_once);
    struct answer a = {.o = o};
    CURL *c = curl_easy_init();
    CURLU *url = curl_url();
    tw_err err = c != NULL && url != NULL ? ask(c, url, &a, ret_status, fault)
                                          : tw_fail(fault, TW_NOMEM, "out of memory");
    if (err == TW_OK) tw_buf_str(ret, tw_buf_view(&a.body));
    if (err == TW_OK && ret->failed) err = tw_fail(fault, TW_NOMEM, "out of memory");
    curl_easy_cleanup(c);
    curl_url_cleanup(url);
    tw_buf_free(&a.body);
    return err;
}
