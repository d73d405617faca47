#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_pinned.py PROGRAM SIGNER -- a station keeps by what it decides, and decides by what it keeps; TAP on stdout.

Hashes of objects, trees and settings are computed here anew; what is pinned is compared with the files it came from.
"""
import contextlib
import hashlib
import json
import pathlib
import shutil
import sqlite3
import sys
import tempfile

from station import Station

CHECKS = []
CRITERIA = """name: harbor
version: {version}
author: kim
criteria:
  - id: CHEAP
    when: item.hs.startsWith('{chapter}')
    channel: {channel}
    probability: 1.0
    reason: Goods of this chapter
    task: Count
    owner: kim
    valid: {{from: 2020-01-01, to: 2035-12-31}}
    offices: ["*"]
    examples:
      - {{hs: "{chapter}0000", hit: true}}
"""


def check(good, words):
    CHECKS.append((bool(good), words))


def sha(data):
    return hashlib.sha256(data).hexdigest()


def leaves(st, kind=None):
    every = [json.loads(line) for line in st.at("log", "tail", check=True).stdout.splitlines()]
    return [leaf for leaf in every if kind in (None, leaf["type"])]


def objects(st):
    with contextlib.closing(sqlite3.connect(f"file:{st.dir}/station.db?mode=ro", uri=True)) as db:
        return {row[0].hex(): (row[1], row[2]) for row in db.execute("SELECT hash, kind, bytes FROM object")}


def settings(st):
    """Texts of settings in the order in which they came into force."""
    kept = objects(st)
    return [json.loads(kept[leaf["settings"]][1]) for leaf in leaves(st, "settings")]


def change(st, sql, *args):
    with contextlib.closing(sqlite3.connect(st.dir / "station.db")) as db:
        db.execute(sql, args)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def country(st):
    st.run("synth", "--world", "harbor", "--seed", "5", "--declarations", "4000", "--months", "2", "--out", ".", "-q", check=True)
    for name, seed in (("m1", "1"), ("m2", "2")):
        st.run("train", "declarations.csv", "findings.csv", "--rates", "rates.csv", "--tariff", "tariff.csv", "--currency", "XTS", "--seed", seed,
               "--out", name, "-q", check=True)


def pins_a_model(st):
    done = st.at("import", "--model", "m1", "--currency", "XTS")
    check(done.returncode == 0 and "objects pinned; what is decided from now on is decided by them" in done.stderr, "a model is pinned")
    kept, files = objects(st), {path.name: path.read_bytes() for path in (st.top / "m1").iterdir()}
    check(all(key == sha(data) for key, (_, data) in kept.items()), "each object lies under its hash")
    check(all(kept[sha(data)] == ("file", data) for data in files.values()), "and they are the files of the model, byte for byte")
    now = settings(st)[-1]
    tree = json.loads(kept[now["model"]][1])
    check({f["path"]: f["sha256"] for f in tree["files"]} == {name: sha(data) for name, data in files.items()}, "the tree names each of them with its hash")
    named = {leaf["hash"] for leaf in leaves(st, "object")}
    check(named == set(kept), "each object has a leaf")
    check(now["currency"] == "XTS" and now["reasons"] is True and now["duty_mix"] == "" and kept[now["channels"]][0] == "channels",
          "settings are in force, what is a default spelt out")
    size = len(leaves(st))
    again = st.at("import", "--model", "m1", "--currency", "XTS")
    check(again.returncode == 0 and len(leaves(st)) == size, "the same again writes nothing")


def refuses_as_elsewhere(st):
    size = len(leaves(st))
    shutil.copytree(st.top / "m1", st.top / "broken")
    data = (st.top / "broken" / "profile.state").read_bytes()
    (st.top / "broken" / "profile.state").write_bytes(data[:len(data) // 2])
    (st.top / "bad.yaml").write_text(CRITERIA.format(version=1, chapter="61", channel="purple"), encoding="utf-8")
    (st.top / "good.yaml").write_text(CRITERIA.format(version=1, chapter="61", channel="red"), encoding="utf-8")
    (st.top / "signers.yaml").write_text("signers: []\n", encoding="utf-8")
    for words, *options in (("a broken model", "--model", "broken"), ("a model that is not there", "--model", "nowhere"),
                            ("criteria with a fault", "--criteria", "bad.yaml"), ("a draft where signers are named", "--criteria", "good.yaml", "--signers", "signers.yaml"),
                            ("lists that are not there", "--lists", "nowhere")):
        here = st.at("import", *options, "--currency", "XTS")
        elsewhere = st.run("assess", "declarations.csv", *options, "--currency", "XTS", "--rates", "rates.csv", "--tariff", "tariff.csv", "-q")
        check(here.returncode == 3 and here.stderr == elsewhere.stderr, f"{words}: refused, in the words of elsewhere")
        if here.stderr != elsewhere.stderr:
            print("#", here.stderr, elsewhere.stderr, file=sys.stderr)
    check(len(leaves(st)) == size, "and nothing was written")


def pins_criteria_and_lists(st):
    (st.top / "lists").mkdir()
    (st.top / "lists" / "watched.yaml").write_text("list: WATCHED\nkind: countries\nwords: Watched\nowner: kim\nsource: here\n"
                                                      "file: watched.csv\nexamples:\n  - {value: CN, hit: true}\n", encoding="utf-8")
    (st.top / "lists" / "watched.csv").write_text("id,value\n1,CN\n", encoding="utf-8")
    done = st.at("import", "--criteria", "good.yaml", "--lists", "lists", "--duty-mix", "0.25", "--currency", "XTS")
    kept, now = objects(st), settings(st)[-1]
    check(done.returncode == 0 and now["duty_mix"] == "0.25" and now["model"] == settings(st)[0]["model"], "criteria, lists and numbers are pinned beside the model")
    check([f["path"] for f in json.loads(kept[now["lists"]][1])["files"]] == ["watched.csv", "watched.yaml"], "a list with its table")
    without = st.at("import", "--lists", "none", "--currency", "XTS")
    check(without.returncode == 0 and set(settings(st)[-1]["lists"]) == {"0"}, "and none of them from a later moment on")


def takes_manifests_in(st):
    first = st.at("import", "--manifests", "manifests.edi", "--currency", "XTS", "--json")
    receipts = [json.loads(line) for line in first.stdout.splitlines()]
    check(first.returncode == 0 and receipts and not any(r["known"] for r in receipts), "manifests are taken in, each with a receipt")
    again = st.at("import", "--manifests", "manifests.edi", "--currency", "XTS", "--json")
    known = [json.loads(line) for line in again.stdout.splitlines()]
    check([(r["registration"], r["version"]) for r in known] == [(r["registration"], r["version"]) for r in receipts] and all(r["known"] for r in known),
          "handed in again they are known")
    told = leaves(st, "manifest")
    with contextlib.closing(sqlite3.connect(f"file:{st.dir}/station.db?mode=ro", uri=True)) as db:
        rows = {(reg, version): fields for reg, version, fields in db.execute("SELECT reg, version, fields FROM manifest")}
    check(len(told) == len(receipts) and all(leaf["fields"] == sha(rows[leaf["reg"], leaf["version"]]) for leaf in told), "each has a leaf with the hash of its fields")
    names = {c[p]["name"] for fields in rows.values() for c in json.loads(fields).get("consignments", []) for p in ("consignee", "consignor", "notify") if "name" in c.get(p, {})}
    check(not names and all(b'"marks"' not in fields for fields in rows.values()), "no name and no mark stands in plain")


def is_verified(st):
    whole = st.at("log", "verify")
    check(whole.returncode == 0 and "objects pinned, settings put in force" in whole.stdout, "log verify counts them")
    check(st.run("station", "check", "--station", str(st.dir)).returncode == 0, "station check finds no damage")
    change(st, "SELECT 1")
    backup = (st.dir / "station.db").read_bytes()
    model = settings(st)[0]["model"]
    for words, sql, args, named in (
            ("an object with another byte", "UPDATE object SET bytes = CAST(bytes || x'00' AS BLOB) WHERE hash = ?", (bytes.fromhex(model),), "object"),
            ("an object that is gone", "DELETE FROM object WHERE hash = ?", (bytes.fromhex(model),), "object"),
            ("a manifest with other fields", "UPDATE manifest SET fields = CAST(replace(fields, '1', '2') AS BLOB)", (), "manifest"),
            ("a manifest that is gone", "DELETE FROM manifest", (), "manifest"),
            ("other settings in force", "UPDATE meta SET value = (SELECT CAST(CAST(idx + 1 AS TEXT) AS BLOB) FROM leaf WHERE CAST(body AS TEXT) LIKE '%\"type\":\"settings\"%' LIMIT 1)"
             " WHERE name = 'settings'", (), "settings")):
        change(st, sql, *args)
        found = st.at("log", "verify")
        check(found.returncode != 0 and named in found.stderr, f"{words}: log verify names it")
        for path in st.dir.glob("station.db-*"):
            path.unlink()
        (st.dir / "station.db").write_bytes(backup)
    check(st.at("log", "verify").returncode == 0, "put back, the log is whole")


def main():
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], scratch) as st:
        st.make()
        country(st)
        pins_a_model(st)
        refuses_as_elsewhere(st)
        pins_criteria_and_lists(st)
        takes_manifests_in(st)
        is_verified(st)
    print(f"1..{len(CHECKS)}")
    for n, (good, words) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
