#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_signer.py PROGRAM [--sanitized] -- tidewaiter-signer, asked through its socket by a client that shares nothing with it; TAP.

The client keeps a Merkle tree of its own (RFC 6962), makes proofs from it, computes draws by Python's hmac and lets
openssl verify signatures. It asks what an honest station asks, and what one would ask that wants to rewrite history, to
choose its draws, or to bring the signer down.
"""
import base64
import contextlib
import datetime
import hashlib
import hmac
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

SANITIZED = "--sanitized" in sys.argv
ORIGIN = "customs.example/harbor"
SECONDS = 20
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
LONG_AGO = TODAY - datetime.timedelta(days=40)


# -- a log


def leaf_hash(body):
    return hashlib.sha256(b"\0" + body).digest()


def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


def inclusion(hashes, index):
    if len(hashes) < 2:
        return []
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if index < k:
        return inclusion(hashes[:k], index) + [root_of(hashes[k:])]
    return inclusion(hashes[k:], index - k) + [root_of(hashes[:k])]


def consistency(hashes, old, whole=True):
    """RFC 6962, 2.1.2"""
    if old in (0, len(hashes)):
        return [] if whole or old == 0 else [root_of(hashes)]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if old <= k:
        return consistency(hashes[:k], old, whole) + [root_of(hashes[k:])]
    return consistency(hashes[k:], old - k, False) + [root_of(hashes[:k])]


def b64(data):
    return base64.b64encode(data).decode()


def commitment(day, total):
    return f'{{"at":1,"day":"{day}","sha256":"{total}","type":"commitment"}}'.encode()


# -- a signer


class Signer:
    """A directory, and the process that answers for it; ended by its id when the block ends."""

    def __init__(self, program, top, name="keys", settings=None, **how):
        self.program, self.dir, self.how = program, pathlib.Path(top) / name, how
        if not self.dir.exists():
            done = subprocess.run([program, "init", self.dir, "--origin", ORIGIN], capture_output=True, text=True, check=True,
                                  timeout=SECONDS)
            self.vkey = done.stdout.strip()
        else:
            self.vkey = (self.dir / "signing.pub").read_text(encoding="ascii").strip()
        if settings is not None:
            write(self.dir / "signer.yaml", settings)
        self.process = None

    def __enter__(self):
        before = self.how.get("before", [])
        self.process = subprocess.Popen([*before, self.program, "run", self.dir], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line == f"listening at {self.dir}/socket\n", (line, self.process.stderr.read())
        return self

    def __exit__(self, *unused):
        self.end(signal.SIGTERM)

    def end(self, number):
        """The exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = self.process.wait(SECONDS)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def client(self):
        return Client(self.dir / "socket")


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SECONDS)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")
        self.greeting = self.line()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def line(self):
        return self.file.readline().decode("ascii")

    def is_closed(self):
        """By the other side; what it had not read makes that a reset."""
        try:
            return self.line() == ""
        except ConnectionResetError:
            return True

    def raw(self, data):
        self.socket.sendall(data)

    def ask(self, *words):
        self.raw(" ".join(str(w) for w in words).encode() + b"\n")
        return self.line().rstrip("\n")

    def sign(self, hashes, proof_from=0, root=None, size=None):
        proof = [b64(h) for h in consistency(hashes, proof_from)]
        return self.ask("sign", len(hashes) if size is None else size, b64(root or root_of(hashes)), *proof)

    def show(self, day, hashes, index, body):
        return self.ask("show", day, index, b64(body), *[b64(h) for h in inclusion(hashes, index)])

    def commit(self, day):
        verdict, total = self.ask("commit", day).split(" ")
        assert verdict == "ok" and len(total) == 64
        return total

    def opened(self, day):
        """Shows the commitment of a day in a new log of one leaf."""
        body = commitment(day, self.commit(day))
        assert self.sign([leaf_hash(body)]).startswith("ok ")
        assert self.show(day, [leaf_hash(body)], 0, body) == "ok"


def write(path, text, mode=0o600):
    path.write_text(text, encoding="ascii")
    path.chmod(mode)


def refused(answer, error, *words):
    ok = answer.startswith(f"no {error} ") and all(word in answer for word in words)
    assert ok, answer


