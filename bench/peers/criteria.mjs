// SPDX-License-Identifier: Apache-2.0
// criteria.mjs ENGINE FOLDER RULES ITEMS -- which rules hit which items, by an engine of npm; prints CPU seconds of one pass over
// all items once it is warm, how many hits, and the sum of rule x (item + 1).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [engine, folder, rulesPath, itemsPath] = process.argv.slice(2);
const rules = JSON.parse(readFileSync(rulesPath)), items = JSON.parse(readFileSync(itemsPath));
const require = createRequire(folder + '/');
let ask; // item -> numbers of the rules that hit
if (engine === 'zen') {
  // A column for each thing that is looked at, as the makers' own editor writes decision tables; all rows that hit.
  const column = (id, field) => ({ id, name: id, field });
  const content = {
    hitPolicy: 'collect',
    inputs: [column('hs', 'item.hs'), column('origin', 'item.origin'), column('office', 'declaration.office'),
      column('value', 'item.customs_value'), column('mass', 'item.net_mass_kg'), column('packages', 'item.package_count')],
    outputs: [column('hit', 'hit')],
    rules: rules.map((r) => ({ hs: '', origin: '', office: '', value: '', mass: '', packages: '', ...r.row })),
  };
  const nodes = [{ id: 'in', type: 'inputNode', name: 'in' }, { id: 't', type: 'decisionTableNode', name: 't', content },
    { id: 'out', type: 'outputNode', name: 'out' }];
  const edges = [{ id: '1', sourceId: 'in', targetId: 't', type: 'edge' }, { id: '2', sourceId: 't', targetId: 'out', type: 'edge' }];
  const { ZenEngine } = require('@gorules/zen-engine');
  const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify({ nodes, edges })));
  ask = async (item) => (await decision.evaluate(item)).result.map((row) => row.hit);
} else {
  const { Environment } = await import(pathToFileURL(require.resolve('@marcbachmann/cel-js')));
  const environment = new Environment().registerVariable('item', 'map').registerVariable('declaration', 'map');
  const programs = rules.map((r) => environment.parse(r.when));
  for (const item of items) item.item.package_count = BigInt(item.item.package_count);
  ask = (item) => {
    const hits = [];
    for (let i = 0; i < programs.length; i++) if (programs[i](item)) hits.push(i);
    return hits;
  };
}
let hits = 0, sum = 0n;
const pass = async () => {
  hits = 0;
  sum = 0n;
  for (let i = 0; i < items.length; i++)
    for (const rule of await ask(items[i])) {
      hits++;
      sum += BigInt(rule) * BigInt(i + 1);
    }
};
await pass();
await pass();
const before = process.cpuUsage();
await pass();
const spent = process.cpuUsage(before);
console.log((spent.user + spent.system) / 1e6, hits, String(sum));
