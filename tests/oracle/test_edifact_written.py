#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_edifact_written.py PROGRAM -- the messages PROGRAM writes, held to the directory by tables of this script; TAP.

Over the declarations of $TIDEWAITER_DATA/wco-dm/imports, written as CUSDEC, and the answers (CONTRL) to all interchanges of
$TIDEWAITER_DATA/edifact and to those CUSDEC:
  - each segment stands where the directory has it, no more often than it may, and what is mandatory is there;
  - each data element has the length and kind of the directory, each composite no more components;
  - UNT counts the segments, UNZ the messages, and both repeat the reference; UNB has its five elements;
  - each CUSDEC is acknowledged by its CONTRL;
  - assess decides the same about the declarations, read from either form.
It shares nothing with the program. Skipped where the data are not there.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEWAITER_DATA", SOURCE.parent / "shared" / "data"))

# UN/EDIFACT D.96B and ISO 9735: tag:status and number; M or C, number and ( ) for a group.
STRUCTURE = {
    "CUSDEC": """UNH:M1 BGM:M1 CST:C1 LOC:C99 DTM:C15 GIS:C25 FII:C1 MEA:C5 EQD:C999 SEL:C999 FTX:C99
        C99(RFF:M1 DTM:C1 C10(PAC:M1 C999(PCI:M1 FTX:C1))) C5(TDT:M1 TPL:C1) C10(DOC:M1 DTM:C2 LOC:C1)
        C10(NAD:M1 RFF:C10 CTA:C1 COM:C5) C1(TOD:M1 LOC:C2 FTX:C1) C25(MOA:M1 C1(CUX:M1 DTM:C1)) UNS:M1
        C9999(CST:M1 FTX:C9 LOC:C25 DTM:C5 MEA:C20 NAD:C5 TDT:C9 C10(PAC:M1 C999(PCI:M1 FTX:C1)) C25(MOA:M1 C1(CUX:M1 DTM:C1))
        C999(RFF:M1 DTM:C1 GIN:C99 MOA:C1 C1(IMD:M1 FTX:C5)) C25(DOC:M1 DTM:C2 LOC:C1 NAD:C5) C1(TOD:M1 LOC:C2 FTX:C1)
        C1(GDS:M1 FTX:C1) C25(GIS:M1 PCD:C1 DTM:C1 RFF:C1) C10(TAX:M1 MOA:C2 GIS:C1) C1(QVR:M1 QTY:C1 C1(RFF:M1 DTM:C1)))
        UNS:M1 CNT:C5 C50(TAX:M1 MOA:C2 GIS:C1) C1(AUT:M1 DTM:C1) UNT:M1""",
    "CONTRL": "UNH:M1 UCI:M1 C999999(UCM:M1 C999(UCS:M1 UCD:C99)) UNT:M1",
}
# The elements of a segment, M those that must be there, with their components; ! = mandatory where the element is there.
SEGMENT = {
    "UNH": ["M !an14", "M !an6 !an3 !an3 !an3 an6"], "UNT": ["M !n10", "M !an14"], "UNS": ["M !a1"],
    "BGM": ["C an3 an3 an3 an35", "C an35 an9 an6", "C an3", "C an3"],
    "CST": ["C n5"] + ["C !an18 an3 an3"] * 5,
    "LOC": ["M !an3"] + ["C an25 an3 an3 an70"] * 3 + ["C an3"],
    "DTM": ["M !an3 an35 an3"], "GIS": ["M !an3 an3 an3 an17"],
    "MEA": ["M !an3", "C an3 an3 an17 an70", "C !an3 an18 n18 n18 n2", "C an3"],
    "EQD": ["M !an3", "C an17 an3 an3 an3", "C an10 an3 an3 an35", "C an3", "C an3", "C an3"],
    "SEL": ["M !an10", "C an3 an3 an3 an35", "C an3"],
    "FTX": ["M !an3", "C an3", "C !an17 an3 an3", "C !an70 an70 an70 an70 an70", "C an3"],
    "RFF": ["M !an3 an35 an6 an35"],
    "TDT": ["M !an3", "C an17", "C an3 an17", "C an8 an17", "C an17 an3 an3 an35", "C an3", "C !an3 !an3 an17",
            "C an9 an3 an3 an35 an3", "C an3"],
    "DOC": ["M an3 an3 an3 an35", "C an35 an3 an35 an3", "C an3", "C n2", "C n2"],
    "NAD": ["M !an3", "C !an35 an3 an3", "C !an35 an35 an35 an35 an35", "C !an35 an35 an35 an35 an35 an3",
            "C !an35 an35 an35 an35", "C an35", "C an9", "C an9", "C an3"],
    "TOD": ["C an3", "C an3", "C an3 an3 an3 an70 an70"], "MOA": ["M !an3 n18 an3 an3 an3"],
    "PAC": ["C n8", "C an3 an3 an3", "C an17 an3 an3 an35"],
    "PCI": ["C an3", "C !an35" + " an35" * 9, "C an3"], "GIN": ["M !an3"] + ["C !an35 an35"] * 5,
    "TAX": ["M !an3", "C an3 an3 an3 an35", "C !an6 an3 an3", "C an15", "C an7 an3 an3 an17 an12 an3 an3", "C an3", "C an20"],
    "CNT": ["M !an3 !n18 an3"],
    "UCI": ["M !an14", "M !an35 an4 an14", "M !an35 an4 an14", "M !an3", "C an3", "C an3", "C !n3 n3"],
    "UCM": ["M !an14", "M !an6 !an3 !an3 !an3 an6", "M !an3", "C an3", "C an3", "C !n3 n3"],
    "UCS": ["M !n6", "C an3"], "UCD": ["M !an3", "M !n3 n3"],
}


