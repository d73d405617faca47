// SPDX-License-Identifier: Apache-2.0
// cel_spec.js PACKAGE -- the conformance tests in an unpacked @bufbuild/cel-spec, as a JSON array on stdout.
// Its test data is a module without imports, so nothing else of the package is loaded.
const { tests } = require(process.argv[2] + "/dist/cjs/testdata/conformance.js");
const all = [];
function walk(suite, section, path) {
  for (const inner of suite.suites ?? []) walk(inner, section, `${path}/${inner.name}`);
  for (const test of suite.tests ?? []) all.push({ section, suite: path, test: test.original });
}
for (const section of tests.suites) walk(section, section.name, section.name);
process.stdout.write(JSON.stringify(all));