def verified(top, vkey, text, signature):
    """Does openssl say that the signature holds?"""
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    assert name == ORIGIN and key[0] == 1 and len(key) == 33
    assert hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id
    signature = base64.b64decode(signature)
    assert signature[:4].hex() == key_id
    top = pathlib.Path(top)
    (top / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key[1:])
    (top / "text").write_bytes(text)
    (top / "signature").write_bytes(signature[4:])
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", top / "key.der", "-rawin",
                           "-in", top / "text", "-sigfile", top / "signature"], capture_output=True, check=False)
    return done.returncode == 0


def run(program, *args):
    return subprocess.run([program, *args], capture_output=True, text=True, check=False, timeout=SECONDS)


LOG = [leaf_hash(b"leaf %d" % i) for i in range(70)]


# -- the tests; each gets the program and a directory of its own


def an_honest_log_grows_and_openssl_verifies_each_checkpoint(program, top):
    with Signer(program, top) as signer, signer.client() as c:
        assert c.greeting == "tidewaiter-signer 1 131072 4096\n"
        assert c.ask("key") == f"ok {signer.vkey}"
        assert c.ask("last") == f"ok 0 {b64(root_of([]))}"
        last = 0
        for size in (1, 2, 3, 7, 8, 9, 33, 64, 70):
            verdict, signature = c.sign(LOG[:size], last).split(" ")
            text = f"{ORIGIN}\n{size}\n{b64(root_of(LOG[:size]))}\n".encode()
            assert verdict == "ok" and verified(top, signer.vkey, text, signature)
            assert not verified(top, signer.vkey, text.replace(b"/harbor", b"/habour"), signature)
            assert c.ask("last") == f"ok {size} {b64(root_of(LOG[:size]))}"
            assert c.sign(LOG[:size], size) == f"ok {signature}"  # asked again, answered again
            note = text + f"\n\u2014 {ORIGIN} {signature}\n".encode()
            assert (signer.dir / "checkpoint").read_bytes() == note
            last = size


def every_step_of_a_small_log_is_signed_and_no_wrong_one(program, top):
    for old in range(0, 18):
        with Signer(program, top, f"k{old}") as signer, signer.client() as c:
            assert c.sign(LOG[:old]).startswith("ok ")
            for new in range(old + 1, 18):
                proof = consistency(LOG[:new], old)
                for i in range(len(proof) if old > 0 else 0):
                    bent = list(proof)
                    bent[i] = bytes([bent[i][0] ^ 1]) + bent[i][1:]
                    refused(c.ask("sign", new, b64(root_of(LOG[:new])), *map(b64, bent)), "CONFLICT", "no proof")
                    refused(c.ask("sign", new, b64(root_of(LOG[:new])), *map(b64, proof[:i])), "CONFLICT")
            new = 17
            assert c.ask("sign", new, b64(root_of(LOG[:new])), *map(b64, consistency(LOG[:new], old))).startswith("ok ")


def history_is_neither_shortened_nor_rewritten(program, top):
    forged = LOG[:3] + [leaf_hash(b"forged")] + LOG[4:]
    with Signer(program, top) as signer, signer.client() as c:
        assert c.sign(LOG[:10]).startswith("ok ")
        refused(c.sign(LOG[:9]), "CONFLICT", "10 leaves", "shrink to 9")
        refused(c.sign([]), "CONFLICT", "shrink")
        refused(c.sign(forged[:10], 10), "CONFLICT", "no proof")
        refused(c.sign(forged[:20], 10), "CONFLICT", "no proof")
        refused(c.sign(LOG[:20], 9), "CONFLICT", "no proof")
        refused(c.ask("sign", 20, b64(root_of(LOG[:20]))), "CONFLICT", "no proof")
        assert c.ask("last") == f"ok 10 {b64(root_of(LOG[:10]))}"
        assert c.sign(LOG[:20], 10).startswith("ok ")


