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


def part(st, name, first, last):
    """Rows of declarations.csv whose declaration is one of those from `first` to before `last`, in a file."""
    lines = (st.top / "declarations.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    ids = list(dict.fromkeys(line.split(",", 1)[0] for line in lines[1:]))
    wanted = set(ids[first:last])
    (st.top / name).write_text(lines[0] + "".join(line for line in lines[1:] if line.split(",", 1)[0] in wanted), encoding="utf-8")
    return name


def decides_in_periods(st):
    """One model after another, criteria that change, manifests that come between, a decision interrupted by new rules."""
    declared = [part(st, f"d{k}.csv", 600 * k, 600 * k + 600) for k in range(6)]
    more = ("--rates", "rates.csv", "--tariff", "tariff.csv")
    (st.top / "other.yaml").write_text(CRITERIA.format(version=2, chapter="85", channel="yellow"), encoding="utf-8")
    steps = [((), ("--model", "m1", "--criteria", "none")), ((), ("--model", "m2")), (("--criteria", "good.yaml"), ()), (("--criteria", "other.yaml", "--model", "none"), ()),
             (("--manifests", "manifests.edi"), ("--model", "m1")), ((), ())]
    decisions = []
    for path, (first, then) in zip(declared, steps):
        if first:
            st.at("import", *first, "--currency", "XTS", check=True)
        st.take_in(path, *more)
        decisions += [st.decide(*then)[0]]
    check([len(d) for d in decisions] == [600] * 6, "each is decided once, in six periods")
    models = [{d["model"] for d in one} for one in decisions]
    check(all(len(m) == 1 for m in models) and models[0] == models[4] == models[5] != models[1] == models[2] and models[3] != models[0], "each by the model of its period")
    check(any(d["criteria"]["hits"] for d in decisions[2]) and all(d.get("criteria") is None for d in decisions[0]), "and by its criteria")
    check(settings(st)[-1]["manifests"] > 0 == settings(st)[-2]["manifests"], "manifests count from the first decision behind them")
    again = st.at("replay")
    check(again.returncode == 0 and again.stdout == "3600 decisions made again, 0 differences\nthe state that is kept is what they come to\n",
          "replay without an option makes all of them again to the bit")
    if again.returncode:
        print("#", again.stdout, again.stderr, file=sys.stderr)
    return [d["id"] for one in decisions for d in one]


def replays_a_part(st, numbers):
    some = st.at("replay", "--from", numbers[700], "--to", numbers[1299])
    check(some.returncode == 0 and some.stdout.startswith("600 decisions made again, 0 differences\n"), "replay compares what it is asked to, by numbers")
    none = st.at("replay", "--to", "2020-01-01")
    check(none.returncode == 0 and none.stdout.startswith("0 decisions made again"), "and by days")
    check(st.at("replay", "--from", "yesterday").returncode == 2, "what is neither is refused")


def says_what_would_have_changed(st):
    other = st.at("replay", "--with", "m1", "--json")
    lines = [json.loads(line) for line in other.stdout.splitlines()]
    check(other.returncode == 1 and lines and all(d["was"]["channel"] != d["is"]["channel"] for d in lines), "with another model: each declaration with another channel")
    told = st.at("replay", "--with", "m1")
    check(f"{len(lines)} would have another channel" in told.stdout and told.stdout.count(" version ") == min(20, len(lines)), "counted, and the first 20 in words")
    draft = st.at("replay", "--with", "good.yaml")
    check(draft.returncode == 1 and "would have another channel" in draft.stdout, "with other criteria")
    check(st.at("replay", "--with", "nowhere").returncode == 3, "with what is not there it is refused")
    check(st.at("replay").returncode == 0, "nothing of it stays")


def mends_what_is_laid_out(st):
    model = next((st.dir / "models").iterdir())
    (model / "model.json").write_bytes((st.top / "m2" / "card.json").read_bytes())
    (model / "extra").write_text("x", encoding="utf-8")
    done = st.at("replay")
    check(done.returncode == 0 and f"{model}/model.json is not what was pinned; it is made anew" in done.stderr, "a file that was changed is told, and made anew from the object")
    check(not (model / "extra").exists() and sorted(p.name for p in model.iterdir()) == ["card.json", "card.md", "channels.state", "model.json", "profile.state"],
          "and what was put beside it is gone")
    (model / "extra").write_text("x", encoding="utf-8")
    check("holds files that were not pinned" in st.at("replay").stderr, "so is a file too many, by itself")


def finds_a_changed_decision(st, numbers):
    with contextlib.closing(sqlite3.connect(st.dir / "station.db")) as db:
        record, = db.execute("SELECT record FROM decision WHERE reg = ?", (int(numbers[1500]),)).fetchone()
    change(st, "UPDATE decision SET record = replace(record, '\"channel\":\"', '\"channel\":\"x') WHERE reg = ?", int(numbers[1500]))
    found, broken = st.at("replay", "--json"), st.at("log", "verify")
    check(found.returncode == 1 and [json.loads(line)["registration"] for line in found.stdout.splitlines()] == [numbers[1500]], "a decision changed by hand is found by replay")
    check(broken.returncode != 0 and numbers[1500] in broken.stderr, "and by log verify")
    change(st, "UPDATE decision SET record = ? WHERE reg = ?", record, int(numbers[1500]))


def is_shown(st):
    shown = st.at("log", "show", check=True).stdout.splitlines()
    every = leaves(st)
    check(len(shown) == len(every) and all(line.split()[0] == str(n) for n, line in enumerate(shown)), "log show says each leaf in a line")
    words = {"object": "pinned: ", "settings": "decided by the settings ", "manifest": " taken in"}
    check(all(words[leaf["type"]] in line for line, leaf in zip(shown, every)), "in words, what was pinned and put in force too")


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
        is_shown(st)
        is_verified(st)
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], scratch) as st:
        st.make()
        country(st)
        (st.top / "good.yaml").write_text(CRITERIA.format(version=1, chapter="61", channel="red"), encoding="utf-8")
        numbers = decides_in_periods(st)
        replays_a_part(st, numbers)
        says_what_would_have_changed(st)
        mends_what_is_laid_out(st)
        finds_a_changed_decision(st, numbers)
        check(st.at("log", "verify").returncode == 0, "put back, the log is whole")
    print(f"1..{len(CHECKS)}")
    for n, (good, words) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
