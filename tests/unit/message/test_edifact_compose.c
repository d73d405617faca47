/* SPDX-License-Identifier: Apache-2.0 */
#include "edi_house.h"
#include "fault.h"

/* The names of the elements that were left out, without the lists they stand in, each once. */
static void names_left(const struct tw_edi_written *w, struct tw_buf *out)
{
    CHECK(w->left_n == w->left_all);
    for (size_t i = 0; i < w->left_n; i++) {
        TW_SCOPED_BUF line = {0};
        tw_buf_printf(&line, "| `%s` |%c", w->left[i].path, 0);
        char *from = line.p, *to = line.p; /* documents[2].name -> documents.name */
        for (; *from != '\0'; from++) {
            if (*from == '[')
                while (*from != ']') from++;
            else
                *to++ = *from;
        }
        *to = '\0';
        tw_buf_char(out, '\0');
        const bool known = strstr(out->p, line.p) != NULL;
        out->n--;
        if (!known)
            tw_buf_printf(out, "%s %.*s |\n", line.p,
                          (int)(strstr(w->left[i].note, " has no place") - w->left[i].note), w->left[i].note);
    }
}

static void every_element_survives(void)
{
    HOUSE h;
    struct tw_decl d;
    unsigned n = 0;
    house_open(&h);
    tw_decl_init(&d);
    fill(h.arena, TW_LEVEL_DECL, &d, 2, &n);
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_OK);
    CHECK(h.written.left_all > TW_EDI_LEFT_MAX && h.written.left_n == TW_EDI_LEFT_MAX);
    forget(&d);
    goes_there_and_back(&h, &d);
    CHECK(h.written.left_all == 0);
}

/* docs/formats/edifact.md lists what CUSDEC has no place for. With TIDEWAITER_ACCEPT=1 (make accept) this
 * test writes the list. */
static void the_page_lists_what_is_left_out(void)
{
    static const char heading[] = "## What CUSDEC has no place for\n";
    HOUSE h;
    struct tw_decl d;
    unsigned n = 0;
    TW_SCOPED_BUF path = {0}, page = {0}, want = {0};
    const char *source = getenv("TIDEWAITER_SOURCE"), *accept = getenv("TIDEWAITER_ACCEPT");
    house_open(&h);
    tw_decl_init(&d);
    fill(h.arena, TW_LEVEL_DECL, &d, 1, &n);
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_OK);
    tw_buf_printf(&path, "%s/docs/formats/edifact.md%c", source != NULL ? source : ".", '\0');
    FILE *f = fopen(path.p, "rb");
    CHECK(f != NULL && tw_buf_room(&page, 1 << 20) != NULL);
    page.n = fread(page.p, 1, 1 << 20, f);
    fclose(f);
    const char *end = page.p + page.n, *at = memmem(page.p, page.n, heading, sizeof heading - 1);
    const char *from = at != NULL ? memmem(at, (size_t)(end - at), "|---|---|\n", 10) : NULL;
    CHECK(from != NULL);
    const char *to = memmem(from, (size_t)(end - from), "\n\n", 2);
    CHECK(to != NULL);
    tw_buf_put(&want, page.p, (size_t)(from + 10 - page.p));
    names_left(&h.written, &want);
    tw_buf_put(&want, to + 1, (size_t)(end - to - 1));
    if (accept != NULL && strcmp(accept, "1") == 0) {
        f = fopen(path.p, "wb");
        CHECK(f != NULL && fwrite(want.p, 1, want.n, f) == want.n && fclose(f) == 0);
        return;
    }
    if (!tw_str_eq(tw_buf_view(&want), tw_buf_view(&page)))
        fprintf(stderr, "docs/formats/edifact.md differs from what is left out: make accept, and read it\n");
    CHECK(tw_str_eq(tw_buf_view(&want), tw_buf_view(&page)));
}

