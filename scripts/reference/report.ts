import { markdownTable } from 'markdown-table';
import { chainOf, keysOf, type SchemaSource, schemasIn, splitAtCommas } from './schema-source.ts';

/** Where the parts of a report are described, the whole first. */
const files = [
  'src/report/report-schema.ts',
  'src/judge/comparison.ts',
  'src/changes/change-state.ts',
  'src/measurement/measurement.ts',
  'src/measurement/metric-names.ts',
  'src/diff/model-diff.ts',
  'src/judge/budget.ts',
  'src/judge/compare-answers.ts',
  'src/judge/beside.ts',
  'src/judge/past.ts',
  'src/schedule/schedule-result.ts',
  'src/schedule/task.ts',
];
const scopes = new Map(files.map((file) => [file, schemasIn(file)]));

/** docs/reference-report.md: every field of `report.json`, and of the Measurement that `measure --json` prints, from the schemas that they are checked by. */
export function reportReference(): string {
  const sections: string[] = [];
  const told = new Set<SchemaSource>();
  const waiting = [lookUp('gateReportSchema', files[0] ?? '')];
  for (let schema = waiting.shift(); schema !== undefined; schema = waiting.shift()) {
    if (schema === null || told.has(schema)) continue;
    told.add(schema);
    sections.push(
      `## ${title(schema)}\n\n${markdown(schema.doc)}\n\n${bodyOf(schema, (other) => waiting.push(other))}\n`,
    );
  }
  return `<!-- Written by npm run docs from src/report/report-schema.ts and what it is made of. -->
# Reference: \`report.json\`

What one run of the gate found, and what a leg of a matrix hands on: every field, from the schemas that it is checked by when it is read again. \`edge-ready measure --json\` prints a [Measurement](#measurement), \`edge-ready compare --json\` a [Comparison](#comparison).
Bytes, milliseconds, millijoules, milliwatts and fractions, unless it says otherwise. What can't be had is \`null\`. Fields may be added; \`schemaVersion\` changes when one changes its meaning.

${sections.join('\n')}`;
}

type Mention = (schema: SchemaSource) => unknown;

function bodyOf({ expression, file }: SchemaSource, mention: Mention): string {
  if (isUnion(expression)) return alternatives(expression, file, mention);
  const rows = rowsOf(expression, file, '', mention);
  return markdownTable([['field', 'what it is', 'values'], ...rows], { alignDelimiters: false });
}

function isUnion(expression: string): boolean {
  return chainOf(expression).calls[0]?.name === 'discriminatedUnion';
}

function rowsOf(expression: string, file: string, path: string, mention: Mention): readonly (readonly string[])[] {
  const { root, calls } = chainOf(expression);
  const inherited = root === 'z' ? undefined : lookUp(root, file);
  const before = inherited == null ? [] : rowsOf(inherited.expression, inherited.file, path, mention);
  const literals = calls.filter(({ name }) => name === 'strictObject' || name === 'extend');
  return [
    ...before,
    ...literals.flatMap(({ argument }) =>
      keysOf(expanded(argument, file)).flatMap(({ key, doc, expression: value }) => {
        const own = [`\`${path}${key}\``, markdown(doc), words(value, file, mention)];
        const inner = innerObject(value);
        return inner === undefined
          ? [own]
          : [own, ...rowsOf(inner.expression, file, `${path}${key}${inner.suffix}.`, mention)];
      }),
    ),
  ];
}

/** An object that a key has for itself, or a list of such. */
function innerObject(expression: string): { readonly expression: string; readonly suffix: string } | undefined {
  const [first] = chainOf(expression).calls;
  if (first?.name === 'strictObject') return { expression, suffix: '' };
  if (first?.name !== 'array') return undefined;
  return chainOf(first.argument).calls[0]?.name === 'strictObject'
    ? { expression: first.argument, suffix: '[]' }
    : undefined;
}

