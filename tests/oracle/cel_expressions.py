# SPDX-License-Identifier: Apache-2.0
"""Expressions of the Common Expression Language over random declarations, to be put to two engines.

declaration(random) gives names with values, in the JSON form of cel.expr.Value; pairs(random) every operator and function
with every kind of operand, or pair of kinds, once; Maker(random).make() anything that the grammar allows, mostly of
kinds that fit. An expression is a Node, so that what two engines disagree on can be taken apart.
"""
import base64

KINDS = "null bool int uint double string bytes timestamp duration list map type".split()
BINARY = "+ - * / % == != < <= > >= in && ||".split()
TEXTS = ["", "a", "XA", "8517130000", "Bay Traders", "é", "日本", "a,b,,c", " \\t x ", "true", "17", "-3", "1.5", "1h30m",
         "2026-03-29T01:30:00Z"]
ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "+05:45", "-09:30"]
PATTERNS = ["^85(17|18)", "a+", "[A-Z]{2}$", "", ".", "^$", "Tr.*s"]
PARTS = "FullYear Month Date DayOfMonth DayOfWeek DayOfYear Hours Minutes Seconds Milliseconds".split()


class Node:
    """parts: texts and Nodes in order; op: what it does; free: variables of macros it takes from outside."""

    def __init__(self, op, *parts, bound=()):
        self.op, self.parts, self.bound = op, parts, bound
        self.nodes = [p for p in parts if isinstance(p, Node)]
        self.free = frozenset().union(*(n.free for n in self.nodes)) - set(bound)

    def __str__(self):
        return "".join(map(str, self.parts))

    def put(self, variable, node):
        """A copy in which `node` stands for a variable of a macro."""
        if self.op == "variable" and self.parts[0] == variable:
            return node
        if variable not in self.free:
            return self
        copy = Node(self.op, *(p.put(variable, node) if isinstance(p, Node) else p for p in self.parts))
        copy.free = self.free - {variable}
        return copy

    def unrolled(self):
        """Of a macro: what it asks of its first elements, each by itself."""
        if self.op not in MACROS or not self.bound:
            return
        over, body = self.nodes
        for i in range(4):
            yield body.put(self.bound[0], Node("element", "(", over, f").map(k, k)[{i}]"))

    def walk(self):
        yield self
        for node in self.nodes:
            yield from node.walk()


def name(text):
    node = Node("variable", text)
    node.free = frozenset([text])
    return node


def instant(random):
    return (f"{random.choice([1, 1969, 1970, 2025, 2026, 9999]):04}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
            f"T{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}"
            f"{random.choice(['', '.5', '.123', '.000000001'])}{random.choice(['Z', 'Z', '+02:00', '-05:30'])}")


def span(random):
    return random.choice(["0s", "1s", "-1s", "90m", "1h30m", "-1.5h", "999ms", "1us", "1ns", "8760h", "-0.5s",
                          f"{random.randint(-10**6, 10**6)}s", "2562047h"])


def literal(random, kind):
    """A constant of a kind, as an expression has it."""
    whole = random.choice([0, 1, 2, 3, 7, 10, 100, random.randint(-50, 50), 2**53 + 1, -2**53 - 1, 2**63 - 1, -2**63])
    if kind == "null":
        return "null"
    if kind == "bool":
        return random.choice(["true", "false"])
    if kind == "int":
        return str(whole)
    if kind == "uint":
        return f"{random.choice([0, 1, 2, 3, 7, 2**63, 2**64 - 1, abs(whole)])}u"
    if kind == "double":
        return random.choice(["0.0", "-0.0", "1.0", "1.5", "2.0", "-3.25", "1e3", "9.5e18", "-1.9e19", "1e300", "0.1", ".5e-7"])
    if kind == "string":
        return random.choice(['"{}"', "'{}'"]).format(random.choice(TEXTS))
    if kind == "bytes":
        return random.choice(["b''", "b'a'", "b'\\xff'", "b'é'", "b'\\303\\251'", "b'abc'"])
    if kind == "timestamp":
        return f"timestamp('{instant(random)}')"
    if kind == "duration":
        return f"duration('{span(random)}')"
    if kind == "list":
        inner = random.choice(["int", "string", "double", "uint", "bool"])
        some = [literal(random, random.choice([inner, inner, inner, random.choice(KINDS[:7])])) for _ in range(random.randint(0, 3))]
        return f"[{', '.join(some)}]"
    if kind == "map":
        keys = random.sample(["'a'", "'b'", "1", "2u", "true", "'price'"], random.randint(0, 3))
        return "{" + ", ".join(f"{k}: {literal(random, random.choice(KINDS[:7]))}" for k in keys) + "}"
    return random.choice(["int", "uint", "double", "string", "bytes", "bool", "list", "map", "null_type", "type",
                          "google.protobuf.Timestamp", "google.protobuf.Duration"])


