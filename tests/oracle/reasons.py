#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""reasons.py DECISIONS.jsonl DECLARATIONS.csv FINDINGS.csv [--raw N] -- is every number in every reason the right one?

Reads the lines of `tidewaiter assess --json --full`, and
  1. recomputes each number of each sentence, in the words and in `values`, from the features of the decision record
     (docs/formats/reasons.md; nothing of ours is imported, nothing but the standard library is);
  2. for N decisions recomputes all evidence of the explained item from the raw files (past.py, evidence.py);
  3. proves that it would have noticed: every kind of number is planted wrong once, and must be found.
DECLARATIONS holds everything the profile ever saw, in order, what the model was trained on included. Ends with 1 at the first
hundred mismatches, each told in a line.
"""
import argparse
import copy
import datetime
import json
import math
import re
import struct
import sys

import evidence as oracle
import past as raw
import sea

DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "TND": 3}  # minor digits, where they are not 2
PER_KG = {"price_route_ratio", "price_origin_ratio", "price_goods_ratio", "price_heading_ratio", "price_rank", "price_spread",
          "price_unit_ratio", "price_exporter_goods", "price_lane", "price_importer_heading", "price_log"}
PER_CENT = {"duty_rate", "duty_below_chapter", "duty_below_importer", "duty_below_address", "duty_below_heading"}
BY_SIZE = {"tare", "kg_unit", "kg_package", "gross_net", "net_mass", "value", "declaration_value", "duty", "limit_share",
           "manifest_mass"}
MANIFEST = {"manifest_mass", "manifest_packages"}
WINDOW = {"price_route_ratio", "price_origin_ratio", "price_goods_ratio", "price_rank", "price_spread", "price_unit_ratio"}
RATIO = (PER_KG - {"price_rank", "price_log"}) | {"tare", "kg_unit", "kg_package"} | set(oracle.LEVEL)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

N = r"([\d,]+(?:\.\d+)?)"
READ = [(re.compile(p), keys) for p, keys in (  # how the words say which number is which; tried in this order
    (r"(\d{4}-\d{2}-\d{2})", ("since",)), (r"HS (\d{4}\.\d{2})", ("hs6",)), (r"heading (\d{4})", ("heading",)),
    (r"chapter (\d{2})", ("chapter",)), (r"from (\d{2}):00 UTC", ("hour",)),
    (r"declared in " + N + r" declarations?, ", ("population",)), (r"the " + N + r" on the manifest", ("reference",)),
    (r"[:] " + N + r" of " + N + r" declared", ("value", "population")),
    (N + r" % below", ("percent_below",)), (N + r" % above", ("percent_above",)),
    (N + r" times the usual spread", ("spreads",)),
    (N + r" times (?:the (?:median|usual|limit|#+)|its usual pace)", ("times",)),
    (N + r" % of the limit", ("percent",)), (r"(?:median|usual|limit) " + N, ("reference",)),
    (N + r" % of " + N + r" consignments of .* were cheaper", ("percent", "population")),
    (N + r" of " + N + r" controls?", ("value", "population")), (r"smoothed rate " + N + r" %", ("percent",)),
    (r"against " + N + r" % of all controls", ("percent_of_all",)),
    (N + r" of " + N + r" (?:consignment|declaration)s? of .* (?:came|went|declared under)", ("value", "population")), (r", " + N + r" %$", ("percent",)),
    (r"about " + N + r" of them", ("population",)), (r"about " + N + r" (?:in recent days|of late)", ("value",)),
    (r"of " + N + r" (?:recent )?consignments", ("population",)), (r"over " + N + r" (?:consignment|declaration)s? ", ("population",)),
    (r"in (\d+) months?", ("months",)), (r"in (\d+) days?", ("days",)), (N + r" days? (?:ago|before)", ("days",)),
    (r", " + N + r" (?:consignment|declaration)s? since", ("value",)), (r": " + N, ("value",)))]


def half_up(v, digits):
    """Half away from zero, as text."""
    n = math.floor(abs(v) * 10.0**digits + 0.5)
    sign = "-" if v < 0 and n else ""
    return sign + (f"{n}" if digits == 0 else f"{n // 10**digits}.{n % 10**digits:0{digits}d}")


def trim(v, digits):
    text = half_up(v, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def by_size(v):
    return half_up(v, 0 if v >= 1000 or v == 0 else 2 if v >= 1 else 4 if v >= 0.01 else 6)


def share(v):
    return trim(v, 0 if v >= 10 else 1 if v >= 0.1 else 2)


class Case:
    """One reason with what it speaks of."""

    def __init__(self, decision, reason, item):
        self.name = reason["values"]["feature"]
        self.text, self.values = reason["text"], reason["values"]
        self.record = next(i for i in decision["items"] if i["number"] == reason["item"])["features"][self.name]
        e, self.item = self.record, item
        self.x = struct.unpack("f", struct.pack("f", e["value"]))[0] if e["value"] is not None else None
        self.v, self.r, self.p, self.d = (e.get(k) for k in ("declared", "reference", "population", "since"))
        self.day = decision["decided_at"][:10]

    def amount(self, v):
        if self.name in PER_KG:
            return by_size(v / 10.0 ** DIGITS.get(self.values.get("currency"), 2))
        return trim(v, 2) if self.name in PER_CENT else by_size(v) if self.name in BY_SIZE else half_up(v, 0)

    def ratio(self):
        return self.v / self.r

    def apart(self, below):
        q = self.ratio()
        a = 100 * abs(1 - q)
        if (q > 1) == below or q >= 2 or math.floor(a + 0.5) == 0:
            return None
        return half_up(math.floor(a * 10) / 10, 1) if a > 99 else half_up(a, 0)

    def percent(self):
        if self.name == "limit_share":
            return half_up(100 * self.ratio(), 0)
        return share(100 * self.v / self.p if self.name in oracle.SHARE else 100 * self.x)

    def times(self):
        if self.name == "importer_surge":
            return half_up(self.v, 1)
        q = self.ratio()
        return None if q < 2 else half_up(q, 1 if q < 10 else 0)

    def span(self):
        days = (datetime.date.fromisoformat(self.day) - datetime.date.fromisoformat(self.d)).days
        return max(days, 1)

    def days(self):
        if self.name not in WINDOW:
            return half_up(self.v, 0)
        return str(self.span()) if self.span() < 61 else None

    def expected(self, key):
        row = self.item.row
        return {"value": lambda: self.amount(self.v), "reference": lambda: self.amount(self.r),
                "population": lambda: half_up(self.p, 0), "percent_below": lambda: self.apart(True),
                "percent_above": lambda: self.apart(False), "percent": self.percent, "times": self.times,
                "percent_of_all": lambda: share(100 * self.r), "spreads": lambda: half_up(abs(self.x), 1),
                "since": lambda: self.d, "days": self.days,
                "months": lambda: str((12 * self.span() + 182) // 365) if self.span() >= 61 else None,
                "hour": lambda: half_up(self.v, 0), "weekday": lambda: half_up(self.v, 0), "hs6": lambda: row["hs"][:6],
                "heading": lambda: row["hs"][:4], "chapter": lambda: row["hs"][:2], "origin": lambda: row["origin"],
                "dispatch": lambda: row["dispatch"], "mode": lambda: row["transport_mode"], "currency": lambda: "XTS"}[key]()


def read_words(text):
    """The numbers of a sentence by the words around them, and what no words explain."""
    said, left = {}, text
    for pattern, keys in READ:
        found = pattern.search(left)
        if not found:
            continue
        for at, key in sorted(enumerate(keys, 1), reverse=True):
            if key in said:
                return said, f"{key} stands twice"
            number = found[at].replace(",", "") if key not in ("since", "hs6") else found[at].replace(".", "")
            if key not in ("since", "hs6") and "," in found[at] and f"{int(number.split('.')[0]):,}" != found[at].split(".")[0]:
                return said, f"{found[at]} is grouped wrongly"
            said[key] = str(int(number)) if key == "hour" else number
            left = left[:found.start(at)] + "#" * (found.end(at) - found.start(at)) + left[found.end(at):]
        if keys == ("hour",):
            left = left.replace("##:00", "##:##")  # an hour is said with its minutes
    return said, f"no words say what '{left}' counts" if re.search(r"\d", left) else ""


def lead(c):
    """Where prices and weights are compared, the first words say which way."""
    if c.name in MANIFEST:
        first, q = c.text.split(":")[0], c.ratio()
        return (" below " in first) == (q < 0.9) and (" above " in first) == (q >= 1.1)
    if c.name not in RATIO or not c.r:
        return True
    first, q = c.text.split(":")[0].lower(), c.ratio()
    low, high = (any(w in first for w in ws) for ws in ((" low", " light"), (" high", " heavy")))
    return low == (q < 0.9) and high == (q >= 1.1)


def check_reason(decision, reason, item):
    c, faults = Case(decision, reason, item), []
    if c.record["value"] is None:
        return [] if not re.search(r"\d", c.text) and list(c.values) == ["feature"] else ["numbers where nothing is known"]
    said, odd = read_words(c.text)
    if odd:
        faults.append(odd)
    for key, shown in c.values.items():
        if key == "feature":
            continue
        want = c.expected(key)
        if want != shown:
            faults.append(f"values.{key} is {shown}, recomputed {want}")
        if key in ("origin", "dispatch", "currency") and not re.search(rf"\b{re.escape(shown)}\b", c.text):
            faults.append(f"{key} {shown} does not stand in the sentence")
        if key == "weekday" and WEEKDAYS[int(shown) % 7] not in c.text:
            faults.append(f"weekday {shown} is not the day of the sentence")
        if key not in said and key not in ("origin", "dispatch", "currency", "weekday", "mode"):
            faults.append(f"{key} does not stand in the sentence")
    for key, shown in said.items():
        if c.values.get(key) != shown:
            faults.append(f"the sentence says {key} {shown}, values say {c.values.get(key)}")
    if not said and "at the median" not in c.text and not lead(c):
        faults.append("no number at all")
    if " at the " in c.text.replace("at the same", "") and c.name in RATIO | MANIFEST and (c.apart(True) or c.apart(False) or c.times()):
        faults.append("not at what is usual")
    if not lead(c):
        faults.append("the first words point the wrong way")
    if reason["audience"] == "trader" and ("control" in c.text or "inding" in c.text):
        faults.append("results are not for traders")
    return faults


def check_order(decision):
    """Four for, strongest first, then at most one against."""
    way = [r["for"] for r in decision["reasons"]]
    weight = [float(r["weight"]) for r in decision["reasons"]]
    up = [w for w, f in zip(weight, way) if f]
    fine = way == sorted(way, reverse=True) and way.count(True) <= 4 and way.count(False) <= 1 and up == sorted(up, reverse=True)
    return [] if fine and all(abs(w) >= 0.02 and (w > 0) == f and (not f or w >= 0.05 * weight[0] - 1e-6)
                            for w, f in zip(weight, way)) else ["reasons out of order"]


def check_change(decision, items):
    """The numbers of the counterfactual: what was declared, and what follows from it."""
    v, text = decision.get("counterfactual_values"), decision["counterfactual"]
    if v is None:
        return [] if text is None else ["a counterfactual without values"]
    item = items.get(int(v["item"]))
    if item is None or int(v["item"]) != decision["worst_item"]:
        return ["the counterfactual is of another item"]
    row, faults = item.row, []
    was = {"customs_value": item.value, "net_mass_kg": item.net, "quantity": item.units, "packages": item.packages}
    if v["field"] in was:
        shown = half_up if v["field"] == "packages" else lambda n, _: by_size(n)
        if v["from"] != shown(was[v["field"]], 0):
            faults.append(f"counterfactual from {v['from']}, declared {was[v['field']]}")
        step, unit = grid(v["field"], row)
        if abs(float(v["to"]) / step - round(float(v["to"]) / step)) > 1e-6 or float(v["to"]) == was[v["field"]]:
            faults.append(f"counterfactual to {v['to']} is not on its grid of {step:.{unit}f}")
    if v["field"] == "dispatch" and (v["from"], v["to"]) != (row["dispatch"], row["origin"]):
        faults.append("counterfactual dispatch is not what was declared")
    if "from_per_kg" in v:
        # What is said of the change is checked to its own digits: `to` is exact on its grid.
        for key, amount in (("from_per_kg", item.value), ("to_per_kg", float(v["to"]))):
            if v[key] != by_size(amount / item.net):
                faults.append(f"counterfactual {key} {v[key]}, recomputed {by_size(amount / item.net)}")
    numbers = sorted(re.sub(",", "", n) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text))
    want = sorted(n for k, n in v.items() if k in ("item", "from", "to", "from_per_kg", "to_per_kg") and re.match(r"[\d.]+$", n))
    return faults if numbers == want else faults + [f"counterfactual says {numbers}, values say {want}"]


def grid(field, row):
    """The step of a counterfactual's values, and how many decimals it can have."""
    column, decimals = {"customs_value": ("customs_value", 2), "net_mass_kg": ("net_mass_kg", 3), "packages": ("package_count", 0),
                        "quantity": ("quantity", len(row["quantity"].partition(".")[2]))}[field]
    whole = round(float(row[column]) * 10**decimals)
    return max(s for s in (m * 10**k for k in range(16) for m in (1, 2, 5)) if s == 1 or s <= whole // 40) / 10**decimals, decimals


def check_decision(decision, items):
    faults = check_order(decision) + check_change(decision, items)
    for reason in decision["reasons"]:
        faults += [f"{reason['text']!r}: {f}" for f in check_reason(decision, reason, items[reason["item"]])]
    return faults


def same(recorded, known):
    if isinstance(known, tuple):
        slack = 1e-9 * max(abs(known[0]), abs(known[1]), 1e-3)
        return isinstance(recorded, (int, float)) and known[0] - slack <= recorded <= known[1] + slack
    if isinstance(known, str):
        return recorded == known
    return isinstance(recorded, (int, float)) and math.isclose(recorded, known, rel_tol=1e-9)


def check_evidence(name, recorded, known):
    """One feature of a record against what the files say."""
    faults = [f"{name}.{key}: recorded {recorded.get(key)}, recomputed {want}" for key, want in known.items()
              if not same(recorded.get(key), want)]
    return faults + [f"{name}.{k}: recorded {v}, nothing known" for k, v in recorded.items() if k not in known and k != "value"]


def check_raw(decision, d, past, planted_raw):
    """All evidence of the item that was explained, against the files. Of each kind of number, the first is made wrong as well,
    and must be found."""
    number, faults = decision["worst_item"], []
    item = next(i for i in d.items if int(i.row["item"]) == number)
    for name, recorded in next(i for i in decision["items"] if i["number"] == number)["features"].items():
        known = oracle.evidence(past, d, item, name)
        known = {k: v for k, v in known.items() if v == v}  # not a number: not there
        if recorded["value"] is None:
            if "declared" in known and not hides(name, item, d, known):
                faults.append(f"{name}: nothing recorded, known {known}")
            continue
        faults += check_evidence(name, recorded, known)
        for key in known:
            if planted_raw.get((name, key)):
                continue
            was = recorded[key]
            wrong = {**recorded, key: was + "0" if isinstance(was, str) else 2 * was + 1}
            planted_raw[name, key] = bool(check_evidence(name, wrong, known))
    return faults


def hides(name, item, d, known):
    """Where a feature is left out although something is known: the declaration does not carry the codes."""
    kinds = {**oracle.SEEN, **oracle.RATE, **oracle.LEVEL, **oracle.SWITCHES, **oracle.LOW, **oracle.TODAY,
             **{k: v[0] for k, v in oracle.SHARE.items()}}
    if name in kinds:
        return not item.key[kinds[name]] or (name == "description_code_share" and known["population"] == 0)
    return (name in ("importer_week", "importer_headings", "importer_age") and not item.key["importer"]) or (
        name == "tariff_cell_results" and not item.key["tariff_cell"]) or (
        name == "address_importers" and not item.key["address"]) or (
        name == "declarant_importers" and not item.key["declarant"]) or (
        name == "exporter_age" and not item.key["exporter"])


def numbers_of(path):
    """Decisions, with the numbers of reasons as they are written."""
    with open(path, encoding="utf-8") as f:
        for line in f:
            d = json.loads(line)
            exact = json.loads("{" + line[line.index('"reasons":['):], parse_float=str, parse_int=str)
            for r, e in zip(d["reasons"], exact["reasons"]):
                r["values"], r["weight"] = e["values"], e["weight"]
            if "counterfactual_values" in d:
                d["counterfactual_values"] = exact["counterfactual_values"]
            yield d


def planted(decisions, items):
    """Each number of each kind of sentence made wrong, in the words, in the values, in both, in the evidence; all must be
    found. Returns how many were planted and what was missed."""
    count, missed, met = 0, [], set()

    def plant(d, what, edit):
        nonlocal count
        wrong = {**d, "reasons": copy.deepcopy(d["reasons"])}
        if "counterfactual_values" in d:
            wrong["counterfactual_values"] = dict(d["counterfactual_values"])
        if edit(wrong) is False:
            return
        count += 1
        if not check_decision(wrong, items[d["id"]]):
            missed.append(f"{d['id']}: {what}")

    def other(text):  # the last digit moved by one
        return text[:-1] + str((int(text[-1]) + 1) % 10)

    def in_words(r, shown):
        grouped = [t for t in re.findall(r"\d[\d,.:-]*\d|\d", r["text"]) if re.sub(r"[,]", "", t) == shown]
        if not grouped:
            return False
        r["text"] = r["text"].replace(grouped[0], other(grouped[0]), 1)
        return True

    for d in decisions:
        for at, r in enumerate(d["reasons"]):
            for key, shown in r["values"].items():
                if key == "feature" or not re.fullmatch(r"[\d.]+", shown) or (r["values"]["feature"], key) in met:
                    continue
                met.add((r["values"]["feature"], key))
                name = f"{r['values']['feature']}.{key}"
                plant(d, name + " in the words", lambda w: in_words(w["reasons"][at], shown))

                def in_values(w):
                    w["reasons"][at]["values"][key] = other(shown)
                plant(d, name + " in values", in_values)

                def in_both(w):
                    in_values(w)
                    return in_words(w["reasons"][at], shown)
                plant(d, name + " in both", in_both)
        v = d.get("counterfactual_values")
        for key in v or ():
            if re.fullmatch(r"[\d.]+", v[key]) and (v["field"], key) not in met:
                met.add((v["field"], key))

                def in_change(w):
                    w["counterfactual_values"][key] = other(v[key])
                plant(d, f"counterfactual {v['field']}.{key}", in_change)
    return count, missed, met


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("decisions")
    p.add_argument("declarations")
    p.add_argument("findings")
    p.add_argument("--manifests", help="what the declarations were held against")
    p.add_argument("--raw", type=int, default=200, metavar="N", help="decisions to recompute from the raw files")
    p.add_argument("--limit", type=float, default=150, help="de-minimis value")
    a = p.parse_args()
    decisions = {d["id"]: d for d in numbers_of(a.decisions)}
    every = max(1, len(decisions) // a.raw) if a.raw else 0
    drawn = set(list(decisions)[::every][:a.raw]) if every else set()
    past, items, faults, planted_raw = raw.Past(raw.findings(a.findings), a.limit), {}, [], {}
    past.sea = sea.Sea(a.manifests) if a.manifests else None
    for d in raw.declarations(a.declarations):
        past.look(d)
        if d.id in decisions:
            items[d.id] = {int(i.row["item"]): i for i in d.items}
        if d.id in drawn:
            faults += [f"{d.id} raw {f}" for f in check_raw(decisions[d.id], d, past, planted_raw)]
        past.fold(d)
        if past.sea:
            past.sea.fold(d)
    for d in decisions.values():
        faults += [f"{d['id']} {f}" for f in check_decision(d, items[d["id"]])]
    count, missed, met = planted(decisions.values(), items)
    missed += [f"{name}.{key} in the record" for (name, key), found in planted_raw.items() if not found]
    count += len(planted_raw)
    sentences = [r["values"]["feature"] for d in decisions.values() for r in d["reasons"]]
    changes = sum("counterfactual_values" in d for d in decisions.values())
    for line in faults[:100] + [f"planted and not found: {m}" for m in missed[:100]]:
        print(line)
    print(f"{len(decisions)} decisions, {len(sentences)} sentences of {len(set(sentences))} features, {changes} counterfactuals: "
          f"{len(faults)} mismatches; {len(drawn)} of them from the raw files; {count} planted, {len(missed)} not found")
    return 1 if faults or missed or not sentences else 0


if __name__ == "__main__":
    sys.exit(main())
