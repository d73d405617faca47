/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"
#include "xml_text.h"

/* The message, whole and in pieces of every size up to 20, gives `want`, which may end with "! ..." */
static void tells(struct tw_str text, const char *want)
{
    TW_SCOPED(tw_xml) *x = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_fault fault;
    CHECK(tw_xml_new(NULL, &x, NULL) == TW_OK);
    for (size_t piece = 1; piece <= 21; piece++) {
        TW_IGNORE(xml_tell_all(x, text, piece <= 20 ? piece : SIZE_MAX, &out, &fault));
        if (!tw_str_eq(tw_buf_view(&out), tw_str_from(want)))
            printf("# %.*s\n# %.*s\n# %s\n", TW_STR_ARG(text), TW_STR_ARG(tw_buf_view(&out)), fault.note);
        CHECK(tw_str_eq(tw_buf_view(&out), tw_str_from(want)));
    }
}

/* The message is refused, and its note holds `words`. */
static void refuses(struct tw_str text, tw_err err, const char *words)
{
    TW_SCOPED(tw_xml) *x = NULL;
    struct tw_fault fault = {0};
    CHECK(tw_xml_new(NULL, &x, NULL) == TW_OK);
    tw_err got = xml_feed(x, text, SIZE_MAX, &fault);
    if (got == TW_OK) got = tw_xml_parse(x, NULL, &fault);
    if (got != err || strstr(fault.note, words) == NULL)
        printf("# %.*s\n# %s: %s\n", (int)(text.n < 80 ? text.n : 80), text.s, tw_err_name(got), fault.note);
    CHECK(got == err && fault.code == err && strstr(fault.note, words) != NULL);
}

#define TELLS(text, want)          tells(TW_STR(text), want)
#define REFUSES(text, error, word) refuses(TW_STR(text), error, word)

static void tells_elements_attributes_and_texts(void)
{
    TELLS("<a/>", "<a>");
    TELLS("<?xml version='1.0' encoding='utf-8' standalone='no'?>\n<a> <b x='1' y='\"'>t</b>\n</a>\n",
          "<a <b x=\"1\" y=\"\"\"t>\n>");
    TELLS("<a><!-- <b> --><?pi <c>?>x<![CDATA[<d>&]]>&lt;&#65;&amp;</a>", "<ax<d>&<A&>");
    TELLS("\xEF\xBB\xBF<a>\xC3\xA9</a>", "<a\xC3\xA9>");
    TELLS("<a x='&amp;&lt;&#38;#38;&quot;' y='&amp;#38;'/>", "<a x=\"&<&#38;\"\" y=\"&#38;\">");
    TELLS("<a x='1\n2\t3'/>", "<a x=\"1 2 3\">");
    TELLS("<a>1\r\n2</a>", "<a1\n2>");
}

static void tells_namespaces_by_their_uri(void)
{
    TELLS("<m:a xmlns:m='urn:m' xmlns='urn:d' x='1' m:y='2'><b/></m:a>",
          "<{urn:m}a x=\"1\" {urn:m}y=\"2\"<{urn:d}b>>");
    TELLS("<m:a xmlns:m='u&amp;v' m:x='1'/>", "<{u&v}a {u&v}x=\"1\">");
    TELLS("<m:a/>", "! 1:5 FORMAT");
    TELLS("<a m:x='1'/>", "! 1:11 FORMAT");
    REFUSES("<a m:x='1'/>", TW_FORMAT, "prefix m for x on a is not defined");
}

static void what_is_not_well_formed_has_one_fault_with_its_place(void)
{
    TELLS("<a>\n <b>\n</a>", "<a\n <b\n! 3:5 FORMAT");
    TELLS("<a><!-- x -- y --></a>", "<a! 1:11 FORMAT");
    REFUSES("<a><!-- x -- y --></a>", TW_FORMAT, "Double hyphen within comment");
    REFUSES("<a>", TW_FORMAT, "not well-formed");
    REFUSES("<a x=1/>", TW_FORMAT, "not well-formed");
    REFUSES("<a x='1' x='2'/>", TW_FORMAT, "redefined");
    REFUSES("<a/><b/>", TW_FORMAT, "not well-formed");
    REFUSES("<a>&unknown;</a>", TW_FORMAT, "not well-formed");
    REFUSES("", TW_FORMAT, "empty");
    REFUSES("\xEF\xBB\xBF", TW_FORMAT, "empty");
    REFUSES("a,b\n1,2\n", TW_FORMAT, "not well-formed");
    REFUSES("<a>\x01</a>", TW_FORMAT, "not well-formed");
    REFUSES("<a", TW_FORMAT, "not well-formed");
    REFUSES("<a x='", TW_FORMAT, "not well-formed");
    REFUSES("<", TW_FORMAT, "not well-formed");
}

