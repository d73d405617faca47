#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_erase.py PROGRAM SIGNER -- a trader is erased: no trace of its name in any file of the station, nor in a backup
made before; the log, its proofs and the decisions stand. TAP on stdout.

Traces are looked for over the bytes of every file, free pages and write-ahead logs among them: each text and each rare
word of it, in UTF-8, UTF-16 of both kinds, as JSON escapes it, composed and decomposed, without accents, in either
case; and the bytes of the keys, read from keys.db before.
"""
import json
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile
import unicodedata

from station import Station

NAME = 'Frédéric Quïbberdàsh "& Söhnechen" O\'Mällybrück'
STREET, CITY, NUMBER = "Rüe de l'Œuf-Blåbær 12", "Nîmesgårdsvik", "FR-Ütrx-998877"
RARE = ("Quïbberdàsh", "Söhnechen", "Mällybrück", "Blåbær", "Nîmesgårdsvik", "Ütrx")
OTHER = "Zwölfböige Handelsgesellschaft"
CHECKS = []
LIST = """list: WATCHED
kind: parties
words: Firms
owner: kim
source: A test
valid: {from: 2026-01-01, to: 2030-12-31}
match: fuzzy
threshold: 0.85
entries:
  - {id: W-1, value: '%s', note: 'it is %s'}
examples: [{value: Nobody, hit: false}]
""" % (NAME.replace("'", "''"), NAME.replace("'", "''"))
DECIDING = ("--criteria", "set.yaml", "--lists", "watched.yaml")
CRITERION = """  - id: %s
    when: %s
    channel: red
    reason: r
    owner: kim
    valid: {from: 2026-01-01, to: 2036-12-31}
    offices: ["*"]
    examples: [{hit: unknown}]
