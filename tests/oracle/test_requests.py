#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_requests.py PROGRAM [--made N] [--seed N] -- PROGRAM's `amend` beside apply_cor.py; TAP on stdout.

  - the tags and repetitions of message/xml_paths.def are those of the published schema;
  - every published amendment, cancellation and presentation whose declaration is among the samples: the next version
    holds the same multiset of (path, text, attributes); the others are refused with the reason;
  - N amendments made at random of published declarations (a value replaced, an element or section added or removed,
    pointers doubled, sequences that are not there): the same next version, or both refuse.
"""
import argparse
import collections
import copy
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEWAITER_DATA", SOURCE.parent / "shared" / "data")) / "wco-dm"
number = failed = 0

try:
    from lxml import etree
    import apply_cor
except ImportError:
    etree = None


def ok(fine, name, why=()):
    global number, failed
    number += 1
    failed += not fine
    print(f"{'ok' if fine else 'not ok'} {number} - {name}")
    for line in [] if fine else list(why)[:20]:
        print(f"# {line}")
    sys.stdout.flush()


def table(top):
    """Rows of our table against the schema: name, tag, how often."""
    ours, stack = {}, []
    text = (SOURCE / "src/stages/message/xml_paths.def").read_text(encoding="utf-8")
    for how, depth, name, tag in re.findall(r'^(\w+)\((\d+), "(\w+)", "(\w*)"', text, re.M):
        stack = stack[:int(depth) - 1] + [name]
        ours["/".join(stack)] = (tag, how in ("LIST", "GROUP", "MANY"))
    theirs = {}

    def walk(nodes, path):
        for node in nodes:
            here = path + [node.name]
            theirs["/".join(here)] = ((node.ids or [""])[0], node.many)
            walk(node.children, here)

    walk(top, [])
    ours = {k: v for k, v in ours.items() if not k.endswith("/DateTimeString")}
    wrong = [(k, ours.get(k), theirs.get(k)) for k in sorted(ours.keys() | theirs.keys()) if ours.get(k) != theirs.get(k)]
    ok(not wrong and len(ours) > 400, f"{len(ours)} elements have the tag and the repetition of the schema", wrong)


def elements(tree):
    out = collections.Counter()

    def walk(e, path):
        path += "/" + e.tag
        text = (e.text or "") + "".join(c.tail or "" for c in e)
        out[path, text.strip() if len(e) else text, tuple(sorted(e.attrib.items()))] += 1
        for c in e:
            walk(c, path)

    walk(tree.getroot(), "")
    return out


def amend(program, base, requests, out):
    done = subprocess.run([program, "amend", *map(str, requests), "--base", str(base), "--out", str(out), "--json"],
                          capture_output=True, text=True, check=False)
    return done.returncode, {pathlib.Path(r["file"]).name: r for r in map(json.loads, done.stdout.splitlines())}, done.stderr


def differs(top, base, request, told):
    """What is wrong with an answer of the program's; None = nothing."""
    try:
        want = apply_cor.apply(top, apply_cor.read(base), apply_cor.read(request))
    except apply_cor.Refused as why:
        return None if not told["applied"] else f"{request.name}: applied, but {why}"
    if not told["applied"]:
        return f"{request.name}: refused, {told['why']}"
    a, b = elements(want), elements(apply_cor.read(told["written"]))
    return f"{request.name}: missing {list((a - b).items())[:2]}, added {list((b - a).items())[:2]}" if a != b else None


