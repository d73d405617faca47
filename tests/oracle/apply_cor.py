#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""apply_cor.py XSD BASE REQUEST -- an amendment applied to a declaration, as docs/formats/requests.md says it; XML on stdout.

What pointers mean is read from the WCOID annotations of the published schema (WCO_DEC_2_DMS.xsd), how often an element
may stand there from its maxOccurs. It shares nothing with the program. Exit code 1 with the reason on stderr where the
request must be refused.
"""
import copy
import sys

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
DEC = "{urn:wco:datamodel:WCO:DEC-DMS:2}"
OWN = {"017", "D026", "D014", "D013", "D011", "023", "06A"}  # in a request they speak of the request


class Refused(Exception):
    """Why a request cannot be carried out."""


class Node:
    """An element of the schema: its name, its WCOID, whether several may stand there, what may stand in it."""

    def __init__(self, element):
        self.name = element.get("name")
        self.ids = [e.text for e in element.findall(XS + "annotation//{*}WCOID")]
        self.many = element.get("maxOccurs", "1") != "1"
        self.children = children_of(element)
        self.numbered = any(c.name == "SequenceNumeric" for c in self.children)


def children_of(parent):
    out = []
    for e in parent:
        if e.tag == XS + "element":
            out.append(Node(e))
        elif e.tag in (XS + "sequence", XS + "choice", XS + "complexType"):
            out += children_of(e)
    return out


def schema(path):
    root = etree.parse(str(path)).getroot()
    return children_of(next(e for e in root.findall(XS + "complexType") if e.get("name") == "Declaration"))


def read(path):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.parse(str(path), parser)


def declaration(tree):
    return next(tree.getroot().iter(DEC + "Declaration"))


def text_of(e, name):
    return (e.findtext(DEC + name) or "").strip()


def pointers(amendment):
    return [(text_of(p, "DocumentSectionCode"), int(text_of(p, "SequenceNumeric") or 0), text_of(p, "TagID"))
            for p in amendment.findall(DEC + "Pointer")]


def resolve(top, way):
    """[(Node, sequence)] and whether a tag names one element."""
    if not way or way[0][0] != "42A":
        raise Refused("pointers begin at the declaration")
    steps, here, tagged = [], top, False
    for i, (section, sequence, tag) in enumerate(way):
        for code, number in ([(section, sequence)] if i > 0 else []) + ([(tag, 0)] if tag else []):
            node = next((c for c in here if code and code in c.ids), None)
            if node is None:
                raise Refused(f"no {code}")
            steps.append([node, number])
            here = node.children
        if tag and i + 1 < len(way):
            raise Refused("a tag in the middle")
        tagged = bool(tag)
    if not steps:
        raise Refused("the whole declaration")
    return steps, tagged


def number_of(e):
    text = text_of(e, "SequenceNumeric")
    return int(text) if text.isdigit() else 0


def about_amendment(e):
    ways = e.findall(DEC + "Pointer")
    return bool(ways) and text_of(ways[-1], "DocumentSectionCode") == "06A"


def siblings(parent, node, top):
    found = parent.findall(DEC + node.name)
    return [e for e in found if not about_amendment(e)] if top and node.name == "AdditionalInformation" else found


def step_down(parent, step, top):
    """The element of that step, or None; and the last that there is."""
    node, sequence = step
    found = siblings(parent, node, top)
    if not node.many:
        return (found[0] if found else None), len(found)
    numbers = [number_of(e) if node.numbered else 0 for e in found]
    last = max(numbers, default=0) or len(found)
    if sequence == 0:
        if len(found) > 1:
            raise Refused("which one of several")
        step[1] = last if found else 1
        return (found[0] if found else None), last
    if any(numbers):
        return next((e for e, n in zip(found, numbers) if n == sequence), None), last
    return (found[sequence - 1] if sequence <= len(found) else None), last


def follow(root, steps, gone=()):
    """Elements from the declaration down, as far as they are there; and the last of what is missing."""
    way, last = [root], 0
    for step in steps:
        e, last = step_down(way[-1], step, len(way) == 1)
        if e is None or e in gone:
            break
        way.append(e)
    return way, last


def same(a, b):
    return a.tag == b.tag and (a.text or "").strip() == (b.text or "").strip() and dict(a.attrib) == dict(b.attrib) and \
        len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))


def empty(e):
    return len(e) == 0 and not (e.text or "").strip()


def place(steps):
    return tuple((node.name, number if node.many else 0) for node, number in steps)


def put(parent, step):
    node, number = step
    e = etree.Element(DEC + node.name)
    before = [c for c in parent.findall(DEC + node.name) if node.many and node.numbered and number_of(c) > number]
    if before:
        before[0].addprevious(e)
    else:
        parent.append(e)
    return e


def become(e, new):
    tail = e.tail
    e.clear()
    e.text, e.tail = new.text, tail
    e.attrib.update(new.attrib)
    e.extend(copy.deepcopy(c) for c in new)


def add(way, steps, asked, last):
    node, number = steps[len(way) - 1]
    if node.many and number != last + 1 and not (node.numbered and number <= last):
        raise Refused(f"{node.name} {number} is not the next")
    for i in range(len(way) - 1, len(steps)):
        e = put(way[i], steps[i])
        way.append(e)
        if i + 1 == len(steps):
            become(e, asked[i + 1])
        elif steps[i][0].numbered and asked[i + 1].find(DEC + "SequenceNumeric") is not None:
            e.append(copy.deepcopy(asked[i + 1].find(DEC + "SequenceNumeric")))


def amend(base, request, amendment, top, done, gone):
    """Does one amendment; whether it changed anything."""
    steps, tagged = resolve(top, pointers(amendment))
    if set(steps[0][0].ids) & OWN or "006" in steps[-1][0].ids:
        raise Refused("may not be amended")
    asked, _ = follow(request, steps)
    way, last = follow(base, steps, gone)
    key = place(steps)
    if any(key[:len(d)] == d or d[:len(key)] == key for d in done):
        raise Refused("said twice")
    done.append(key)
    new = asked[len(steps)] if len(asked) > len(steps) else None
    if new is None or (empty(new) and not tagged):
        if len(way) <= len(steps):
            raise Refused("not there")
        if tagged and len(asked) < len(steps):
            raise Refused("no new value")
        gone.append(way[-1])
        return True
    if empty(new):
        raise Refused("without a value")
    if len(way) <= len(steps):
        add(way, steps, asked, last)
        return True
    if same(way[-1], new):
        return False
    become(way[-1], new)
    return True


def apply(top, tree, request_tree):
    """The next version of a declaration, as a tree of its own; Refused."""
    out = copy.deepcopy(tree)
    base, request = declaration(out), declaration(request_tree)
    mrn = text_of(base, "ID")
    if mrn and mrn != text_of(request, "ID"):
        raise Refused("another declaration")
    done, gone, changed = [], [], 0
    amendments = request.findall(DEC + "Amendment")
    for amendment in amendments:
        changed += amend(base, request, amendment, top, done, gone)
    if not changed:
        raise Refused("nothing changes")
    for e in gone:
        parent = e.getparent()
        parent.remove(e)
        if len(parent) == 0 and not (parent.text or "").strip():
            parent.text = None  # the blanks were around what is gone
    return out


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        out = apply(schema(sys.argv[1]), read(sys.argv[2]), read(sys.argv[3]))
    except Refused as why:
        print(f"refused: {why}", file=sys.stderr)
        sys.exit(1)
    sys.stdout.buffer.write(etree.tostring(out, xml_declaration=True, encoding="UTF-8"))


if __name__ == "__main__":
    main()