/* A declaration with one item, its lists empty. */
static struct tw_decl one(struct tw_item *item)
{
    struct tw_decl d;
    tw_decl_init(&d);
    tw_item_init(item);
    item->number = 1;
    d.id = d.lrn = TW_STR("LRN1");
    d.items.at = item;
    d.items.n = 1;
    return d;
}

static void long_texts_go_on(void)
{
    static const struct {
        unsigned lines, width;
    } row[] = {{1, 69}, {1, 70}, {1, 71}, {1, 350}, {1, 351}, {1, 1300},
               {2, 70}, {5, 69}, {9, 34}, {20, 69}, {3, 140}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        HOUSE h;
        TW_SCOPED_BUF text = {0};
        struct tw_item item;
        struct tw_package package;
        struct tw_statement statement = {.code = TW_STR("00500"), .type = TW_STR("ACB")};
        struct tw_decl d = one(&item);
        house_open(&h);
        for (unsigned line = 0; line < row[i].lines; line++) {
            if (line > 0) tw_buf_char(&text, '\n');
            for (unsigned k = 0; k < row[i].width; k++)
                tw_buf_text(&text, k % 11 == 10 ? " " : k % 7 == 3 ? "\xC3\xA9" : k % 5 == 2 ? "+" : "x");
        }
        tw_level_init(TW_LEVEL_PACKAGE, &package);
        package.marks = item.description = statement.text = tw_buf_view(&text);
        item.packages.at = &package;
        item.statements.at = &statement;
        d.statements.at = &statement;
        item.packages.n = item.statements.n = d.statements.n = 1;
        goes_there_and_back(&h, &d);
    }
}

/* Segments end where components do, and blanks at either side are of the text. */
static void blanks_stand_where_a_text_is_parted(void)
{
    for (unsigned from = 348; from <= 352; from++) {
        for (unsigned blanks = 1; blanks <= 3; blanks++) {
            HOUSE h;
            char text[720];
            struct tw_item item;
            struct tw_decl d = one(&item);
            house_open(&h);
            memset(text, 'X', sizeof text);
            memset(text + from, ' ', blanks);
            memset(text + 699, ' ', blanks);
            item.description = (struct tw_str){text, sizeof text};
            goes_there_and_back(&h, &d);
            CHECK(tw_str_eq(h.reading.decl->items.at[0].description, item.description));
        }
    }
}

static void an_empty_line_stands_in_a_text(void)
{
    HOUSE h;
    struct tw_item item;
    struct tw_decl d = one(&item);
    house_open(&h);
    item.description = TW_STR("first\n\nthird\n\nfifth\nsixth\nseventh");
    goes_there_and_back(&h, &d);
    item.description =
        TW_STR("0123456789012345678901234567890123456789012345678901234567890123456789\n\nthird");
    goes_there_and_back(&h, &d);
    item.description = TW_STR("a\n\n\n\n\n\n\n\n\nb");
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_LIMIT && strcmp(h.fault.path, "items[1].description") == 0);
}

