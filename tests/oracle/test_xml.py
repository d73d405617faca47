#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_xml.py PROGRAM [--mutants N] [--seed N] -- PROGRAM's `convert` beside lxml and xmllint; TAP on stdout.

Over every message of $TIDEWAITER_DATA/wco-dm:
  - what comes back holds the same multiset of (path, text, attributes), element by element in the same order;
  - messages that are none are refused, once each, with a place;
  - with --xsd, messages and N mutants of them (an element dropped, doubled, swapped with the next, a text broken) are
    refused where xmllint says that they do not keep the schema, and nowhere else.
It shares nothing with the program: lxml reads both sides. Skipped where the data, lxml or xmllint are not there.
10,000 mutants, as `make check` does not do: tests/oracle/test_xml.py build/apps/tidewaiter --mutants 10000
"""
import argparse
import collections
import copy
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

try:
    from lxml import etree
except ImportError:
    etree = None

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEWAITER_DATA", SOURCE.parent / "shared" / "data")) / "wco-dm"
DEC = "urn:wco:datamodel:WCO:DEC-DMS:2"
META = "urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"
SCHEMA = {"imports": "declaration.xsd", "requests": "declaration.xsd", "notifications": "notification.xsd"}
number = failed = 0


def ok(fine, name, why=()):
    global number, failed
    number += 1
    failed += not fine
    print(f"{'ok' if fine else 'not ok'} {number} - {name}")
    for line in [] if fine else list(why)[:20]:
        print(f"# {line}")
    sys.stdout.flush()


def parse(path):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.parse(str(path), parser).getroot()


def elements(root, bare):
    """(path, text, attributes) of each element, in the order of the message. Blanks around elements mean nothing."""
    name = (lambda tag: etree.QName(tag).localname) if bare else (lambda tag: tag)
    out = []

    def walk(e, path):
        path += "/" + name(e.tag)
        text = (e.text or "") + "".join(child.tail or "" for child in e)
        out.append((path, text.strip() if len(e) else text, tuple(sorted((name(k), v) for k, v in e.attrib.items()))))
        for child in e:
            walk(child, path)

    walk(root, "")
    return out


def convert(program, where, out, *options):
    """(exit code, the JSON on stdout, {base name: its fault} from stderr)"""
    out.mkdir(exist_ok=True)
    done = subprocess.run([program, "convert", *map(str, where), "--to", "xml", "--out", out, "--json", *options],
                          capture_output=True, text=True, check=False)
    faults = collections.defaultdict(list)
    for line in done.stderr.splitlines():
        if line.startswith("{"):
            fault = json.loads(line)
            faults[os.path.basename(fault.get("file") or "")].append(fault)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, faults


def compare(program, top):
    """Every message of the three folders, there and back."""
    for folder in SCHEMA:
        out = top / folder
        code, told, faults = convert(program, [DATA / folder], out, "--check-lossless")
        wrong, bad, order = [], [], 0
        files = sorted((DATA / folder).iterdir())
        for path in files:
            try:
                before = parse(path)
            except etree.XMLSyntaxError:
                before = None
            back = out / path.name
            if before is None or not re.search(r"\}?MetaData$|submitDeclarationRequest$", before.tag) or \
                    before.tag.startswith("{urnwco"):
                bad.append(path.name)
                continue
            if not back.exists():
                wrong.append(f"{path.name} was not written: {faults.get(path.name)}")
                continue
            bare = etree.QName(before).namespace is None
            was, now = elements(before, bare), elements(parse(back), bare)
            missing = collections.Counter(was) - collections.Counter(now)
            added = collections.Counter(now) - collections.Counter(was)
            order += was != now
            if missing or added:
                wrong.append(f"{path.name}: missing {list(missing)[:2]}, added {list(added)[:2]}")
        ok(not wrong and len(files) > len(bad), f"{folder}: {len(files) - len(bad)} messages come back, "
           "0 elements missing, 0 added", wrong)
        ok(order == 0, f"{folder}: and in the same order", [f"{order} are not"])
        ok(code == 0 and told["read"] == len(files) - len(bad) and told["refused"] == len(bad) and told["lost"] == 0,
           f"{folder}: convert counts the same itself", [code, told])
        once = all(len(faults[name]) == 1 and faults[name][0].get("line") for name in bad)
        ok(once, f"{folder}: {len(bad)} that are no messages have one fault each, with its line", [dict(faults)])


def payload(path):
    """What xmllint is asked about: the message without the envelope of others."""
    root = parse(path)
    inner = root if etree.QName(root).localname == "MetaData" else root.find(f".//{{{META}}}MetaData")
    return inner if inner is not None else root


def xmllint_says(schema, paths):
    """{base name: whether it keeps the schema}"""
    says = {}
    for i in range(0, len(paths), 500):
        done = subprocess.run(["xmllint", "--noout", "--schema", schema, *map(str, paths[i:i + 500])],
                              capture_output=True, text=True, check=False)
        for line in done.stderr.splitlines():
            found = re.match(r"(.*) (validates|fails to validate)$", line)
            if found:
                says[os.path.basename(found[1])] = found[2] == "validates"
    return says


def agree(program, name, where, asked, schema, out):
    """Our verdict on `where` beside xmllint's on `asked`, which has files of the same names."""
    code, told, faults = convert(program, [where], out, "--xsd", schema)
    theirs = xmllint_says(schema, asked)
    ours = {path.name: (out / path.name).exists() for path in asked}
    differ = [f"{n}: xmllint {theirs.get(n)}, ours {ours[n]} {faults.get(n)}" for n in ours if theirs.get(n) != ours[n]]
    valid = sum(theirs.values())
    ok(not differ and len(theirs) == len(asked), f"{name}: of {len(asked)} messages {valid} keep the schema, as xmllint says",
       differ)
    shutil.rmtree(out)


