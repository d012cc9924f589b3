/** Run as a program beside a bundled worker.js: the gate on a repository, with as many threads as there are; prints the report, what was kept and the counts as JSON. */
import { createHash } from 'node:crypto';
import { runGate } from '../../src/gate.ts';

const [directory = '', ...targets] = process.argv.slice(2);
const kept: string[] = [];
const { report, counts } = await runGate({
  directory,
  base: 'main',
  targets,
  keep: async ({ target, path, bytes }) =>
    void kept.push(`${target} ${path} ${createHash('sha256').update(bytes).digest('hex')}`),
  log: () => {},
});
console.log(JSON.stringify({ report, kept: kept.sort(), counts }));
