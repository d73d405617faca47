#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_fork.py PROGRAM SIGNER WITNESS -- a station put back from an older backup, and one that lives on from there; TAP.

What it says of itself is whole: so its signer must see it, and where that was put back too, a witness. Proofs of consistency are
made here, from the leaves, by RFC 6962.
"""
import json
import shutil
import subprocess
import sys
import tempfile

from station import Station
from test_witness import Witness, consistency, leaf_hash, request

CHECKS = []


def check(good, words):
    CHECKS.append((bool(good), words))


class Key:
    def __init__(self, vkey):
        self.vkey, self.key = vkey, self


def put(st, name, numbers):
    rows = ({"declaration_id": f"N{n}", "lodged_at": "2026-11-20T08:00:00Z", "office": "HB01", "declarant": {"id": "DC1"}, "importer": {"id": f"IM{n % 9}"},
             "items": [{"item": 1, "hs": "610910", "origin": "CN", "net_mass_kg": "10"}]} for n in numbers)
    (st.top / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return name


def grow(st, numbers):
    st.take_in(put(st, "rows.json", numbers))
    st.decide()


def seen(st):
    """Hashes of its leaves, its last checkpoint."""
    leaves = [leaf_hash(leaf.encode()) for leaf in st.at("log", "tail", check=True).stdout.splitlines()]
    return leaves, st.at("log", "checkpoint", check=True).stdout


def ask(eye, old, leaves, note):
    return eye.ask(request(old, consistency(leaves, old) if old <= len(leaves) else [], note))


def keep(st, name):
    st.stop_signer()
    for what in ("st", "keys"):
        shutil.copytree(st.top / what, st.top / name / what, ignore=shutil.ignore_patterns("socket", "lock"))
    st.start_signer()


def put_back(st, name, *whats):
    st.stop_signer()
    for what in whats:
        shutil.rmtree(st.top / what)
        shutil.copytree(st.top / name / what, st.top / what)
    st.start_signer()


def whole(st, words):
    done = st.at("log", "verify")
    check(done.returncode == 0, f"{words}, by itself the log is whole {done.stderr[-200:]!r}")


def proof_of(st, name, number, cosignature=""):
    st.at("log", "proof", str(number), "--out", name, check=True)
    with open(st.top / f"{name}.tlog-proof", "a", encoding="utf-8") as f:
        f.write(cosignature)
    return st.run("log", "verify", f"{name}.tlog-proof", f"{name}.leaf", "--policy", "policy")


def judge(st, eye, first):
    leaves, note = first
    answer = ask(eye, 0, leaves, note)
    check(answer.status == 200, f"a witness cosigns the log of {len(leaves)} leaves")
    keep(st, "before")
    grow(st, range(100, 150))
    later, note = seen(st)
    answer = ask(eye, len(leaves), later, note)
    check(answer.status == 200, f"and that of {len(later)}, which begins with it")
    proven = proof_of(st, "honest", 3, answer.text)
    check(proven.returncode == 0 and "1 witnesses" in proven.stdout, f"a proof with its cosignature holds by a policy that asks for one {proven.stderr!r}")

    put_back(st, "before", "st")
    whole(st, "put back from before")
    for command in (("import", put(st, "more.json", [900])), ("assess",)):
        done = st.at(*command, "--currency", "XTS")
        check(done.returncode == 3 and "it lost some" in done.stderr, f"its signer has seen more, and `{command[0]}` is refused")

    put_back(st, "before", "st", "keys")
    whole(st, "signer put back too")
    again, note = seen(st)
    check(again == leaves, "it is the log of before")
    answer = ask(eye, len(leaves), again, note)
    check(answer.is_size(len(later)), f"the witness has seen more, and says so {answer}")
    check(ask(eye, len(later), again, note).status in (400, 409, 422), "however it is asked")
    lone = proof_of(st, "lone", 3)
    check(lone.returncode == 3, f"without a cosignature no proof holds by that policy {lone.stderr!r}")

    number, tried = 500, {}
    while len(again) <= len(later) + 20:
        grow(st, range(number, number + (4 if len(again) < len(later) - 8 else 1)))
        number += 10
        again, note = seen(st)
        if len(again) in (len(later), len(later) + 2):
            tried[len(again)] = ask(eye, len(later), again, note)
    whole(st, f"grown on its own to {len(again)} leaves")
    answer = ask(eye, len(later), again, note)
    check(answer.status == 422, f"the witness refuses the second history: its proof does not hold {answer}")
    check(all(a.status in (409, 422) for a in tried.values()) and tried, f"at each size: {tried}")
    forged = ask(eye, len(leaves), again, note)
    check(forged.is_size(len(later)), "also where it is said to follow the last that both have")


def main():
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], scratch) as st:
        st.make()
        grow(st, range(60))
        first, key = seen(st), st.at("log", "key", check=True).stdout.strip()
        with Witness(sys.argv[3], scratch, [Key(key)]) as eye:
            (st.top / "policy").write_text(f"log {key}\nwitness eye {eye.vkey}\nquorum eye\n", encoding="utf-8")
            judge(st, eye, first)
    print(f"1..{len(CHECKS)}")
    for n, (good, words) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
