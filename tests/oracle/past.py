# SPDX-License-Identifier: Apache-2.0
"""What was known before a declaration, folded from the files a border has: declarations.csv and findings.csv.

A second writing of src/stages/profile and src/stages/feature from their documents, in the plainest way there is:
dictionaries, lists of everything that was seen, no sketches. It answers what a sentence stands on (value, reference,
population, since) for one feature of one item. Prices are kept whole, so a median here is the true one.
"""
import csv
import datetime
import math

DAY0 = datetime.date(1970, 1, 1).toordinal()
GENERATION = 180  # days a generation of prices lasts
FADING, PRIOR = 4.0, 0.05  # results that weigh as much as what stands above; of kinds that fade
EVER = {"hs2", "hs4", "hs6", "hs6_origin", "hs6_dispatch_origin", "hs6_dispatch", "tariff_cell", "origin_hs2"}  # weight 1
SKETCH = 33 / 32 + 1e-9  # a median from a sketch is at most 1/33 of the true one away from it, to either side
NAN = math.nan

PARENT = {"importer": "all", "declarant": "all", "exporter": "all", "office": "all", "address": "all", "hs2": "all",
          "hs4": "hs2", "hs6": "hs4", "origin": "all", "dispatch": "all", "dispatch_origin": "origin", "hs6_origin": "hs6",
          "hs6_dispatch_origin": "hs6_origin", "hs6_dispatch": "hs6", "tariff_cell": "hs6_dispatch_origin",
          "importer_hs4": "importer", "importer_origin": "importer", "importer_exporter": "importer",
          "declarant_importer": "declarant", "exporter_hs6": "exporter", "lane": "importer_hs4", "origin_hs2": "hs2",
          "declarant_hs2": "declarant", "exporter_origin": "exporter", "description": "all",
          "description_hs6": "description", "all": None}
ONCE = {"importer", "declarant", "exporter", "office", "address", "importer_exporter", "declarant_importer"}
RELATIVE = {"importer", "declarant", "exporter", "address", "importer_origin", "importer_exporter", "exporter_origin",
            "importer_hs4", "lane"}  # remember how prices stand to the usual, not the price
PRICED = ("hs6", "hs6_origin", "hs6_dispatch_origin")
CODE_OF_GOODS, CODE_OF_ORIGIN = {"importer_hs4", "lane", "description"}, {"exporter_hs6", "importer_exporter", "exporter"}


def day_of(text):
    return datetime.date.fromisoformat(text[:10]).toordinal() - DAY0


def date_of(day):
    return datetime.date.fromordinal(day + DAY0).isoformat()


def decay(days, half_life):
    return 1.0 if days <= 0 else 2.0 ** (-days / half_life)


def number(text):
    return float(text) if text != "" else NAN


class Mean:
    """A mean of logarithms in which what is older weighs less."""

    def __init__(self):
        self.weight, self.mean, self.var = 0.0, 0.0, 0.0

    def add(self, x, shrink):
        w = self.weight * shrink
        total, delta = w + 1, x - self.mean
        self.mean += delta / total
        self.var = (w * self.var + w / total * delta * delta) / total
        self.weight = total


class Row:
    """All that was seen of one key."""

    def __init__(self, day):
        self.first = self.last = day
        self.n = self.today = self.partners = self.inspected = self.found = 0
        self.found_day = None
        self.seen7 = self.seen180 = self.low7 = self.switches = self.duty = 0.0
        self.code = ""
        self.results = []  # (day known, was it non-compliant)
        self.price, self.price_high = Mean(), Mean()  # apart only where a sketch's median stands between
        self.since = None  # of prices; None = no price block yet

    def age(self, day):
        if day <= self.last:
            return
        days = day - self.last
        self.seen7 *= decay(days, 7)
        self.low7 *= decay(days, 7)
        self.seen180 *= decay(days, 180)
        self.switches *= decay(days, 180)
        self.today, self.last = 0, day

    def turn(self, day):
        if self.since is None:
            self.since = self.turned = day
            self.kg, self.unit = ([], []), ([], [])
            self.tare, self.kg_unit, self.kg_package = Mean(), Mean(), Mean()
        if day - self.turned < GENERATION:
            return
        both = day - self.turned >= 2 * GENERATION
        self.kg = ([], [] if both else self.kg[0])
        self.unit = ([], [] if both else self.unit[0])
        self.since = day if both else self.turned
        self.turned = day


