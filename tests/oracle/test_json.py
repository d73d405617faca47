#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_json.py PROGRAM -- the JSON of declarations and notifications beside Python's own; TAP on stdout.

Over every declaration and request of $TIDEWAITER_DATA/wco-dm:
  - what `convert --to json` writes is one text a file, sorted, without blanks and escaped as Python's json does it: the
    same bytes come from json.dumps of what json.loads read;
  - it keeps docs/formats/declaration.schema.json, as python3-jsonschema says; texts spoilt in one place do not, and the
    program refuses those too;
  - XML -> JSON -> XML holds the same multiset of (path, text, attributes), by lxml;
  - JSON -> table -> JSON keeps every element that has a column.
Over every notification, and those of tests/golden/notifications, the first three, by docs/formats/notification.schema.json.
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
NOTIFICATION_SCHEMA = SOURCE / "docs/formats/notification.schema.json"
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


def elements(path, bare=False):
    """Counter of (path, text, attributes); by names alone where `bare`, or where the message has no namespaces."""
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True,
                                                  remove_pis=True)).getroot()
    bare = bare or etree.QName(root).namespace is None
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


# (what is done, the change): texts that then do not keep the schema
SPOILT = [
    ("an unknown member", lambda d: d.update(unheard_of="1")),
    ("a number for a text", lambda d: d.update(lrn=5)),
    ("a text for a number", lambda d: d.update(item_total="1")),
    ("an empty text", lambda d: d.update(lrn="")),
    ("null", lambda d: d.update(lrn=None)),
    ("an amount as a number", lambda d: d.update(invoice_total={"amount": 1.5, "currency": "GBP"})),
    ("an amount without digits", lambda d: d.update(invoice_total={"currency": "GBP"})),
    ("a currency of four letters", lambda d: d.update(invoice_total={"amount": "1", "currency": "GBPX"})),
    ("items that are no array", lambda d: d.update(items={})),
    ("an item that is none", lambda d: d.update(items=[1])),
    ("an unknown member of an item", lambda d: d["items"][0].update(x=1)),
    ("a country of three letters", lambda d: d["items"][0].update(origin="GBR")),
    ("a mass with a comma", lambda d: d["items"][0].update(net_mass_kg="1,5")),
    ("a commodity code with a letter", lambda d: d["items"][0].update(hs="08081x")),
    ("a date that is none", lambda d: d.update(lodged_at="yesterday")),
    ("a count below zero", lambda d: d.update(package_total=-1)),
]
SPOILT_ANSWERS = [
    ("an unknown member", lambda n: n.update(unheard_of="1")),
    ("no kind at all", lambda n: (n.pop("code"), n.pop("extra"))),
    ("a kind that is none", lambda n: n.update(code="DMSXYZ")),
    ("a number for a text", lambda n: n.update(lrn=5)),
    ("a text for a number", lambda n: n.update(version="1")),
    ("an empty text", lambda n: n.update(mrn="")),
    ("null", lambda n: n.update(mrn=None)),
    ("a time that is none", lambda n: n.update(issued_at="yesterday")),
    ("errors that are no array", lambda n: n.update(errors={})),
    ("an error that is none", lambda n: n.update(errors=[1])),
    ("an unknown member of an error", lambda n: n["errors"][0].update(x=1)),
    ("a pointer to nothing", lambda n: n["errors"][0]["pointers"][0].update(sequence=0)),
    ("an amount as a number", lambda n: n.update(payments=[{"payable": {"amount": 1.5, "currency": "GBP"}}])),
    ("a rate with a comma", lambda n: n.update(items=[{"taxes": [{"rate": "1,5"}]}])),
]


def forms(program, top, folders, least):
    """Every message as JSON, and what became of it."""
    code, told, _ = run(program, "convert", *folders, "--to", "json", "--out", top / "json", "--check-lossless", "--json")
    files = sorted((top / "json").iterdir())
    ok(code == 0 and told["lost"] == 0 and told["read"] == len(files) >= least,
       f"{len(files)} messages become JSON, and the program itself misses nothing", [code, told])
    texts = {path.name: path.read_bytes() for path in files}
    wrong = [name for name, text in texts.items() if canonical(json.loads(text)) != text]
    ok(not wrong, "the text is canonical: what Python writes of it has the same bytes", wrong)
    return texts


def schema(program, top, texts, published, sound, spoilt):
    """Of `texts` each keeps the schema; what `spoilt` makes of the first one that is `sound` does not, and is refused."""
    if jsonschema is None:
        skip("the texts keep the schema", "no python3-jsonschema")
        skip("what is spoilt does not, and is refused", "no python3-jsonschema")
        return
    known = json.loads(published.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(known)
    check = jsonschema.Draft202012Validator(known)
    wrong = [f"{name}: {fault.json_path}: {fault.message[:100]}" for name, text in texts.items()
             for fault in check.iter_errors(json.loads(text))]
    ok(not wrong, "each keeps the published schema", wrong)
    one = next(filter(sound, map(json.loads, texts.values())))
    wrong, n = [], 0
    for n, (words, change) in enumerate(spoilt, 1):
        other = copy.deepcopy(one)
        change(other)
        (top / "spoilt.json").write_bytes(canonical(other))
        code, _, said = run(program, "convert", top / "spoilt.json", "--to", "json", "--out", top / "spoilt")
        if check.is_valid(other):
            wrong.append(f"the schema lets pass {words}")
        if code != 3 or "spoilt.json:1:" not in said:
            wrong.append(f"the program lets pass {words}: {code} {said}")
    ok(not wrong and n > 10, f"{n} texts spoilt in one place keep it no longer, and are refused with their place", wrong)


def as_messages(program, top, texts, folders):
    code, told, _ = run(program, "convert", top / "json", "--to", "xml", "--out", top / "xml", "--check-lossless", "--json")
    wrong = []
    source = {path.stem: path for folder in folders for path in folder.iterdir()}
    for name in texts:
        stem = name[:-len(".json")]
        was = source[stem]
        bare = etree.QName(etree.parse(str(was)).getroot()).namespace is None
        before, after = elements(was), elements(top / "xml" / (stem + ".xml"), bare)
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
        declarations = [DATA / "imports", DATA / "requests"]
        texts = forms(program, top, declarations, 260)
        schema(program, top, texts, SCHEMA, lambda d: d.get("items") and d.get("declarant"), SPOILT)
        as_messages(program, top, texts, declarations)
        as_tables(program, top, texts)
        top = top / "answers"
        top.mkdir()
        answers = [DATA / "notifications", SOURCE / "tests/golden/notifications/in"]
        texts = forms(program, top, answers, 319)
        kinds = {json.loads(text).get("code") for text in texts.values()}
        ok(len(kinds) >= 17 and None not in kinds, f"of {len(kinds)} kinds, each named by its code", kinds)
        schema(program, top, texts, NOTIFICATION_SCHEMA, lambda n: n.get("errors") and n["errors"][0].get("pointers"),
               SPOILT_ANSWERS)
        as_messages(program, top, texts, answers)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
