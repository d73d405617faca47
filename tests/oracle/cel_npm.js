// SPDX-License-Identifier: Apache-2.0
// cel_npm.js FOLDER < groups -- npm's @bufbuild/cel (installed in FOLDER) evaluates what stdin asks; one answer a line.
// A group is a line of JSON: {"bindings": {name: {"value": cel.expr.Value as JSON}}, "expressions": [...]}. Answers are
// written as cel_results.c writes them.
const { createRequire } = require("module");
const need = createRequire(process.argv[2] + "/");
const cel = need("@bufbuild/cel");
const { strings } = need("@bufbuild/cel/ext");

function input(v) {
  if ("boolValue" in v) return v.boolValue;
  if ("int64Value" in v) return BigInt(v.int64Value);
  if ("uint64Value" in v) return cel.celUint(BigInt(v.uint64Value));
  if ("doubleValue" in v) return Number(v.doubleValue);
  if ("stringValue" in v) return v.stringValue;
  if ("bytesValue" in v) return Uint8Array.from(Buffer.from(v.bytesValue, "base64"));
  if ("listValue" in v) return cel.celList((v.listValue.values ?? []).map(input));
  if ("mapValue" in v)
    return cel.celMap(new Map((v.mapValue.entries ?? []).map((e) => [input(e.key), input(e.value)])));
  return null;
}

function double(f) {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(f);
  return Number.isNaN(f) ? "dNaN" : `d${bytes.toString("hex")}`;
}

function answer(v) {
  if (v === null) return "null";
  if (typeof v === "boolean") return String(v);
  if (typeof v === "bigint") return `i${v}`;
  if (typeof v === "number") return double(v);
  if (typeof v === "string") return `s${Buffer.from(v).toString("hex")}`;
  if (v instanceof Uint8Array) return `y${Buffer.from(v).toString("hex")}`;
  if (cel.isCelUint(v)) return `u${v.value}`;
  if (cel.isCelList(v)) return `[${[...v].map(answer).join(",")}]`;
  if (cel.isCelMap(v)) return `{${[...v.entries()].map(([k, e]) => `${answer(k)}:${answer(e)}`).sort().join(",")}}`;
  if (cel.isCelType(v)) return `T${v.name}`;
  const m = v.message ?? v;
  if (m.$typeName === "google.protobuf.Timestamp") return `t${m.seconds}.${m.nanos}`;
  if (m.$typeName === "google.protobuf.Duration") return `r${m.seconds * 1000000000n + BigInt(m.nanos)}`;
  return `?${m.$typeName}`;
}

const env = cel.celEnv({ funcs: [...strings] });
const out = [];
for (const line of require("fs").readFileSync(0, "utf8").split("\n")) {
  if (line === "") continue;
  const group = JSON.parse(line);
  const bindings = Object.fromEntries(Object.entries(group.bindings).map(([name, b]) => [name, input(b.value)]));
  for (const expression of group.expressions) {
    let said;
    try {
      const v = cel.plan(env, cel.parse(expression))(bindings);
      said = cel.isCelError(v) ? "!" : answer(v);
    } catch (e) {
      said = `! ${String(e).split("\n")[0]}`;
    }
    out.push(said.startsWith("!") ? "!" : said);
  }
}
process.stdout.write(out.join("\n") + "\n");