def draws_are_answered_only_when_the_commitment_stands_in_the_log(program, top):
    numbers = [str(n) for n in range(100)] + ["25XT0000000040", "!~" * 32]
    with Signer(program, top) as signer, signer.client() as c:
        total = c.commit(TODAY)
        assert c.commit(TODAY) == total and c.commit(TODAY + datetime.timedelta(days=1)) != total
        refused(c.ask("draw", TODAY, 1, "5"), "CONFLICT", f"commitment of {TODAY}", "not been shown")
        body = commitment(TODAY, total)
        log = LOG[:6] + [leaf_hash(body)] + LOG[6:9]
        assert c.sign(log[:6]).startswith("ok ")
        refused(c.show(TODAY, log[:7], 6, body), "CONFLICT", "no proof")  # not signed yet
        assert c.sign(log, 6).startswith("ok ")
        wrong = [commitment(LONG_AGO, total), commitment(TODAY, "0" * 64), body.replace(b"commitment", b"commitments"),
                 body[:-1], body + b" ", b"", b"[]", body.replace(b'"at":1,', b'"type":"commitment",'),
                 b'{"day":"%s","sha256":"%s"}' % (str(TODAY).encode(), total.encode())]
        for leaf in wrong:  # as if they had been logged
            refused(c.ask("show", TODAY, 0, b64(leaf) or "=", ), "CONFLICT" if leaf else "FORMAT")
        for index in (0, 5, 7, 9, 10, 2**63 - 1):
            refused(c.show(TODAY, log, index if index < 10 else 0, body).replace("leaf 0", "leaf"), "CONFLICT", "no proof")
        refused(c.ask("show", TODAY, 2**63 - 1, b64(body)), "CONFLICT", "no proof")
        refused(c.ask("draw", TODAY, 1, "5"), "CONFLICT", "not been shown")
        assert c.show(TODAY, log, 6, body) == "ok"
        assert c.show(TODAY, log, 6, body) == "ok"
        first = c.ask("draw", TODAY, len(numbers), *numbers)
        assert first.startswith("ok ") and c.ask("draw", TODAY, 1, "99").split(" ")[1] == first.split(" ")[100]
        # the key is never told before its day is over; of a day long ago it is, and the draws are what it gives
        past = commitment(LONG_AGO, c.commit(LONG_AGO))
        log.append(leaf_hash(past))
        assert c.sign(log, 10).startswith("ok ") and c.show(LONG_AGO, log, 10, past) == "ok"
        draws = c.ask("draw", LONG_AGO, len(numbers), *numbers).split(" ")[1:]
        key = bytes.fromhex(c.ask("reveal", LONG_AGO).removeprefix("ok "))
        assert hashlib.sha256(key).hexdigest() == c.commit(LONG_AGO)
        assert draws == [hmac.new(key, n.encode(), hashlib.sha256).hexdigest()[:16] for n in numbers]
        secret = bytes.fromhex((signer.dir / "day.key").read_text(encoding="ascii").split(" ")[0])
        assert key == hmac.new(secret, str(LONG_AGO).encode(), hashlib.sha256).digest()


def a_key_is_revealed_when_its_day_is_over_and_then_draws_nothing(program, top):
    with Signer(program, top) as signer, signer.client() as c:
        refused(c.ask("reveal", LONG_AGO), "CONFLICT", "nothing to reveal")
        c.opened(TODAY)
        after = (TODAY + datetime.timedelta(days=1)).isoformat()
        refused(c.ask("reveal", TODAY), "CONFLICT", f"may be revealed from {after}T01:00:00Z")
        assert c.ask("draw", TODAY, 1, "5").startswith("ok ")
    with Signer(program, top, "old", "reveal_after_s: 31536000\n") as signer, signer.client() as c:
        c.opened(LONG_AGO)
        refused(c.ask("reveal", LONG_AGO), "CONFLICT", "reveal_after_s")  # forty days are no year
    write(signer.dir / "signer.yaml", "reveal_after_s: 0\n")
    with signer, signer.client() as c:
        assert c.ask("draw", LONG_AGO, 1, "5").startswith("ok ")  # it was shown before the process began
        key = c.ask("reveal", LONG_AGO)
        assert key.startswith("ok ")
        refused(c.ask("draw", LONG_AGO, 1, "5"), "CONFLICT", "revealed", "nothing is drawn")
        assert c.ask("reveal", LONG_AGO) == key
    with signer, signer.client() as c:  # and it stays so
        refused(c.ask("draw", LONG_AGO, 1, "5"), "CONFLICT", "revealed")
        assert c.ask("reveal", LONG_AGO) == key
        assert (signer.dir / "days").read_text(encoding="ascii") == f"tidewaiter-signer days 1\n{LONG_AGO} revealed\n"


