#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_signing.py PROGRAM -- keys and signatures of sets, each made by one of `tidewaiter criteria` and ssh-keygen and
held against the other; TAP on stdout."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

SET = """name: apples
version: {version}
author: kim
criteria:
  - id: A
    when: item.origin == 'US'
    channel: red
    reason: Apples
    owner: kim
    valid: {{from: 2025-01-01, to: 2035-12-31}}
    offices: ["*"]
    examples: [{{origin: US, hit: true}}, {{hit: unknown}}]
# {filling}
"""
PURPOSE = {"author": "tidewaiter-criteria-author", "reviewer": "tidewaiter-criteria-reviewer"}


def call(*args, text=None):
    return subprocess.run([str(a) for a in args], input=text, capture_output=True, check=False, timeout=60)


class House:
    """A directory with keys, half of them made by each program, and a file of signers."""

    def __init__(self, program, top):
        self.program, self.top = program, top
        for name in ("kim", "lee"):
            assert call(program, "criteria", "keygen", top / name, "-q").returncode == 0
        for name in ("mo", "pat"):
            assert call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", top / name).returncode == 0
        rows = [f"  - {{name: kim, roles: [author], key: {self.public(k)}}}\n" for k in ("kim", "mo")]
        rows += [f"  - {{name: lee, roles: [reviewer], key: {self.public(k)}}}\n" for k in ("lee", "pat")]
        (top / "signers.yaml").write_text("signers:\n" + "".join(rows), encoding="utf-8")
        people = [f"{k} {self.public(k)}\n" for k in ("kim", "lee", "mo", "pat")]
        (top / "allowed").write_text("".join(people), encoding="utf-8")

    def public(self, name):
        return " ".join((self.top / f"{name}.pub").read_text(encoding="utf-8").split()[:2])

    def sign(self, path, key, role, theirs):
        """By ssh-keygen where `theirs`, else by us."""
        if not theirs:
            done = call(self.program, "criteria", "sign", path, "--key", self.top / key, "--as", role, "-q")
        else:
            done = call("ssh-keygen", "-q", "-Y", "sign", "-n", PURPOSE[role], "-f", self.top / key, text=path.read_bytes())
            pathlib.Path(f"{path}.{role}.sig").write_bytes(done.stdout)
        assert done.returncode == 0, done.stderr

    def theirs_holds(self, path, key, role, message=None):
        return call("ssh-keygen", "-q", "-Y", "verify", "-f", self.top / "allowed", "-I", key, "-n", PURPOSE[role], "-s",
                    f"{path}.{role}.sig", text=message or path.read_bytes()).returncode == 0

    def ours_holds(self, path):
        return call(self.program, "criteria", "status", path, "--signers", self.top / "signers.yaml").returncode == 0


def keys(house):
    """Each program sees the same public key and fingerprint in the other's files."""
    for name in ("kim", "lee"):
        assert call("ssh-keygen", "-y", "-f", house.top / name).stdout.decode().split()[:2] == house.public(name).split()
    path = house.top / "keys.yaml"
    path.write_text(SET.format(version=1, filling=""), encoding="utf-8")
    done = call(house.program, "criteria", "sign", path, "--key", house.top / "mo", "-q").stdout.decode()
    assert call("ssh-keygen", "-l", "-f", house.top / "mo.pub").stdout.decode().split()[1] in done, done


def signatures(house):
    """All four ways in which two of two programs' keys are used by two programs; sets of many sizes."""
    for number in range(24):
        path = house.top / f"set{number}.yaml"
        path.write_text(SET.format(version=number + 1, filling="x" * (number * 37 % 300)), encoding="utf-8")
        author, reviewer = ("kim", "mo")[number & 1], ("lee", "pat")[number >> 1 & 1]
        house.sign(path, author, "author", bool(number & 4))
        house.sign(path, reviewer, "reviewer", bool(number & 8))
        assert house.ours_holds(path), path
        assert house.theirs_holds(path, author, "author") and house.theirs_holds(path, reviewer, "reviewer"), path


def tampering(house):
    """What one of them refuses the other does, too."""
    path = house.top / "tampered.yaml"
    path.write_text(SET.format(version=1, filling="x"), encoding="utf-8")
    house.sign(path, "kim", "author", False)
    house.sign(path, "lee", "reviewer", True)
    good = path.read_bytes()
    assert house.ours_holds(path)
    path.write_bytes(good.replace(b"# x", b"# y"))
    assert not house.ours_holds(path) and not house.theirs_holds(path, "kim", "author")
    path.write_bytes(good)
    author, reviewer = pathlib.Path(f"{path}.author.sig"), pathlib.Path(f"{path}.reviewer.sig")
    author.rename(house.top / "aside")
    reviewer.rename(author)
    (house.top / "aside").rename(reviewer)
    assert not house.ours_holds(path) and not house.theirs_holds(path, "lee", "author")


def passphrases(house):
    """A key with a passphrase signs by ssh-keygen alone, and we say so."""
    path = house.top / "locked.yaml"
    path.write_text(SET.format(version=1, filling=""), encoding="utf-8")
    assert call("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", house.top / "locked").returncode == 0
    done = call(house.program, "criteria", "sign", path, "--key", house.top / "locked", "-q")
    assert done.returncode == 3 and b"sign with ssh-keygen" in done.stderr, done


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    tests = (keys, signatures, tampering, passphrases)
    if not shutil.which("ssh-keygen"):
        print("1..0 # SKIP no ssh-keygen")
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        house = House(program, pathlib.Path(scratch))
        for number, test in enumerate(tests, 1):
            try:
                test(house)
                print(f"ok {number} - {test.__name__}")
            except AssertionError as fault:
                failed += 1
                print(f"not ok {number} - {test.__name__}\n# {fault!r}"[:2000].replace("\n#", "\n# "))
    print(f"1..{len(tests)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
