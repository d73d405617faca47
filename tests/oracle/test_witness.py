#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_witness.py PROGRAM [--sanitized] -- tidewaiter-witness, asked over HTTP by logs that share nothing with it; TAP.

The logs keep Merkle trees of their own (RFC 6962), make proofs from them, and sign and verify by openssl. They ask what
an honest log asks, and what one would ask that wants two histories cosigned, or the witness brought down.
"""
import base64
import contextlib
import hashlib
import http.client
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SANITIZED = "--sanitized" in sys.argv
SECONDS = 20
NAME = "audit.example/harbor"
DASH = "\u2014 "


# -- trees


def leaf_hash(body):
    return hashlib.sha256(b"\0" + body).digest()


def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


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


LEAVES = [leaf_hash(b"leaf %d" % i) for i in range(80)]
FORGED = LEAVES[:3] + [leaf_hash(b"forged")] + LEAVES[4:]


# -- keys and logs


def openssl(*args):
    return subprocess.run(["openssl", *args], capture_output=True, check=False, timeout=SECONDS)


class Key:
    """One that signs notes as `name`."""

    def __init__(self, top, name):
        self.name = name
        self.path = pathlib.Path(tempfile.mkdtemp(dir=top))
        assert openssl("genpkey", "-algorithm", "ed25519", "-out", self.path / "key").returncode == 0
        self.public = b"\1" + openssl("pkey", "-in", self.path / "key", "-pubout", "-outform", "DER").stdout[-32:]
        self.id = hashlib.sha256(name.encode() + b"\n" + self.public).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(self.public)}"

    def sign(self, text):
        (self.path / "text").write_bytes(text.encode())
        done = openssl("pkeyutl", "-sign", "-inkey", self.path / "key", "-rawin", "-in", self.path / "text")
        assert done.returncode == 0, done.stderr
        return f"{DASH}{self.name} {b64(self.id + done.stdout)}\n"


def checkpoint(origin, hashes, more=""):
    return f"{origin}\n{len(hashes)}\n{b64(root_of(hashes))}\n{more}"


def request(old, proof, note):
    return (f"old {old}\n" + "".join(b64(h) + "\n" for h in proof) + "\n" + note).encode()


class Log:
    def __init__(self, top, origin="customs.example/harbor"):
        self.origin, self.key = origin, Key(top, origin)

    def note(self, hashes, more=""):
        text = checkpoint(self.origin, hashes, more)
        return text + "\n" + self.key.sign(text)

    def request(self, hashes, old=0, proof=None, more=""):
        return request(old, consistency(hashes, old) if proof is None else proof, self.note(hashes, more))


def cosigned(top, vkey, text, line):
    """When, if openssl says that the cosignature holds; else None."""
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    assert name == NAME and key[0] == 4 and len(key) == 33
    assert hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id
    assert line.startswith(f"{DASH}{name} ") and line.endswith("\n") and line.count("\n") == 1, line
    signature = base64.b64decode(line.split(" ")[2])
    assert len(signature) == 76 and signature[:4].hex() == key_id
    when = int.from_bytes(signature[4:12], "big")
    top = pathlib.Path(top)
    (top / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key[1:])
    (top / "text").write_bytes(f"cosignature/v1\ntime {when}\n{text}".encode())
    (top / "signature").write_bytes(signature[12:])
    done = openssl("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", top / "key.der", "-rawin", "-in", top / "text",
                   "-sigfile", top / "signature")
    return when if done.returncode == 0 else None


# -- a witness


class Answer:
    def __init__(self, response):
        self.status, self.type = response.status, response.getheader("Content-Type")
        self.head, self.text = response.headers, response.read().decode()

    def __repr__(self):
        return f"{self.status} {self.type} {self.text!r}"

    def is_size(self, size):
        return self.status == 409 and self.type == "text/x.tlog.size" and self.text == f"{size}\n"


class Witness:
    """A directory, and the process that answers for it; ended by its id when the block ends."""

    def __init__(self, program, top, logs=(), settings="", name="eye"):
        self.program, self.dir = program, pathlib.Path(top) / name
        if not self.dir.exists():
            done = run(program, "init", self.dir, "--name", NAME)
            assert done.returncode == 0, done.stderr
            assert done.stdout == (self.dir / "witness.pub").read_text(encoding="ascii")
            with open(self.dir / "logs", "a", encoding="utf-8") as f:
                f.writelines(f"{log.key.vkey}\n" for log in logs)
        self.vkey = (self.dir / "witness.pub").read_text(encoding="ascii").strip()
        (self.dir / "witness.yaml").write_text("port: 0\n" + settings, encoding="ascii")
        self.process = self.host = None

    def __enter__(self):
        self.process = subprocess.Popen([self.program, "run", self.dir], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening at http://(127\.0\.0\.1:\d+)/add-checkpoint\n", line)
        assert found, (line, self.process.stderr.read())
        self.host = found[1]
        return self

    def __exit__(self, *unused):
        self.end(signal.SIGTERM)

    def end(self, number=signal.SIGTERM):
        """The exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = self.process.wait(SECONDS)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def connect(self):
        return http.client.HTTPConnection(self.host, timeout=SECONDS)

    def raw(self):
        host, port = self.host.rsplit(":", 1)
        return socket.create_connection((host, int(port)), SECONDS)

    def ask(self, body, method="POST", path="/add-checkpoint"):
        with contextlib.closing(self.connect()) as c:
            c.request(method, path, body)
            return Answer(c.getresponse())

    def state(self, origin):
        return self.dir / f"log-{hashlib.sha256(origin.encode()).hexdigest()}"


