#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_json.py PROGRAM -- the JSON of declarations beside Python's own; TAP on stdout.

Over every declaration and request of $TIDEWAITER_DATA/wco-dm:
  - what `convert --to json` writes is one text a file, sorted, without blanks and escaped as Python's json does it: the
    same bytes come from json.dumps of what json.loads read;
  - it keeps docs/formats/declaration.schema.json, as python3-jsonschema says; texts spoilt in one place do not, and the
    program refuses those too;
  - XML -> JSON -> XML holds the same multiset of (path, text, attributes), by lxml;
  - JSON -> table -> JSON keeps every element that has a column.
It shares nothing with the program. Skipped where the data or lxml are not there; the schema is asked where a python has
jsonschema.
"""
import collections
import copy
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    from lxml import etree
except ImportError:
    etree = None
try:
    import jsonschema
except ImportError:
    jsonschema = None

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEWAITER_DATA", SOURCE.parent / "shared" / "data")) / "wco-dm"
SCHEMA = SOURCE / "docs/formats/declaration.schema.json"
number = failed = 0


def ok(fine, name, why=()):
    global number, failed
    number += 1
    failed += not fine
    print(f"{'ok' if fine else 'not ok'} {number} - {name}")
    for line in [] if fine else list(why)[:20]:
        print(f"# {line}")
    sys.stdout.flush()


def skip(name, why):
    global number
    number += 1
    print(f"ok {number} - {name} # SKIP {why}")


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    last = done.stdout.splitlines()[-1] if done.stdout else ""
    return done.returncode, json.loads(last) if last.startswith("{") else {}, done.stderr


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def elements(path):
    """Counter of (path, text, attributes); a message without namespaces is taken by its names."""
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True,
                                                  remove_pis=True)).getroot()
    bare = etree.QName(root).namespace is None
    name = (lambda tag: etree.QName(tag).localname) if bare else (lambda tag: tag)
    count = collections.Counter()

    def walk(e, path):
        path += "/" + name(e.tag)
        text = (e.text or "") + "".join(child.tail or "" for child in e)
        count[path, text.strip() if len(e) else text, tuple(sorted((name(k), v) for k, v in e.attrib.items()))] += 1
        for child in e:
            walk(child, path)

    walk(root, "")
    return count


def flat(value):
    """{column: text} of one object, as docs/formats/json.md says how columns and members meet"""
    out = {}
    for key, v in value.items():
        if key == "containers":
            continue
        if isinstance(v, dict) and set(v) <= {"amount", "currency"}:
            out[key] = v["amount"]
            out[key + "_currency"] = v.get("currency", "")
        elif isinstance(v, dict) and set(v) <= {"unit", "value"}:
            out[key] = v.get("value", "")
            out[key + "_unit"] = v.get("unit", "")
        elif isinstance(v, dict):
            out.update({f"{key}.{k}": t for k, t in v.items()})
        elif not isinstance(v, list):
            out[key] = str(v)
    return out


def spoil(decl):
    """(what was done, the text) of texts that do not keep the schema"""
    def changed(words, change):
        other = copy.deepcopy(decl)
        change(other)
        return words, other
    yield changed("an unknown member", lambda d: d.update(unheard_of="1"))
    yield changed("a number for a text", lambda d: d.update(lrn=5))
    yield changed("a text for a number", lambda d: d.update(item_total="1"))
    yield changed("an empty text", lambda d: d.update(lrn=""))
    yield changed("null", lambda d: d.update(lrn=None))
    yield changed("an amount as a number", lambda d: d.update(invoice_total={"amount": 1.5, "currency": "GBP"}))
    yield changed("an amount without digits", lambda d: d.update(invoice_total={"currency": "GBP"}))
    yield changed("a currency of four letters", lambda d: d.update(invoice_total={"amount": "1", "currency": "GBPX"}))
    yield changed("items that are no array", lambda d: d.update(items={}))
    yield changed("an item that is none", lambda d: d.update(items=[1]))
    yield changed("an unknown member of an item", lambda d: d["items"][0].update(x=1))
    yield changed("a country of three letters", lambda d: d["items"][0].update(origin="GBR"))
    yield changed("a mass with a comma", lambda d: d["items"][0].update(net_mass_kg="1,5"))
    yield changed("a commodity code with a letter", lambda d: d["items"][0].update(hs="08081x"))
    yield changed("a date that is none", lambda d: d.update(lodged_at="yesterday"))
    yield changed("a count below zero", lambda d: d.update(package_total=-1))


def forms(program, top):
    """Every message as JSON, and what became of it."""
    code, told, _ = run(program, "convert", DATA / "imports", DATA / "requests", "--to", "json", "--out", top / "json",
                        "--check-lossless", "--json")
    files = sorted((top / "json").iterdir())
    ok(code == 0 and told["lost"] == 0 and told["read"] == len(files) >= 260,
       f"{len(files)} messages become JSON, and the program itself misses nothing", [code, told])
    texts = {path.name: path.read_bytes() for path in files}
    wrong = [name for name, text in texts.items() if canonical(json.loads(text)) != text]
    ok(not wrong, "the text is canonical: what Python writes of it has the same bytes", wrong)
    return texts


def schema(program, top, texts):
    if jsonschema is None:
        skip("the texts keep the schema", "no python3-jsonschema")
        skip("what is spoilt does not, and is refused", "no python3-jsonschema")
        return
    known = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(known)
    check = jsonschema.Draft202012Validator(known)
    wrong = [f"{name}: {fault.json_path}: {fault.message[:100]}" for name, text in texts.items()
             for fault in check.iter_errors(json.loads(text))]
    ok(not wrong, "each keeps the published schema", wrong)
    decl = next(d for d in map(json.loads, texts.values()) if d.get("items") and d.get("declarant"))
    wrong, n = [], 0
    for n, (words, other) in enumerate(spoil(decl), 1):
        (top / "spoilt.json").write_bytes(canonical(other))
        code, _, said = run(program, "convert", top / "spoilt.json", "--to", "json", "--out", top / "spoilt")
        if check.is_valid(other):
            wrong.append(f"the schema lets pass {words}")
        if code != 3 or "spoilt.json:1:" not in said:
            wrong.append(f"the program lets pass {words}: {code} {said}")
    ok(not wrong and n > 10, f"{n} texts spoilt in one place keep it no longer, and are refused with their place", wrong)


def as_messages(program, top, texts):
    code, told, _ = run(program, "convert", top / "json", "--to", "xml", "--out", top / "xml", "--check-lossless", "--json")
    wrong = []
    source = {path.stem: path for folder in ("imports", "requests") for path in (DATA / folder).iterdir()}
    for name in texts:
        stem = name[:-len(".json")]
        was = source[stem]
        before, after = elements(was), elements(top / "xml" / (stem + ".xml"))
        if before - after or after - before:
            wrong.append(f"{stem}: missing {list(before - after)[:2]}, added {list(after - before)[:2]}")
    ok(code == 0 and told["read"] == len(texts) and not wrong,
       f"{len(texts)} come back as messages, 0 elements missing, 0 added", wrong + [told])


def as_tables(program, top, texts):
    code, told, _ = run(program, "convert", DATA / "imports", "--to", "csv", "--out", top / "csv", "--json")
    ok(code == 3 and told["read"] >= 240 and told["left_out"] == sum(told["left_out_by_element"].values()) > 0,
       f"{told['read']} declarations become tables; {told['left_out']} values of {len(told['left_out_by_element'])} elements "
       "have no column, and that is told", [code, told])
    tables = sorted((top / "csv").iterdir())
    wrong, read = [], 0
    for i in range(0, len(tables), 60):
        code, told, said = run(program, "convert", *tables[i:i + 60], "--to", "json", "--out", top / "back", "--json")
        read += told.get("read", 0)
        wrong += [] if code == 0 else [code, told, said[:300]]
    ok(not wrong and read == len(tables), "every table is read again without a map", wrong)
    wrong = []
    for table in tables:
        was = json.loads(texts[table.stem + ".json"])
        now = json.loads((top / "back" / (table.stem + ".json")).read_bytes())
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if len(rows) != len(was["items"]):
            wrong.append(f"{table.stem}: {len(rows)} rows")
        for i, row in enumerate(rows):
            want = flat(was) | flat(was["items"][i])
            lost = {k: v for k, v in want.items() if row.get(k) != v and k != "items"}
            back = flat(now) | flat(now["items"][i])
            lost |= {k: v for k, v in want.items() if back.get(k) != v}
            if lost:
                wrong.append(f"{table.stem} item {i + 1}: {lost}")
        ids = [c["id"] for c in was.get("containers", [])]
        if ids != [c["id"] for c in now.get("containers", [])]:
            wrong.append(f"{table.stem}: containers {ids}")
    ok(not wrong, f"{len(tables)} tables hold every element that has a column, in Python's csv and as JSON again", wrong)


def main():
    if etree is None or not DATA.exists():
        print(f"1..0 # SKIP {'no python3-lxml' if etree is None else 'no wco-dm in TIDEWAITER_DATA'}")
        return 0
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        texts = forms(program, top)
        schema(program, top, texts)
        as_messages(program, top, texts)
        as_tables(program, top, texts)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
