# SPDX-License-Identifier: Apache-2.0
"""What each feature must have been compared with, from the past alone: evidence(past, declaration, item, feature).

A result has what a decision record has: declared, reference, population, since, of, and the feature itself as `value`.
Numbers that a sketch may blur, or that a chain of float sums may round, are an interval (low, high); all others are
exact. A key that is absent was not there to be compared with.
"""
import math

from past import NAN, SKETCH, date_of, decay, day_of, middle, quantile

SUMS = 1e-4  # sums kept as 32-bit floats

SEEN = {"exporter_origin": "exporter_origin", "goods_seen": "hs6", "cell_seen": "tariff_cell", "description_seen": "description",
        "importer_seen": "importer", "address_seen": "address", "exporter_seen": "exporter",
        "exporter_goods_seen": "exporter_hs6", "declarant_seen": "declarant", "declarant_chapter_seen": "declarant_hs2",
        "importer_heading_seen": "importer_hs4", "importer_origin_seen": "importer_origin",
        "importer_exporter_seen": "importer_exporter", "declarant_importer_seen": "declarant_importer", "lane_seen": "lane"}
RATE = {"goods_rate": "hs6", "heading_rate": "hs4", "chapter_rate": "hs2", "goods_origin_rate": "hs6_origin",
        "goods_dispatch_rate": "hs6_dispatch", "goods_route_rate": "hs6_dispatch_origin", "tariff_cell_rate": "tariff_cell",
        "origin_rate": "origin", "route_rate": "dispatch_origin", "description_rate": "description",
        "importer_rate": "importer", "exporter_rate": "exporter", "declarant_rate": "declarant", "address_rate": "address",
        "office_rate": "office", "importer_heading_rate": "importer_hs4", "importer_origin_rate": "importer_origin",
        "lane_rate": "lane", "exporter_goods_rate": "exporter_hs6", "declarant_chapter_rate": "declarant_hs2",
        "chapter_origin_rate": "origin_hs2"}
SHARE = {"route_share": ("dispatch_origin", "origin"), "goods_origin_share": ("hs6_origin", "hs6"),
         "goods_route_share": ("hs6_dispatch_origin", "hs6_origin"), "chapter_origin_share": ("origin_hs2", "hs2"),
         "description_code_share": ("description_hs6", "description"), "lane_share": ("lane", "importer_hs4"),
         "pair_share": ("importer_exporter", "exporter")}
MEDIAN = {"price_route_ratio": "hs6_dispatch_origin", "price_origin_ratio": "hs6_origin", "price_goods_ratio": "hs6"}
GEOMETRIC = {"price_heading_ratio": "hs4", "price_exporter_goods": "exporter_hs6"}
LEVEL = {"importer_prices": "importer", "exporter_prices": "exporter", "lane_prices": "lane", "address_prices": "address"}
DUTY = {"duty_below_chapter": "hs2", "duty_below_importer": "importer", "duty_below_address": "address",
        "duty_below_heading": "importer_hs4"}
LOW = {"low_importer": "importer", "low_address": "address"}
SWITCHES = {"exporter_switches": "exporter", "description_switches": "description", "heading_switches": "importer_hs4"}
FIRST = {"importer_age": "importer", "exporter_age": "exporter"}
TODAY = {"importer_today": "importer", "address_today": "address"}


def near(v, share):
    return (v / (1 + share), v * (1 + share)) if v >= 0 else (v * (1 + share), v / (1 + share))


def widened(low, high, factor):
    return low / factor, high * factor


def prices(past, item, kind, of_unit=False):
    row = past.get(item, kind)
    if row is None or row.since is None:
        return None, []
    pair = row.unit if of_unit else row.kg
    return row, pair[0] + pair[1]


def against(past, item, kind, declared, least, of_unit=False):
    row, seen = prices(past, item, kind, of_unit)
    if row is None or len(seen) < least or not declared > 0:
        return {}
    low, high = widened(*middle(seen), SKETCH)
    return {"declared": declared, "reference": (low, high), "population": len(seen), "since": date_of(row.since),
            "of": kind, "value": (math.log(declared / high), math.log(declared / low))}


def narrow(past, item):
    """Rank and spread are taken in the narrower population that is large enough."""
    row, seen = prices(past, item, "hs6_origin")
    return "hs6_origin" if row is not None and len(seen) >= 20 else "hs6"


def rank(past, item):
    kind = narrow(past, item)
    e = against(past, item, kind, item.price_kg, 20)
    if e:
        seen, p = prices(past, item, kind)[1], item.price_kg
        below = [sum(s < p * f for s in seen) / len(seen) for f in (1 / 1.0626, 1.0626)]
        e["value"] = (below[0] - 1e-6, below[1] + 1e-6)
    return e