def grammar(text):
    """[(mandatory, most, tag or list)]"""
    tokens = re.findall(r"[MC]\d+\(|\)|[A-Z]{3}:[MC]\d+", text)

    def rows(at):
        out = []
        while at < len(tokens) and tokens[at] != ")":
            if tokens[at].endswith("("):
                inner, after = rows(at + 1)
                out.append((tokens[at][0] == "M", int(tokens[at][1:-1]), inner))
                at = after + 1
            else:
                tag, status = tokens[at].split(":")
                out.append((status[0] == "M", int(status[1:]), tag))
                at += 1
        return out, at
    return rows(0)[0]


def match(rows, tags, at):
    """The place behind what the rows take of the tags, or a sentence."""
    for mandatory, most, what in rows:
        first = what if isinstance(what, str) else what[0][2]
        times = 0
        while at < len(tags) and tags[at] == first and times < most:
            times += 1
            at = at + 1 if isinstance(what, str) else match(what, tags, at)
            if isinstance(at, str):
                return at
        if mandatory and times == 0:
            return f"{first} is missing at segment {at + 1}"
    return at


def segments(text):
    """Each segment as a list of elements, each a list of components; UNA is left out."""
    if text.startswith("UNA"):
        assert text[3:9] == ":+.? '", text[:9]
        text = text[9:]
    out, element, value, at = [], [[]], "", 0
    while at < len(text):
        c = text[at]
        if c == "?":
            at += 1
            value += text[at]
        elif c in ":+'":
            element[-1].append(value)
            value = ""
            if c == "+":
                element.append([])
            if c == "'":
                out.append(element)
                element = [[]]
        else:
            value += c
        at += 1
    assert value == "" and element == [[]], "bytes behind the last segment"
    return out


def wrong_value(spec, value):
    kind, most = re.fullmatch(r"!?(an|n|a)(\d+)", spec).groups()
    if kind == "n" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return "is no number"
    length = len(re.sub(r"\D", "", value)) if kind == "n" else len(value)
    return "is too long" if length > int(most) else ""


def wrong_segment(s):
    tag, elements = s[0][0], s[1:]
    table = SEGMENT.get(tag)
    if table is None:
        return f"{tag} is not known"
    if len(elements) > len(table):
        return f"{tag} has {len(elements)} elements"
    for i, spec in enumerate(table):
        status, *parts = spec.split()
        have = elements[i] if i < len(elements) else []
        if not any(have):
            if status == "M" and any(p[0] == "!" for p in parts):
                return f"{tag} {i + 1} is missing"
            continue
        if len(have) > len(parts):
            return f"{tag} {i + 1} has {len(have)} components"
        for k, part in enumerate(parts):
            value = have[k] if k < len(have) else ""
            if value == "" and part[0] == "!":
                return f"{tag} {i + 1}.{k + 1} is missing"
            if value and wrong_value(part, value):
                return f"{tag} {i + 1}.{k + 1} '{value}' {wrong_value(part, value)}"
    return ""


