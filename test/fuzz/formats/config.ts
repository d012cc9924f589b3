import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { effectiveBudgets } from '../../../src/config/budgets.ts';
import { describeConfigChange } from '../../../src/config/difference.ts';
import { configNotes } from '../../../src/config/notes.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import { effectiveSettings } from '../../../src/config/settings.ts';
import { resolveTargets } from '../../../src/config/targets.ts';
import { example } from '../../config/example.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateTree } from '../mutate-tree.ts';
import type { Random } from '../random.ts';

const snippets = [
  '&a ',
  '*a',
  '!!binary ',
  '!!js/function ',
  '<<: *a',
  '? ',
  '- ',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '\t',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|\n',
  '>-\n',
  '# ',
  ': ',
  '\u0000',
  '\ufeff',
  '\u2028',
  '\r',
  '\n',
  '__proto__: 1\n',
  'constructor: {}\n',
  'version: 1\n',
  '0x7f',
  '1e999',
  '.nan',
  '-.inf',
  '{ max: 5% }',
  '**/{a,b}{c,d}*',
  `${'['.repeat(500)}`,
  `${'{a: '.repeat(200)}`,
  '- '.repeat(500),
  `a${' '.repeat(3000)}b`,
  '((((((((((*',
  '@(a|b)+(c)',
  '!(*)'.repeat(20),
];

/** Configurations: documents changed as trees, texts with pieces of YAML put in, or bytes changed. */
export function configFuzzer(): Fuzzer {
  const documented = [...readFileSync('docs/configuration.md', 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text]) => text ?? '',
  );
  const seeds = [example, ...documented.filter((text) => text.includes('version:'))];
  const trees = seeds.map((text) => parse(text) as unknown);
  const base = parseConfig(example, 'base.yml');
  return {
    name: 'config',
    extension: 'yml',
    seeds: seeds.map((text) => new TextEncoder().encode(text)),
    mutate: (random) => {
      const at = random.below(seeds.length);
      const text = random.chance(2) ? treeText(mutateTree(trees[at], random.pick(trees), random)) : (seeds[at] ?? '');
      const bytes = new TextEncoder().encode(random.chance(2) ? spliced(text, random) : text);
      return random.chance(4) ? mutateBytes(bytes, random) : bytes;
    },
    run: (bytes) => {
      const config = parseConfig(new TextDecoder().decode(bytes), 'edge-ready.yml');
      describeConfigChange(base, config);
      configNotes(config, ['models/kws.onnx']);
      effectiveSettings(base, config, 'models/kws.onnx');
      for (const target of resolveTargets(null, config, [])) effectiveBudgets(config, null, 'models/kws.onnx', target);
      return 'applied';
    },
  };
}

function treeText(tree: unknown): string {
  try {
    return stringify(tree);
  } catch {
    return JSON.stringify(tree) ?? '';
  }
}

function spliced(text: string, random: Random): string {
  let result = text;
  for (let left = 1 + random.below(4); left > 0; left--) {
    const at = random.below(result.length + 1);
    result = result.slice(0, at) + random.pick(snippets) + result.slice(at + random.pick([0, 0, 1, 10]));
  }
  return result;
}
