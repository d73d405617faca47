#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_station.py PROGRAM SIGNER -- a station from the first declaration to the proof of a decision; TAP on stdout.

Hashes of leaves and the root of the log are computed here anew, by RFC 6962 and Python's hashlib, from what
`log tail` writes; draws are held against the keys the signer reveals nothing of before their time.
"""
import base64
import hashlib
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

from station import Station

DECLARATIONS = 600
CHECKS = []


def check(good, words):
    CHECKS.append((bool(good), words))


def leaf_hash(body):
    return hashlib.sha256(b"\0" + body).digest()


def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


def declaration(number, version=None, **more):
    row = {"declaration_id": number, "lodged_at": "2026-11-20T08:00:00Z", "office": "HB01",
           "declarant": {"id": "DC1", "name": "Brokers & Sons"}, "importer": {"id": "IM7", "name": "Quill Trading Ltd", "city": "Northwick"},
           "items": [{"item": 1, "hs": "610910", "origin": "CN", "net_mass_kg": "10"}], **more}
    if version is not None:
        row["version"] = version
    return row


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path.name


def takes_in_and_decides(st):
    st.run("synth", "--world", "cove", "--seed", "5", "--declarations", str(DECLARATIONS), "--out", ".", "-q", check=True)
    receipts, _ = st.take_in("declarations.csv", "--rates", "rates.csv", "--tariff", "tariff.csv")
    check(len(receipts) == DECLARATIONS and not any(r["known"] for r in receipts), "each declaration has a receipt")
    numbers = [r["registration"] for r in receipts]
    check(len(set(numbers)) == DECLARATIONS and numbers == sorted(numbers), "each a number of its own, in the order it came")
    again, _ = st.take_in("declarations.csv", "--rates", "rates.csv", "--tariff", "tariff.csv")
    check(all(r["known"] for r in again) and [r["registration"] for r in again] == numbers, "handed in again they are known, by the same numbers")
    decisions, _ = st.decide()
    check([d["id"] for d in decisions] == numbers, "each is decided once, in its order")
    check(st.decide()[0] == [], "there is nothing more to decide")
    plain = st.run("assess", "declarations.csv", "--currency", "XTS", "--rates", "rates.csv", "--tariff", "tariff.csv", "--json", "-q", check=True)
    told = ("score", "items", "reasons", "counterfactual", "decided_at", "office")
    check([[json.loads(line)[k] for k in told] for line in plain.stdout.splitlines()] == [[d[k] for k in told] for d in decisions],
          "scores and reasons are those of the file itself: nothing that decides was lost under lock")
    return numbers, decisions


def log_is_what_it_says(st, decisions):
    leaves = st.at("log", "tail", check=True).stdout.splitlines()
    note = st.at("log", "checkpoint", check=True).stdout.split("\n")
    check(int(note[1]) == len(leaves), "the last checkpoint is of all leaves")
    check(base64.b64decode(note[2]) == root_of([leaf_hash(leaf.encode()) for leaf in leaves]), "its root is that of RFC 6962, computed elsewhere")
    check(all(json.dumps(json.loads(leaf), sort_keys=True, separators=(",", ":"), ensure_ascii=False) == leaf for leaf in leaves), "each leaf is canonical")
    kinds = [json.loads(leaf)["type"] for leaf in leaves]
    check(kinds.count("intake") == kinds.count("decision") == DECLARATIONS and kinds.count("commitment") == 2, "each intake, each decision, two days' commitments")
    told = {leaf["reg"]: leaf for leaf in map(json.loads, leaves) if leaf["type"] == "decision"}
    check(all(told[int(d["id"])]["draw"] == d["draw"] and told[int(d["id"])]["channel"] == d["channel"] for d in decisions), "what was told stands in the log")
    commitment = min(i for i, k in enumerate(kinds) if k == "commitment")
    check(all(i > commitment for i, k in enumerate(kinds) if k == "decision"), "no decision stands before the commitment to its day's key")
    verified = st.at("log", "verify")
    check(verified.returncode == 0 and f"{len(leaves)} leaves" in verified.stdout, "log verify says so, too")
    replayed = st.at("replay", "--currency", "XTS")
    check(replayed.returncode == 0 and replayed.stdout == f"{DECLARATIONS} decisions made again, 0 differences\nthe state that is kept is what they come to\n",
          "all are made again to the bit")
    other = st.at("replay", "--currency", "XTS", "--channels", put_text(st, "c.yaml", "expected_rate: {red: 0.3}\n"))
    check(other.returncode == 1 and "would have another channel" in other.stdout, "with other settings, replay says what would have changed")


def put_text(st, name, text):
    (st.top / name).write_text(text, encoding="utf-8")
    return name


def learns_from_findings(st, numbers):
    """Results count for what is decided after they came, in a run that goes on as in one from the beginning."""
    rows = "".join(f"{number},1,{'value' if k % 2 else 'conform'},2025-0{1 + k % 9}-20\n" for k, number in enumerate(numbers[:200]))
    results = put_text(st, "f.csv", "declaration_id,item,result_code,date_known\n" + rows)
    done = st.at("import", "--findings", results, "--currency", "XTS")
    check(done.returncode == 0 and "200 findings taken in" in done.stderr, "findings are taken in by registration number")
    check("0 findings" in st.at("import", "--findings", results, "--currency", "XTS").stderr, "and known when they come again")
    more = put(st.top / "more.json", *(declaration(f"M{k}", lodged_at=f"2025-{1 + k % 12:02}-21T10:00:00Z") for k in range(60)))
    st.take_in(more)
    check(len(st.decide()[0]) == 60, "decisions go on with them")
    check(" 0 differences" in st.at("replay", "--currency", "XTS").stdout, "replay knows what was known when")
    other = put_text(st, "bad.csv", "declaration_id,item,result_code,date_known\n999999,1,conform,2025-01-20\n")
    check(st.at("import", "--findings", other, "--currency", "XTS").returncode == 3, "a finding about nothing that is here is refused")


def proves_a_decision(st, numbers):
    st.at("log", "proof", numbers[7], "--out", "p", check=True)
    key = st.at("log", "key", check=True).stdout.strip()
    policy = put_text(st, "policy", f"log {key}\nquorum none\n")
    verify = ("log", "verify", "p.tlog-proof", "p.leaf", "--policy", policy)
    check(st.run(*verify).returncode == 0, "the proof of a decision holds, without the station")
    leaf = (st.top / "p.leaf").read_text(encoding="utf-8")
    (st.top / "p.leaf").write_text(leaf.replace('"channel":"', '"channel":"x'), encoding="utf-8")
    changed = st.run(*verify)
    check(changed.returncode == 3 and "is not the one that stands in the log" in changed.stderr, "of another leaf it does not")
    check(st.at("log", "proof", "999999999").returncode == 3, "there is no proof of what is not there")


def keeps_names_under_lock(st):
    receipts, _ = st.take_in(put(st.top / "one.json", declaration("LRN-1")))
    first = receipts[0]["registration"]
    again, done = st.take_in(put(st.top / "two.json", declaration("LRN-1", office="HB02")), check=False)
    check(done.returncode == 3 and not again and "handed in before with other content" in done.stderr, "the same number with other content is refused")
    third, done = st.take_in(put(st.top / "three.json", declaration("LRN-1", version=3)), check=False)
    check(done.returncode == 3 and not third and "behind version 1" in done.stderr, "so is a version that comes too early")
    second, _ = st.take_in(put(st.top / "four.json", declaration("LRN-1", version=2, office="HB02"), declaration("LRN-2")))
    check([(r["registration"] == first, r["version"]) for r in second] == [(True, 2), (False, 1)], "the next version keeps the number")
    decided, _ = st.decide()
    check([(d["id"], d["version"]) for d in decided] == [(first, 1), (first, 2), (second[1]["registration"], 1)], "each version is decided")
    check(decided[0]["draw"] == decided[1]["draw"] != decided[2]["draw"], "a later version keeps the draw of the first")
    files = b"".join(path.read_bytes() for path in st.dir.iterdir() if path.is_file())
    check(b"Quill Trading" not in files and b"Northwick" not in files and b"LRN-1" not in files, "no file of the station holds a name in plain")


def holds_its_own(st):
    hold = subprocess.Popen([st.program, "import", "-", "--station", st.dir, "--signer", st.keys / "socket"], stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.1)
    deadline = time.monotonic() + 20
    refused = st.at("import", "one.json")
    while refused.returncode != 3 and time.monotonic() < deadline:
        refused = st.at("import", "one.json")
    check(str(hold.pid) in refused.stderr, "a second process is refused, and told who holds the station")
    check(st.at("log", "verify").returncode == 0, "who only reads is not")
    hold.send_signal(signal.SIGKILL)
    hold.wait()
    st.stop_signer()
    gone, done = st.take_in(put(st.top / "five.json", declaration("LRN-5")), check=False)
    check(done.returncode == 4 and not gone, "without the signer nothing is acknowledged")
    st.start_signer()
    back, _ = st.take_in("five.json")
    check(len(back) == 1, "when it is back, work goes on")
    whole, sound = st.at("log", "verify"), st.run("station", "check", "--station", str(st.dir))
    check(whole.returncode == 0 and sound.returncode == 0, "and the log is whole, the file undamaged")
    subprocess.run([st.signer_program, "init", st.top / "k2", "--origin", "other.example"], check=True, capture_output=True)
    other = subprocess.Popen([st.signer_program, "run", st.top / "k2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (st.top / "k2" / "socket").exists():
        time.sleep(0.01)
    wrong = st.run("import", "one.json", "--station", str(st.dir), "--signer", str(st.top / "k2" / "socket"))
    check(wrong.returncode == 3 and "key" in wrong.stderr, "another signer is refused")
    again = st.run("init", str(st.dir), "--signer", str(st.top / "k2" / "socket"))
    check(again.returncode == 3, "a station is not made over another")
    other.kill()
    other.wait()


def backs_up(st):
    done = st.run("station", "backup", "copy.db", "--station", str(st.dir))
    looked = st.run("station", "check", "copy.db")
    check(done.returncode == 0 and looked.returncode == 0 and looked.stdout == "no damage\n", "station backup copies it, and the copy is whole")
    data = bytearray((st.top / "copy.db").read_bytes())
    for page in range(4096, len(data), 3 * 4096):  # the head of every third page
        data[page:page + 16] = bytes(range(16))
    (st.top / "bad.db").write_bytes(data)
    check(st.run("station", "check", "bad.db").returncode != 0, "a copy that was damaged is told")


def decides_as_they_come(st):
    """More than two rounds, so that some are put on record while others are decided."""
    st.run("synth", "--world", "cove", "--seed", "6", "--declarations", "3500", "--out", ".", "-q", check=True)
    tables = ("--rates", "rates.csv", "--tariff", "tariff.csv")
    receipts, decisions, done = st.hand_in("declarations.csv", *tables)
    numbers = [r["registration"] for r in receipts]
    check(len(numbers) == 3500 == len(decisions) and [d["id"] for d in decisions] == numbers, "handed in and decided at once: a receipt and a decision for each")
    check('"taken":3500,"known":0,"refused":0' in done.stderr.replace(" ", ""), "and the summary says so")
    plain = st.run("assess", "declarations.csv", "--currency", "XTS", *tables, "--json", "-q", check=True)
    told = ("score", "items", "reasons", "counterfactual", "decided_at", "office")
    check([[json.loads(line)[k] for k in told] for line in plain.stdout.splitlines()] == [[d[k] for k in told] for d in decisions],
          "scores and reasons are those of the file itself")
    receipts, decisions, _ = st.hand_in("declarations.csv", *tables)
    check(all(r["known"] for r in receipts) and [r["registration"] for r in receipts] == numbers and decisions == [], "handed in again, nothing is decided twice")
    put(st.top / "more.json", declaration("M-1"), declaration("M-2"), declaration("M-1", 3), declaration("M-1", 2, office="HB02"))
    receipts, decisions, done = st.hand_in("more.json", check=False)
    check([r["version"] for r in receipts] == [1, 1, 2] and len(decisions) == 3 and done.returncode == 3 and "version 3" in done.stderr,
          "what cannot be taken in is refused by itself, the others are decided")
    (st.top / "more").mkdir()
    st.run("synth", "--world", "cove", "--seed", "8", "--declarations", "20000", "--out", "more", "-q", check=True)
    ask = [st.program, "assess", "more/declarations.csv", "--rates", "more/rates.csv", "--tariff", "more/tariff.csv", "--currency", "XTS", "--json",
           "--station", str(st.dir), "--signer", str(st.keys / "socket")]
    taken, right = [], []
    for wait in (0, 0.01, 0.02, 0.03, 0.05):
        with subprocess.Popen(ask, cwd=st.top, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as asked:
            lines = []
            while not lines or lines[-1].get("known"):
                lines.append(json.loads(asked.stdout.readline()))
            time.sleep(wait)
            asked.send_signal(signal.SIGINT)
            lines += [json.loads(line) for line in asked.stdout.read().splitlines()]
        new = [one["registration"] for one in lines if not one.get("known", True)]
        right.append(asked.returncode == 130 and len(new) > 0 and [one["id"] for one in lines if "channel" in one] == new)
        taken += new
    check(all(right) and len(taken) < 20000, f"Ctrl-C: what was taken in is decided, told and kept: {right}")
    before = 3503 + len(taken)
    replay = st.run("replay", "--station", str(st.dir), "--currency", "XTS")
    check(replay.stdout.startswith(f"{before} decisions made again, 0 differences"), "replay decides each as it stands on record")
    check(st.run("log", "verify", "--station", str(st.dir)).returncode == 0, "and the log is whole")


def main():
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], scratch) as st:
        st.make()
        decides_as_they_come(st)
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], scratch) as st:
        st.make()
        numbers, decisions = takes_in_and_decides(st)
        log_is_what_it_says(st, decisions)
        proves_a_decision(st, numbers)
        learns_from_findings(st, numbers)
        keeps_names_under_lock(st)
        holds_its_own(st)
        backs_up(st)
    print(f"1..{len(CHECKS)}")
    for n, (good, words) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