"""
SET = "name: s\nversion: 1\nauthor: kim\ncriteria:\n" + CRITERION % ("ON-LIST", "lists.WATCHED.hit") + CRITERION % (
    "BY-NAME", f"declaration.importer.name.startsWith('{NAME[:5]}')") + CRITERION % ("PLAIN", "item.hs.startsWith('61')")


def check(good, words):
    CHECKS.append((bool(good), words))


def plain(text):
    """As names are compared: no accents, letters of other shapes as their nearest."""
    text = text.replace("æ", "ae").replace("Æ", "AE").replace("œ", "oe").replace("Œ", "OE").replace("ø", "o").replace("å", "a")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def forms(text):
    """Each way in which the text might stand in a file, as bytes."""
    found = set()
    for shape in ("NFC", "NFD", "NFKC", "NFKD"):
        base = unicodedata.normalize(shape, text)
        for way in (base, plain(base), "".join(c if c.isalnum() or c == " " else " " for c in plain(base)), plain(base).replace("'", "")):
            for case in (way, way.lower(), way.upper(), way.title()):
                quoted = json.dumps(case)[1:-1]
                for said in (case, quoted, quoted.replace("\\u00e", "\\u00E"), json.dumps(case, ensure_ascii=False)[1:-1], json.dumps(quoted)[1:-1]):
                    found |= {said.encode("utf-8"), said.encode("utf-16-le"), said.encode("utf-16-be")}
                found.add(case.encode("latin-1", "ignore"))
    return {f for f in found if len(f) > 4}


TRACES = set().union(*(forms(t) for t in (NAME, STREET, CITY, NUMBER, *RARE)))


def files_below(*tops):
    for top in tops:
        yield from (p for p in ([top] if top.is_file() else sorted(top.rglob("*"))) if p.is_file())


def traces_in(paths, wanted):
    """Files that hold one of them."""
    found = []
    for path in paths:
        data = path.read_bytes()
        found += [f"{path.name}: {w[:40]!r}" for w in wanted if w in data]
    return found


def declaration(number, importer, **more):
    return {"declaration_id": number, "lodged_at": "2026-11-20T08:00:00Z", "office": "HB01", "declarant": {"id": "DC1", "name": "Brokers & Sons"},
            "importer": importer, "items": [{"item": 1, "hs": "610910", "origin": "CN", "net_mass_kg": "10"}], **more}


def manifest(*consignees, number="1"):
    """A customs manifest of one voyage, as carriers send it."""
    def said(text):
        return "".join("?" + c if c in "+:'?" else c for c in text)
    body = f"BGM+85+MAN{number}:1+9'DTM+137:202701091000:203'NAD+CA+LINE'TDT+20+204W+1++LINE:172:20+++9074729:146:11:SEA STAR'LOC+60+NLRTM'DTM+132:202701101200:203'"
    for k, (who, name) in enumerate(consignees, 1):
        body += f"CNI+{k}'RFF+BM:LINE{number}{k}'NAD+CN+{said(who)}++{said(name)}'GID+1+10:CT'FTX+AAA+++SHOES'MEA+AAE+G+KGM:100'SGP+CSQU3054383'"
    segments = len(body.replace("?'", "").split("'")) - 1
    return f"UNB+UNOC:3+LINE+CUSTOMS+270110:0800+{number}'UNH+1+CUSCAR:D:95B:UN'{body}UNT+{segments + 2}+1'UNZ+1+{number}'".encode("latin-1")


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path.name


class House:
    """A station with a trader to erase and another who stays, and people who sign."""

    def __init__(self, st):
        self.st, self.top = st, st.top
        for name in ("kim", "lee", "mo", "pat"):
            st.run("criteria", "keygen", name, "-q", check=True)
        people = (("kim", "asker"), ("lee", "confirmer"), ("mo", "asker, confirmer"))
        rows = "".join(f"  - {{name: {n}, roles: [{r}], key: {(st.top / f'{n}.pub').read_text(encoding='utf-8').strip()}}}\n" for n, r in people)
        (st.dir / "signers.yaml").write_text("signers:\n" + rows, encoding="utf-8")
        trader = {"id": NUMBER, "name": NAME, "street": STREET, "city": CITY, "country": "FR"}
        nameless = {"name": NAME, "street": STREET, "city": CITY, "country": "FR"}  # the same, once without its number
        other = {"id": "IM7", "name": OTHER, "city": "Northwick", "country": "XT"}
        rows = [declaration(f"{NUMBER}-{k}", trader if k % 3 else nameless, seller=other if k == 4 else trader) for k in range(12)]
        rows += [declaration(f"L-{k}", other) for k in range(40)]
        rows.append(declaration(f"{NUMBER}-1", trader, version=2, office="HB02", declarant=trader, exporter=nameless))
        rows[-1]["declarant"] = {"id": "DC1", "name": "Brokers & Sons"}  # whose number it is known by
        self.receipts, _ = st.take_in(put(st.top / "in.json", *rows))
        self.of = {r["declaration_id"]: r["registration"] for r in self.receipts}
        for name, text in (("watched.yaml", LIST), ("set.yaml", SET)):
            (st.top / name).write_text(text, encoding="utf-8")
        put(st.top / "plain.json", *rows[:-1])
        self.told, _ = st.decide(*DECIDING, "--full")
        done = st.run("assess", "plain.json", "--currency", "XTS", "--json", "--full", "-q", *DECIDING, check=True)
        self.told_of_file = [json.loads(line) for line in done.stdout.splitlines()]
        found = f"declaration_id,item,result_code,date_known,basis\n{self.of[f'{NUMBER}-5']},1,value,2026-11-21,{RARE[0]}\n"
        (st.top / "found.csv").write_text(found, encoding="utf-8")
        self.findings = st.at("import", "--findings", "found.csv", "--currency", "XTS", check=True)
        (st.top / "cargo").mkdir()
        (st.top / "cargo" / "one.edi").write_bytes(manifest((NUMBER, NAME), ("IM9", "Nobody Ltd")))
        (st.top / "cargo" / "two.edi").write_bytes(manifest(("IM7", OTHER), ("IM9", "Nobody Ltd"), number="2"))
        done = st.at("import", "--manifests", "cargo", "--currency", "XTS", "--json", check=True)
        self.cargo, self.other_cargo = (int(json.loads(line)["registration"]) for line in done.stdout.splitlines())
        st.run("station", "backup", "old.db", "--station", str(st.dir), check=True)
        self.copy = st.top / "copy"  # what a copy of the files themselves would be, but for the keys
        self.copy.mkdir()
        for path in st.dir.glob("station.db*"):
            shutil.copy(path, self.copy)

    def keep(self, years, holds=""):
        text = f"years: {{declaration: {years}, manifest: {years}, finding: {years}, party: {years}}}\n" + (f"holds:\n{holds}" if holds else "")
        (self.st.dir / "retention.yaml").write_text(text, encoding="utf-8")

    def ask(self, *whom, out="request", **more):
        return self.st.run("erase", "ask", *whom, "--station", str(self.st.dir), "--reason", "file 17/2036", "--out", out, **more)

    def sign(self, key, role, request="request"):
        return self.st.run("erase", "sign", request, "--key", key, "--as", role, check=True)

    def run(self, request="request"):
        return self.st.at("erase", "run", request)

    def keys(self):
        """The keys of everything, by id, as they lie in keys.db."""
        db = sqlite3.connect(f"file:{self.st.dir}/keys.db?mode=ro", uri=True)
        with db:
            rows = db.execute("SELECT kind, id, key FROM key").fetchall()
        db.close()
        return {(kind, bytes(i)): bytes(k) for kind, i, k in rows}


def refuses_what_may_not_be(house):
    whom = house.of[f"{NUMBER}-1"] + ":importer"
    early = house.ask(whom)
    check(early.returncode == 3 and "it may be erased from 20" in early.stderr and NAME in early.stderr, "ten years are kept where nothing else is said, and the day is told")
    house.keep(3)
    later, sooner = (re.search(r"erased from (\d+)", text).group(1) for text in (early.stderr, house.ask(whom).stderr))
    check(int(later) - int(sooner) == 7, "of three years the day is another")
    house.keep(0, f"  - {{registration: \"{house.of[f'{NUMBER}-4']}\", who: court, until: 2090-12-31, why: case 12}}\n")
    held = house.ask(whom)
    check(held.returncode == 3 and "under a hold of court until 2090-12-31: case 12" in held.stderr, "under a hold it is refused, and until when is told")
    house.keep(0, f"  - {{registration: \"{house.of[f'{NUMBER}-4']}\", who: court, until: 2020-12-31, why: case 12}}\n")
    check(house.ask(whom).returncode == 0, "a hold that is over holds nothing")
    house.keep(0, "  - {who: court, why: x}\n")
    broken = house.ask(whom)
    check(broken.returncode == 3 and "retention.yaml" in broken.stderr, "a broken rule is refused, with its place")
    house.keep(0)
    check(house.ask(whom, out="r0").returncode == 0 and house.st.run("erase", "ask", whom, "--station", str(house.st.dir), "--reason",
          f"for {plain(NAME).upper()}", "--out", "r0").returncode == 3, "a reason that names them is refused")
    check(house.ask("999999999:importer").returncode == 3 and house.ask(house.of["L-1"] + ":carrier").returncode == 3
          and house.ask("Brokers").returncode == 2, "who is nobody is refused")


def needs_two_people(house):
    found = house.ask("--find", "-", input=f"{NUMBER}\n\n  {plain(NAME).lower()}  \n")
    request = json.loads((house.top / "request").read_text(encoding="utf-8"))
    check(found.returncode == 0 and len(request["parties"]) == 2, "both that it is known as are found, by number and by name, from standard input")
    check(not traces_in([house.top / "request"], TRACES), "the request names nobody")
    check(house.run().returncode == 3, "without signatures it is refused")
    house.sign("kim", "asker")
    check("confirmer" in house.run().stderr, "with one it is")
    house.sign("kim", "confirmer")
    check("may not sign as confirmer" in house.run().stderr, "so it is when one has signed twice")
    house.sign("mo", "asker")
    house.sign("mo", "confirmer")
    check("a second person confirms" in house.run().stderr, "even one who may do either")
    house.sign("kim", "asker")
    house.sign("pat", "confirmer")
    check("none of those that may sign" in house.run().stderr, "a stranger confirms nothing")
    house.sign("lee", "confirmer")
    text = (house.top / "request").read_text(encoding="utf-8")
    (house.top / "changed").write_text(text.replace("17/2036", "18/2036"), encoding="utf-8")
    for role in ("asker", "confirmer"):
        shutil.copy(house.top / f"request.{role}.sig", house.top / f"changed.{role}.sig")
    check("does not hold" in house.run("changed").stderr, "what was signed is the file to the byte")
    house.keep(1)
    check("ask again" in house.run().stderr, "when the years were changed since, it is asked for anew")
    house.keep(0, f"  - {{party: {request['parties'][0]}, who: court, why: case 13}}\n")
    check("until that is lifted: case 13" in house.run().stderr, "a hold that came since holds")
    house.keep(0)
    shown = house.st.run("erase", "show", "request", "--station", str(house.st.dir))
    check(shown.returncode == 0 and shown.stdout.count(NAME) == 2 and "it may be erased" in shown.stdout, "who confirms is shown whom it is about")
    return request["parties"]


def leaves_no_trace(house, parties):
    st = house.st
    hits = [{h["id"]: h.get("lists") for h in d["criteria"]["hits"]} for d in house.told]
    check(sum("BY-NAME" in h for h in hits) == 13 and sum("ON-LIST" in h for h in hits) == 13 and NAME in json.dumps(hits, ensure_ascii=False).replace('\\"', '"'),
          "lists found it when it was decided, and quoted it to the officer")
    check(traces_in(files_below(st.dir), TRACES) == [], "no file has a name in plain even so")
    features = [[[(name, f["value"]) for name, f in item["features"].items()] for item in d["items"]] for d in (*house.told[:52], *house.told_of_file)]
    check(features[:52] == features[52:] and any(v for name, v in features[11][0] if name == "address_importers"),
          "features are those of the file itself, of addresses too: where traders are is known by fingerprints")
    st.at("log", "proof", house.of[f"{NUMBER}-2"], "--out", "before", check=True)
    keys = house.keys()
    mine = [k for (kind, i), k in keys.items() if (kind == 0 and i.hex() in parties)
            or (kind == 1 and int.from_bytes(i, "big") in {house.cargo, *(int(r) for n, r in house.of.items() if n.startswith(NUMBER))})]
    check(len(mine) == 2 + 12 + 1 and len(traces_in(files_below(st.dir), mine)) >= len(mine), "the keys were there")
    told = b"".join(text.encode(code) for text in (NAME, json.dumps(NAME), plain(NAME).upper()) for code in ("utf-8", "utf-16-le", "utf-16-be"))
    (house.top / "told").write_bytes(told)
    check(traces_in([house.top / "cargo" / "one.edi"], TRACES), "the manifest named it")
    check(len(traces_in([house.top / "in.json"], TRACES)) > 5 and len(traces_in([house.top / "told"], TRACES)) > 30, "and the search finds what there is to find")
    done = house.run()
    check(done.returncode == 0 and "2 parties, with the sources of 12 declarations and 1 manifests" in done.stdout, f"it is done: {done.stdout}{done.stderr}")
    after = [*files_below(st.dir, st.keys, house.copy), *(house.top / n for n in ("old.db", "request", "request.asker.sig", "request.confirmer.sig"))]
    check(len(after) > 12 and traces_in(after, TRACES) == [], f"no file holds a trace of it, nor did the backup: {traces_in(after, TRACES)[:5]}")
    check(traces_in(after, mine) == [], "and no file has a key to what the backup holds")
    left = house.keys()
    check((1, house.other_cargo.to_bytes(8, "big")) in left, "a manifest that names others keeps its own")
    check(set(keys.items()) - set(left.items()) == {kv for kv in keys.items() if kv[1] in mine}, "just these keys are gone")
    st.run("station", "backup", "new.db", "--station", str(st.dir), check=True)
    check(traces_in([house.top / "new.db"], TRACES | set(mine)) == [], "a new backup has none either")


def proves_as_before(house, parties):
    st = house.st
    verified = st.at("log", "verify")
    check(verified.returncode == 0 and "erased: 13 of these declarations and 1 manifests, with 2 parties" in verified.stdout, f"log verify holds, and says what was erased: {verified.stdout}{verified.stderr}")
    key = st.at("log", "key", check=True).stdout.strip()
    (house.top / "policy").write_text(f"log {key}\nquorum none\n", encoding="utf-8")
    old = st.run("log", "verify", "before.tlog-proof", "before.leaf", "--policy", "policy")
    good = []
    for n, reg in enumerate(sorted(set(house.of.values()))):
        st.at("log", "proof", reg, "--out", f"p{n}", check=True)
        good.append(st.run("log", "verify", f"p{n}.tlog-proof", f"p{n}.leaf", "--policy", "policy").returncode == 0)
    check(old.returncode == 0 and len(good) == 52 and all(good), "the proof from before holds, and a new one of every declaration")
    replayed = st.at("replay")
    check(replayed.returncode == 0 and replayed.stdout.startswith("53 decisions made again, 0 differences\n") and "erased: 13 of these" in replayed.stdout
          and "is what they come to" in replayed.stdout, f"every decision is made again to the bit: {replayed.stdout}{replayed.stderr}")
    other = st.at("replay", "--criteria", "none", "--lists", "none")
    check(other.returncode == 1 and " 0 would have another channel" not in other.stdout, f"without the set it is another: {other.stdout}{other.stderr}")
    checked = st.run("station", "check", "--station", str(st.dir))
    check(checked.returncode == 0 and checked.stdout == "no damage\n", "nothing is damaged")
    leaves = [json.loads(line) for line in st.at("log", "tail", check=True).stdout.splitlines()]
    told = [leaf for leaf in leaves if leaf["type"] == "erasure"]
    check(sorted(leaf["party"] for leaf in told) == sorted(parties) and all(leaf["rule"] == "declaration 0, manifest 0, finding 0, party 0" for leaf in told)
          and all(leaf["asked_by"].startswith("SHA256:") and leaf["asked_by"] != leaf["confirmed_by"] for leaf in told), "a leaf for each, with who asked and who confirmed")


def goes_on(house, parties):
    st = house.st
    again = house.run()
    check(again.returncode == 3 and "erased before" in again.stderr, "a second time it is refused, and why is told")
    check("erased before" in house.ask(parties[0]).stderr, "so is asking for it")
    gone = house.ask("--find", "-", input=NUMBER)
    check(gone.returncode == 3 and "no party" in gone.stderr, "nobody is found by that number")
    other = house.ask(house.of["L-3"] + ":importer", out="r3")
    check(other.returncode == 0 and OTHER in other.stderr and "41 declarations and 1 manifests" in other.stderr, "the other trader is as it was, in the shared declaration too")
    late, done = st.take_in(put(house.top / "late.json", declaration(f"{NUMBER}-1", {"id": NUMBER}, version=3)), check=False)
    check(done.returncode == 3 and late == [], "a next version of what was erased is refused")
    new, _ = st.take_in(put(house.top / "new.json", declaration("N-1", {"id": NUMBER, "name": NAME}), declaration("L-1", {"id": "IM7", "name": OTHER, "city": "Northwick", "country": "XT"})))
    check([r["known"] for r in new] == [False, True], "the trader may come again, as one who was never here; what was here is known still")
    check(len(st.decide(*DECIDING)[0]) == 1 and st.at("log", "verify").returncode == 0, "and work goes on")
    found = house.ask(new[0]["registration"] + ":importer", out="r4")
    request = json.loads((house.top / "r4").read_text(encoding="utf-8"))
    check(found.returncode == 0 and request["parties"][0] not in parties, "it has another id")
    check(st.at("erase", "resume").returncode == 0, "there is nothing to go on with")


def cheating_is_seen(house):
    """Rows that were taken out without an erasure, or an erasure that was changed."""
    st = house.st
    cheats = {
        "is gone, and its key is not": f"DELETE FROM source WHERE reg = {int(house.of['L-2'])}",
        "and no leaf says so": f"UPDATE party SET sealed = NULL, print = NULL WHERE id = (SELECT party FROM decl_party WHERE reg = {int(house.of['L-2'])} AND roles & 4)",
        "is not what came in": "UPDATE source SET sealed = zeroblob(200) WHERE reg = (SELECT max(reg) FROM source)",
        "request or signature": "UPDATE object SET bytes = CAST(bytes || x'20' AS BLOB) WHERE kind = 'erasure'",
        "is gone or was changed": "DELETE FROM object WHERE kind = 'erasure'",
    }
    cheats[f"manifest {house.other_cargo:012}, version 1 is not what came in"] = f"UPDATE source SET sealed = zeroblob(200) WHERE reg = {house.other_cargo}"
    with_keys = {
        "none of its parties was erased": f"DELETE FROM source WHERE reg = {int(house.of['L-2'])}; DELETE FROM key WHERE kind = 1 AND id = x'{int(house.of['L-2']):016x}'",
        "its key is gone": f"; DELETE FROM key WHERE kind = 1 AND id = x'{int(house.of['L-2']):016x}'",
    }
    for n, (words, sql) in enumerate([*cheats.items(), *with_keys.items()]):
        place = house.top / f"cheat{n}"
        shutil.copytree(st.dir, place)
        for name, part in zip(("station.db", "keys.db"), sql.split(";")):
            db = sqlite3.connect(place / name)
            with db:
                db.execute(part)
            db.close()
        seen = st.run("log", "verify", "--station", str(place))
        check(seen.returncode == 3 and words in seen.stderr, f"it is seen: {words}: {seen.stderr}")


def main():
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], pathlib.Path(scratch)) as st:
        st.make()
        house = House(st)
        refuses_what_may_not_be(house)
        parties = needs_two_people(house)
        leaves_no_trace(house, parties)
        proves_as_before(house, parties)
        cheating_is_seen(house)
        goes_on(house, parties)
    print(f"1..{len(CHECKS)}")
    for n, (good, words) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}".replace("\n", " "))
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
