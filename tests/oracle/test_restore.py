#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_restore.py PROGRAM SIGNER -- the drill of docs/operations.md: a station out of its backups; TAP on stdout."""
import json
import pathlib
import shutil
import sys
import tempfile

from station import Station

CHECKS = []


def check(good, words):
    CHECKS.append((bool(good), words))


def put(path, *numbers):
    rows = [{"declaration_id": n, "lodged_at": "2026-11-20T08:00:00Z", "office": "HB01", "declarant": {"id": "DC1", "name": "Brokers"},
             "importer": {"id": f"IM{n}", "name": f"Trader {n}"}, "items": [{"item": 1, "hs": "610910", "origin": "CN", "net_mass_kg": "10"}]} for n in numbers]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path.name


def restore(st, to, copy="b.db", keys="k.db", signer=True):
    more = ("--signer", str(st.keys / "socket")) if signer else ()
    return st.run("station", "restore", copy, "--keys", keys, "--station", to, *more)


def left(st, to):
    return [p.name for p in st.top.iterdir() if p.name.startswith(to)]


def comes_back_and_goes_on(st):
    st.take_in(put(st.top / "one.json", *(f"A{k}" for k in range(60))))
    st.decide()
    done = st.run("station", "backup", "b.db", "--keys", "k.db", "--station", str(st.dir))
    modes = [(st.top / n).stat().st_mode & 0o777 for n in ("k.db", "k.db.print")]
    check(done.returncode == 0 and modes == [0o600, 0o600] and "no longer than the law" in done.stderr, "a backup with its keys, which nobody else may read")
    first = st.dir
    back = restore(st, "new")
    check(back.returncode == 0 and "no more than is there" in back.stderr and "no key" not in back.stderr and left(st, "new") == ["new"], f"it is put back, and the signer knows it: {back.stderr}")
    st.dir = st.top / "new"
    check(st.at("log", "verify").returncode == 0 and " 0 differences" in st.at("replay", "--currency", "XTS").stdout
          and st.run("station", "check", "--station", "new").stdout == "no damage\n", "its log is whole, its decisions come out again, nothing is damaged")
    known, _ = st.take_in("one.json")
    check(len(known) == 60 and all(r["known"] for r in known), "what was here is known")
    st.take_in(put(st.top / "two.json", *(f"B{k}" for k in range(20))))
    check(len(st.decide()[0]) == 20 and st.at("log", "verify").returncode == 0, "and work goes on there")
    lost = st.run("import", "one.json", "--currency", "XTS", "--station", str(first), "--signer", str(st.keys / "socket"))
    check(lost.returncode == 3 and "lost some" in lost.stderr, "the one before may work no more")


def an_old_one_is_for_reading(st):
    old = restore(st, "older")
    check(old.returncode == 3 and "the signer has signed" in old.stderr and "and this station has" in old.stderr and left(st, "older") == [],
          f"a copy that lacks what was signed since is refused, with how much it is, and nothing is left: {old.stderr}")
    reading = restore(st, "older", signer=False)
    check(reading.returncode == 0 and "for reading" in reading.stderr, "without its signer it is put back for reading")
    check(st.run("log", "verify", "--station", "older").returncode == 0, "its log is whole up to then")
    refused = st.run("import", "one.json", "--currency", "XTS", "--station", "older", "--signer", str(st.keys / "socket"))
    check(refused.returncode == 3 and "lost some" in refused.stderr, "and it may not work")


def what_is_not_whole_is_refused(st):
    st.run("station", "backup", "c.db", "--keys", "l.db", "--station", str(st.dir), check=True)
    again = restore(st, "older", "c.db", "l.db")
    check(again.returncode == 3 and "is not replaced" in again.stderr, "what stands there is not replaced")
    data = bytearray((st.top / "c.db").read_bytes())
    for page in range(4096, len(data), 3 * 4096):
        data[page:page + 16] = bytes(range(16))
    (st.top / "bad.db").write_bytes(data)
    for name, of in (("x.db", "c.db"), ("x.db.print", "l.db.print")):
        shutil.copy(st.top / of, st.top / name)
        (st.top / name).chmod(0o600)
    cases = {"a damaged copy": ("bad.db", "l.db"), "keys that are none": ("c.db", "x.db"), "a copy that is keys": ("l.db", "l.db"), "no copy": ("none.db", "l.db"), "no keys": ("c.db", "none.db")}
    for words, (copy, keys) in cases.items():
        done = restore(st, "bad", copy, keys)
        check(done.returncode in (2, 3) and left(st, "bad") == ["bad.db"], f"{words} is refused, and nothing is left: {done.stderr}")
    (st.top / "l.db.print").chmod(0o644)
    done = restore(st, "bad", "c.db", "l.db")
    check(done.returncode == 2 and left(st, "bad") == ["bad.db"], "so are keys that others may read")
    (st.top / "l.db.print").chmod(0o600)
    taken = st.run("station", "backup", "d.db", "--keys", "l.db", "--station", str(st.dir))
    check(taken.returncode == 3 and "is not replaced" in taken.stderr, "a backup of keys replaces none")


def erased_stays_erased(st):
    """A copy of before an erasure, and the keys of after it."""
    for name in ("kim", "lee"):
        st.run("criteria", "keygen", name, "-q", check=True)
    rows = "".join(f"  - {{name: {n}, roles: [{r}], key: {(st.top / f'{n}.pub').read_text(encoding='utf-8').strip()}}}\n" for n, r in (("kim", "asker"), ("lee", "confirmer")))
    (st.dir / "signers.yaml").write_text("signers:\n" + rows, encoding="utf-8")
    (st.dir / "retention.yaml").write_text("years: {declaration: 0, finding: 0, party: 0}\n", encoding="utf-8")
    st.run("erase", "ask", "--find", "-", "--station", str(st.dir), "--reason", "file 1", "--out", "request", input="Trader A7\n", check=True)
    for key, role in (("kim", "asker"), ("lee", "confirmer")):
        st.run("erase", "sign", "request", "--key", key, "--as", role, check=True)
    st.at("erase", "run", "request", check=True)
    st.run("station", "backup", "e.db", "--keys", "m.db", "--station", str(st.dir), check=True)
    back = restore(st, "past", "c.db", "m.db", signer=False)
    check(back.returncode == 0 and "2 of what is sealed have no key" in back.stderr, f"an older copy with newer keys lacks what was erased, and says so: {back.stderr}")
    gone, there = (st.run("erase", "ask", "--find", "-", "--station", "past", "--reason", "x", "--out", "r", input=f"Trader A{k}\n").stderr for k in (7, 8))
    check("no party" in gone and "Trader A8" in there and "it may be erased from" in there, "the name is not found there any more, another is")
    shutil.rmtree(st.top / "past")
    now = restore(st, "present", "e.db", "m.db")
    check(now.returncode == 0 and "no key" not in now.stderr, "a new copy lacks nothing")
    st.dir = st.top / "present"
    verified = st.at("log", "verify")
    check(verified.returncode == 0 and "erased: 1 of these" in verified.stdout, "and its log tells of the erasure")


def main():
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], pathlib.Path(scratch)) as st:
        st.make()
        comes_back_and_goes_on(st)
        an_old_one_is_for_reading(st)
        what_is_not_whole_is_refused(st)
        erased_stays_erased(st)
    print(f"1..{len(CHECKS)}")
    for n, (good, words) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}".replace("\n", " "))
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
