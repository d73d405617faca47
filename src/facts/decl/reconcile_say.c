/* SPDX-License-Identifier: Apache-2.0 */
/* A discrepancy in an officer's words. */
#include "decl/reconcile.h"

#include <math.h>

static struct tw_str or_word(struct tw_str s, const char *word)
{
    return s.n > 0 ? s : tw_str_from(word);
}

/* It is about one. */
static const struct tw_manifest *manifest(const struct tw_discrepancy *d, const struct tw_reconcile_input *in)
{
    return in->manifests.at[d->manifest];
}

static struct tw_str bill(const struct tw_discrepancy *d, const struct tw_reconcile_input *in)
{
    return d->consignment != TW_NO_INDEX
               ? or_word(manifest(d, in)->consignments.at[d->consignment].bill, "without number")
               : TW_STR("without number");
}

static struct tw_str voyage(const struct tw_discrepancy *d, const struct tw_reconcile_input *in)
{
    return or_word(manifest(d, in)->voyage, "not named");
}

static struct tw_str declaration(const struct tw_discrepancy *d, const struct tw_reconcile_input *in)
{
    return or_word(in->declarations.at[d->declaration]->id, "without number");
}

static void number(struct tw_buf *out, double v)
{
    tw_buf_grouped(out, v, v == floor(v) ? 0 : 1);
}

/* ", 12 packages, 3,400 kg" as far as it is known */
static void size(const struct tw_discrepancy *d, struct tw_buf *out)
{
    if (d->manifested_packages >= 0)
        tw_buf_printf(out, ", %lld package%s", (long long)d->manifested_packages,
                      d->manifested_packages == 1 ? "" : "s");
    if (!isnan(d->manifested_kg)) {
        tw_buf_text(out, ", ");
        number(out, d->manifested_kg);
        tw_buf_text(out, " kg gross");
    }
}

/* Whose sums they are. */
static void whose(const struct tw_discrepancy *d, const struct tw_reconcile_input *in, struct tw_buf *out)
{
    if (d->consignments == 1 && d->declarations == 1)
        tw_buf_printf(out, " (bill %.*s, declaration %.*s)", TW_STR_ARG(bill(d, in)),
                      TW_STR_ARG(declaration(d, in)));
    else
        tw_buf_printf(out,
                      " (%zu bill%s from %.*s on, %zu declaration%s from %.*s on, which belong together)",
                      d->consignments, d->consignments == 1 ? "" : "s", TW_STR_ARG(bill(d, in)),
                      d->declarations, d->declarations == 1 ? "" : "s", TW_STR_ARG(declaration(d, in)));
}

static void weight(const struct tw_discrepancy *d, const struct tw_reconcile_input *in, struct tw_buf *out)
{
    const double gap = d->declared_kg - d->manifested_kg;
    tw_buf_text(out, "declared ");
    number(out, d->declared_kg);
    tw_buf_text(out, " kg gross, manifested ");
    number(out, d->manifested_kg);
    tw_buf_text(out, " kg: ");
    number(out, fabs(gap));
    tw_buf_printf(out, " kg %s", gap < 0 ? "less" : "more");
    whose(d, in, out);
}

static void late(const struct tw_discrepancy *d, const struct tw_reconcile_input *in, struct tw_buf *out)
{
    const struct tw_manifest *m = manifest(d, in);
    tw_buf_printf(out, "bill %.*s of manifest %.*s: %s", TW_STR_ARG(bill(d, in)),
                  TW_STR_ARG(or_word(m->id, "without number")), d->what);
    tw_buf_text(out, strncmp(d->what, "its", 3) == 0 || strncmp(d->what, "the", 3) == 0 ? " changed" : "");
    tw_buf_text(out, d->expected ? " after the expected arrival" : " after the arrival");
}