def days_far_ahead_are_not_drawn_for(program, top):
    far = TODAY + datetime.timedelta(days=30)
    with Signer(program, top) as signer, signer.client() as c:
        c.opened(far)
        refused(c.ask("draw", far, 1, "5"), "CONFLICT", "ahead_days")
    write(signer.dir / "signer.yaml", "ahead_days: 40\n")
    with signer, signer.client() as c:
        assert c.ask("draw", far, 1, "5").startswith("ok ")


def what_was_answered_is_known_after_kill_9(program, top):
    signer = Signer(program, top)
    last = 0
    for size in (1, 5, 8, 30):
        with signer:
            with signer.client() as c:
                assert c.sign(LOG[:size], last).startswith("ok ")
            assert signer.end(signal.SIGKILL) == -signal.SIGKILL
        last = size
        with signer, signer.client() as c:
            assert c.ask("last") == f"ok {size} {b64(root_of(LOG[:size]))}"
            refused(c.sign(LOG[:size - 1]), "CONFLICT", "shrink")


def killed_or_refused_at_each_system_call_it_keeps_to_the_old_or_the_new(program, top):
    if SANITIZED or not shutil.which("strace"):
        return "no strace"
    where = ["openat", "write", "fsync", "rename,renameat,renameat2"]
    faults = [(calls, f"signal=KILL:when={n}") for calls in where for n in range(1, 4)]
    faults += [(calls, f"error={e}") for calls in where for e in ("EIO", "ENOSPC")]
    for k, (calls, fault) in enumerate(faults):
        signer = Signer(program, top, f"k{k}")
        with signer:
            with signer.client() as c:
                assert c.sign(LOG[:4]).startswith("ok ")
                trace = subprocess.Popen(["strace", "-f", "-qq", "-p", str(signer.process.pid), "-o", os.devnull, "-e",
                                          f"inject={calls}:{fault}"], stderr=subprocess.PIPE)
                status = pathlib.Path(f"/proc/{signer.process.pid}/status")
                while "TracerPid:\t0\n" in status.read_text(encoding="ascii"):
                    if trace.poll() is not None:
                        signer.end(signal.SIGTERM)
                        return "no tracing here"
                try:
                    answer = c.sign(LOG[:9], 4)
                except (BrokenPipeError, ConnectionResetError):
                    answer = ""
                trace.terminate()
                trace.wait(SECONDS)
                trace.stderr.close()
            if "error=" in fault:
                refused(answer, "FULL" if "ENOSPC" in fault else "IO", "checkpoint")
                with signer.client() as c:  # when there is room again, it goes on
                    assert c.sign(LOG[:9], 4).startswith("ok ")
            signer.end(signal.SIGKILL)
        with signer, signer.client() as c:
            size = 9 if answer.startswith("ok ") or c.ask("last").startswith("ok 9 ") else 4
            assert c.ask("last") == f"ok {size} {b64(root_of(LOG[:size]))}", (calls, fault, answer)
            assert c.sign(LOG[:11], size).startswith("ok ")
    return None