def samples(program, top, scratch):
    requests = sorted(p for p in (DATA / "requests").iterdir() if not p.name.startswith("example"))
    kind = {p: apply_cor.text_of(apply_cor.declaration(apply_cor.read(p)), "TypeCode") for p in requests}
    wrong, without, done = [], [], collections.Counter()
    for request in requests:
        scenario = request.name.split("__")[0] + "__"
        bases = [p for p in sorted((DATA / "imports").iterdir()) if p.name.startswith(scenario)]
        if not bases:
            without.append(request)
            continue
        _, told, stderr = amend(program, bases[0], [request], scratch / "one")
        r = told.get(request.name)
        if r is None or not r["applied"]:
            wrong.append(f"{request.name}: {r or stderr}")
        elif kind[request] == "COR":
            wrong += [w for w in [differs(top, bases[0], request, r)] if w]
        else:
            state = "cancelled" if kind[request] == "INV" else "presented"
            wrong += [f"{request.name}: {r}"] if not r[state] or "written" in r or r["version"] != 1 else []
        done[kind[request]] += 1
    ok(not wrong and done == {"COR": 15, "INV": 1, "GPR": 5}, f"published requests with their declaration: {dict(done)}", wrong)
    code, told, _ = amend(program, DATA, [DATA / "requests"], scratch / "all")
    known = {n for n, r in told.items() if r["applied"]}
    reasons = [r for n, r in told.items() if not r["applied"] and not n.startswith("example") and r.get("error") != "NOTFOUND"]
    ok(code == 1 and len(known) == 7 and not reasons, "all at once, found by the MRN that answers give: 7 applied, the others "
       "refused since no declaration has their MRN", [sorted(known), reasons])
    ok(len(without) == 3 and all(told[p.name].get("error") == "NOTFOUND" for p in without),
       f"{len(without)} requests about exports, which are not among the samples, are refused for that", without)


class Maker:
    """Requests about one declaration, made at random from what stands in it."""

    def __init__(self, rng, top, path):
        self.rng, self.top = rng, top
        self.base = apply_cor.declaration(apply_cor.read(path))
        self.places = []
        self.walk(self.base, self.top, [])

    def walk(self, e, nodes, steps):
        count = collections.Counter()
        for c in e:
            node = next((n for n in nodes if apply_cor.DEC + n.name == c.tag), None)
            if node is None or not node.ids:
                continue
            count[c.tag] += 1
            sequence = (apply_cor.number_of(c) if node.numbered else 0) or count[c.tag]
            here = steps + [(node, sequence)]
            if not set(here[0][0].ids) & apply_cor.OWN and "006" not in node.ids:
                self.places.append((here, c))
            self.walk(c, node.children, here)

    def request(self):
        new = etree.Element(self.base.tag, nsmap=self.base.nsmap)
        for name, text in (("FunctionCode", "13"), ("FunctionalReferenceID", "R"),
                           ("ID", apply_cor.text_of(self.base, "ID") or "25GBX"), ("TypeCode", "COR")):
            etree.SubElement(new, apply_cor.DEC + name).text = text
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            self.change(new)
        root = etree.Element("{urn:wco:datamodel:WCO:DocumentMetaData-DMS:2}MetaData")
        root.append(new)
        return etree.ElementTree(root)

    def point(self, new, steps):
        amendment = etree.Element(apply_cor.DEC + "Amendment")
        etree.SubElement(amendment, apply_cor.DEC + "ChangeReasonCode").text = "32"
        way = [("42A", 1)] + [(node.ids[0], sequence) for node, sequence in steps]
        tag = way.pop()[0] if not steps[-1][0].children else None
        for i, (section, sequence) in enumerate(way):
            p = etree.SubElement(amendment, apply_cor.DEC + "Pointer")
            etree.SubElement(p, apply_cor.DEC + "SequenceNumeric").text = str(sequence)
            etree.SubElement(p, apply_cor.DEC + "DocumentSectionCode").text = section
            if tag and i + 1 == len(way):
                etree.SubElement(p, apply_cor.DEC + "TagID").text = tag
        new.insert(4, amendment)

    def way_in(self, new, steps):
        """The element at the place in the request, made with those in front of it that are told by their order."""
        here = new
        for node, sequence in steps:
            found = here.findall(apply_cor.DEC + node.name)
            if node.many and not node.numbered:
                while len(found) < sequence:
                    found.append(etree.SubElement(here, apply_cor.DEC + node.name))
                here = found[sequence - 1]
                continue
            one = next((e for e in found if not node.many or apply_cor.number_of(e) == sequence), None)
            if one is None:
                one = etree.SubElement(here, apply_cor.DEC + node.name)
                if node.many:
                    etree.SubElement(one, apply_cor.DEC + "SequenceNumeric").text = str(sequence)
            here = one
        return here

    def change(self, new):
        rng = self.rng
        steps, e = rng.choice(self.places)
        what = rng.choice(("replace", "replace", "remove", "add", "add_section", "again", "astray"))
        if what == "add_section" and not any(n.many for n, _ in steps):
            what = "add"
        if what == "replace":
            place = self.way_in(new, steps)
            apply_cor.become(place, e)
            if steps[-1][0].many and steps[-1][0].numbered and place.find(apply_cor.DEC + "SequenceNumeric") is None:
                place.insert(0, etree.fromstring(f'<SequenceNumeric xmlns="{apply_cor.DEC[1:-1]}">{steps[-1][1]}</SequenceNumeric>'))
            leaves = [c for c in place.iter() if len(c) == 0 and c.text and c.text.strip() and
                      not c.tag.endswith("SequenceNumeric")]
            if leaves and rng.random() < 0.9:
                leaf = rng.choice(leaves)
                text = leaf.text.strip()
                leaf.text = f"{float(text) + 1:.2f}" if re.fullmatch(r"\d+\.\d+", text) else \
                    text[:-1] + str((int(text[-1]) + 1) % 10) if text.isdigit() else text[:-1] + "Q"
        elif what == "remove":
            if not steps[-1][0].children:
                self.way_in(new, steps[:-1])  # the section without it
        elif what == "add":
            options = [n for n in (steps[-1][0].children or (steps[-2][0].children if len(steps) > 1 else self.top))
                       if n.ids and not n.children and "006" not in n.ids and n.name.endswith(("Name", "Description", "Line", "CityName"))]
            if not options:
                return
            parent = steps if steps[-1][0].children else steps[:-1]
            steps = parent + [(rng.choice(options), 1)]
            self.way_in(new, steps).text = f"new {rng.randrange(100)}"
        elif what == "add_section":
            k = rng.choice([i for i, (n, _) in enumerate(steps) if n.many])
            node = steps[k][0]
            last = max(s[k][1] for s, _ in self.places if len(s) > k and s[k][0] is node and s[:k] == steps[:k])
            model = next(c for s, c in self.places if len(s) == k + 1 and s[:k] == steps[:k] and s[k][0] is node)
            steps = steps[:k] + [(node, last + rng.choice((1, 1, 1, 2)))]
            place = self.way_in(new, steps)
            apply_cor.become(place, model)
            if place.find(apply_cor.DEC + "SequenceNumeric") is not None:
                place.find(apply_cor.DEC + "SequenceNumeric").text = str(steps[-1][1])
        elif what == "astray":
            steps = [(n, s + rng.choice((5, 50))) for n, s in steps]
        self.point(new, steps)
        if what == "again":
            apply_cor.become(self.way_in(new, steps), e)
            self.point(new, steps)


