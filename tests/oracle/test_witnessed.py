#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_witnessed.py PROGRAM SIGNER WITNESS -- a station shows its log to witnesses, real and false ones; TAP on stdout."""
import contextlib
import pathlib
import shutil
import socket
import sys
import tempfile
import threading

from station import Station
from test_pinned import change
from test_station import declaration, put
from test_witness import Witness

CHECKS = []


def check(good, words):
    CHECKS.append((bool(good), words))


class Eye(Witness):
    """A witness of one station's log, with a name of its own."""

    def __init__(self, program, top, name, key):
        super().__init__(program, top, name=name)
        with open(self.dir / "logs", "a", encoding="utf-8") as f:
            f.write(f"{key}\n")


@contextlib.contextmanager
def answering(text):
    """A server that gives one answer to whoever asks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    with listening.accept()[0] as c:
                        c.recv(65536)
                        c.sendall(text)
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def note_of(st):
    return st.at("log", "checkpoint", check=True).stdout


def is_cosigned(st, eye, policy):
    st.take_in(put(st.top / "one.json", declaration("A1")))
    first = st.at("log", "witness", "--url", f"http://{eye.host}", "--policy", policy)
    check(first.returncode == 0 and "has cosigned" in first.stderr and "by a key of the policy" in first.stderr, "a witness cosigns the last checkpoint")
    check(note_of(st).count("\u2014 ") == 2, "its line is kept below the log's")
    believed = st.at("log", "verify", "--policy", policy)
    check(believed.returncode == 0 and "1 witnesses have seen" in believed.stdout, "log verify believes it by the policy")
    st.take_in(put(st.top / "two.json", declaration("A2"), declaration("A3")))
    check(st.at("log", "verify", "--policy", policy).returncode == 3, "the next checkpoint nobody has seen: it is not believed")
    check(st.at("log", "witness", "--url", f"http://{eye.host}/add-checkpoint", "--policy", policy).returncode == 0, "the witness cosigns that it extends the last")
    again = st.at("log", "witness", "--url", f"http://{eye.host}/")
    check(again.returncode == 0 and note_of(st).count("\u2014 ") == 2 + again.stderr.count("has cosigned"), "asked again it says so again")
    st.at("log", "proof", "2", "--out", "p")  # not decided: nothing to prove
    check(st.at("log", "verify", "--policy", policy).returncode == 0, "and the log is believed")


def corrects_the_size(st, eye, policy):
    change(st, "DELETE FROM meta WHERE name LIKE 'witness:%'")
    st.take_in(put(st.top / "three.json", declaration("A4")))
    check(st.at("log", "witness", "--url", f"http://{eye.host}", "--policy", policy).returncode == 0, "what it cosigned last it says itself (409)")


def refuses_liars(st, eye, policy):
    dash = "\u2014 ".encode()
    line = [text for text in note_of(st).splitlines() if "audit.example" in text][0].encode()
    for words, answer, code in (
            ("no HTTP", b"hello\n", 3), ("an error of the server", b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nno.\n", 4),
            ("what is no signature", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n", 3), ("an answer cut off", b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\nhi\n", 4),
            ("too much", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100000, 3), ("a size beyond the log", b"HTTP/1.1 409 No\r\nContent-Length: 7\r\n\r\n999999\n", 3),
            ("a size that is none", b"HTTP/1.1 409 No\r\nContent-Length: 2\r\n\r\nx\n", 3),
            ("a line that does not hold", b"HTTP/1.1 200 OK\r\n\r\n" + line[:-8] + (b"AAAAAAA=" if line[-8:] != b"AAAAAAA=" else b"BBBBBBB=") + b"\n", 3),
            ("half an answer", b"HTTP/1.1 200 OK\r\nContent-Le", 3), ("a chunked one", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 3)):
        before = note_of(st)
        with answering(answer) as url:
            done = st.at("log", "witness", "--url", url, "--policy", policy)
        check(done.returncode == code and note_of(st) == before, f"{words}: refused, and nothing is kept")
        if done.returncode != code:
            print("#", words, done.returncode, done.stderr, dash, file=sys.stderr)
    check(st.at("log", "witness", "--url", "http://127.0.0.1:1").returncode == 4, "nobody answers: it says so")
    for url in ("https://x", "http://", "http://a b/", "x"):
        check(st.at("log", "witness", "--url", url).returncode == 2, f"{url} is no address here")
    check(st.at("log", "verify", "--policy", policy).returncode == 0, "the log is believed as before")


def finds_a_forked_log(st, eye):
    """A station put back from an old backup, and gone on from there: the witness knows another history."""
    st.stop_signer()
    shutil.copytree(st.dir, st.top / "old")
    shutil.copytree(st.keys, st.top / "oldkeys", ignore=shutil.ignore_patterns("socket", "lock"))
    st.start_signer()
    st.take_in(put(st.top / "four.json", declaration("A5")))
    st.at("log", "witness", "--url", f"http://{eye.host}", check=True)
    st.stop_signer()
    for name, kept in (("st", "old"), ("keys", "oldkeys")):
        shutil.rmtree(st.top / name)
        shutil.move(st.top / kept, st.top / name)
    st.start_signer()
    shorter = st.at("log", "witness", "--url", f"http://{eye.host}")
    check(shorter.returncode == 3 and "lost some" in shorter.stderr, "a log that is shorter than what was cosigned is refused")
    st.take_in(put(st.top / "five.json", declaration("B1"), declaration("B2"), declaration("B3")))
    forked = st.at("log", "witness", "--url", f"http://{eye.host}")
    check(forked.returncode == 3, "so is one that went another way from there")


def main():
    with tempfile.TemporaryDirectory(prefix="tw") as scratch, Station(sys.argv[1], sys.argv[2], scratch) as st:
        st.make()
        key = st.at("log", "key", check=True).stdout.strip()
        with Eye(sys.argv[3], scratch, "eye", key) as eye:
            (pathlib.Path(scratch) / "policy").write_text(f"log {key}\nwitness eye {eye.vkey}\nquorum eye\n", encoding="utf-8")
            is_cosigned(st, eye, "policy")
            corrects_the_size(st, eye, "policy")
            refuses_liars(st, eye, "policy")
            finds_a_forked_log(st, eye)
    print(f"1..{len(CHECKS)}")
    for n, (good, words) in enumerate(CHECKS):
        print(f"{'' if good else 'not '}ok {n + 1} - {words}")
    return 0 if all(good for good, _ in CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