def run(program, *args):
    return subprocess.run([program, *args], capture_output=True, text=True, check=False, timeout=SECONDS)


def is_refused(answer, status, *words):
    assert answer.status == status and answer.type.startswith("text/plain") and answer.text.count("\n") == 1, answer
    assert all(word in answer.text for word in words), answer


# -- the tests; each gets the program and a directory of its own


def an_honest_log_grows_and_openssl_verifies_each_cosignature(program, top):
    log, last = Log(top), 0
    with Witness(program, top, [log]) as w, contextlib.closing(w.connect()) as c:
        c.connect()
        there = c.sock
        for size in (0, 1, 2, 3, 7, 8, 9, 33, 64, 80):
            note = log.note(LEAVES[:size])
            c.request("POST", "/add-checkpoint", request(last, consistency(LEAVES[:size], last), note))
            a = Answer(c.getresponse())
            assert a.status == 200, a
            text = checkpoint(log.origin, LEAVES[:size])
            assert abs(cosigned(top, w.vkey, text, a.text) - time.time()) < 60
            assert cosigned(top, w.vkey, text.replace("harbor", "habour"), a.text) is None
            if size > 0:
                assert w.state(log.origin).read_text(encoding="utf-8") == note + a.text
            last = size
        assert c.sock is there  # all in one connection


def every_step_of_a_small_log_is_cosigned_and_no_wrong_one(program, top):
    logs = [Log(top, f"log.example/{n}") for n in range(10)]
    with Witness(program, top, logs) as w:
        for old, log in enumerate(logs):
            assert w.ask(log.request(LEAVES[:old])).status == 200
            new = LEAVES[:10 if old % 2 else 9]
            proof = consistency(new, old)
            for i in range(len(proof)):
                bent = proof[:i] + [bytes([proof[i][0] ^ 1]) + proof[i][1:]] + proof[i + 1:]
                is_refused(w.ask(log.request(new, old, bent)), 422, "proof")
                is_refused(w.ask(log.request(new, old, proof[:i])), 422)
            is_refused(w.ask(log.request(new, old, proof + [LEAVES[0]])), 422)
            assert w.ask(log.request(new, old)).status == 200


