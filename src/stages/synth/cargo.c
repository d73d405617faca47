/* SPDX-License-Identifier: Apache-2.0 */
/* What carriers say of goods that come by sea. Everything is drawn from seed, number of the declaration and
 * purpose alone, so that traffic is the same with manifests and without. */
#include <string.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/mem.h"
#include "decl/code.h"
#include "synth/synth_priv.h"

enum { ARENA_BYTES_MAX = 256 << 20, ROUND_DAYS = 14, LODGED_BEFORE = 6 * 3600, MINUTE = 60 };

/* A rate of the administration's: the modes of UN Recommendation 19. */
enum { BY_SEA = 1 };

bool tw_synth_has_manifests(const struct tw_synth *s)
{
    return s->world->manifests.per_vessel > 0;
}

struct tw_synth_manifests tw_synth_manifests(const struct tw_synth *s)
{
    return (struct tw_synth_manifests){s->manifest, s->manifests};
}

void cargo_free(struct tw_synth *s)
{
    tw_arena_free(s->sea);
    tw_arena_free(s->ashore);
    tw_free(s->carried);
    tw_free(s->manifest);
}

/* -- numbers and names */

/* Appends the digit that makes a number right. */
static void check_digit(struct tw_buf *out, size_t from, tw_err (*check)(struct tw_str, struct tw_fault *))
{
    for (int d = 0; d <= 9; d++) {
        tw_buf_char(out, (char)('0' + d));
        if (out->failed || check((struct tw_str){out->p + from, out->n - from}, NULL) == TW_OK) return;
        out->n--;
    }
    tw_buf_char(out, '0'); /* a remainder of ten: the standard writes 0 */
}

static void digits(struct tw_buf *out, uint64_t v, unsigned n)
{
    for (uint64_t k = 1; n > 0; n--) {
        k = 1;
        for (unsigned i = 1; i < n; i++) k *= 10;
        tw_buf_char(out, (char)('0' + v / k % 10));
    }
}

void cargo_container(const struct tw_synth *s, uint64_t number, struct tw_buf *out)
{
    const size_t from = out->n;
    tw_buf_text(out, "TWHU");
    digits(out, tw_mix64(number * 3 + s->options.seed) % 1000000, 6);
    check_digit(out, from, tw_container_check);
}

void cargo_voyage(const struct tw_synth *s, size_t office, int32_t day, size_t vessel, struct tw_buf *out)
{
    tw_buf_str(out, office_of(s, office)->code);
    digits(out, (uint64_t)day, 4);
    tw_buf_char(out, (char)('A' + vessel % 26));
    if (vessel >= 26) tw_buf_u64(out, vessel / 26);
}

/* Ships come again every fortnight. */
static uint64_t ship(size_t office, int32_t day, size_t vessel)
{
    return tw_mix64((uint64_t)office * 100003u + (uint64_t)(day % ROUND_DAYS) * 1009u + vessel);
}

/* The text of a buffer, in the arena; the buffer is empty again. */
static struct tw_str kept(struct tw_arena *arena, struct tw_buf *text)
{
    char *p = text->failed ? NULL : tw_arena_room(arena, text->n + 1, 1);
    if (p == NULL) text->failed = true;
    if (p == NULL || text->n == 0) return (struct tw_str){0};
    memcpy(p, text->p, text->n);
    const struct tw_str ret = {p, text->n};
    text->n = 0;
    return ret;
}

/* -- going aboard */

static double drawn(const struct tw_synth *s, const char *purpose)
{
    return fixed_unit(s, s->done, 0, purpose);
}

/* How many ships an office sees a day, so that each has about as many consignments as the world says. */
static size_t vessels(const struct tw_synth *s, size_t office)
{
    double all = 0;
    for (size_t i = 0; i < s->world->offices.n; i++) all += office_of(s, i)->weight;
    const double a_day = (double)s->options.declarations / s->days * office_of(s, office)->weight / all;
    const double n = a_day / s->world->manifests.per_vessel;
    return n > 1 ? (size_t)(n + 0.5) : 1;
}