def spread(past, item):
    kind = narrow(past, item)
    e = against(past, item, kind, item.price_kg, 20)
    if e:
        seen = prices(past, item, kind)[1]
        q1, q3 = widened(*quantile(seen, 0.25), SKETCH), widened(*quantile(seen, 0.75), SKETCH)
        sd = [max(math.log(max(b / a, 1)) / 1.349, 0.05) for a, b in ((q1[1], q3[0]), (q1[0], q3[1]))]
        far = [v / s for v in e["value"] for s in sd]
        e["value"] = (min(far), max(far))
    return e


def mean_of(past, item, kind, log_price):
    """Against a mean of logarithms; both may be known only from, to."""
    row = past.get(item, kind)
    if row is None or log_price is None or not row.price.weight >= 2:
        return {}
    v = log_price[0] - row.price_high.mean - SUMS, log_price[1] - row.price.mean + SUMS
    return {"declared": item.price_kg, "reference": (item.price_kg / math.exp(v[1]), item.price_kg / math.exp(v[0])),
            "population": row.n, "since": date_of(row.first), "of": kind, "value": v}


def level(past, item, kind):
    row = past.get(item, kind)
    if not item.key[kind]:
        return {}
    w = row.price.weight if row else 0
    v = [m.mean * w / (w + 4) + blur for m, blur in ((row.price, -SUMS), (row.price_high, SUMS))] if w > 0 else [0, 0]
    e = {"declared": (100 * math.exp(v[0]), 100 * math.exp(v[1])), "reference": 100, "population": row.n if row else 0,
         "of": kind, "value": tuple(v)}
    return {**e, "since": date_of(row.first)} if row else e


def weight(past, item, of):
    row = past.get(item, "hs6")
    ratio = {"tare": item.gross / item.net if item.net > 0 else NAN, "kg_unit": item.net / item.units if item.units > 0 else NAN,
             "kg_package": item.net / item.packages if item.packages > 0 else NAN}[of]
    if row is None or row.since is None or not ratio > 0:
        return {}
    mean = getattr(row, of)
    if not mean.weight >= 5 - SUMS:
        return {}
    return {"declared": ratio, "reference": near(math.exp(mean.mean), SUMS),
            "population": (math.floor(mean.weight - SUMS + .5), math.floor(mean.weight + SUMS + .5)),
            "since": date_of(row.since), "of": "hs6"}


def below(past, item, kind, least):
    row = past.get(item, kind)
    if row is None or row.n < least or item.duty_rate != item.duty_rate:
        return {}
    usual = near(row.duty, 1e-3)
    return {"declared": item.duty_rate, "reference": usual, "population": row.n, "since": date_of(row.first), "of": kind,
            "value": (usual[0] - item.duty_rate - 1e-6, usual[1] - item.duty_rate + 1e-6)}


def low_values(past, d, item, kind):
    row = past.get(item, kind)
    n = row.low7 * decay(d.day - row.last, 7) if row else 0
    return {"declared": near(n, SUMS), "since": date_of(d.day - 7), "of": kind}


def seen(past, d, item, kind, half_life):
    row = past.get(item, kind)
    if row is None:
        return {"declared": 0, "population": 0, "of": kind, "value": 0}
    n = (row.seen7 if half_life == 7 else row.seen180) * decay(d.day - row.last, half_life)
    return {"declared": row.n, "population": near(n, SUMS), "since": date_of(row.first), "of": kind,
            "value": near(math.log1p(n), SUMS)}


def share(past, d, item, part, whole):
    a, b = past.get(item, part), past.get(item, whole)
    n = [r.seen180 * decay(d.day - r.last, 180) if r else 0 for r in (a, b)]
    e = {"declared": a.n if a else 0, "population": b.n if b else 0, "of": whole, "value": near(n[0] / (n[1] + 1), SUMS)}
    return {**e, "since": date_of(b.first)} if b else e


def rate(past, d, item, kind):
    row, everyone = past.get(item, kind), past.get(item, "all")
    e = {"declared": row.found if row else 0, "population": row.inspected if row else 0, "of": kind,
         "value": near(past.rate(item, kind, d.day), SUMS)}
    if everyone and everyone.inspected:
        e["reference"] = everyone.found / everyone.inspected
    return {**e, "since": date_of(row.first)} if row else e


def days(d, day, kind):
    return {"declared": d.day - day, "since": date_of(day), "of": kind, "value": near(math.log1p(d.day - day), 1e-6)}


def age(past, d, item, first, kind):
    """Whoever was there in the first 30 days of all counts as 180 days old, and nobody as older."""
    everyone = past.get(item, "all")
    old = everyone is None or first - everyone.first < 30 or d.day - first > 180
    return {**days(d, first, kind), "value": near(math.log1p(180 if old else d.day - first), 1e-6)}


def plain(v):
    return {"declared": v}