def party(row, who):
    return row.get(who + ".id", "") or row.get(who + ".name", "")


def place(row):
    text = row.get("importer.street", "") + row.get("importer.postcode", "")
    return "".join(c for c in text.upper() if c.isalnum())


def both(*codes):
    return "\n".join(codes) if all(codes) else ""


class Item:
    """One row of the file, with its keys and measures."""

    def __init__(self, row):
        self.row = row
        hs, self.origin = row["hs"], row["origin"]
        self.hs2, self.hs4, self.hs6 = (hs[:n] if len(hs) >= n else "" for n in (2, 4, 6))
        self.dispatch = row["dispatch"]
        importer, declarant = party(row, "importer"), party(row, "declarant")
        exporter = party(row, "exporter") or party(row, "seller")
        description = row["description"]
        route = both(self.hs6, self.origin, self.dispatch)
        self.key = {
            "all": "all", "importer": importer, "declarant": declarant, "exporter": exporter, "office": row["office"],
            "address": place(row), "hs2": self.hs2, "hs4": self.hs4, "hs6": self.hs6, "origin": self.origin,
            "dispatch": self.dispatch, "dispatch_origin": both(self.dispatch, self.origin),
            "hs6_origin": both(self.hs6, self.origin), "hs6_dispatch_origin": route,
            "hs6_dispatch": both(self.hs6, self.dispatch),
            "tariff_cell": route and "\n".join((route, row["duty_rate"], row.get("tax_type", ""), row["preference"])),
            "importer_hs4": both(importer, self.hs4), "importer_origin": both(importer, self.origin),
            "importer_exporter": both(importer, exporter), "declarant_importer": both(declarant, importer),
            "exporter_hs6": both(exporter, self.hs6), "lane": both(importer, self.hs4, exporter),
            "origin_hs2": both(self.origin, self.hs2), "declarant_hs2": both(declarant, self.hs2),
            "exporter_origin": both(exporter, self.origin), "description": description,
            "description_hs6": both(description, self.hs6)}
        self.value = number(row["customs_value"])
        minor = round(self.value * 100) if self.value == self.value else NAN
        self.net, self.gross = number(row["net_mass_kg"]), number(row["gross_mass_kg"])
        self.units, self.packages = number(row["quantity"]), number(row["package_count"])
        self.duty_rate, self.duty = number(row["duty_rate"]), number(row["duty_amount"])
        self.price_kg = minor / self.net if self.net > 0 and minor > 0 else NAN
        self.price_unit = minor / self.units if self.units > 0 and minor > 0 else NAN
        self.relative = None  # log of price / median of a sketch: from, to; set when it is looked at


class Declaration:
    def __init__(self, rows):
        self.id, self.lodged = rows[0]["declaration_id"], rows[0]["lodged_at"]
        self.day = day_of(self.lodged)
        self.mode = rows[0]["transport_mode"]
        self.items = [Item(r) for r in rows]
        known = [i.value for i in self.items if i.value == i.value]
        self.value = sum(known) if known else NAN


def declarations(path):
    with open(path, encoding="utf-8", newline="") as f:
        rows = []
        for row in csv.DictReader(f):
            if rows and rows[0]["declaration_id"] != row["declaration_id"]:
                yield Declaration(rows)
                rows = []
            rows.append(row)
        if rows:
            yield Declaration(rows)


def findings(path):
    with open(path, encoding="utf-8", newline="") as f:
        found = [(day_of(r["date_known"]), r["declaration_id"], int(r["item"] or 0), r["result_code"] != "conform")
                 for r in csv.DictReader(f)]
    return sorted(found, key=lambda r: r[0])