def mutate(rng, root):
    """Changes one thing in a message. False: it had no place for it."""
    every = [e for e in root.iter() if isinstance(e.tag, str) and e.getparent() is not None]
    e = rng.choice(every)
    parent = e.getparent()
    kind = rng.randrange(5)
    if kind == 0:
        parent.remove(e)
    elif kind == 1:
        parent.insert(parent.index(e), copy.deepcopy(e))
    elif kind == 2:
        if e.getnext() is None:
            return False
        other = e.getnext()
        parent.remove(other)
        parent.insert(parent.index(e), other)
    elif kind == 3:
        if len(e) or not e.text:
            return False
        e.text = rng.choice(["", " " + e.text, e.text * 9, e.text + "x", "-" + e.text, "?", e.text[:-1], "\u00e9", "1e3"])
    else:
        e.attrib[rng.choice(["currencyID", "unitCode", "formatCode", "odd"])] = rng.choice(["GBP", "XXX", "KGM", "304", ""])
    return True


def mutants(program, top, count, seed):
    rng = random.Random(seed)
    for folder in SCHEMA:
        share = count // len(SCHEMA)
        sources = []
        for path in sorted((DATA / folder).iterdir()):
            try:
                root = payload(path)
            except etree.XMLSyntaxError:
                continue
            if etree.QName(root).localname == "MetaData":
                sources.append(root)
        if folder == "notifications":
            sources = [with_namespaces(root) for root in sources]
        made = top / f"mutants-{folder}"
        made.mkdir()
        n = 0
        while n < share:
            root = copy.deepcopy(rng.choice(sources))
            if mutate(rng, root):
                (made / f"{n:05}.xml").write_bytes(etree.tostring(root, encoding="utf-8"))
                n += 1
        agree(program, f"{folder}: mutants", made, sorted(made.iterdir()), DATA / "schemas" / SCHEMA[folder],
              top / "kept")


def with_namespaces(root):
    """A notification is published without namespaces; this puts them in. A second Declaration in it is one of its own."""
    if etree.QName(root).namespace is not None:
        return root
    answer, simple = "urn:wco:datamodel:WCO:RES-DMS:2", "urn:wco:datamodel:WCO:Response_DS:DMS:2"
    root = copy.deepcopy(root)
    for own in [e for e in root.iter("Declaration") if e.getprevious() is not None and e.getprevious().tag == "Declaration"]:
        for e in own.iter():
            e.tag = f"{{{'urn:wco:datamodel:WCO:Declaration_DS:DMS:2' if e.tag == 'DateTimeString' else DEC}}}{e.tag}"
    for e in root.iter():
        up = {etree.QName(a).localname for a in e.iterancestors()} | {etree.QName(e).localname}
        if etree.QName(e).namespace is not None:
            continue
        ns = simple if etree.QName(e).localname == "DateTimeString" else answer if "Response" in up else META
        e.tag = f"{{{ns}}}{etree.QName(e).localname}"
    return root


def verdicts(program, top):
    for folder in SCHEMA:
        schema = DATA / "schemas" / SCHEMA[folder]
        asked = top / f"asked-{folder}"
        asked.mkdir()
        for path in sorted((DATA / folder).iterdir()):
            try:
                root = payload(path)
            except etree.XMLSyntaxError:
                shutil.copy(path, asked / path.name)
                continue
            (asked / path.name).write_bytes(etree.tostring(root, encoding="utf-8"))
        paths = sorted(p for p in asked.iterdir())
        said = xmllint_says(schema, paths)
        paths = [p for p in paths if p.name in said]  # xmllint gives none on what is not well-formed
        agree(program, folder, DATA / folder, paths, schema, top / "kept")
    written = sorted((top / "notifications").iterdir())
    source = top / "put-in"
    source.mkdir()
    for path in sorted((DATA / "notifications").iterdir()):
        (source / path.name).write_bytes(etree.tostring(with_namespaces(parse(path)), encoding="utf-8"))
    schema = DATA / "schemas" / SCHEMA["notifications"]
    theirs, ours = xmllint_says(schema, sorted(source.iterdir())), xmllint_says(schema, written)
    differ = [name for name in ours if ours[name] != theirs.get(name)]
    ok(not differ, f"notifications as written: {sum(ours.values())} of {len(ours)} keep the schema, as do those with namespaces "
       "put in by hand", differ)
    own = top / "own"
    convert(program, [SOURCE / "tests/golden/notifications/in"], own)
    said = xmllint_says(schema, sorted(own.iterdir()))
    ok(said == {"50_DMSALV.xml": True, "51_DMSQRY.xml": True}, "DMSALV and DMSQRY, which nobody published, keep the schema as written",
       [said])
    before = xmllint_says(DATA / "schemas" / SCHEMA["imports"], sorted(DATA.glob("imports/*")))
    after = xmllint_says(DATA / "schemas" / SCHEMA["imports"], sorted((top / "imports").iterdir()))
    worse = [name for name, fine in before.items() if fine and not after.get(name)]
    ok(not worse, f"imports as written: the {sum(before.values())} that kept the schema do", worse)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--mutants", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    why = "no lxml" if etree is None else "no xmllint" if not shutil.which("xmllint") else \
        "no wco-dm in TIDEWAITER_DATA" if not DATA.is_dir() else None
    if why:
        print(f"ok 1 - WCO messages come back whole # SKIP {why}\n1..1")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        compare(given.program, top)
        verdicts(given.program, top)
        mutants(given.program, top, given.mutants, given.seed)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