static void the_least_character_set_is_taken(void)
{
    static const struct {
        const char *text, *begins;
    } row[] = {
        {"STEEL, 5 TONS (?+:')", "UNA:+.? 'UNB+UNOA:3+GB1+CUSTOMS+251124:1600+"},
        {"Steel", "UNA:+.? 'UNB+UNOC:3+"},
        {"STAHLB\xC3\x84NDER *", "UNA:+.? 'UNB+UNOC:3+"},
        {"caf\xC3\x83\xC2\xA9", "UNB+UNOY:4+GB1+CUSTOMS+20251124:1600+"}, /* as ISO 8859-1 it is UTF-8 */
        {"\xE9\x8B\xBC *", "UNB+UNOY:4+"},
        {"\xC5\x81\xC3\xB3\x64\xC5\xBA", "UNB+UNOY:4+"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        HOUSE h;
        struct tw_item item;
        struct tw_decl d = one(&item);
        house_open(&h);
        item.description = tw_str_from(row[i].text);
        goes_there_and_back(&h, &d);
        const bool so = tw_str_starts(tw_buf_view(&h.out), tw_str_from(row[i].begins));
        if (!so) printf("# %.*s\n", TW_STR_ARG(tw_buf_view(&h.out)));
        CHECK(so);
    }
}

static void the_same_declaration_gives_the_same_bytes(void)
{
    HOUSE h;
    TW_SCOPED_BUF first = {0};
    struct tw_item item;
    const struct tw_decl d = one(&item);
    house_open(&h);
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_OK);
    tw_buf_str(&first, tw_buf_view(&h.out));
    CHECK(tw_str_is(tw_buf_view(&first),
                    "UNA:+.? 'UNB+UNOA:3+GB1+CUSTOMS+251124:1600+"
                    "10FB98471BF483'UNH+1+CUSDEC:D:96B:UN'BGM+960+LRN1'RFF+AAE:LRN1'UNS+D'"
                    "CST+1'UNS+S'UNT+7+1'UNZ+1+10FB98471BF483'"));
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_OK && tw_str_eq(tw_buf_view(&first), tw_buf_view(&h.out)));
}

static void an_amount_waits_for_its_currency(void)
{
    HOUSE h;
    struct tw_item item;
    struct tw_decl d = one(&item);
    house_open(&h);
    CHECK(tw_element_set(TW_ELEMENT_PRICE, TW_STR("12.50"), h.arena, &item, NULL) == TW_OK);
    goes_there_and_back(&h, &d);
    CHECK(memmem(h.out.p, h.out.n, "MOA+38:12.50'", 13) != NULL);
    CHECK(memcmp(&h.reading.decl->items.at[0].price, &item.price, sizeof item.price) == 0);
}

/* Nothing is cut short: what is too long refuses the declaration, by the element's path. */
static void what_is_too_long_is_refused(void)
{
    static const char long_text[] =
        "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
    static const struct {
        const char *name, *path;
        unsigned most;
    } row[] = {{"lrn", "lrn", 35},
               {"function", "function", 3},
               {"type", "type", 35},
               {"office", "office", 25},
               {"voyage", "voyage", 17},
               {"declarant.id", "declarant.id", 35},
               {"declarant.city", "declarant.city", 35},
               {"declarant.postcode", "declarant.postcode", 9},
               {"ucr", "items[1].ucr", 35},
               {"procedure", "items[1].procedure", 18},
               {"additional_procedure", "items[1].additional_procedure", 18},
               {"quota", "items[1].quota", 35},
               {"preference", "items[1].preference", 3},
               {"warehouse", "warehouse", 70},
               {"container.seal", "containers[1].seal", 10},
               {"document.id", "items[1].documents[1].id", 35},
               {"document.type", "items[1].documents[1].type", 3}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        for (unsigned over = 0; over < 2; over++) {
            HOUSE h;
            struct tw_item item;
            struct tw_document document = {.type = TW_STR("853")};
            struct tw_container box = {.id = TW_STR("CSQU3054383")};
            struct tw_decl d = one(&item);
            house_open(&h);
            item.documents.at = &document;
            d.containers.at = &box;
            item.documents.n = d.containers.n = 1;
            const enum tw_element e = tw_element_find_any(tw_str_from(row[i].name));
            CHECK(e != TW_ELEMENT_N);
            void *object = tw_element_row(e)->level == TW_LEVEL_DECL        ? (void *)&d
                           : tw_element_row(e)->level == TW_LEVEL_ITEM      ? (void *)&item
                           : tw_element_row(e)->level == TW_LEVEL_CONTAINER ? (void *)&box
                                                                            : (void *)&document;
            CHECK(tw_element_set(e, (struct tw_str){long_text, row[i].most + over}, h.arena, object, NULL) ==
                  TW_OK);
            const tw_err err = compose(&h, TW_EDI_CUSDEC, &d);
            char most[32];
            snprintf(most, sizeof most, " takes %u;", row[i].most);
            const bool so = over == 0 ? err == TW_OK
                                      : err == TW_LIMIT && strcmp(h.fault.path, row[i].path) == 0 &&
                                            strstr(h.fault.note, most) != NULL && h.out.n == 0;
            if (!so) printf("# %s: %s %s %s\n", row[i].name, tw_err_name(err), h.fault.path, h.fault.note);
            CHECK(so);
        }
    }
}