def value(random, kind):
    """The same as a value that a name may stand for."""
    if kind == "null":
        return {"nullValue": None}
    if kind == "bool":
        return {"boolValue": random.random() < 0.5}
    if kind == "int":
        return {"int64Value": str(random.choice([0, 1, 3, random.randint(-1000, 1000), 2**63 - 1]))}
    if kind == "uint":
        return {"uint64Value": str(random.choice([0, 1, 3, random.randint(0, 1000), 2**64 - 1]))}
    if kind == "double":
        return {"doubleValue": random.choice([0.0, 1.0, 120.5, -0.25, 3.0, "NaN", "Infinity", 1e20])}
    if kind == "string":
        return {"stringValue": random.choice(TEXTS).replace("\\t", "\t")}
    if kind == "bytes":
        return {"bytesValue": base64.b64encode(random.choice([b"", b"a", b"\xff", "é".encode()])).decode()}
    if kind == "list":
        inner = random.choice(KINDS[1:6])
        return {"listValue": {"values": [value(random, inner) for _ in range(random.randint(0, 4))]}}
    keys = random.sample(["a", "b", "price", "origin"], random.randint(0, 4))
    return {"mapValue": {"entries": [{"key": {"stringValue": k}, "value": value(random, random.choice(KINDS[:7]))} for k in keys]}}


NAMES = {"urgent": "bool", "lines": "int", "packages": "uint", "price": "double", "origin": "string", "seal": "bytes",
         "codes": "list", "item": "map", "note": "null", "x": "any"}
TYPES = {"bool": {"primitive": "BOOL"}, "int": {"primitive": "INT64"}, "uint": {"primitive": "UINT64"},
         "double": {"primitive": "DOUBLE"}, "string": {"primitive": "STRING"}, "bytes": {"primitive": "BYTES"},
         "list": {"listType": {"elemType": {"dyn": {}}}}, "null": {"null": None}, "any": {"dyn": {}},
         "map": {"mapType": {"keyType": {"primitive": "STRING"}, "valueType": {"dyn": {}}}}}


def declaration(random):
    values = {n: value(random, random.choice(KINDS[:7] + ["list", "map"]) if k == "any" else k) for n, k in NAMES.items()}
    return {"bindings": {n: {"value": v} for n, v in values.items()},
            "typeEnv": [{"name": n, "ident": {"type": TYPES[k]}} for n, k in NAMES.items()]}


def functions(random):
    """name, kinds that fit, and a way to write a call with one operand."""
    rows = [(f, None, lambda a, f=f: (f + "(", a, ")")) for f in
            "int uint double string bytes bool timestamp duration type dyn size".split()]
    rows += [(f"get{p}", "timestamp", lambda a, p=p: ("(", a, f").get{p}()")) for p in PARTS]
    rows += [(f"get{p} in a zone", "timestamp", lambda a, p=p: ("(", a, f").get{p}('{random.choice(ZONES)}')")) for p in PARTS]
    rows += [(f, "string", lambda a, f=f: ("(", a, f").{f}()")) for f in "size lowerAscii upperAscii trim".split()]
    rows += [("matches", "string", lambda a: ("(", a, f").matches('{random.choice(PATTERNS)}')")),
             ("!", "bool", lambda a: ("!(", a, ")")), ("-", "int", lambda a: ("-(", a, ")"))]
    return rows


METHODS = "contains startsWith endsWith split".split()
MACROS = "all exists exists_one map filter".split()


def pairs(random):
    """Every operator and function with every kind, every pair of kinds: Nodes with their label."""

    def of(kind):
        names = [n for n, k in NAMES.items() if k == kind]
        if names and random.random() < 0.3:
            return Node(kind, random.choice(names))
        return Node(kind, literal(random, kind))

    for a in KINDS:
        for f, _, write in functions(random):
            yield Node(f, *write(of(a)))
        for b in KINDS:
            for op in BINARY:
                yield Node(op, "(", of(a), f") {op} (", of(b), ")")
            for f in METHODS:
                yield Node(f, "(", of(a), f").{f}(", of(b), ")")
            yield Node("[]", "(", of(a), ")[", of(b), "]")
            yield Node("?:", of("bool"), " ? ", of(a), " : ", of(b))
        for m in MACROS:
            yield Node(m, "(", of(a), f").{m}(e, ", Node("==", name("e"), " == ", of("int")), ")", bound=["e"])
        yield Node("has", "has((", of(a), ").price)")
        yield Node("?:", of(a), " ? 1 : 2")