def made(program, top, scratch, count, seed):
    """Batches: all requests about one declaration in one call, each against the file as it was lodged."""
    rng = random.Random(seed)
    files = []
    for p in sorted((DATA / "imports").iterdir()):
        try:
            root = apply_cor.read(p).getroot()
        except etree.XMLSyntaxError:
            continue
        if root.find(apply_cor.DEC + "Declaration") is not None:
            files.append(p)
    wrong, refused, applied, kinds = [], 0, 0, collections.Counter()
    for i in range(count):
        base = rng.choice(files)
        request = scratch / f"made{i}.xml"
        Maker(rng, top, base).request().write(str(request), xml_declaration=True, encoding="UTF-8")
        _, told, stderr = amend(program, base, [request], scratch / "made")
        r = told.get(request.name)
        if r is None:
            wrong.append(f"{request}: {stderr}")
            continue
        applied += r["applied"]
        refused += not r["applied"]
        kinds.update(c["what"] for c in r.get("changes", []))
        difference = differs(top, base, request, r)
        if difference:
            wrong.append(f"{base.name} {difference} seed {seed}")
    ok(not wrong and applied > count // 4 and refused > count // 20,
       f"{count} amendments made at random: {applied} applied to the same version, {refused} refused by both; {dict(kinds)}",
       wrong + [f"{applied} applied, {refused} refused"])


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("program")
    p.add_argument("--made", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    if etree is None or not DATA.is_dir():
        print(f"1..0 # SKIP {'no python3-lxml' if etree is None else 'no wco-dm in TIDEWAITER_DATA'}")
        return 0
    top = apply_cor.schema(DATA / "schemas/declaration/WCO_DEC_2_DMS.xsd")
    table(top)
    with tempfile.TemporaryDirectory() as scratch:
        samples(os.path.abspath(a.program), top, pathlib.Path(scratch))
        made(os.path.abspath(a.program), top, pathlib.Path(scratch), a.made, a.seed)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