/* Hidden goods, and firms that are not what they seem. */
static bool hides(const struct consignment *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const enum tw_mechanism m = (enum tw_mechanism)c->item[i].mechanism;
        if (m == TW_MECHANISM_PROHIBITED || m == TW_MECHANISM_COUNTERFEIT || m == TW_MECHANISM_PHANTOM)
            return true;
    }
    return false;
}

/* What an item really weighs, gross: who declares less of it may have changed the gross mass too. */
static double true_gross(const struct goods_line *i)
{
    const bool changed = i->mechanism == TW_MECHANISM_SHORT_WEIGHT && i->gross_kg < i->true_net_kg;
    return changed ? i->gross_kg * i->true_net_kg / i->net_kg / 1.08 : i->gross_kg;
}

/* As the carrier weighed it, or as the shipper, who is the trader's friend, told it. */
static double carriers_mass(const struct tw_synth *s, const struct consignment *c)
{
    const bool weighed = drawn(s, "carrier weighs") < s->world->manifests.weighed;
    double kg = 0;
    for (size_t i = 0; i < c->n; i++) kg += weighed ? true_gross(&c->item[i]) : c->item[i].gross_kg;
    const double sigma = s->world->manifests.weight_sigma;
    /* three evenly drawn numbers make a bell that is good enough for a scale */
    const double bell = drawn(s, "scale 1") + drawn(s, "scale 2") + drawn(s, "scale 3") - 1.5;
    return weighed ? kg * (1 + 2 * sigma * bell) : kg;
}

static int64_t carriers_packages(const struct tw_synth *s, const struct consignment *c)
{
    int64_t n = 0;
    for (size_t i = 0; i < c->n; i++) n += c->item[i].packages;
    if (drawn(s, "packages") >= s->world->manifests.packages) return n;
    return drawn(s, "packages more") < 0.5 || n == 1 ? n + 1 : n - 1;
}

static struct tw_dec whole_kg(double kg)
{
    return (struct tw_dec){kg < 1 ? 1 : (int64_t)(kg + 0.5), 0, true};
}

/* The goods in one line, as bills of lading have them. */
static tw_err fill_goods(struct tw_synth *s, struct tw_consignment *to, struct tw_str description,
                         struct tw_str container)
{
    struct tw_consignment_item *item = tw_arena_array(s->sea, 1, sizeof *item);
    struct tw_container *box = tw_arena_array(s->sea, 1, sizeof *box);
    if (item == NULL || box == NULL) return TW_NOMEM;
    *box = (struct tw_container){.id = container};
    *item = (struct tw_consignment_item){.number = 1,
                                         .description = description,
                                         .package_count = to->package_count,
                                         .package_type = TW_STR("PK"),
                                         .gross_mass_kg = to->gross_mass_kg};
    item->containers.at = box;
    item->containers.n = 1;
    to->containers.at = box;
    to->containers.n = 1;
    to->items.at = item;
    to->items.n = 1;
    return TW_OK;
}

static tw_err fill_consignment(struct tw_synth *s, const struct consignment *c, struct tw_buf *text,
                               struct carried *ret)
{
    struct tw_consignment *to = &ret->is;
    TW_SCOPED_BUF name = {0};
    *to = (struct tw_consignment){.bill = ret->bill,
                                  .bill_type = TW_STR("BM"),
                                  .kind = TW_BILL_N,
                                  .package_count = carriers_packages(s, c),
                                  .gross_mass_kg = whole_kg(carriers_mass(s, c)),
                                  .dispatch = country_of(s, c->item[0].dispatch)->code};
    write_exporter((uint64_t)c->lane.origin * 1000000 + c->lane.exporter, text, &name);
    to->consignor.id = kept(s->sea, text);
    to->consignor.name = kept(s->sea, &name);
    to->consignor.country = country_of(s, c->item[0].origin)->code;
    write_importer(c->identity, text, &name);
    to->consignee.id = kept(s->sea, text);
    to->consignee.name = kept(s->sea, &name);
    to->consignee.country = (struct tw_str){s->world->currency.s, 2};
    write_description(s, &c->item[0], text);
    const struct tw_str description = kept(s->sea, text);
    const double times = hides(c) ? s->world->manifests.hiding : 1;
    const bool other =
        ret->named.n == 0 || drawn(s, "other container") < s->world->manifests.container * times;
    cargo_container(s, (uint64_t)s->done + (other ? UINT32_MAX : 0), text);
    TW_TRY(fill_goods(s, to, description, kept(s->sea, text)));
    return text->failed || name.failed ? TW_NOMEM : TW_OK;
}

