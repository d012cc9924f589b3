import * as z from 'zod';
import { fileSchema } from './schema.ts';

/** The grammar of `edge-ready.yml` as a JSON Schema (draft 2020-12), which editors complete and check by. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(fileSchema, { io: 'input', reused: 'inline' });
  return { ...schema, title: 'edge-ready.yml' };
}

/** The same as the text of `docs/edge-ready.schema.json`. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

/** The keys that the grammar knows at a place of the file. */
export function knownKeys(path: readonly (string | number)[]): readonly string[] {
  let places: readonly JsonSchema[] = [z.toJSONSchema(fileSchema, { io: 'input', reused: 'inline' }) as JsonSchema];
  for (const step of path) places = places.flatMap((place) => below(place, step));
  return [...new Set(places.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return [schema, ...(schema.anyOf ?? []).flatMap(alternatives)];
}

function below(schema: JsonSchema, step: string | number): readonly JsonSchema[] {
  return alternatives(schema).flatMap(({ properties, additionalProperties, items }) => {
    const named = properties !== undefined && Object.hasOwn(properties, step) ? properties[step] : undefined;
    const next = typeof step === 'number' ? items : (named ?? additionalProperties);
    return typeof next === 'object' ? [next] : [];
  });
}