class Maker:
    """Expressions of a wanted kind, some deep; now and then of another kind, or something that is missing."""

    def __init__(self, random, depth=5):
        self.random, self.depth = random, depth

    def make(self):
        return self.of(self.random.choice(KINDS + ["bool"] * 8), self.depth, ())

    def leaf(self, kind, scope):
        r = self.random
        own = [n for n, k in NAMES.items() if k in (kind, "any")]
        if scope and r.random() < 0.5:
            return name(r.choice(scope))
        if own and r.random() < 0.5:
            return Node(kind, r.choice(own))
        if r.random() < 0.08:
            return Node("field", r.choice(["item.price", "item['origin']", "item.nothing", "codes[0]", "codes[1]", "nobody"]))
        return Node(kind, literal(r, kind))

    def of(self, kind, depth, scope):
        r = self.random
        if r.random() < 0.06:
            kind = r.choice(KINDS)
        if depth <= 0 or r.random() < 0.15:
            return self.leaf(kind, scope)
        if r.random() < 0.08:
            return Node("?:", "(", self.of("bool", depth - 1, scope), " ? ", self.of(kind, depth - 1, scope), " : ",
                        self.of(kind, depth - 1, scope), ")")
        make = getattr(self, "of_" + kind, None)
        return make(depth - 1, scope) if make else self.leaf(kind, scope)

    def binary(self, op, a, b, depth, scope):
        return Node(op, "(", self.of(a, depth, scope), f" {op} ", self.of(b, depth, scope), ")")

    def macro(self, m, body, depth, scope):
        v = f"v{len(scope)}"
        over = self.of(self.random.choice(["list", "list", "map"]), depth, scope)
        return Node(m, over, f".{m}({v}, ", self.of(body, depth, scope + (v,)), ")", bound=[v])

    def call(self, kinds, depth, scope):
        r = self.random
        f, takes, write = r.choice([row for row in functions(r) if row[0].split(" ")[0] in kinds])
        return Node(f, *write(self.of(takes or r.choice(KINDS), depth, scope)))

    def of_bool(self, depth, scope):
        r = self.random
        pick = r.randrange(8)
        if pick < 2:
            return self.binary(r.choice(["&&", "||"]), "bool", "bool", depth, scope)
        if pick < 5:
            a = r.choice(KINDS)
            b = r.choice(["int", "uint", "double"]) if a in ("int", "uint", "double") and r.random() < 0.5 else a
            return self.binary(r.choice(["==", "!=", "<", "<=", ">", ">="]), a, b, depth, scope)
        if pick == 5:
            return self.binary("in", r.choice(KINDS[:6]), r.choice(["list", "map"]), depth, scope)
        if pick == 6:
            if r.random() < 0.3:
                return self.call(["!", "matches", "bool"], depth, scope)
            f = r.choice(METHODS[:3])
            return Node(f, self.of("string", depth, scope), f".{f}(", self.of("string", depth, scope), ")")
        if r.random() < 0.2:
            return Node("has", f"has(item.{r.choice(['price', 'a', 'nothing'])})")
        return self.macro(r.choice(MACROS[:3]), "bool", depth, scope)

    def of_int(self, depth, scope):
        r = self.random
        if r.random() < 0.5:
            return self.binary(r.choice("+-*/%"), "int", "int", depth, scope)
        return self.call(["int", "size", "-"] + [f"get{p}" for p in PARTS], depth, scope)

    def of_uint(self, depth, scope):
        return self.binary(self.random.choice("+-*/%"), "uint", "uint", depth, scope) if self.random.random() < 0.6 else \
            self.call(["uint"], depth, scope)

    def of_double(self, depth, scope):
        return self.binary(self.random.choice("+-*/"), "double", "double", depth, scope) if self.random.random() < 0.6 else \
            self.call(["double"], depth, scope)

    def of_string(self, depth, scope):
        return self.binary("+", "string", "string", depth, scope) if self.random.random() < 0.4 else \
            self.call(["string", "lowerAscii", "upperAscii", "trim"], depth, scope)

    def of_bytes(self, depth, scope):
        return self.binary("+", "bytes", "bytes", depth, scope) if self.random.random() < 0.5 else \
            self.call(["bytes"], depth, scope)

    def of_timestamp(self, depth, scope):
        r = self.random
        return r.choice([lambda: self.binary(r.choice("+-"), "timestamp", "duration", depth, scope),
                         lambda: self.binary("+", "duration", "timestamp", depth, scope),
                         lambda: self.call(["timestamp"], depth, scope)])()

    def of_duration(self, depth, scope):
        r = self.random
        return r.choice([lambda: self.binary(r.choice("+-"), "duration", "duration", depth, scope),
                         lambda: self.binary("-", "timestamp", "timestamp", depth, scope),
                         lambda: self.call(["duration"], depth, scope)])()

    def of_list(self, depth, scope):
        r = self.random
        pick = r.randrange(4)
        if pick == 0:
            return self.binary("+", "list", "list", depth, scope)
        if pick == 1:
            m = r.choice(MACROS[3:])
            return self.macro(m, "bool" if m == "filter" else r.choice(KINDS), depth, scope)
        if pick == 2:
            return Node("split", self.of("string", depth, scope), f".split({literal(r, 'string')}",
                        r.choice(["", ", 0", ", 1", ", 2", ", -1"]), ")")
        some, kind = [], r.choice(KINDS)
        for i in range(r.randint(0, 3)):
            some += ([", "] if i else []) + [self.of(kind, depth, scope)]
        return Node("[...]", "[", *some, "]")

    def of_map(self, depth, scope):
        r = self.random
        some = []
        for i in range(r.randint(0, 3)):
            some += ([", "] if i else []) + [self.of(r.choice(["string", "int", "bool", "uint"]), depth - 1, scope), ": ",
                                             self.of(r.choice(KINDS), depth, scope)]
        return Node("{...}", "{", *some, "}")

    def of_type(self, depth, scope):
        return self.call(["type"], depth, scope)
