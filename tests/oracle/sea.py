# SPDX-License-Identifier: Apache-2.0
"""What manifests say of a declaration, from the messages alone: a second writing of src/facts/decl/cargo from its header.

Reads CUSCAR as `tidewaiter synth` writes it: one document a consignment, no masters. evidence(d, feature) has what a decision
record has of the features of family `manifest`.
"""
import math
import re

NAN = float("nan")


def digits(text):
    return (re.sub(r"\D", "", text) + "00")[:14]


class Consignment:
    def __init__(self, bill):
        self.bill, self.kg, self.packages, self.containers = bill, NAN, NAN, set()


class Manifest:
    def __init__(self, segments):
        self.goods, self.version, self.lodged, self.arrival = {}, 1, "", ""
        one = None
        for tag, *rest in segments:
            first = rest[0] if rest else ""
            if tag == "BGM":
                self.id, _, version = rest[1].partition(":")
                self.version = int(version or 1)
            elif tag == "DTM" and first.startswith("137:"):
                self.lodged = digits(first.split(":")[1])
            elif tag == "DTM" and first.startswith("132:"):
                self.arrival = digits(first.split(":")[1])
            elif tag == "TDT":
                self.voyage = rest[1]
            elif tag == "RFF" and first.startswith("BM:"):
                one = self.goods.setdefault(first[3:], Consignment(first[3:]))
            elif tag == "CNT" and one and first.startswith("11:"):
                one.packages = int(first.split(":")[1])
            elif tag == "CNT" and one and first.startswith("7:"):
                one.kg = float(first.split(":")[1])
            elif tag == "SGP":
                one.containers.add(first)


class Sea:
    def __init__(self, path):
        self.voyages, self.bill, self.declared = {}, {}, {}
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for message in re.findall(r"UNH\+.*?'(.*?)'UNT\+", text, re.S):
            m = Manifest([s.split("+") for s in message.split("'")])
            self.voyages.setdefault(m.voyage, []).append(m)
            for bill in m.goods:
                self.bill[bill] = m.voyage
        for versions in self.voyages.values():
            versions.sort(key=lambda m: m.version)

    def standing(self, voyage, at):
        """The version of its time, and the one before it."""
        known = [m for m in self.voyages.get(voyage, []) if m.lodged <= at]
        return (known[-1] if known else None), (known[-2] if len(known) > 1 else None)

    def find(self, d):
        row, at = d.items[0].row, digits(d.lodged)
        named, voyage, box = row["bill_of_lading"], row["voyage"], row["container_id"]
        now, before = self.standing(self.bill.get(named, voyage), at)
        by_bill = [now.goods[named]] if now and named in now.goods else []
        mine = self.standing(voyage, at)[0]
        found = by_bill or [g for g in (mine.goods.values() if mine else ()) if box in g.containers]
        return named, found, bool(by_bill), mine, now, before

    @staticmethod
    def who(d):
        row = d.items[0].row
        return row.get("importer.id") or row.get("importer.name") or row.get("declarant.id") or row.get("declarant.name")

    def so_far(self, d, found, what):
        """What is declared, by how many: by the same importer, or by all where that is nearer to the manifest."""
        reference = sum(getattr(c, what) for c in found)
        before = [g for c in found for g in self.declared.get(c.bill, [])]
        mine = [g[what] for g in before if g["who"] == self.who(d)]
        others = [g[what] for g in before if g["who"] != self.who(d)]
        alone = sum(getattr(i, "gross" if what == "kg" else what) for i in d.items) + sum(mine)
        together = alone + sum(others)
        if others and abs(math.log(together / reference)) < abs(math.log(alone / reference)):
            return {"declared": together, "reference": reference, "population": 1 + len(before)}
        return {"declared": alone, "reference": reference, "population": 1 + len(mine)}

    def evidence(self, d, feature):
        named, found, by_bill, voyage, now, before = self.find(d)
        if feature == "unmanifested":
            arrived = voyage is not None and digits(d.lodged) >= voyage.arrival
            return {"declared": float(not by_bill)} if named and (by_bill or arrived) else {}
        if not found:
            return {}
        if feature == "manifest_mass":
            return self.so_far(d, found, "kg")
        if feature == "manifest_packages":
            return self.so_far(d, found, "packages")
        if feature == "strange_containers":
            box = d.items[0].row["container_id"]
            return {"declared": float(all(box not in c.containers for c in found)), "population": 1} if box else {}
        late = before is not None and now.lodged > now.arrival and any(
            c.bill not in before.goods or before.goods[c.bill].kg != c.kg or before.goods[c.bill].containers != c.containers
            for c in found)
        return {"declared": float(late)}

    def fold(self, d):
        _, found, *_ = self.find(d)
        if len(found) > 1:
            raise NotImplementedError("goods in one container: groups of several consignments are not compared here")
        for c in found:
            self.declared.setdefault(c.bill, []).append(
                {"who": self.who(d), "kg": sum(i.gross for i in d.items), "packages": sum(i.packages for i in d.items)})
