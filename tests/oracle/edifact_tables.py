# SPDX-License-Identifier: Apache-2.0
"""The directory's structures and segments of the messages that are written, and how an interchange is taken apart.

It shares nothing with the program: what is written here was taken from the directories themselves.
"""
import re

# UN/EDIFACT D.95B (CUSCAR), D.96B and ISO 9735: tag:status and number; M or C, number and ( ) for a group.
STRUCTURE = {
    "CUSDEC": """UNH:M1 BGM:M1 CST:C1 LOC:C99 DTM:C15 GIS:C25 FII:C1 MEA:C5 EQD:C999 SEL:C999 FTX:C99
        C99(RFF:M1 DTM:C1 C10(PAC:M1 C999(PCI:M1 FTX:C1))) C5(TDT:M1 TPL:C1) C10(DOC:M1 DTM:C2 LOC:C1)
        C10(NAD:M1 RFF:C10 CTA:C1 COM:C5) C1(TOD:M1 LOC:C2 FTX:C1) C25(MOA:M1 C1(CUX:M1 DTM:C1)) UNS:M1
        C9999(CST:M1 FTX:C9 LOC:C25 DTM:C5 MEA:C20 NAD:C5 TDT:C9 C10(PAC:M1 C999(PCI:M1 FTX:C1)) C25(MOA:M1 C1(CUX:M1 DTM:C1))
        C999(RFF:M1 DTM:C1 GIN:C99 MOA:C1 C1(IMD:M1 FTX:C5)) C25(DOC:M1 DTM:C2 LOC:C1 NAD:C5) C1(TOD:M1 LOC:C2 FTX:C1)
        C1(GDS:M1 FTX:C1) C25(GIS:M1 PCD:C1 DTM:C1 RFF:C1) C10(TAX:M1 MOA:C2 GIS:C1) C1(QVR:M1 QTY:C1 C1(RFF:M1 DTM:C1)))
        UNS:M1 CNT:C5 C50(TAX:M1 MOA:C2 GIS:C1) C1(AUT:M1 DTM:C1) UNT:M1""",
    "CUSCAR": """UNH:M1 BGM:M1 DTM:C9 RFF:C9 NAD:C9 FTX:C9 C9(TDT:M1 LOC:C99 DTM:C99) GIS:C9
        C9999(EQD:M1 TSR:C9 MEA:C9 DIM:C9 SEL:C9 NAD:C9 GIS:C9 C9(TMP:M1 RNG:C1)) CNT:C9
        C9999(CNI:M1 CNT:C9 C9999(RFF:M1 CNT:C9 MOA:C9 LOC:C99 GIS:C9 CUX:C9 CPI:C9 C9(TDT:M1 LOC:C9 DTM:C9 RFF:C9)
        C99(NAD:M1 RFF:C9 C9(CTA:M1 COM:C9)) C9(QTY:M1 FTX:C9)
        M9999(GID:M1 PAC:C9 HAN:C9 FTX:C99 MEA:C99 MOA:C9 SGP:C99 DGS:C9 PCI:C9 CST:C1 C9(GIS:M1 DOC:C9) C9(QTY:M1 FTX:C1))))
        C1(AUT:M1 DTM:C9 RFF:C9) UNT:M1""",
    "CUSRES": """UNH:M1 BGM:M1 DTM:C9 FTX:C9 TDT:C9 LOC:C99 GIS:C10 EQD:C999 C9(NAD:M1 C9(CTA:M1 COM:C9)) C999(RFF:M1 DTM:C9 LOC:C9)
        C99(ERP:M1 RFF:C9 ERC:C99 FTX:C99) C99(TAX:M1 MOA:C99 GIS:C99)
        C9999(DOC:M1 PAC:C9 RFF:C9 PCI:C9 FTX:C9 TDT:C9 LOC:C9 DTM:C9 GIS:C9 MEA:C99 EQD:C999 C9(NAD:M1 C9(CTA:M1 COM:C9))
        C99(MOA:M1 CUX:C9) C9999(CST:M1 FTX:C9 C99(TAX:M1 MOA:C99 GIS:C99 MEA:C9 RFF:C9)) C9999(ERP:M1 RFF:C9 ERC:C99 FTX:C9))
        CNT:C9 C9(AUT:M1 DTM:C9) UNT:M1""",
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
    "CNI": ["C n4", "C an35 an3 an35 an3", "C n4"], "GID": ["C n5"] + ["C n8 an17 an3 an3 an35"] * 3,
    "SGP": ["M an17 an3 an3 an3", "C n8"],
    "DGS": ["C an3", "C !an7 an7 an10", "C n4 an8", "C n4 an3", "C an3", "C an6", "C an4", "C an10", "C an4 an4",
            "C an4 an4 an4", "C an3", "C an3", "C an3"],
    "ERP": ["C an3 an35 n6", "C an3 an10 an3"], "ERC": ["M !an8 an3 an3"], "CTA": ["C an3", "C an17 an35"],
    "COM": ["M !an512 !an3"],
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
