#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_relodging.py PROGRAM -- whoever cancels and declares again, fifty times, gains nothing; TAP on stdout.

Forty consignments are declared, cancelled and declared again under a new number, with other goods, weights, prices and
offices each time, so that only importer and document or container stay: the channel never becomes milder. A draw that
came out green helps nobody else: it is drawn anew each time, so of fifty attempts some are drawn. Where goods are not
known again, the same attack wins: it must, or this test could not fail."""
import csv
import json
import pathlib
import random
import subprocess
import sys
import tempfile

CONSIGNMENTS, TIMES = 40, 50
RANK = {"green": 0, "blue": 1, "query": 2, "yellow": 3, "red": 4}
SETTINGS = "random_minimum: {red: 0.2, yellow: 0.2}\nexpected_rate: {red: 0.1, yellow: 0.1}\nwindow_min: 100\n"


def declarations(rng):
    """Rows by time; consignment k is declared TIMES times, the others on the way are honest and declared once."""
    rows, cancelled = [], []
    for turn in range(TIMES):
        for k in range(CONSIGNMENTS):
            number, minute = f"R{k}-{turn}", turn * 2 * CONSIGNMENTS + 2 * k
            at = f"2025-03-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
            box = f"MSCU{k:07}" if k % 2 else f"ABCU{turn:03}{k:04}"
            bill = f"BL-{k}X" if k % 2 == 0 else f"BL-{k}Y{turn}"
            for name, this_bill, this_box in ((number, bill, box), (f"H{k}-{turn}", f"H-{k}Z{turn}", f"HHHU{turn:03}{k:04}")):
                rows.append({"declaration_id": name, "lodged_at": at, "office": rng.choice(["HB01", "HB02"]),
                             "bill_of_lading": this_bill, "container_id": this_box, "importer.id": f"I{k}" if name[0] == "R" else f"H{rng.randrange(9)}",
                             "item": 1, "hs": rng.choice(["610910", "080810", "847130"]), "origin": rng.choice(["CN", "DE"]),
                             "net_mass_kg": rng.randrange(1, 900), "customs_value": rng.randrange(10, 90000),
                             "customs_value_currency": "XTS"})
            cancelled.append({"declaration_id": number, "at": at})
    return rows, cancelled


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, rows[0].keys())
        out.writeheader()
        out.writerows(rows)


def decide(program, top, settings):
    (top / "channels.yaml").write_text(settings, encoding="utf-8")
    run = subprocess.run([program, "assess", "declarations.csv", "--cancelled", "cancelled.csv", "--channels", "channels.yaml",
                          "--currency", "XTS", "--keys", "keys", "--json", "--no-reasons", "-q", "--out", "decisions.jsonl"],
                         cwd=top, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(run.stderr)
    lines = [json.loads(line) for line in (top / "decisions.jsonl").read_text(encoding="utf-8").splitlines()]
    return {line["id"]: line for line in lines}


def attack(decided, k):
    return [decided[f"R{k}-{turn}"] for turn in range(TIMES)]


def main():
    program, rng = pathlib.Path(sys.argv[1]).resolve(), random.Random(11)
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        rows, cancelled = declarations(rng)
        write(top / "declarations.csv", rows)
        write(top / "cancelled.csv", cancelled)
        known = decide(program, top, SETTINGS)
        verified = subprocess.run([program, "channel", "verify-draws", "decisions.jsonl", "keys"], cwd=top,
                                  capture_output=True, check=False).returncode
        open_to_it = decide(program, top, SETTINGS + "relodging_days: 0\n")
    milder = [k for k in range(CONSIGNMENTS) for a, b in zip(attack(known, k), attack(known, k)[1:])
              if RANK[b["channel"]] < RANK[a["channel"]]]
    again = [k for k in range(CONSIGNMENTS) if len({d["draw"] for d in attack(known, k)}) == TIMES]
    told = [d["id"] for k in range(CONSIGNMENTS) for d in attack(known, k)[1:]
            if not d.get("relodged", {}).get("of", "").startswith(f"R{k}-") or d["relodged"]["version"]]
    honest = [d["id"] for d in known.values() if d["id"][0] == "H" and ("relodged" in d or "shared" in d)]
    ticket = [k for k in range(CONSIGNMENTS) if attack(known, k)[0]["channel"] == "green"
              and any("random" in d["basis"] for d in attack(known, k)[1:])]
    control = [k for k in range(CONSIGNMENTS) if RANK[attack(known, k)[0]["channel"]] > 0]
    kept = [k for k in control if all(RANK[d["channel"]] > 0 for d in attack(known, k))]
    won = [k for k in range(CONSIGNMENTS) if RANK[attack(open_to_it, k)[0]["channel"]] > 0
           and any(d["channel"] == "green" for d in attack(open_to_it, k))]
    checks = [(not milder, "no attempt has a milder channel than the one before it"),
              (len(again) == CONSIGNMENTS, "each attempt is drawn anew"),
              (len(ticket) > 5, f"{len(ticket)} that first came out green were drawn in a later attempt"),
              (not told, "each says which earlier one it may not be milder than"),
              (not honest, "nobody else is taken for one of them"),
              (len(control) > 5 and kept == control, f"{len(control)} consignments were to be controlled and always are"),
              (len(won) > 5, f"where goods are not known again, {len(won)} would have got away"),
              (verified == 0, "verify-draws finds the record true")]
    print(f"1..{len(checks)}")
    for n, (good, words) in enumerate(checks):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good for good, _ in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