/** What may stand there. */
function words(expression: string, file: string, mention: Mention): string {
  const { root, calls } = chainOf(expression);
  const names = calls.map(({ name }) => name);
  const may = [
    ...(names.includes('nullable') ? ['or `null`'] : []),
    ...(names.includes('optional') ? ['may be absent'] : []),
  ].join(', ');
  const [first] = calls;
  const own =
    root === 'z' ? kindOf(first?.name ?? '', first?.argument ?? '', names, file, mention) : named(root, file, mention);
  return [own, may]
    .filter((part) => part !== '')
    .join(', ')
    .replace(', or', ' or');
}

function kindOf(name: string, argument: string, names: readonly string[], file: string, mention: Mention): string {
  const parts = splitAtCommas(argument);
  switch (name) {
    case 'array':
      return `list: ${words(argument, file, mention)}`;
    case 'enum':
      return wordsOfList(argument, file)
        .map((word) => `\`${word}\``)
        .join(', ');
    case 'literal':
      return `\`${argument}\``;
    case 'tuple':
      return splitAtCommas(argument.slice(1, -1))
        .map((part) => words(part.trim(), file, mention))
        .join(' and ');
    case 'union':
      return splitAtCommas(argument.slice(1, -1))
        .map((part) => words(part.trim(), file, mention))
        .join(' or ');
    case 'partialRecord':
      return `by ${words(parts[0]?.trim() ?? '', file, mention)}: ${words(parts[1]?.trim() ?? '', file, mention)}`;
    case 'strictObject':
      return '';
    case 'number':
      return names.includes('int') ? 'whole number' : 'number';
    default:
      return name === 'string' ? 'text' : name;
  }
}

/** A list of objects of which one stands there. */
function alternatives(expression: string, file: string, mention: Mention): string {
  const [, list = ''] = splitAtCommas(chainOf(expression).calls[0]?.argument ?? '');
  const lines = splitAtCommas(list.trim().slice(1, -1)).map((part) => {
    const fields = rowsOf(part.trim(), file, '', mention);
    return `- ${fields.map(([field, , values]) => `${field}: ${values}`).join('; ')}`;
  });
  return lines.join('\n');
}

/** An object's or a list's text with what it takes over of others, `...others`, written out. */
function expanded(literal: string, file: string): string {
  return literal.replace(/\.\.\.(\w+)/g, (_, name: string) => lookUp(name, file)?.expression.trim().slice(1, -1) ?? '');
}

/** A schema that has a name: a link where it has fields, its values else. */
function named(name: string, file: string, mention: Mention): string {
  const schema = lookUp(name, file);
  if (schema === null) return 'text';
  const isObject = rowsOf(schema.expression, schema.file, '', () => {}).length > 0;
  if (!isObject && !isUnion(schema.expression)) return words(schema.expression, schema.file, mention);
  mention(schema);
  return `[${title(schema)}](#${title(schema).toLowerCase().replaceAll(' ', '-')})`;
}

/** The words of `['a', 'b']`, or of a constant that is such a list. */
function wordsOfList(expression: string, file: string): readonly string[] {
  if (!expression.startsWith('[')) return wordsOfList(lookUp(expression, file)?.expression ?? '[]', file);
  return [...expanded(expression, file).matchAll(/'([^']*)'/g)].map(([, word = '']) => word);
}

/** In the file itself, or in any that it may import from. */
function lookUp(name: string, file: string): SchemaSource | null {
  const own = scopes.get(file)?.get(name);
  return own ?? [...scopes.values()].find((scope) => scope.has(name))?.get(name) ?? null;
}

/** `memoryPlanSchema` is told as `Memory plan`. */
function title({ name }: SchemaSource): string {
  const spaced = name
    .replace(/Schema$/, '')
    .replace(/([a-z])([A-Z])/g, (_, left: string, right: string) => `${left} ${right.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function markdown(doc: string): string {
  return doc.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');
}