static void undeclared(const struct tw_discrepancy *d, const struct tw_reconcile_input *in,
                       struct tw_buf *out)
{
    tw_buf_printf(out, "bill %.*s of voyage %.*s", TW_STR_ARG(bill(d, in)), TW_STR_ARG(voyage(d, in)));
    size(d, out);
    tw_buf_text(out, ": on the manifest, and nobody has declared it");
}

static void unmanifested(const struct tw_discrepancy *d, const struct tw_reconcile_input *in,
                         struct tw_buf *out)
{
    tw_buf_printf(out, "declaration %.*s is for voyage %.*s, and no manifest of it has these goods",
                  TW_STR_ARG(declaration(d, in)), TW_STR_ARG(voyage(d, in)));
}

static void packages(const struct tw_discrepancy *d, const struct tw_reconcile_input *in, struct tw_buf *out)
{
    tw_buf_printf(out, "declared %lld packages, manifested %lld", (long long)d->declared_packages,
                  (long long)d->manifested_packages);
    whose(d, in, out);
}

static void container_unmanifested(const struct tw_discrepancy *d, const struct tw_reconcile_input *in,
                                   struct tw_buf *out)
{
    tw_buf_printf(out,
                  "declaration %.*s names container %.*s, which the manifest does not have under bill %.*s",
                  TW_STR_ARG(declaration(d, in)), TW_STR_ARG(d->container), TW_STR_ARG(bill(d, in)));
}

static void container_undeclared(const struct tw_discrepancy *d, const struct tw_reconcile_input *in,
                                 struct tw_buf *out)
{
    tw_buf_printf(out, "bill %.*s has container %.*s on the manifest, and declaration %.*s does not name it",
                  TW_STR_ARG(bill(d, in)), TW_STR_ARG(d->container), TW_STR_ARG(declaration(d, in)));
}

static void short_landed(const struct tw_discrepancy *d, const struct tw_reconcile_input *in,
                         struct tw_buf *out)
{
    tw_buf_printf(out, "container %.*s of bill %.*s was not discharged from voyage %.*s",
                  TW_STR_ARG(d->container), TW_STR_ARG(bill(d, in)), TW_STR_ARG(voyage(d, in)));
}

static void over_landed(const struct tw_discrepancy *d, const struct tw_reconcile_input *in,
                        struct tw_buf *out)
{
    tw_buf_printf(out, "container %.*s was discharged from voyage %.*s, and is on no manifest of it",
                  TW_STR_ARG(d->container), TW_STR_ARG(voyage(d, in)));
}

static void twice(const struct tw_discrepancy *d, const struct tw_reconcile_input *in, struct tw_buf *out)
{
    const struct tw_manifest *m = manifest(d, in);
    tw_buf_printf(
        out,
        "manifest %.*s of voyage %.*s came twice in version %u, and not the same; which one counts, the "
        "carrier must say: both are compared",
        TW_STR_ARG(or_word(m->id, "without number")), TW_STR_ARG(voyage(d, in)), (unsigned)m->version);
}

void tw_discrepancy_say(const struct tw_discrepancy *d, const struct tw_reconcile_input *in,
                        struct tw_buf *out)
{
    static void (*const say[TW_DISCREPANCY_N])(const struct tw_discrepancy *,
                                               const struct tw_reconcile_input *, struct tw_buf *) = {
        [TW_DISCREPANCY_UNDECLARED] = undeclared,
        [TW_DISCREPANCY_UNMANIFESTED] = unmanifested,
        [TW_DISCREPANCY_WEIGHT] = weight,
        [TW_DISCREPANCY_PACKAGES] = packages,
        [TW_DISCREPANCY_CONTAINER_UNMANIFESTED] = container_unmanifested,
        [TW_DISCREPANCY_CONTAINER_UNDECLARED] = container_undeclared,
        [TW_DISCREPANCY_SHORT_LANDED] = short_landed,
        [TW_DISCREPANCY_OVER_LANDED] = over_landed,
        [TW_DISCREPANCY_LATE_AMENDMENT] = late,
        [TW_DISCREPANCY_TWICE] = twice,
    };
    say[d->kind](d, in, out);
}
