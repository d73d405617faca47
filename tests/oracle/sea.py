# SPDX-License-Identifier: Apache-2.0
"""What manifests say of a declaration, from the messages alone: a second writing of src/facts/decl/cargo from its header.

Reads CUSCAR as `tidewaiter synth` writes it: one document a consignment, no masters. evidence(d, feature) has what a decision
record has of the features of family `manifest`.
"""
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
        self.voyages, self.bill, self.group = {}, {}, {}
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
        return named, found, bool(by_bill), mine is not None, now, before

    def sums(self, found):
        together = {id(g): g for c in found for g in (self.group.get(c.bill) or [{"kg": 0.0, "packages": 0, "n": 0}],)}
        return [sum(g[0][k] for g in together.values()) for k in ("kg", "packages", "n")]

    def evidence(self, d, feature):
        named, found, by_bill, known, now, before = self.find(d)
        if feature == "unmanifested":
            return {"declared": float(not by_bill)} if named and (found or known) else {}
        if not found:
            return {}
        kg, packages, n = self.sums(found)
        if feature == "manifest_mass":
            return {"declared": kg + sum(i.gross for i in d.items), "reference": sum(c.kg for c in found), "population": n + 1}
        if feature == "manifest_packages":
            return {"declared": packages + sum(i.packages for i in d.items), "reference": sum(c.packages for c in found),
                    "population": n + 1}
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
            g = self.group.setdefault(c.bill, [{"kg": 0.0, "packages": 0, "n": 0}])[0]
            g["kg"] += sum(i.gross for i in d.items)
            g["packages"] += sum(i.packages for i in d.items)
            g["n"] += 1
