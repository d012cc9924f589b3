import { markdownTable } from 'markdown-table';
import * as z from 'zod';
import { configJsonSchema } from '../../src/config/json-schema.ts';

/** What of a JSON Schema is told. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const schemaSchema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    description: z.string().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    default: z.unknown().optional(),
    properties: z.record(z.string(), schemaSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schemaSchema]).optional(),
    items: schemaSchema.optional(),
    anyOf: z.array(schemaSchema).optional(),
  }),
) as z.ZodType<Schema>;

/** docs/reference-configuration.md: every key of `edge-ready.yml`, from the schema that the file is checked by. */
export function configurationReference(): string {
  const { properties = {} } = schemaSchema.parse(configJsonSchema());
  const sections = Object.entries(properties).map(([key, schema]) => {
    const rows = keysBelow(schema, key);
    return `## \`${key}\`

${schema.description ?? ''}
${rows.length === 0 ? '' : `\n${markdownTable([['key', 'what it says', 'values'], ...rows], { alignDelimiters: false })}\n`}`;
  });
  return `<!-- Written by npm run docs from src/config/schema.ts. -->
# Reference: \`edge-ready.yml\`

Every key, from the schema that the file is checked by (\`docs/edge-ready.schema.json\`, which editors complete by). What they mean together, and examples: [Configuration](configuration.md).
\`[]\` is an entry of a list, \`<name>\` a name of yours, **bold** a key that has to be there.

${sections.join('\n')}`;
}

/** A row for every key below a place. */
function keysBelow(schema: Schema, place: string): readonly (readonly string[])[] {
  return alternatives(schema).flatMap(({ properties = {}, required = [], additionalProperties, items }) => [
    ...Object.entries(properties).flatMap(([key, inner]) => {
      const path = `${place}.${key}`;
      const name = `\`${path}\``;
      return [
        [required.includes(key) ? `**${name}**` : name, describe(inner), valuesOf(inner)],
        ...keysBelow(inner, path),
      ];
    }),
    ...(typeof additionalProperties === 'object' ? keysBelow(additionalProperties, `${place}.<name>`) : []),
    ...(items === undefined ? [] : keysBelow(items, `${place}[]`)),
  ]);
}

function alternatives(schema: Schema): readonly Schema[] {
  return [schema, ...(schema.anyOf ?? []).flatMap(alternatives)];
}

function describe(schema: Schema): string {
  const own =
    schema.description ?? alternatives(schema).find(({ description }) => description !== undefined)?.description;
  return (own ?? '').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');
}

/** Words that may stand there, and the one that holds where nothing does; else what kind of thing. */
function valuesOf(schema: Schema): string {
  const all = alternatives(schema);
  const words = all.flatMap((each) => each.enum ?? []).map((value) => `\`${value}\``);
  const kinds = [...new Set(all.flatMap(({ type }) => (type === undefined || type === 'object' ? [] : [type])))];
  const isList = kinds.includes('array');
  const text = words.length > 0 ? words.join(', ') : isList ? 'one or a list' : '';
  return [text, ...(schema.default === undefined ? [] : [`default \`${schema.default}\``])]
    .filter((part) => part !== '')
    .join('; ');
}