def the_same_checkpoint_twice_is_cosigned_twice_and_written_once(program, top):
    log = Log(top)
    with Witness(program, top, [log]) as w:
        assert w.ask(log.request(LEAVES[:5])).status == 200
        before = w.state(log.origin).stat()
        again = w.ask(log.request(LEAVES[:5], 5))
        assert again.status == 200 and cosigned(top, w.vkey, checkpoint(log.origin, LEAVES[:5]), again.text)
        after = w.state(log.origin).stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
        assert w.ask(log.request(LEAVES[:5])).is_size(5)
        is_refused(w.ask(log.request(LEAVES[:5], 5, [LEAVES[0]])), 422)  # a proof where there is nothing to prove


def history_is_neither_shortened_nor_rewritten(program, top):
    log = Log(top)
    with Witness(program, top, [log]) as w:
        assert w.ask(log.request(LEAVES[:10])).status == 200
        kept = w.state(log.origin).read_bytes()
        for body in (log.request(LEAVES[:5], 5), log.request(LEAVES[:9], 9), log.request(LEAVES[:5]), log.request([]),
                     log.request(LEAVES[:20], 9), log.request(LEAVES[:20], 11), log.request(FORGED[:20]),
                     log.request(FORGED[:10], 10), request(2**63 - 1, [], log.note(LEAVES[:10]).replace("\n10\n", "\n11\n"))):
            a = w.ask(body)
            assert a.is_size(10) or a.status in (400, 403), a
        assert w.ask(log.request(FORGED[:10], 10)).is_size(10)  # a fork of the same size
        assert w.ask(log.request(LEAVES[:9], 4)).is_size(10)
        is_refused(w.ask(log.request(LEAVES[:9], 10, [])), 400, "old size")
        is_refused(w.ask(log.request(FORGED[:20], 10)), 422, "extends")
        is_refused(w.ask(log.request(LEAVES[:20], 10, [])), 422)
        is_refused(w.ask(log.request(LEAVES[:20], 10, consistency(LEAVES[:21], 10))), 422)
        assert w.state(log.origin).read_bytes() == kept
        assert w.ask(log.request(LEAVES[:20], 10)).status == 200
        empty = Log(top, "empty.example")
    with open(w.dir / "logs", "a", encoding="utf-8") as f:
        f.write(empty.key.vkey)
    with w:
        text = f"{empty.origin}\n0\n{b64(LEAVES[0])}\n"
        assert w.ask(request(0, [], text + "\n" + empty.key.sign(text))).is_size(0)  # no leaves have one root
        is_refused(w.ask(empty.request(LEAVES[:4], 0, [LEAVES[0]])), 422)
        assert w.ask(empty.request([])).status == 200 and w.ask(empty.request(LEAVES[:4])).status == 200


def only_the_log_itself_is_believed(program, top):
    log, other = Log(top), Log(top, "other.example")
    second, stranger = Key(top, log.origin), Key(top, log.origin)
    with Witness(program, top, [log]) as w:
        with open(w.dir / "logs", "a", encoding="utf-8") as f:
            f.write(f"\n# a second key\n  {second.vkey}  ")
    with w:
        text = checkpoint(log.origin, LEAVES[:4])
        good, more = log.key.sign(text), second.sign(text)
        wrong = good[:-20] + ("A" if good[-20] != "A" else "B") + good[-19:]
        is_refused(w.ask(other.request(LEAVES[:4])), 404, "origin")
        is_refused(w.ask(request(0, [], f"{text}\n{stranger.sign(text)}")), 403)
        is_refused(w.ask(request(0, [], f"{text}\n{other.key.sign(text)}")), 403)
        is_refused(w.ask(request(0, [], f"{text}\n{wrong}")), 403)
        is_refused(w.ask(request(0, [], f"{text}\n{wrong}{more}")), 403)
        is_refused(w.ask(request(0, [], f"{text}\n{good.replace(log.origin, 'x')}")), 403)
        is_refused(w.ask(request(0, [], f"{checkpoint(log.origin, LEAVES[:5])}\n{good}")), 403)
        is_refused(w.ask(request(9, [], f"{text}\n{wrong}")), 403)  # before sizes are looked at
        assert not w.state(log.origin).exists()
        # what others sign is let stand, even in our name, and is not kept
        ours = w.vkey.split("+")
        junk = f"{DASH}{NAME} {b64(bytes.fromhex(ours[1]) + bytes(72))}\n" + stranger.sign(text) * 60
        a = w.ask(request(0, [], f"{text}\n{junk}{more}{good}"))
        assert a.status == 200 and cosigned(top, w.vkey, text, a.text)
        assert w.state(log.origin).read_text(encoding="utf-8") == f"{text}\n{more}{a.text}"
        is_refused(w.ask(request(4, [], f"{text}\n{junk}{more}{good}{more}{good}")), 400, "64 signatures")
    with w:
        assert w.ask(log.request(LEAVES[:9], 4)).status == 200