def wrong_interchange(whole):
    """The first thing wrong with one interchange, UNB to UNZ."""
    unb, unz = whole[0], whole[-1]
    if unb[0][0] != "UNB" or len(unb) < 6 or not all(e[0] for e in unb[1:6]):
        return "UNB lacks an element"
    if not re.fullmatch(r"(\d\d)?\d{6}:\d{4}", ":".join(unb[4])) or len(unb[5][0]) > 14:
        return f"UNB has the time {unb[4]}, the reference {unb[5]}"
    body, messages = whole[1:-1], 0
    while body:
        ends = next((i for i, s in enumerate(body) if s[0][0] == "UNT"), None)
        if ends is None:
            return "UNT is missing"
        message, body = body[:ends + 1], body[ends + 1:]
        messages += 1
        tags = [s[0][0] for s in message]
        at = match(grammar(STRUCTURE[message[0][2][0]]), tags, 0)
        if isinstance(at, str) or at != len(tags):
            return at if isinstance(at, str) else f"{tags[at]} has no place at segment {at + 1}"
        for s in message:
            if wrong_segment(s):
                return wrong_segment(s)
        if message[-1][1:] != [[str(len(message))], message[0][1]]:
            return "UNT counts or names another message"
    if unz[0][0] != "UNZ" or unz[1:] != [[str(messages)], unb[5]]:
        return "UNZ counts or names another interchange"
    return ""


def wrong_file(path):
    raw = path.read_bytes()
    text = raw.decode("utf-8" if b"UNOY" in raw[:20] else "latin-1")
    for part in re.split(r"(?=UNA:\+\.\? ')|(?<=')(?=UNB\+UNO.:4\+)", text):
        fault = wrong_interchange(segments(part)) if part else ""
        if fault:
            return fault
    return "" if text else "it is empty"


def run(program, *args):
    return subprocess.run([program, *map(str, args)], capture_output=True, text=True, check=False)


def main():
    program, done = sys.argv[1], 0

    def tell(name, faults):
        nonlocal done
        done += 1
        for line in faults[:20]:
            print("#", line)
        print("not ok" if faults else "ok", done, "-", name)

    imports, samples = DATA / "wco-dm" / "imports", DATA / "edifact"
    if not imports.is_dir() or not samples.is_dir():
        print("1..1\nok 1 - messages that are written # SKIP no wco-dm/ and edifact/ in TIDEWAITER_DATA")
        return
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        run(program, "convert", imports, "--to", "edifact", "--out", top / "edi", "--quiet")
        written = sorted((top / "edi").glob("*.edi"))
        tell("there are many", [] if len(written) > 200 else [f"{len(written)} were written"])
        faults = [(f.name, wrong_file(f)) for f in written]
        tell("each CUSDEC keeps the directory", [f"{n}: {w}" for n, w in faults if w])
        run(program, "convert", top / "edi", "--to", "contrl", "--out", top / "good", "--quiet")
        run(program, "convert", samples, "--to", "contrl", "--out", top / "mixed", "--quiet")
        good, mixed = sorted((top / "good").glob("*")), sorted((top / "mixed").glob("*"))
        tell("each is acknowledged", [f.name for f in good if not re.search(rb"\+7'UNT\+3\+1'UNZ", f.read_bytes())]
             + ([] if len(good) == len(written) else [f"{len(good)} answers"]))
        faults = [(f.name, wrong_file(f)) for f in good + mixed]
        tell("each CONTRL keeps its structure", [f"{n}: {w}" for n, w in faults if w] + ([] if mixed else ["no answers"]))
        tables = [run(program, "assess", d).stdout for d in (imports, top / "edi")]
        tell("they are decided alike", [] if tables[0] == tables[1] and tables[0] else ["assess decides something else"])
    print(f"1..{done}")


if __name__ == "__main__":
    main()
