import { markdownTable } from 'markdown-table';
import { modelRules, operatorRules } from './model-rules.ts';
import type { SupportRow } from './support-schema.ts';
import { rowOf, rulesOf, supportTable } from './support-table.ts';
import { dataTypeNames, typeCells } from './type-columns.ts';
import { allOf, anyOf } from './words.ts';

/** docs/tflm-support.md: what TensorFlow Lite Micro runs, as a text in Markdown, made of the table and of the rules that refusals quote. */
export function supportDocumentation(): string {
  const { source, operators, custom } = supportTable;
  const rows = operators.flatMap((row) => row.operators.map((operator) => ({ operator, row })));
  const sorted = rows.toSorted((a, b) => (a.operator < b.operator ? -1 : 1));
  return `${[
    '# What TensorFlow Lite Micro runs',
    'Made by `npm run docs` from the rules by which the runtime `tflm` refuses models; a refusal quotes the rule that is not kept. ' +
      `Source of the rules: ${source}.`,
    `A model of these ${sorted.length} operators runs if it keeps their rules. Operators that are not here have no kernel. Rules that not all kernel libraries have say whose they are. What depends on the values of an input, as an index out of range, is not judged.`,
    '## Every model',
    bullets([...modelRules.map(({ must }) => `${must}.`), ...operatorRules.map(({ must }) => `An operator ${must}.`)]),
    '## Element types',
    'Types that an operator computes in; its rules below say which go together.',
    markdownTable(
      [
        ['operator', ...dataTypeNames],
        ...sorted.map(({ operator, row }) => [`[${operator}](#${operator.toLowerCase()})`, ...typeCells(row)]),
      ],
      { align: ['l', ...dataTypeNames.map(() => 'c')] },
    ),
    '## Kernels by library',
    'Files of the kernels that differ between builds; all other operators have one kernel everywhere. ESP-NN is that of espressif/esp-tflite-micro 99f49e1.',
    markdownTable([
      ['operator', ...libraries.map(({ title }) => title)],
      ...sorted
        .filter(({ row }) => row.others !== undefined)
        .map(({ operator, row }) => [operator, ...libraries.map(({ id }) => `\`${rowOf(row, id).kernel}\``)]),
    ]),
    '## Operators',
    ...sorted.flatMap(({ operator, row }) => [
      `### ${operator}`,
      bullets([...rulesByBuild(row), ...assumptions(row.assumed)]),
    ]),
    '## Custom operators',
    'TensorFlow Lite Micro has kernels for these. They are refused all the same, because firmware must register each by name; no other custom operator has a kernel.',
    markdownTable([
      ['custom operator', 'what it is', 'registered with', 'needs'],
      ...custom.map(({ name, title, register, needs = '' }) => [`\`${name}\``, title, `\`${register}\``, needs]),
    ]),
  ].join('\n\n')}\n`;
}

const libraries = [
  { id: 'cmsis-nn', title: 'CMSIS-NN' },
  { id: 'reference', title: 'reference' },
  { id: 'esp-nn', title: 'ESP-NN' },
] as const;

/** The rules of all builds; those that some do not have say where they hold. */
function rulesByBuild(row: SupportRow): readonly string[] {
  const holders = new Map<string, string[]>();
  for (const { id, title } of libraries) {
    for (const { must } of rulesOf(rowOf(row, id))) holders.set(must, [...(holders.get(must) ?? []), title]);
  }
  return [...holders].map(([must, titles]) =>
    titles.length === libraries.length ? must : `${must} (${allOf(titles)} alone)`,
  );
}

const bullets = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n');

function assumptions(assumed: Readonly<Record<string, readonly string[]>> | undefined): readonly string[] {
  return Object.entries(assumed ?? {}).map(([name, types]) => `reads \`${name}\` as ${anyOf(types)} without looking`);
}