static void a_doctype_is_refused_wherever_it_stands(void)
{
    REFUSES("<!DOCTYPE a><a/>", TW_FORMAT, "DOCTYPE");
    REFUSES("<?xml version='1.0'?>\n<!-- x --><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", TW_FORMAT,
            "DOCTYPE");
    REFUSES("<a><!DOCTYPE a></a>", TW_FORMAT, "DOCTYPE");
    REFUSES("<!doctype a><a/>", TW_FORMAT, "\"<!\" begins");
    REFUSES("<a><!ELEMENT b></a>", TW_FORMAT, "\"<!\" begins");
    REFUSES("<!DOCTYPE a SYSTEM 'http://example.org/a.dtd'><a/>", TW_FORMAT, "DOCTYPE");
    TELLS("<a><!-- <!DOCTYPE a> --><![CDATA[<!DOCTYPE a>]]></a>", "<a<!DOCTYPE a>>");
    TELLS("<a><!--><!DOCTYPE a>--></a>", "<a>"); /* "<!-->" ends no comment */
    TELLS("\n<!DOCTYPE a><a/>", "! 2:1 FORMAT");
}

static void other_encodings_are_refused(void)
{
    REFUSES("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", TW_FORMAT, "\"ISO-8859-1\"");
    REFUSES("<?xml version='1.0' encoding='UTF-7'?><a/>", TW_FORMAT, "\"UTF-7\"");
    REFUSES("<?xml version='1.0' encoding = \"UTF-16\"?><a/>", TW_FORMAT, "says it is UTF-16");
    REFUSES("<a>\xE9</a>", TW_FORMAT, "not UTF-8 (0xE9)");
    REFUSES("<a>\0</a>", TW_FORMAT, "not UTF-8 (0x00)");
    REFUSES("<\0a\0/\0>\0", TW_FORMAT, "without its mark");
    REFUSES("\0<\0a\0/\0>", TW_FORMAT, "without its mark");
    REFUSES("\xFF\xFE\0\0<\0\0\0", TW_FORMAT, "UTF-32");
    REFUSES("\x4C\x6F\xA7\x94", TW_FORMAT, "EBCDIC");
    TELLS("<a>\n\xC3\xA9\xE9</a>", "! 2:2 FORMAT");
}

/* `text` in UTF-16; its characters are below 0x10000. */
static struct tw_str utf16(struct tw_buf *out, const char *text, bool big)
{
    tw_buf_put(out, big ? "\xFE\xFF" : "\xFF\xFE", 2);
    for (; *text != '\0'; text++) {
        if (big) tw_buf_char(out, '\0');
        tw_buf_char(out, *text);
        if (!big) tw_buf_char(out, '\0');
    }
    return tw_buf_view(out);
}

static void utf16_with_its_mark_is_read(void)
{
    for (int big = 0; big < 2; big++) {
        TW_SCOPED_BUF plain = {0}, said = {0}, wrong = {0}, doctype = {0};
        tells(utf16(&plain, "<a>b</a>", big != 0), "<ab>");
        tells(utf16(&said, "<?xml version='1.0' encoding='utf-16'?><a x='1'/>", big != 0), "<a x=\"1\">");
        refuses(utf16(&wrong, "<?xml version='1.0' encoding='UTF-8'?><a/>", big != 0), TW_FORMAT,
                "\"UTF-8\"");
        refuses(utf16(&doctype, "<!DOCTYPE a><a/>", big != 0), TW_FORMAT, "DOCTYPE");
    }
    TELLS("\xFF\xFE<\0a\0>\0\x3D\xD8\x00\xDE\xE9\0<\0/\0a\0>\0", "<a\xF0\x9F\x98\x80\xC3\xA9>");
    REFUSES("\xFF\xFE<\0a\0>\0\x3D\xD8<\0/\0a\0>\0", TW_FORMAT, "UTF-16 of the message is damaged");
    REFUSES("\xFF\xFE\x3D\xD8", TW_FORMAT, "UTF-16 of the message is damaged"); /* before anything was read */
    REFUSES("\xFF\xFE<\0a\0/\0>\0\n", TW_FORMAT, "UTF-16 of the message is damaged");
    REFUSES("\xFF\xFE<\0a\0/\0>\0\0\0", TW_FORMAT, "UTF-16 of the message is damaged");
}