static void lists_longer_than_the_directory_allows_are_refused(void)
{
    HOUSE h;
    struct tw_item item;
    struct tw_decl d = one(&item);
    struct tw_document document[26] = {{.type = TW_STR("853")}};
    house_open(&h);
    for (size_t i = 1; i < 26; i++) document[i] = document[0];
    d.documents.at = item.documents.at = document;
    d.documents.n = 10;
    item.documents.n = 25;
    goes_there_and_back(&h, &d);
    d.documents.n = 11;
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_LIMIT && strstr(h.fault.note, "at most 10 DOC") != NULL);
    d.documents.n = 10;
    item.documents.n = 26;
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_LIMIT && strcmp(h.fault.path, "items[1]") == 0);
}

static void items_have_a_limit(void)
{
    HOUSE h;
    struct tw_decl d;
    struct tw_fault fault = {0};
    TW_SCOPED(tw_edi_reader) *r = NULL;
    house_open(&h);
    tw_decl_init(&d);
    d.id = d.lrn = TW_STR("LRN1");
    d.items.at = tw_arena_array(h.arena, TW_ITEMS_MAX + 1, sizeof *d.items.at);
    CHECK(d.items.at != NULL);
    for (uint32_t i = 0; i <= TW_ITEMS_MAX; i++) {
        tw_item_init(&d.items.at[i]);
        d.items.at[i].number = i + 1;
    }
    d.items.n = TW_ITEMS_MAX + 1;
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_LIMIT);
    d.items.n = TW_ITEMS_MAX;
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_OK);
    CHECK(read_record(tw_buf_view(&h.out), 0, h.again, &h.reading, NULL) == TW_OK);
    CHECK(h.reading.decl->items.n == TW_ITEMS_MAX && h.reading.told_all == 0);
    /* and the reader's own */
    static const char *const tags[] = {"BGM", "UNS", "CST", "CST", "CST"};
    const struct tw_edi_value type = {.text = TW_STR("CUSDEC"), .element = 1};
    const struct tw_edi_segment unh = {.tag = TW_STR("UNH"), .value = &type, .n = 1};
    CHECK(tw_edi_reader_new(&(struct tw_edi_reader_config){.items = 2}, &r, NULL) == TW_OK);
    CHECK(tw_edi_reader_begin(r, &unh, h.again, NULL) == TW_OK);
    for (size_t i = 0; i < 5; i++) {
        const struct tw_edi_segment s = {.tag = tw_str_from(tags[i]), .service = tw_edi_service_default(3)};
        CHECK(tw_edi_reader_put(r, &s, &fault) == (i < 4 ? TW_OK : TW_LIMIT));
    }
    CHECK(strstr(fault.note, "more than 2 items") != NULL);
}