def files_and_directories_that_are_not_its_own_alone_are_refused(program, top):
    signer = Signer(program, top)
    for name, mode in (("", 0o750), ("signing.key", 0o640), ("day.key", 0o604), ("checkpoint", 0o620), ("days", 0o666)):
        path = signer.dir / name
        kept = path.stat().st_mode & 0o777
        path.chmod(mode)
        done = run(program, "run", signer.dir)
        assert done.returncode == 2 and "others have rights" in done.stderr and "chmod" in done.stderr, done.stderr
        path.chmod(kept)
    for name in ("signing.key", "day.key", "checkpoint", "days"):
        path = signer.dir / name
        kept = path.read_bytes()
        for bad in (b"", kept[:-1], kept + b"x", kept.replace(b"1", b"2"), b"\0" * 40, kept * 200):
            path.write_bytes(bad)
            if bad == kept:
                continue
            done = run(program, "run", signer.dir)
            assert done.returncode == 3 and name in done.stderr, (name, bad[:60], done.stderr)
        path.unlink()
        done = run(program, "run", signer.dir)
        assert done.returncode == 3 and f"`{name}` is missing" in done.stderr, done.stderr
        path.symlink_to("/etc/hostname")
        assert run(program, "run", signer.dir).returncode == 4
        path.unlink()
        path.write_bytes(kept)
        path.chmod(0o600)
    if os.getuid() == 0:
        os.chown(signer.dir, 65534, -1)
        done = run(program, "run", signer.dir)
        assert done.returncode == 2 and "belongs to uid 65534" in done.stderr
        os.chown(signer.dir, 0, -1)
    done = run(program, "run", pathlib.Path(top) / "none")
    assert done.returncode == 3 and "init DIR --origin" in done.stderr
    for args in (("init", signer.dir, "--origin", ORIGIN), ("init", top, "--origin", ORIGIN)):
        done = run(program, *args)
        assert done.returncode == 3 and "not empty" in done.stderr, done.stderr
    for name in ("", "a b", "a+b", "a\nb", "x" * 129, "caf\u00e9"):
        assert run(program, "init", pathlib.Path(top) / "other", "--origin", name).returncode == 2
    with signer:
        pass


def one_process_has_a_directory(program, top):
    with Signer(program, top) as signer:
        done = run(program, "run", signer.dir)
        assert done.returncode == 3 and f"process {signer.process.pid}, has this directory" in done.stderr, done.stderr
        with Signer(program, top, "second") as second:
            pass
        done = run(program, "run", second.dir, "--socket", signer.dir / "socket")
        assert done.returncode == 3 and "another process listens" in done.stderr, done.stderr
        write(second.dir / "socket", "")
        done = run(program, "run", second.dir)
        assert done.returncode == 2 and "no socket" in done.stderr, done.stderr
        done = run(program, "run", second.dir, "--socket", "/tmp/" + "x" * 200)
        assert done.returncode == 2 and "--socket" in done.stderr, done.stderr
        assert signer.end(signal.SIGTERM) == 0 and not (signer.dir / "socket").exists()


def garbage_is_refused_word_by_word(program, top):
    hash_ = b64(bytes(32))
    bad = ["", " ", "x", "KEY", "key ", " key", "key x", "last 1", "sign", "sign ", "sign 1", f"sign 01 {hash_}",
           f"sign -1 {hash_}", f"sign +1 {hash_}", f"sign 18446744073709551616 {hash_}", f"sign 1  {hash_}", f"sign 1 {hash_} ",
           f"sign 1 {hash_[:-1]}", f"sign 1 {hash_[:-2]}B=", f"sign 1 {hash_} zz", "sign 1 " + "A" * 44, "commit", "commit today",
           "commit 20261123", "commit 2026-02-30", "commit 2026-11-23T00:00:00Z", "commit 0000-01-01", "show", f"show {TODAY}",
           f"show {TODAY} 0", f"show {TODAY} 0 !", f"show {TODAY} x e30=", f"draw {TODAY}", f"draw {TODAY} x", f"draw {TODAY} 1",
           f"draw {TODAY} 2 1", f"draw {TODAY} 1 1 2", f"draw {TODAY} 1 " + "x" * 65, f"draw {TODAY} 1 a\tb", "reveal",
           f"reveal {TODAY} now", "key\r", "\0", "key\0", "\u00e9"]
    with Signer(program, top) as signer, signer.client() as c:
        c.opened(TODAY)
        for line in bad:
            answer = c.ask(line)
            assert answer.startswith("no FORMAT "), (line, answer)
        refused(c.ask(f"sign 70 {b64(root_of(LOG))} " + " ".join([hash_] * 65)), "LIMIT", "64 hashes")
        refused(c.ask("draw", TODAY, 0), "LIMIT")
        random = open("/dev/urandom", "rb").read(100000).replace(b"\n", b"")
        c.raw(b"\n".join(random[i:i + 50] for i in range(0, 100000, 50)) + b"\nkey\n")
        answers = [c.line() for _ in range(2000)]
        assert all(a.startswith("no FORMAT ") for a in answers) and c.line() == f"ok {signer.vkey}\n"