/* What stood in the first version: a round weight that was told before loading. */
static void change_late(struct tw_synth *s, const struct consignment *c, struct carried *ret)
{
    const double times = hides(c) ? s->world->manifests.hiding : 1;
    ret->was = ret->is;
    ret->late = ret->second >= 2 * MINUTE && drawn(s, "late") < s->world->manifests.late * times;
    if (!ret->late) return;
    const double before = tw_dec_f64(ret->is.gross_mass_kg) * (0.8 + 0.4 * drawn(s, "told before"));
    ret->was.gross_mass_kg = whole_kg(before);
}

static tw_err room_for_one(struct tw_synth *s)
{
    if (s->carried_n < s->carried_cap) return TW_OK;
    const size_t cap = s->carried_cap > 0 ? 2 * s->carried_cap : 256;
    struct carried *more = tw_realloc(s->carried, cap, sizeof *more);
    if (more == NULL) return TW_NOMEM;
    s->carried = more;
    s->carried_cap = cap;
    return TW_OK;
}

static tw_err load(struct tw_synth *s, const struct consignment *c, struct tw_buf *text, bool declared)
{
    TW_TRY(room_for_one(s));
    struct carried *to = &s->carried[s->carried_n];
    *to = (struct carried){.office = c->office, .second = c->second};
    to->vessel = (size_t)(drawn(s, "vessel") * (double)vessels(s, c->office));
    tw_buf_text(text, declared ? "TWL" : "TWX");
    digits(text, (uint64_t)s->done, 9);
    to->bill = kept(s->sea, text);
    to->named = to->bill;
    if (!declared) to->named = (struct tw_str){0};
    const double times = hides(c) ? s->world->manifests.hiding : 1;
    if (declared && drawn(s, "document") < s->world->manifests.document * times) {
        tw_buf_text(text, "TWL9");
        digits(text, tw_mix64((uint64_t)s->done) % 100000000, 8);
        to->named = kept(s->sea, text);
    }
    TW_TRY(fill_consignment(s, c, text, to));
    change_late(s, c, to);
    s->carried_n++;
    return text->failed ? TW_NOMEM : TW_OK;
}

tw_err cargo_load(struct tw_synth *s, const struct consignment *c)
{
    TW_SCOPED_BUF text = {0};
    s->aboard = NULL;
    if (!tw_synth_has_manifests(s) || office_of(s, c->office)->mode != BY_SEA) return TW_OK;
    if (s->sea == NULL) TW_TRY(tw_arena_new(ARENA_BYTES_MAX, &s->sea));
    if (drawn(s, "undeclared") < s->world->manifests.undeclared) TW_TRY(load(s, c, &text, false));
    TW_TRY(load(s, c, &text, true));
    s->aboard = &s->carried[s->carried_n - 1];
    return TW_OK;
}

/* -- arriving */

static tw_err room_for_manifest(struct tw_synth *s, size_t *cap)
{
    if (s->manifests < *cap) return TW_OK;
    const size_t more = *cap > 0 ? 2 * *cap : 64;
    struct tw_manifest *m = tw_realloc(s->manifest, more, sizeof *m);
    if (m == NULL) return TW_NOMEM;
    s->manifest = m;
    *cap = more;
    return TW_OK;
}

static void head(struct tw_synth *s, size_t office, size_t vessel, int32_t day, struct tw_buf *text,
                 struct tw_manifest *to)
{
    const struct tw_world_office *o = office_of(s, office);
    const int64_t midnight = (int64_t)(s->options.start_day + day) * TW_DAY_S;
    const uint64_t h = ship(office, day, vessel);
    *to = (struct tw_manifest){.version = 1,
                               .lodged_at = midnight - LODGED_BEFORE,
                               .office = o->code,
                               .transport_mode = TW_STR("1"),
                               .departure_at = TW_NO_TIME,
                               .departed_at = TW_NO_TIME,
                               .arrival_at = midnight,
                               .arrived_at = TW_NO_TIME,
                               .container_total = -1};
    cargo_voyage(s, office, day, vessel, text);
    to->voyage = kept(s->sea, text);
    tw_buf_char(text, 'M');
    tw_buf_str(text, to->voyage);
    to->id = kept(s->sea, text);
    tw_buf_text(text, "CA");
    digits(text, h % 40, 3);
    to->carrier.id = kept(s->sea, text);
    to->carrier.name = TW_STR("Harbor Lines");
    digits(text, 900000 + h % 99999, 6);
    check_digit(text, 0, tw_imo_check);
    to->transport_means = kept(s->sea, text);
    tw_buf_text(text, "HARBOR ");
    digits(text, h % 99999, 5);
    to->transport_name = kept(s->sea, text);
}