static void what_cannot_be_said_is_refused(void)
{
    HOUSE h;
    struct tw_item item;
    struct tw_decl d = one(&item);
    house_open(&h);
    item.description = TW_STR("a\x01");
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_FORMAT && strstr(h.fault.note, "control character") != NULL);
    CHECK(strcmp(h.fault.path, "items[1].description") == 0);
    item.description = (struct tw_str){NULL, 0};
    struct tw_statement statement = {.type = TW_STR("ACB")}; /* and no code */
    item.statements.at = &statement;
    item.statements.n = 1;
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_FORMAT &&
          strcmp(h.fault.path, "items[1].statements[1].code") == 0);
    item.statements.n = 0;
    item.quantity.value = (struct tw_dec){12, 0, true}; /* and no unit: one is written that says so */
    goes_there_and_back(&h, &d);
    CHECK(memmem(h.out.p, h.out.n, "MEA+CT++ZZZ:12'", 15) != NULL);
    struct tw_document document = {.type = TW_STR("380"), .name = TW_STR("PREVIOUS")};
    item.documents.at = &document;
    item.documents.n = 1;
    CHECK(compose(&h, TW_EDI_CUSDEC, &d) == TW_FORMAT && strcmp(h.fault.path, "items[1].documents[1]") == 0);
    CHECK(strstr(h.fault.note, "would say something else") != NULL && h.out.n == 0);
}

static void an_interchange_names_both_ends(void)
{
    HOUSE h;
    struct tw_item item;
    const struct tw_decl d = one(&item);
    struct tw_edi_order order = {TW_EDI_CUSDEC, &d, ends};
    house_open(&h);
    order.ends.sender = (struct tw_str){NULL, 0};
    CHECK(tw_edi_compose(h.writer, &order, h.arena, &h.out, &h.written, &h.fault) == TW_FORMAT);
    order.ends.sender = TW_STR("012345678901234567890123456789012345");
    CHECK(tw_edi_compose(h.writer, &order, h.arena, &h.out, &h.written, &h.fault) == TW_LIMIT);
    CHECK(h.out.n == 0);
}

static tw_err compose_once(void)
{
    TW_SCOPED(tw_arena) *arena = NULL;
    TW_SCOPED(tw_edi_writer) *w = NULL;
    TW_SCOPED_BUF out = {0};
    struct tw_edi_written written = {.segments = 77};
    struct tw_item item;
    struct tw_decl d = one(&item);
    TW_TRY(tw_arena_new(1 << 20, &arena));
    TW_TRY(tw_edi_writer_new(&w, NULL));
    item.description = TW_STR("\xE9\x8B\xBC");
    const struct tw_edi_order order = {TW_EDI_CUSDEC, &d, ends};
    const tw_err err = tw_edi_compose(w, &order, arena, &out, &written, NULL);
    CHECK(err == TW_OK || (written.segments == 77 && out.n == 0));
    return err;
}

static void runs_out_of_memory_cleanly(void)
{
    CHECK(fault_each_allocation(compose_once) > 5);
    for (size_t bytes = 64; bytes < 65536; bytes *= 2) { /* an arena that is full anywhere */
        HOUSE h;
        struct tw_item item;
        struct tw_decl d = one(&item);
        TW_SCOPED(tw_arena) *small = NULL;
        house_open(&h);
        item.description = TW_STR("text");
        CHECK(tw_arena_new(bytes, &small) == TW_OK);
        const struct tw_edi_order order = {TW_EDI_CUSDEC, &d, ends};
        const tw_err err = tw_edi_compose(h.writer, &order, small, &h.out, &h.written, &h.fault);
        CHECK(err == TW_OK || (err == TW_LIMIT && h.out.n == 0));
    }
}

int main(void)
{
    RUN(every_element_survives);
    RUN(the_page_lists_what_is_left_out);
    RUN(long_texts_go_on);
    RUN(blanks_stand_where_a_text_is_parted);
    RUN(an_empty_line_stands_in_a_text);
    RUN(the_least_character_set_is_taken);
    RUN(the_same_declaration_gives_the_same_bytes);
    RUN(an_amount_waits_for_its_currency);
    RUN(what_is_too_long_is_refused);
    RUN(lists_longer_than_the_directory_allows_are_refused);
    RUN(items_have_a_limit);
    RUN(what_cannot_be_said_is_refused);
    RUN(an_interchange_names_both_ends);
    RUN(runs_out_of_memory_cleanly);
    return DONE();
}
