// SPDX-License-Identifier: Apache-2.0
// log_verify.js MODULES DIR NAME... -- proofs of a station's log, judged by npm's @sigstore/verify alone; TAP on stdout.
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, dir, ...names] = process.argv.slice(2);
const { verifyMerkleInclusion } = require(path.join(modules, '@sigstore/verify/dist/tlog/merkle.js'));
let ran = 0, bad = 0;
function check(good, words) {
  ran++;
  if (!good) bad++;
  console.log(`${good ? '' : 'not '}ok ${ran} - ${words}`);
}
function holds(body, index, hashes, checkpoint) {
  try {
    verifyMerkleInclusion({ canonicalizedBody: body, inclusionProof: { logIndex: index, treeSize: checkpoint[1], hashes } },
      { logSize: BigInt(checkpoint[1]), logHash: Buffer.from(checkpoint[2], 'base64') });
    return true;
  } catch (e) {
    return false;
  }
}
for (const name of names) {
  const [head, ...rest] = fs.readFileSync(path.join(dir, `${name}.tlog-proof`), 'utf8').split('\n\n');
  const lines = head.split('\n'), index = lines[1].split(' ')[1], hashes = lines.slice(2).map((x) => Buffer.from(x, 'base64'));
  const checkpoint = rest.join('\n\n').split('\n'), body = fs.readFileSync(path.join(dir, `${name}.leaf`));
  check(holds(body, index, hashes, checkpoint), `leaf ${index} is included`);
  body[5] ^= 1;
  check(!holds(body, index, hashes, checkpoint), 'a changed one is not');
  body[5] ^= 1;
  hashes[0][0] ^= 1;
  check(!holds(body, index, hashes, checkpoint), 'nor by a changed proof');
}
console.log(`1..${ran}`);
process.exit(bad > 0 ? 1 : 0);
