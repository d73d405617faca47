#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_xml_attacks.py PROGRAM -- hostile messages, each handed to `PROGRAM convert`; TAP on stdout.

Each must be refused, within 100 ms of processor time and 64 MiB of memory over what a small message takes; and strace,
where it is there, must see no file opened for it and no connection that a small message does not need too.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

CPU_S, MEMORY_KIB = 0.100, 64 << 10
SMALL = b'<Declaration xmlns="urn:wco:datamodel:WCO:DEC-DMS:2"><FunctionCode>9</FunctionCode></Declaration>'
UTF16 = "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>".encode("utf-16")


def numbered(before, after, n):
    return b"".join(b"%b%d%b" % (before, i, after) for i in range(n))


def laughs():
    inner = b"".join(b"<!ENTITY e%d '%b'>" % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 10))
    return b"<!DOCTYPE a [<!ENTITY e0 'ha'>" + inner + b"]><a>&e9;</a>"


ATTACKS = {
    "an entity that names a file": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>',
    "a parameter entity": b'<!DOCTYPE a [<!ENTITY % e SYSTEM "file:///etc/hostname"> %e;]><a/>',
    "an external subset": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "a billion laughs": laughs(),
    "quadratic blow-up": b"<!DOCTYPE a [<!ENTITY e '" + b"x" * 55000 + b"'>]><a>" + b"&e;" * 18000 + b"</a>",
    "a DOCTYPE in UTF-16": UTF16,
    "depth 300": b"<a>" * 300,
    "depth 100,000": b"<a>" * 100000 + b"</a>" * 100000,
    **{f"{n} attributes": b"<a" + numbered(b" a", b'="1"', n) + b"/>" for n in (1000, 5000, 10000, 20000, 100000)},
    "20,000 namespaces": b"<a" + numbered(b" xmlns:a", b'="u"', 20000) + b"/>",
    "11 MB of text": b"<a>" + b"x" * 11000000 + b"</a>",
    "9.9 MB of text": b"<a>" + b"x" * 9900000 + b"</a>",
    "9.9 MB in one attribute": b"<a b='" + b"x" * 9900000 + b"'/>",
    "2.4 million references": b"<a>" + b"&lt;" * 2400000 + b"</a>",
    "3 million elements": b"<a>" + b"<b/>" * 2400000 + b"</a>",
    "180,000 names": b"<a>" + numbered(b"<n", b"/>", 180000) + b"</a>",
    "a comment without an end": b"<a>" + b"<!--" * 2400000,
    "UTF-7": b"<?xml version='1.0' encoding='UTF-7'?>+ADw-a+AD4-",
    "a NUL": b"<a>\0</a>",
    "a cut-off message": SMALL[:-20],
    "an inclusion": b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname"/></a>',
    "a schema of its own": b'<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="/etc/hostname"/>',
    "a style sheet": b'<?xml-stylesheet href="file:///etc/hostname"?><a/>',
}


def run(program, path, out):
    """(exit code, processor seconds, KiB at most)"""
    with open(os.devnull, "wb") as nothing:
        child = subprocess.Popen([program, "convert", path, "--to", "xml", "--out", out], stdout=nothing, stderr=nothing)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def touched(program, path, out):
    """What strace saw: files opened but for the message's own and those below OUT, and every use of a socket."""
    trace = out.parent / "trace"
    subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=open,openat,openat2,socket,connect", program, "convert", path,
                    "--to", "xml", "--out", out], capture_output=True, check=False)
    calls = re.findall(r"^\d+ +(\w+)\((.*)\) += ", trace.read_text(encoding="utf-8", errors="replace"), re.M)
    names = [(call, (re.search(r'"([^"]*)"', rest) or re.search(r"(.*)", rest))[1]) for call, rest in calls]
    return {(call, name) for call, name in names if name != str(path) and not name.startswith(str(out))}


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    number = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch) / "out"
        path = pathlib.Path(scratch) / "message.xml"
        path.write_bytes(SMALL)
        idle = [run(program, path, out) for _ in range(3)]
        cpu, memory = min(i[1] for i in idle), max(i[2] for i in idle)
        strace = shutil.which("strace")
        usual = touched(program, path, out) if strace else set()
        assert all(i[0] == 0 for i in idle), idle
        for number, (name, message) in enumerate(ATTACKS.items(), 1):
            path.write_bytes(message)
            tries = []
            while len(tries) < 3 and (not tries or tries[-1][1] - cpu > CPU_S):  # others may be at work on this machine
                tries.append(run(program, path, out))
            code, took, held = min(tries, key=lambda t: t[1])
            more = touched(program, path, out) - usual if strace else set()
            fine = code == 3 and took - cpu <= CPU_S and held - memory <= MEMORY_KIB and not more
            failed += not fine
            print(f"{'ok' if fine else 'not ok'} {number} - {name}")
            if not fine:
                print(f"# exit code {code}, {(took - cpu) * 1e3:.0f} ms and {held - memory} KiB over a small message, {more}")
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