def middle(prices):
    """The lower and the upper median."""
    s = sorted(prices)
    return s[(len(s) - 1) // 2], s[len(s) // 2]


def quantile(prices, q):
    s = sorted(prices)
    return s[max(0, math.ceil(q * len(s)) - 1)], s[min(len(s) - 1, math.floor(q * len(s)))]


class Past:
    def __init__(self, results, limit):
        self.row, self.limit = {}, limit
        self.results, self.next = results, 0
        self.awaited = {}  # declaration -> item -> keys
        self.sums = {}  # decayed results of a row, of the declaration that is looked at

    def get(self, item, kind):
        return self.row.get((kind, item.key[kind])) if item.key[kind] else None

    def learn(self, day):
        """Results known before this day."""
        while self.next < len(self.results) and self.results[self.next][0] < day:
            known, declaration, number_of, found = self.results[self.next]
            self.next += 1
            for at in [k for k in self.awaited.get(declaration, {}) if number_of in (0, k)]:
                for key in self.awaited[declaration].pop(at):
                    row = self.row[key]
                    row.results.append((known, found))
                    row.inspected += 1
                    if found:
                        row.found += 1
                        row.found_day = known

    def look(self, d):
        """To be called before anything is asked of d, and before it is folded in."""
        self.learn(d.day)
        self.sums = {}
        for i in d.items:
            i.relative = None
            for kind in reversed(PRICED):
                row = self.get(i, kind)
                if row is not None and row.since is not None and len(row.kg[0]) + len(row.kg[1]) >= 12:
                    if i.price_kg > 0:
                        low, high = middle(row.kg[0] + row.kg[1])
                        i.relative = math.log(i.price_kg / high / SKETCH), math.log(i.price_kg / low * SKETCH)
                    break

    def fold(self, d):
        low = self.limit > 0 and 0 < d.value <= self.limit
        for at, i in enumerate(d.items):
            for pair, owner in (("importer_hs4", "importer"), ("exporter_hs6", "exporter"),
                                ("declarant_importer", "declarant")):
                if i.key[pair] and i.key[owner] and self.get(i, pair) is None and self.get(i, owner) is not None:
                    self.get(i, owner).partners += 1
            if i.key["importer"] and i.key["address"] and self.get(i, "importer") is None:
                if self.get(i, "address") is not None:
                    self.get(i, "address").partners += 1
            for kind in i.key:
                if i.key[kind]:
                    self.fold_kind(d, i, kind, low, kind not in ONCE or at == 0)
            self.awaited.setdefault(d.id, {})[int(i.row["item"])] = [(k, v) for k, v in i.key.items() if v]

    def fold_kind(self, d, i, kind, low, counted):
        row = self.row.setdefault((kind, i.key[kind]), Row(d.day))
        shrink = decay(d.day - row.last, 180)
        if counted:
            row.age(d.day)
            row.n, row.today = row.n + 1, row.today + 1
            row.seen7, row.seen180, row.low7 = row.seen7 + 1, row.seen180 + 1, row.low7 + low
        if i.duty_rate == i.duty_rate and row.seen180 > 0:
            row.duty += (i.duty_rate - row.duty) / row.seen180
        price = i.relative if kind in RELATIVE else (math.log(i.price_kg),) * 2 if i.price_kg > 0 else None
        if price is not None:
            row.price.add(price[0], shrink)
            row.price_high.add(price[1], shrink)
        code = i.hs6 if kind in CODE_OF_GOODS else i.origin if kind in CODE_OF_ORIGIN else ""
        if code:
            row.switches += row.code not in ("", code)
            row.code = code
        if kind not in PRICED:
            return
        row.turn(d.day)
        if i.price_kg > 0:
            row.kg[0].append(i.price_kg)
        if i.price_unit > 0:
            row.unit[0].append(i.price_unit)
        if i.net > 0 and i.gross >= i.net:
            row.tare.add(math.log(i.gross / i.net), shrink)
        if i.net > 0 and i.units > 0:
            row.kg_unit.add(math.log(i.net / i.units), shrink)
        if i.net > 0 and i.packages > 0:
            row.kg_package.add(math.log(i.net / i.packages), shrink)

    def rate(self, i, kind, day):
        chain = []
        while kind is not None:
            chain.append(kind)
            kind = PARENT[kind]
        rate = PRIOR
        for k in reversed(chain):
            row = self.get(i, k)
            if row is None:
                continue
            if not row.inspected:
                continue
            if k in EVER:
                rate = (row.found + rate) / (row.inspected + 1)
                continue
            at = k, i.key[k]
            if at not in self.sums:
                weights = [(decay(day - known, 180), bad) for known, bad in row.results]
                self.sums[at] = sum(w for w, bad in weights if bad), sum(w for w, _ in weights)
            found, n = self.sums[at]
            rate = (found + FADING * rate) / (n + FADING)
        return rate