static bool on(const struct carried *c, size_t office, size_t vessel)
{
    return c->office == office && c->vessel == vessel;
}

/* When it was changed: before its declaration, on a whole minute, as messages have it. */
static int32_t changed_at(const struct carried *c)
{
    return (c->second / MINUTE - 1) * MINUTE;
}

/* All consignments of a ship as they were told by second `at` of the day; the first version has at 0. */
static tw_err fill(struct tw_synth *s, size_t office, size_t vessel, int32_t at, struct tw_manifest *to)
{
    size_t n = 0;
    for (size_t i = 0; i < s->carried_n; i++) n += on(&s->carried[i], office, vessel);
    struct tw_consignment *c = tw_arena_array(s->sea, n + 1, sizeof *c);
    if (c == NULL) return TW_NOMEM;
    to->consignments.at = c;
    to->consignments.n = n;
    to->consignment_total = (int64_t)n;
    for (size_t i = 0; i < s->carried_n; i++) {
        const struct carried *one = &s->carried[i];
        if (!on(one, office, vessel)) continue;
        *c = one->late && changed_at(one) > at ? one->was : one->is;
        if (c->items.n > 0 && one->late) { /* its goods weigh what it weighs */
            struct tw_consignment_item *item = tw_arena_array(s->sea, 1, sizeof *item);
            if (item == NULL) return TW_NOMEM;
            *item = c->items.at[0];
            item->gross_mass_kg = c->gross_mass_kg;
            c->items.at = item;
        }
        c++;
    }
    return TW_OK;
}

/* The next second after `at` at which something of a ship was changed; -1 = nothing is. */
static int32_t next_change(const struct tw_synth *s, size_t office, size_t vessel, int32_t at)
{
    int32_t best = -1;
    for (size_t i = 0; i < s->carried_n; i++) {
        const struct carried *c = &s->carried[i];
        if (!on(c, office, vessel) || !c->late || changed_at(c) <= at) continue;
        if (best < 0 || changed_at(c) < best) best = changed_at(c);
    }
    return best;
}

static tw_err arrive(struct tw_synth *s, size_t office, size_t vessel, int32_t day, size_t *cap)
{
    TW_SCOPED_BUF text = {0};
    struct tw_manifest m;
    head(s, office, vessel, day, &text, &m);
    if (text.failed) return TW_NOMEM;
    for (int32_t at = 0; at >= 0; at = next_change(s, office, vessel, at)) {
        if (at > 0) m.lodged_at = m.arrival_at + at;
        TW_TRY(fill(s, office, vessel, at, &m));
        if (m.consignments.n == 0) return TW_OK;
        TW_TRY(room_for_manifest(s, cap));
        s->manifest[s->manifests++] = m;
        m.version++;
    }
    return TW_OK;
}

tw_err cargo_arrive(struct tw_synth *s, int32_t day)
{
    size_t cap = s->manifests;
    s->manifests = 0;
    if (s->carried_n == 0) return TW_OK;
    for (size_t o = 0; o < s->world->offices.n; o++)
        for (size_t v = 0; office_of(s, o)->mode == BY_SEA && v < vessels(s, o); v++)
            TW_TRY(arrive(s, o, v, day, &cap));
    struct tw_arena *ended = s->sea; /* its texts live as long as its manifests are asked for */
    s->sea = s->ashore;
    s->ashore = ended;
    if (s->sea != NULL) tw_arena_reset(s->sea);
    s->carried_n = 0;
    return TW_OK;
}