def limits_are_told_and_kept(program, top):
    settings = "line_bytes: 4096\nbatch: 10\nconnections: 3\nidle_s: 1\n"
    with Signer(program, top, "keys", settings) as signer:
        with signer.client() as c:
            assert c.greeting == "tidewaiter-signer 1 4096 10\n"
            c.opened(TODAY)
            assert c.ask("draw", TODAY, 10, *range(10)).startswith("ok ")
            refused(c.ask("draw", TODAY, 11, *range(11)), "LIMIT", "batch")
            refused(c.ask("x" * 4096), "FORMAT")
            c.raw(b"x" * 4097)
            refused(c.line(), "LIMIT", "4096 bytes", "line_bytes")
            assert c.line() == ""
        with signer.client(), signer.client(), signer.client() as third:
            with signer.client() as fourth:
                refused(fourth.greeting, "UNAVAILABLE", "connections")
                assert fourth.line() == ""
            assert third.ask("key").startswith("ok ")
            assert third.line() == ""  # nothing asked for a second: closed
    for text, words in (("batch: 0", "signer.yaml:1:8: batch"), ("idle: 3", "signer.yaml:1:7: idle"), ("- 1", "signer.yaml:1:1"),
                        ("line_bytes: 10", "line_bytes"), ("client_uid: x", "client_uid"), ("batch: 5\nbatch: 6", "2:1"),
                        ("connections: 1001", "connections"), ("idle_s: 0", "idle_s"), ("reveal_after_s: -1", "reveal_after_s"),
                        ("ahead_days: 1e9", "ahead_days"), ("#" * 70000, "65536 bytes")):
        write(signer.dir / "signer.yaml", text)
        done = run(program, "run", signer.dir)
        assert done.returncode == 3 and words in done.stderr, (text, done.stderr)
    write(signer.dir / "signer.yaml", "client_uid: 65534\n")
    done = run(program, "run", signer.dir)
    assert done.returncode == 2 and "elsewhere with --socket" in done.stderr, done.stderr
    write(signer.dir / "signer.yaml", "batch: 5\n", 0o644)
    assert run(program, "run", signer.dir).returncode == 2


def who_is_slow_or_takes_nothing_keeps_nobody_waiting(program, top):
    with Signer(program, top, "keys", "idle_s: 2\nbatch: 1000000\nline_bytes: 16777216\n") as signer:
        with signer.client() as c:
            c.opened(TODAY)
            numbers = " ".join(map(str, range(100000)))
            deaf, slow = signer.client(), signer.client()
            stop = threading.Event()

            def pour():
                with contextlib.suppress(OSError):
                    while not stop.is_set():
                        deaf.raw(f"draw {TODAY} 100000 {numbers}\n".encode())

            def drip():
                with contextlib.suppress(OSError):
                    while not stop.wait(0.01):
                        slow.raw(b"k")

            threads = [threading.Thread(target=pour), threading.Thread(target=drip)]
            for t in threads:
                t.start()
            for n in range(200):
                assert c.ask("draw", TODAY, 1, n).startswith("ok ")
            assert slow.is_closed()  # dripping is not asking
            threads[0].join(SECONDS)
            assert not threads[0].is_alive()  # who takes no answer is sent away
            stop.set()
            threads[1].join(SECONDS)
            deaf.close()
            slow.close()
        with signer.client() as c:
            assert c.ask("key") == f"ok {signer.vkey}"


def many_lines_at_once_are_answered_in_order(program, top):
    with Signer(program, top) as signer, signer.client() as c:
        c.opened(TODAY)
        c.raw(b"".join(b"draw %s 1 %d\n" % (str(TODAY).encode(), n) for n in range(500)))
        many = [c.line() for _ in range(500)]
        assert many == [c.ask("draw", TODAY, 1, n) + "\n" for n in range(500)]
        c.raw(b"key\nlast\nke")
        c.socket.shutdown(socket.SHUT_WR)
        assert c.line() == f"ok {signer.vkey}\n" and c.line().startswith("ok 1 ") and c.line() == ""