def garbage_is_refused_with_its_line(program, top):
    log = Log(top)
    chance = random.Random(5)
    good = log.request(LEAVES[:9])
    old, rest = good.split(b"\n", 1)
    with Witness(program, top, [log]) as w, contextlib.closing(w.connect()) as c:
        def ask(body):
            c.request("POST", "/add-checkpoint", body)
            return Answer(c.getresponse())
        for first in (b"", b"old", b"old ", b"old 00", b"old 01", b"old -1", b"old +1", b"old 1 ", b"old  1", b"Old 0", b" old 0",
                      b"old 9223372036854775808", b"old 0\r", b"old 0x1", b"old \xd9\xa1", b"0"):
            is_refused(ask(first + b"\n" + rest), 400, "line 1: ", "old SIZE")
        for line in (b"x", b" ", b"=", b64(bytes(31)).encode(), b64(bytes(33)).encode(), b64(bytes(32))[:-1].encode(),
                     b64(bytes(32)).encode() + b" ", b"\r"):
            is_refused(ask(old + b"\n" + b64(bytes(32)).encode() + b"\n" + line + b"\n" + rest), 400, "line 3: ", "32 bytes")
        for n in range(len(good)):
            is_refused(ask(good[:n]), 400)
        for bad, line in ((good.replace(b"\n9\n", b"\n09\n"), 4), (good.replace(b"\n9\n", b"\n9\r\n"), 4), (good + b"x\n", 8),
                          (good.replace(b"harbor\n9", b"harbor\n\n9"), 4), (good + b"\n", 9), (good.replace(b"\n9\n", b"\nx\n"), 4)):
            a = ask(bad)
            is_refused(a, 400, "line ")
        for _ in range(300):
            bad = bytearray(good)
            for _ in range(chance.randint(1, 4)):
                bad[chance.randrange(len(bad))] = chance.randrange(256)
            if bytes(bad) != good:  # a byte may have been drawn as it was; keys and signatures are others in each run
                a = ask(bytes(bad))
                assert a.status in (400, 403, 404), (bytes(bad), a)
        for _ in range(50):
            assert ask(chance.randbytes(chance.randint(0, 3000))).status == 400
        assert not w.state(log.origin).exists()
        assert ask(good).status == 200


def methods_and_paths_are_told_apart(program, top):
    log = Log(top)
    with Witness(program, top, [log]) as w:
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
            a = w.ask(None, method)
            assert a.status == 405 and a.head["Allow"] == "POST", (method, a)
        for path in ("/", "/add-checkpoint/", "/add-checkpoints", "//add-checkpoint", "/x?/add-checkpoint", "/" + "x" * 3000):
            is_refused(w.ask(log.request(LEAVES[:4]), path=path), 404)
        with w.raw() as s:
            s.sendall(b"what is this\r\n\r\n")
            assert s.recv(4096)[:13] in (b"HTTP/1.1 400 ", b"HTTP/1.0 400 ", b"HTTP/1.1 505 ", b"")
        assert w.ask(log.request(LEAVES[:4]), path="/add-checkpoint?x=y").status == 200