/* -- limits */

static void put_times(struct tw_buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++) tw_buf_text(out, text);
}

static void put_numbered(struct tw_buf *out, const char *before, const char *after, size_t times)
{
    for (size_t i = 0; i < times; i++) tw_buf_printf(out, "%s%zu%s", before, i, after);
}

/* As many as the limit are read, one more is refused by its name. */
static void holds(void (*build)(struct tw_buf *out, size_t n), size_t limit, const char *name)
{
    TW_SCOPED(tw_xml) *x = NULL;
    CHECK(tw_xml_new(NULL, &x, NULL) == TW_OK);
    for (size_t n = limit; n <= limit + 1; n++) {
        TW_SCOPED_BUF text = {0};
        struct tw_fault fault = {0};
        build(&text, n);
        tw_err err = xml_feed(x, tw_buf_view(&text), SIZE_MAX, &fault);
        if (err == TW_OK) err = tw_xml_parse(x, NULL, &fault);
        CHECK(err == (n == limit ? TW_OK : TW_LIMIT));
        CHECK(n == limit || (strcmp(fault.path, name) == 0 && fault.note[0] != '\0'));
    }
}

static void of_bytes(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a>");
    put_times(out, "x", n - 7);
    tw_buf_text(out, "</a>");
}

static void of_wide_bytes(struct tw_buf *out, size_t n)
{
    tw_buf_put(out, "\xFF\xFE<\0a\0>\0", 8);
    for (size_t i = 0; i < n / 3 - 2; i++) tw_buf_put(out, "\xAC\x20", 2); /* three bytes in UTF-8 */
    tw_buf_put(out, "<\0/\0a\0>\0", 8);
}

static void of_depth(struct tw_buf *out, size_t n)
{
    put_times(out, "<a>", n - 1);
    tw_buf_text(out, "<b/>");
    put_times(out, "</a>", n - 1);
}

static void of_attributes(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a xmlns:p = 'q'");
    put_numbered(out, " a", " = '/'", n);
    tw_buf_text(out, "/>");
}

static void of_namespaces(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a b = 'c'");
    put_numbered(out, " xmlns:a", " = 'b'", n);
    tw_buf_text(out, "/>");
}

static void of_elements(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a>");
    put_times(out, "<b/>", n - 1);
    tw_buf_text(out, "</a>");
}

static void of_tag_bytes(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a b='");
    put_times(out, "x", n - 8);
    tw_buf_text(out, "'></a>");
}

static void of_references(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a>");
    put_times(out, "&lt;", n / 4);
    tw_buf_text(out, "</a>");
}

static void of_many_references(struct tw_buf *out, size_t n)
{
    of_references(out, 4 * n);
}

static void every_limit_has_its_number(void)
{
    holds(of_bytes, 10000000, "bytes");
    holds(of_tag_bytes, 65536, "tag_bytes");
    holds(of_depth, 32, "depth");
    holds(of_attributes, 64, "attributes");
    holds(of_namespaces, 64, "namespaces");
    holds(of_elements, 200000, "elements");
    holds(of_many_references, 200000, "references");
    TW_SCOPED(tw_xml) *x = NULL;
    CHECK(tw_xml_new(&(struct tw_xml_limits){.depth = 201}, &x, NULL) == TW_ARG && x == NULL);
}

static void utf16_is_held_to_the_limit_as_utf8(void)
{
    TW_SCOPED_BUF text = {0};
    of_wide_bytes(&text, 11u << 20); /* 7.3 MB as it comes */
    refuses(tw_buf_view(&text), TW_LIMIT, "10000000 bytes");
}

/* -- attacks: each is answered within 100 ms of CPU and 64 MB over the idle size */

static void of_entities(struct tw_buf *out, size_t n) /* billion laughs */
{
    tw_buf_text(out, "<!DOCTYPE a [<!ENTITY e0 'ha'>");
    for (size_t i = 1; i <= n; i++) {
        tw_buf_printf(out, "<!ENTITY e%zu '", i);
        for (size_t k = 0; k < 10; k++) tw_buf_printf(out, "&e%zu;", i - 1);
        tw_buf_text(out, "'>");
    }
    tw_buf_printf(out, "]><a>&e%zu;</a>", n);
}

