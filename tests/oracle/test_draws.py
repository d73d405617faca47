#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_draws.py PROGRAM -- draws, day keys and commitments computed anew with Python's hmac and hashlib; TAP on stdout."""
import hashlib
import hmac
import json
import pathlib
import subprocess
import sys
import tempfile

SECRET = "0123456789abcdef0123456789abcdef"


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def wrong(top, key):
    """What a directory of keys and its decisions say that the key does not give."""
    told, days = [], set()
    for row in lines(top / "decisions.jsonl"):
        day = row["decided_at"][:10]
        days.add(day)
        day_key = hmac.new(key, day.encode(), hashlib.sha256).digest()
        if row["draw"] != hmac.new(day_key, row["id"].encode(), hashlib.sha256).hexdigest()[:16]:
            told.append(f"draw of {row['id']}")
    keys, sums = lines(top / "keys/keys.jsonl"), lines(top / "keys/commitments.jsonl")
    if [r["day"] for r in keys] != sorted(days) or [r["day"] for r in sums] != sorted(days):
        told.append("days")
    told += [f"key of {r['day']}" for r in keys
             if r["key"] != hmac.new(key, r["day"].encode(), hashlib.sha256).hexdigest()]
    told += [f"commitment of {s['day']}" for s, k in zip(sums, keys)
             if s["sha256"] != hashlib.sha256(bytes.fromhex(k["key"])).hexdigest()]
    return told


def chi_square(draws, shift):
    count = [0] * 256
    for draw in draws:
        count[draw >> shift & 255] += 1
    expected = len(draws) / 256
    return sum((n - expected) ** 2 / expected for n in count)


def main():
    program, failed = pathlib.Path(sys.argv[1]).resolve(), 0
    ways = [("a key", ["--key", "secret"], hashlib.sha256(SECRET.encode()).digest()),
            ("a seed", ["--seed", "7"], hashlib.sha256(b"tidewaiter seed 7").digest())]
    print(f"1..{2 * len(ways)}")
    for n, (name, option, key) in enumerate(ways):
        with tempfile.TemporaryDirectory() as scratch:
            top = pathlib.Path(scratch)
            (top / "secret").write_text(SECRET + "\n", encoding="utf-8")
            run = lambda *args: subprocess.run([program, *args, "-q"], cwd=top, capture_output=True, text=True, check=True).stdout
            run("synth", "--world", "cove", "--seed", "3", "--declarations", "2000", "--out", ".")
            run("assess", "declarations.csv", *option, "--keys", "keys", "--json", "--no-reasons", "--out", "decisions.jsonl")
            told = wrong(top, key)
            print("\n".join("# " + word for word in told[:20]), end="\n" if told else "")
            print(f"{'not ' if told else ''}ok {2 * n + 1} - draws, keys and commitments are what {name} gives")
            said = json.loads(run("channel", "verify-draws", "decisions.jsonl", "keys", "--json"))
            draws = [int(row["draw"], 16) for row in lines(top / "decisions.jsonl")]
            good = said["true_record"] and said["draws"] == len(draws) and all(
                said["even"][half]["cells"] == 256 and abs(said["even"][half]["chi2"] - chi_square(draws, shift)) < 1e-5
                for half, shift in (("chance", 56), ("ties", 24)))
            print(f"{'' if good else 'not '}ok {2 * n + 2} - verify-draws says so, with the chi-square of these draws")
            failed += bool(told) + (not good)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