def limits_are_told_and_kept(program, top):
    log = Log(top)
    good = log.request(LEAVES[:9])
    more = "".join("x" * 99 + "\n" for _ in range(39))
    more += "y" * (4000 - len(checkpoint(log.origin, LEAVES[:12], more)) - 1) + "\n"
    with Witness(program, top, [log], "body_bytes: 8192\nproof_lines: 3\nhead_bytes: 4096\n") as w:
        is_refused(w.ask(b"x" * 8193), 413, "8192", "body_bytes")
        is_refused(w.ask(b"x" * 8192), 400)
        is_refused(w.ask(iter([b"x" * 5000, b"x" * 3193])), 413, "body_bytes")  # in chunks, its length not told
        with w.raw() as s:  # without end
            s.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            try:
                for _ in range(100000):
                    s.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
                raise AssertionError("it takes all there is")
            except (BrokenPipeError, ConnectionResetError):
                pass
        with w.raw() as s:
            s.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n")
            assert s.recv(4096)[:13] in (b"HTTP/1.1 400 ", b"HTTP/1.1 413 ")
        is_refused(w.ask(b"x" * 16384), 413)
        with w.raw() as s:
            s.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 5000)
            assert s.recv(4096)[:13] in (b"HTTP/1.1 413 ", b"HTTP/1.1 431 ")
        is_refused(w.ask(log.request(LEAVES[:9], 0, LEAVES[:4])), 400, "line 5: ", "proof_lines")
        is_refused(w.ask(log.request(LEAVES[:9], 0, LEAVES[:3])), 422)
        assert w.ask(iter([good[:1], good[1:7], good[7:]])).status == 200
        is_refused(w.ask(log.request(LEAVES[:12], 9, more=more[:-1] + "y\n", proof=[])), 400, "4,000 bytes")
    with w:
        text = checkpoint(log.origin, LEAVES[:12], more)
        (w.dir / "witness.yaml").write_text("port: 0\n", encoding="ascii")
        assert len(text) == 4000
    with w:
        a = w.ask(log.request(LEAVES[:12], 9, more=more))
        assert a.status == 200 and cosigned(top, w.vkey, text, a.text)
        is_refused(w.ask(log.request(LEAVES[:12], 0, LEAVES[:64])), 400, "line 65: ", "proof_lines")
        assert w.ask(log.request(LEAVES[:12], 0, LEAVES[:63])).is_size(12)
    with w:
        assert w.ask(log.request(LEAVES[:14], 12)).status == 200


def who_is_slow_keeps_nobody_waiting_for_long(program, top):
    log = Log(top)
    good = log.request(LEAVES[:9])
    head = b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(good)
    with Witness(program, top, [log], "connections: 3\nidle_s: 1\n") as w, w.raw() as silent, w.raw() as drip, w.raw() as body:
        begin = time.monotonic()
        body.sendall(head + good[:20])
        ended = threading.Event()

        def dripping():
            with contextlib.suppress(OSError):
                for byte in head + good:
                    drip.sendall(bytes([byte]))
                    if ended.wait(0.05):
                        break
        slow = threading.Thread(target=dripping)
        slow.start()
        assert w.ask(good).status == 200  # when one of them has gone
        for s in (silent, drip, body):
            with contextlib.suppress(ConnectionResetError):
                assert s.recv(4096) == b""
        ended.set()
        slow.join()
        assert time.monotonic() - begin < SECONDS / 2
        there = None
        with contextlib.closing(w.connect()) as c:  # a connection that is of use may stay
            for n in range(6):
                c.request("POST", "/add-checkpoint", log.request(LEAVES[:9], 9))
                assert Answer(c.getresponse()).status == 200
                there = there or c.sock
                time.sleep(0.3)  # so that it is open for longer than one request may take
            assert c.sock is there