static void of_quadratic(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<!DOCTYPE a [<!ENTITY e '");
    put_times(out, "x", n);
    tw_buf_text(out, "'>]><a>");
    put_times(out, "&e;", n / 3);
    tw_buf_text(out, "</a>");
}

static void of_external_entity(struct tw_buf *out, size_t n)
{
    tw_buf_printf(out, "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/%zu'>]><a>&e;</a>", n);
}

static void of_external_subset(struct tw_buf *out, size_t n)
{
    tw_buf_printf(out, "<!DOCTYPE a SYSTEM 'http://127.0.0.1/%zu.dtd'><a/>", n);
}

static void of_one_comment(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a><!--");
    put_times(out, "->", n / 2);
    tw_buf_text(out, " --></a>");
}

static void of_no_end(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a>");
    put_times(out, "<!-- ", n / 5);
}

static void of_a_long_attribute(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a b='");
    put_times(out, "&lt;", n / 4);
    tw_buf_text(out, "'/>");
}

static void of_a_long_name(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<");
    put_times(out, "n", n);
    tw_buf_text(out, "/>");
}

static void of_names(struct tw_buf *out, size_t n)
{
    tw_buf_text(out, "<a>");
    put_numbered(out, "<n", "/>", n);
    tw_buf_text(out, "</a>");
}

static void of_colliding_prefixes(struct tw_buf *out, size_t n)
{
    for (size_t d = 0; d < 30; d++) {
        tw_buf_printf(out, "<a");
        put_numbered(out, " xmlns:p", "='u'", 64);
        tw_buf_text(out, ">");
    }
    put_times(out, "<p63:b/>", n);
    put_times(out, "</a>", 30);
}

static double cpu_s(void)
{
    struct timespec t;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Measured in plain, optimised builds alone: sanitizers and counters of coverage cost time and memory of
 * their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
enum { MEASURED = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { MEASURED = 0 };
#else
enum { MEASURED = 1 };
#endif
#else
enum { MEASURED = 1 };
#endif

static double parse_s(struct tw_xml *x, struct tw_str text, tw_err want, struct tw_fault *fault)
{
    const double from = cpu_s();
    tw_err err = xml_feed(x, text, 64 << 10, fault);
    if (err == TW_OK) err = tw_xml_parse(x, NULL, fault);
    CHECK(err == want);
    return cpu_s() - from;
}

static void answer(void (*build)(struct tw_buf *out, size_t n), size_t n, tw_err want)
{
    TW_SCOPED(tw_xml) *x = NULL;
    TW_SCOPED_BUF text = {0};
    struct tw_fault fault = {0};
    struct rusage before, after;
    build(&text, n);
    CHECK(!text.failed && tw_xml_new(NULL, &x, NULL) == TW_OK);
    CHECK(getrusage(RUSAGE_SELF, &before) == 0);
    double took = 1;
    for (int i = 0; i < 3 && took > 0.1; i++) /* others may be at work on this machine */
        took = parse_s(x, tw_buf_view(&text), want, &fault);
    CHECK(getrusage(RUSAGE_SELF, &after) == 0);
    const long grown_kb = after.ru_maxrss - before.ru_maxrss;
    if (!MEASURED || (took <= 0.1 && grown_kb <= 64 << 10)) return;
    printf("# %.40s... %.0f ms, %ld KiB more: %s\n", text.p, took * 1e3, grown_kb, fault.note);
    CHECK(0 && "too long or too much");
}

/* In a process of its own, so that memory is that of one attack. */
static void answers(void (*build)(struct tw_buf *out, size_t n), size_t n, tw_err want)
{
    fflush(stdout);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        answer(build, n, want);
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void attacks_are_answered_at_once(void)
{
    answers(of_external_entity, 1, TW_FORMAT);
    answers(of_external_subset, 1, TW_FORMAT);
    answers(of_entities, 9, TW_FORMAT);
    answers(of_quadratic, 55000, TW_FORMAT);
    answers(of_depth, 300, TW_LIMIT);
    answers(of_depth, 100000, TW_LIMIT);
    answers(of_attributes, 1000, TW_LIMIT);
    answers(of_attributes, 5000, TW_LIMIT);
    answers(of_attributes, 20000, TW_LIMIT);
    answers(of_attributes, 100000, TW_LIMIT);
    answers(of_namespaces, 20000, TW_LIMIT);
    answers(of_bytes, 11 << 20, TW_LIMIT);
    answers(of_bytes, 10000000, TW_OK);
    answers(of_wide_bytes, 9999999, TW_OK);
    answers(of_one_comment, 9999900, TW_OK);
    answers(of_no_end, 9999990, TW_FORMAT);
    answers(of_a_long_attribute, 9999980, TW_LIMIT);
    answers(of_a_long_name, 1 << 20, TW_LIMIT);
    answers(of_a_long_name, 60000, TW_FORMAT);
    answers(of_a_long_attribute, 60000, TW_OK);
    answers(of_references, 9999990, TW_LIMIT);
    answers(of_names, 190000, TW_LIMIT);
    answers(of_colliding_prefixes, 100000, TW_OK);
    answers(of_elements, 200000, TW_OK);
}

static void names_are_counted(void)
{
    TW_SCOPED_BUF few = {0}, many = {0};
    of_names(&few, 4000);
    of_names(&many, 5000);
    TW_SCOPED(tw_xml) *x = NULL;
    CHECK(tw_xml_new(NULL, &x, NULL) == TW_OK && xml_feed(x, tw_buf_view(&few), SIZE_MAX, NULL) == TW_OK);
    CHECK(tw_xml_parse(x, NULL, NULL) == TW_OK && tw_xml_parse(x, NULL, NULL) == TW_OK);
    refuses(tw_buf_view(&many), TW_LIMIT, "more names than 4096");
}

/* -- */

static tw_err stop_at_text(void *to, struct tw_str text, struct tw_fault *fault)
{
    (void)to, (void)text;
    return tw_fail(fault, TW_CONFLICT, "enough");
}

static void who_is_told_may_end_it(void)
{
    TW_SCOPED(tw_xml) *x = NULL;
    struct tw_fault fault = {0};
    const struct tw_xml_events events = {.text = stop_at_text};
    CHECK(tw_xml_new(NULL, &x, NULL) == TW_OK);
    CHECK(xml_feed(x, TW_STR("<a>b<c></a>"), SIZE_MAX, NULL) == TW_OK);
    CHECK(tw_xml_parse(x, &events, &fault) == TW_CONFLICT && strcmp(fault.note, "enough") == 0);
    CHECK(tw_xml_parse(x, NULL, &fault) == TW_FORMAT); /* the same bytes again */
    CHECK(xml_feed(x, TW_STR("<a>b</a>"), SIZE_MAX, NULL) == TW_OK && tw_xml_parse(x, NULL, NULL) == TW_OK);
}

static void tells_xml_by_its_first_bytes(void)
{
    CHECK(tw_xml_sniff(TW_STR("<a>")) && tw_xml_sniff(TW_STR(" \r\n\t<?xml")));
    CHECK(tw_xml_sniff(TW_STR("\xEF\xBB\xBF<a>")) && tw_xml_sniff(TW_STR("\xFF\xFE<\0a\0")));
    CHECK(tw_xml_sniff(TW_STR("\xFE\xFF\0<\0a")) && tw_xml_sniff(TW_STR("<\0a\0")));
    CHECK(!tw_xml_sniff(TW_STR("")) && !tw_xml_sniff(TW_STR("declaration_id,x<y")) &&
          !tw_xml_sniff(TW_STR("  ")));
}

static tw_err work(void)
{
    TW_SCOPED(tw_xml) *x = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_fault fault = {0};
    TW_TRY(tw_xml_new(NULL, &x, &fault));
    TW_TRY(xml_tell_all(x, TW_STR("<m:a xmlns:m='n' x='&amp;'>t<b y='2'/></m:a>"), SIZE_MAX, &out, &fault));
    return out.failed ? TW_NOMEM : TW_OK;
}

static void no_allocation_that_fails_does_harm(void)
{
    CHECK(work() == TW_OK); /* what libxml2 keeps for ever is there */
    CHECK(fault_each_allocation(work) > 10);
}

int main(void)
{
    RUN(tells_elements_attributes_and_texts);
    RUN(tells_namespaces_by_their_uri);
    RUN(what_is_not_well_formed_has_one_fault_with_its_place);
    RUN(a_doctype_is_refused_wherever_it_stands);
    RUN(other_encodings_are_refused);
    RUN(utf16_with_its_mark_is_read);
    RUN(attacks_are_answered_at_once);
    RUN(every_limit_has_its_number);
    RUN(names_are_counted);
    RUN(utf16_is_held_to_the_limit_as_utf8);
    RUN(who_is_told_may_end_it);
    RUN(tells_xml_by_its_first_bytes);
    RUN(no_allocation_that_fails_does_harm);
    return DONE();
}