def counted(past, item, kind, n):
    row = past.get(item, kind)
    return {"declared": n, "of": kind, **({"since": date_of(row.first)} if row else {})}


def surge(past, d, item):
    row = past.get(item, "importer")
    if row is None:
        return {}
    week, long = row.seen7 * decay(d.day - row.last, 7), row.seen180 * decay(d.day - row.last, 180)
    n = d.day - row.first + 1  # a steady trader who is as old shows the pace 1
    steady = [(1 - decay(n, h)) / (1 - decay(1, h)) for h in (7, 180)]
    return {"declared": near(week / long / (steady[0] / steady[1]), SUMS), "since": date_of(row.first), "of": "importer"}


def of_parties(past, d, item, f):
    importer, address, declarant = (past.get(item, k) for k in ("importer", "address", "declarant"))
    if f in FIRST:
        row = past.get(item, FIRST[f])
        return age(past, d, item, row.first if row else d.day, FIRST[f])
    if f == "importer_gap":
        return days(d, importer.last, "importer") if importer else {}
    if f == "found_days":
        return days(d, importer.found_day, "importer") if importer and importer.found_day is not None else {}
    if f == "tariff_cell_results":
        cell = past.get(item, "tariff_cell")
        return counted(past, item, "tariff_cell", cell.inspected if cell else 0)
    if f == "importer_headings":
        return counted(past, item, "importer", importer.partners + 1 if importer else 0)
    if f == "address_importers":
        return counted(past, item, "address", address.partners + 1 if address else 0)
    if f == "declarant_importers":
        return counted(past, item, "declarant", declarant.partners + 1 if declarant else 0)
    if f == "address_lead":
        lead = (importer.first if importer else d.day) - address.first if address else -1
        return counted(past, item, "address", lead) if lead >= 0 else {}
    if f == "importer_surge":
        return surge(past, d, item)
    if f in TODAY:
        row = past.get(item, TODAY[f])
        return counted(past, item, TODAY[f], row.today if row and row.last == d.day else 0)
    return None


def of_prices(past, item, f):
    if f in MEDIAN:
        return against(past, item, MEDIAN[f], item.price_kg, 8)
    if f == "price_rank":
        return rank(past, item)
    if f == "price_spread":
        return spread(past, item)
    if f == "price_unit_ratio":
        row, units = prices(past, item, "hs6_origin", True)
        kind = "hs6_origin" if row is not None and len(units) >= 8 else "hs6"
        return against(past, item, kind, item.price_unit, 8, True)
    if f in GEOMETRIC:
        return mean_of(past, item, GEOMETRIC[f], (math.log(item.price_kg),) * 2 if item.price_kg > 0 else None)
    if f in ("price_lane", "price_importer_heading"):
        return mean_of(past, item, "lane" if f == "price_lane" else "importer_hs4", item.relative)
    return level(past, item, LEVEL[f]) if f in LEVEL else None


def of_itself(past, d, item, f):
    """Features that compare with nothing, or with the declaration itself."""
    number = {"price_log": item.price_kg, "gross_net": item.gross / item.net if item.net > 0 else NAN, "net_mass": item.net,
              "packages": item.packages, "value": item.value, "declaration_value": d.value, "duty": item.duty,
              "duty_rate": item.duty_rate, "items": len(d.items), "hour": int(d.lodged[11:13]),
              "weekday": (day_of(d.lodged) + 3) % 7, "transport_mode": int(d.mode or 0),
              "dispatch_differs": float(item.dispatch != item.origin),
              "preference": float(item.row["preference"][:1] != "1")}
    if f == "limit_share":
        return {"declared": d.value, "reference": past.limit}
    return plain(number[f])


def evidence(past, d, item, f):
    """Of `item` of `d` in front of the past (past.look(d) done, d not folded in)."""
    if f in SEEN:
        return seen(past, d, item, SEEN[f], 180)
    if f == "importer_week":
        return seen(past, d, item, "importer", 7)
    if f in RATE:
        return rate(past, d, item, RATE[f])
    if f in SHARE:
        return share(past, d, item, *SHARE[f])
    if f in ("tare", "kg_unit", "kg_package"):
        return weight(past, item, f)
    if f in DUTY:
        return below(past, item, DUTY[f], 2 if f == "duty_below_heading" else 5)
    if f in LOW:
        return low_values(past, d, item, LOW[f])
    if f in SWITCHES:
        row = past.get(item, SWITCHES[f])
        return counted(past, item, SWITCHES[f], near(row.switches, SUMS) if row else 0)
    if f in ("manifest_mass", "manifest_packages", "unmanifested", "strange_containers", "manifest_late"):
        return past.sea.evidence(d, f) if past.sea else {}
    for found in (of_prices(past, item, f), of_parties(past, d, item, f)):
        if found is not None:
            return found
    return of_itself(past, d, item, f)