def forks_sent_at_once_are_never_both_cosigned(program, top):
    log = Log(top)
    with Witness(program, top, [log]) as w:
        leaves = LEAVES[:1]
        assert w.ask(log.request(leaves)).status == 200
        for step in range(6):
            branches = [leaves + [leaf_hash(b"%d %d" % (step, k))] * (1 + k % 3) for k in range(8)]
            bodies = [log.request(branch, len(leaves)) for branch in branches]
            answers = [None] * 8
            gate = threading.Barrier(8)

            def send(k):
                gate.wait()
                answers[k] = w.ask(bodies[k])
            threads = [threading.Thread(target=send, args=(k,)) for k in range(8)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            taken = [k for k in range(8) if answers[k].status == 200]
            assert len(taken) == 1, answers
            leaves = branches[taken[0]]
            assert all(answers[k].is_size(len(leaves)) for k in range(8) if k != taken[0]), answers


def what_was_answered_is_known_after_kill_9(program, top):
    log, other, last = Log(top), Log(top, "other.example"), 0
    w = Witness(program, top, [log, other])
    for size in (1, 5, 8, 9, 30):
        with w:
            assert w.ask(log.request(LEAVES[:size], last)).status == 200
            assert w.end(signal.SIGKILL) == -signal.SIGKILL
        last = size
        with w:
            assert w.ask(log.request(LEAVES[:size - 1], size - 1)).is_size(size)
            assert w.ask(log.request(FORGED[:size], size)).is_size(size) or size < 4
    with w:
        assert w.ask(other.request(LEAVES[:3])).status == 200
        assert w.ask(log.request(LEAVES[:3])).is_size(30)


def killed_or_refused_at_each_system_call_it_keeps_to_the_old_or_the_new(program, top):
    if SANITIZED or not shutil.which("strace"):
        return "no strace"
    log = Log(top)
    four, nine, eleven = log.request(LEAVES[:4]), log.request(LEAVES[:9], 4), {n: log.request(LEAVES[:11], n) for n in (4, 9)}
    where = ["openat", "write", "fsync", "rename,renameat,renameat2"]
    faults = [(calls, f"signal=KILL:when={n}") for calls in where for n in range(1, 3)]
    faults += [(calls, f"error={e}:when=1+") for calls in where for e in ("EIO", "ENOSPC")]
    faults += [("fsync", "error=EIO:when=2")]
    for k, (calls, fault) in enumerate(faults):
        w = Witness(program, top, [log], name=f"k{k}")
        with w:
            assert w.ask(four).status == 200
            answering = next(int(t) for t in os.listdir(f"/proc/{w.process.pid}/task") if int(t) != w.process.pid)
            trace = subprocess.Popen(["strace", "-qq", "-p", str(answering), "-o", os.devnull, "-P", w.dir, "-P", w.state(log.origin),
                                      "-P", f"{w.state(log.origin)}.new", "-e", f"inject={calls}:{fault}"], stderr=subprocess.PIPE)
            while "TracerPid:\t0\n" in pathlib.Path(f"/proc/{answering}/status").read_text(encoding="ascii"):
                if trace.poll() is not None:
                    return "no tracing here"
            try:
                a = w.ask(nine)
            except (ConnectionError, http.client.HTTPException):
                a = None
            trace.kill()  # and so the thread goes on
            trace.wait(SECONDS)
            trace.stderr.close()
            assert a is None or "when=1" not in fault or "error=" in fault
            if "error=" in fault:
                is_refused(a, 507 if "ENOSPC" in fault else 503)
                assert w.ask(nine).status == 200  # when there is room again, it goes on
            w.end(signal.SIGKILL)
        with w:
            size = 9 if a is not None or w.ask(four).is_size(9) else 4
            assert w.ask(four).is_size(size), (calls, fault, a)
            assert w.ask(eleven[size]).status == 200
    return None


def what_cannot_be_written_is_not_cosigned(program, top):
    log = Log(top)
    with Witness(program, top, [log]) as w:
        assert w.ask(log.request(LEAVES[:4])).status == 200
        aside = pathlib.Path(f"{w.state(log.origin)}.new")
        aside.mkdir()
        is_refused(w.ask(log.request(LEAVES[:9], 4)), 503)
        assert w.ask(log.request(LEAVES[:3])).is_size(4) and w.ask(log.request(LEAVES[:4], 4)).status == 200
        aside.rmdir()
        assert w.ask(log.request(LEAVES[:8], 4)).status == 200
        w.process.terminate()
        assert "nothing was cosigned" in w.process.stderr.read()


def one_process_has_a_directory(program, top):
    with Witness(program, top) as w:
        done = run(program, "run", w.dir)
        assert done.returncode == 3 and f"another witness, process {w.process.pid}," in done.stderr, done.stderr
        other = Witness(program, top, name="other")
        (other.dir / "witness.yaml").write_text(f"port: {w.host.rsplit(':', 1)[1]}\n", encoding="ascii")
        done = run(program, "run", other.dir)
        assert done.returncode == 4 and w.host in done.stderr and "witness.yaml" in done.stderr, done.stderr
        w.end(signal.SIGKILL)
    with w:
        pass  # a lock that was left is none


def it_ends_when_it_is_told_to(program, top):
    for number in (signal.SIGTERM, signal.SIGINT):
        with Witness(program, top) as w, w.raw() as silent, w.raw() as begun:
            begun.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Le")
            assert w.ask(b"").status == 400
            w.process.send_signal(number)
            assert w.process.wait(SECONDS) == 0 and w.process.stderr.read() == ""
            silent.close()


def files_and_directories_that_others_may_change_are_refused(program, top):
    log = Log(top)
    with Witness(program, top, [log]) as w:
        assert w.ask(log.request(LEAVES[:4])).status == 200
    state = w.state(log.origin).name
    for name, mode in (("", 0o750), ("", 0o701), ("witness.key", 0o640), ("witness.key", 0o604), ("logs", 0o620),
                       ("witness.yaml", 0o602), (state, 0o666)):
        path = w.dir / name
        kept = path.stat().st_mode & 0o777
        path.chmod(mode)
        done = run(program, "run", w.dir)
        assert done.returncode == 2 and "others have rights" in done.stderr and "chmod" in done.stderr, (name, done.stderr)
        path.chmod(kept)
    (w.dir / "logs").chmod(0o644)
    (w.dir / "witness.yaml").chmod(0o644)
    with w:
        pass
    if os.getuid() == 0:
        os.chown(w.dir, 65534, -1)
        done = run(program, "run", w.dir)
        assert done.returncode == 2 and "belongs to uid 65534" in done.stderr
        os.chown(w.dir, 0, -1)


def damage_is_told_with_its_place(program, top):
    log = Log(top)
    with Witness(program, top, [log]) as w:
        assert w.ask(log.request(LEAVES[:4])).status == 200
    state = w.state(log.origin).name
    for name in ("witness.key", state):
        path = w.dir / name
        kept = path.read_bytes()
        for bad in (b"", kept[:-1], kept + b"x", kept.replace(b"a", b"b"), b"\0" * 40, kept * 200):
            path.write_bytes(bad)
            done = run(program, "run", w.dir)
            assert done.returncode == 3 and name in done.stderr, (name, bad[:60], done.stderr)
        path.write_bytes(kept)
    other = Witness(program, top, [log], name="other")
    shutil.copy(w.dir / state, other.dir / state)  # another witness's
    done = run(program, "run", other.dir)
    assert done.returncode == 3 and log.origin in done.stderr and "newest" in done.stderr, done.stderr
    kept = (w.dir / "logs").read_text(encoding="utf-8")
    for bad, words in ((log.key.vkey, "logs:4:0: this key stands there twice"), ("x\n", "logs:4:0: this is no key"),
                       (w.vkey, "logs:4:0: this is the key of a witness")):
        (w.dir / "logs").write_text(kept + bad, encoding="utf-8")
        done = run(program, "run", w.dir)
        assert done.returncode == 3 and words in done.stderr, done.stderr
    (w.dir / "logs").write_text(kept, encoding="utf-8")
    for bad, words in (("port: 65536\n", "witness.yaml:1:7: port: "), ("ports: 1\n", "ports"), ("address: ten\n", "digits"),
                       ("address: 127.0.0.256\n", "127.0.0.1"), ("port: 0\nport: 1\n", "witness.yaml:2:1")):
        (w.dir / "witness.yaml").write_text(bad, encoding="ascii")
        done = run(program, "run", w.dir)
        assert done.returncode == 3 and words in done.stderr, done.stderr
    (w.dir / "witness.yaml").unlink()
    for name in ("witness.key", "logs"):
        kept = (w.dir / name).read_bytes()
        (w.dir / name).unlink()
        done = run(program, "run", w.dir)
        assert done.returncode == 3 and f"`{name}` is missing" in done.stderr, done.stderr
        (w.dir / name).symlink_to("/etc/hostname")
        assert run(program, "run", w.dir).returncode == 4
        (w.dir / name).unlink()
        (w.dir / name).write_bytes(kept)
        (w.dir / name).chmod(0o600)


def the_command_line_says_what_is_wrong(program, top):
    w = Witness(program, top)
    assert "init DIR --name NAME" in run(program, "--help").stdout
    assert re.fullmatch(r"tidewaiter-witness \d+\.\d+\.\d+\S*\n", run(program, "--version").stdout)
    done = run(program, "run", pathlib.Path(top) / "none")
    assert done.returncode == 3 and "init DIR --name" in done.stderr
    for where in (w.dir, top):
        done = run(program, "init", where, "--name", NAME)
        assert done.returncode == 3 and "not empty" in done.stderr, done.stderr
    for name in ("", "a b", "a+b", "x" * 256):
        done = run(program, "init", pathlib.Path(top) / "new", "--name", name)
        assert done.returncode == 2 and "name of a witness" in done.stderr
    assert not (pathlib.Path(top) / "new").exists()
    for args in ((), ("run",), ("walk", top), ("run", top, "more"), ("init", top), ("init", top, "--name"), ("run", top, "-x"),
                 ("run", ""), ("run", top, "--name", "x")):
        done = run(program, *args)
        assert done.returncode == 2 and done.stderr.startswith("tidewaiter-witness: "), (args, done.stderr)


TESTS = (an_honest_log_grows_and_openssl_verifies_each_cosignature, every_step_of_a_small_log_is_cosigned_and_no_wrong_one,
         the_same_checkpoint_twice_is_cosigned_twice_and_written_once, history_is_neither_shortened_nor_rewritten,
         only_the_log_itself_is_believed, garbage_is_refused_with_its_line, methods_and_paths_are_told_apart,
         limits_are_told_and_kept, who_is_slow_keeps_nobody_waiting_for_long, forks_sent_at_once_are_never_both_cosigned,
         what_was_answered_is_known_after_kill_9, killed_or_refused_at_each_system_call_it_keeps_to_the_old_or_the_new,
         what_cannot_be_written_is_not_cosigned, one_process_has_a_directory, it_ends_when_it_is_told_to,
         files_and_directories_that_others_may_change_are_refused, damage_is_told_with_its_place,
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
            except (AssertionError, OSError, ValueError, subprocess.SubprocessError, http.client.HTTPException) as e:
                failed += 1
                line = e.__traceback__
                while line.tb_next is not None and line.tb_next.tb_frame.f_code.co_filename == __file__:
                    line = line.tb_next
                print(f"not ok {n} - {test.__name__}\n# line {line.tb_lineno}: {e!r}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