def only_its_own_user_and_a_named_one_may_speak(program, top):
    if os.getuid() != 0:
        return "not root"
    pathlib.Path(top).chmod(0o755)

    def greeting(path):
        """What nobody (65534) hears there."""
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setuid(65534)
                with Client(path) as c:
                    os.write(writes, c.greeting.encode())
            except OSError as e:
                os.write(writes, str(e).encode())
            finally:
                os._exit(0)
        os.close(writes)
        os.waitpid(child, 0)
        with os.fdopen(reads) as f:
            return f.read()

    for uid, wanted in (("", "Permission denied"), ("client_uid: 65533\n", "no ARG uid 65534 may not speak"),
                        ("client_uid: 65534\n", "tidewaiter-signer 1 ")):
        signer = Signer(program, top)
        write(signer.dir / "signer.yaml", uid or "{}\n")
        path = pathlib.Path(top) / "open"
        process = subprocess.Popen([program, "run", signer.dir, "--socket", path], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout.readline() == f"listening at {path}\n"
            assert wanted in greeting(path), (uid, greeting(path))
            with Client(path) as c:
                assert c.ask("key").startswith("ok ")
        finally:
            process.terminate()
            assert process.wait(SECONDS) == 0
            process.stdout.close()
    return None


def its_memory_is_its_own(program, top):
    with Signer(program, top) as signer:
        limits = pathlib.Path(f"/proc/{signer.process.pid}/limits").read_text(encoding="ascii")
        status = pathlib.Path(f"/proc/{signer.process.pid}/status").read_text(encoding="ascii")
        assert "Max core file size        0                    0 " in limits
        assert SANITIZED or int(status.split("VmLck:")[1].split()[0]) > 0
        if os.getuid() != 0:  # a process that cannot be dumped belongs to root in /proc
            assert pathlib.Path(f"/proc/{signer.process.pid}/mem").stat().st_uid == 0


def the_command_line_says_what_is_wrong(program, top):
    assert run(program, "--version").stdout.startswith("tidewaiter-signer ")
    assert "init DIR --origin NAME" in run(program, "--help").stdout
    for args in ((), ("run",), ("walk", top), ("run", top, "more"), ("init", top), ("run", top, "--socket"), ("run", top, "-x"),
                 ("run", ""), ("run", top, "--origin", "x"), ("init", top, "--origin", "x", "--socket", "y")):
        done = run(program, *args)
        assert done.returncode == 2 and done.stderr.startswith("tidewaiter-signer: "), (args, done.stderr)


TESTS = (an_honest_log_grows_and_openssl_verifies_each_checkpoint, every_step_of_a_small_log_is_signed_and_no_wrong_one,
         history_is_neither_shortened_nor_rewritten, draws_are_answered_only_when_the_commitment_stands_in_the_log,
         a_key_is_revealed_when_its_day_is_over_and_then_draws_nothing, days_far_ahead_are_not_drawn_for,
         what_was_answered_is_known_after_kill_9, killed_or_refused_at_each_system_call_it_keeps_to_the_old_or_the_new,
         files_and_directories_that_are_not_its_own_alone_are_refused, one_process_has_a_directory,
         garbage_is_refused_word_by_word, limits_are_told_and_kept, who_is_slow_or_takes_nothing_keeps_nobody_waiting,
         many_lines_at_once_are_answered_in_order, only_its_own_user_and_a_named_one_may_speak, its_memory_is_its_own,
         the_command_line_says_what_is_wrong)


def main():
    failed = 0
    if os.getuid() != 0:  # the leak checker traces the process, which does not let itself be traced
        os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    print(f"1..{len(TESTS)}")
    for n, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as top:
            try:
                skipped = test(os.path.abspath(sys.argv[1]), top)
                print(f"ok {n} - {test.__name__}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
            except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as e:
                failed += 1
                line = e.__traceback__
                while line.tb_next is not None and line.tb_next.tb_frame.f_code.co_filename == __file__:
                    line = line.tb_next
                print(f"not ok {n} - {test.__name__}\n# line {line.tb_lineno}: {e!r}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
