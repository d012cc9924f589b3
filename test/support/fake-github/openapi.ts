import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

let loaded: JsonObject | undefined;

/** GitHub's own OpenAPI description, parsed once. */
function description(): JsonObject {
  loaded ??= JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json'), 'utf8'),
  ) as JsonObject;
  return loaded;
}

function at(pointer: string): Json {
  let value: Json | undefined = description();
  for (const part of pointer.replace(/^#\//, '').split('/'))
    value = isObject(value) ? value[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  if (value === undefined) throw new Error(`GitHub's OpenAPI description has no ${pointer}`);
  return value;
}

function resolved(value: Json | undefined): JsonObject {
  const target = isObject(value) && typeof value.$ref === 'string' ? at(value.$ref) : value;
  if (!isObject(target)) throw new Error('expected an object in the OpenAPI description');
  return target;
}

/** A copy of a schema with OpenAPI's `nullable` as JSON Schema says it and references into `$defs`; referenced names are added to `seen`. */
function translate(value: Json, seen: Set<string>): Json {
  if (Array.isArray(value)) return value.map((item: Json) => translate(item, seen));
  if (!isObject(value)) return value;
  if (typeof value.$ref === 'string') {
    const name = value.$ref.split('/').pop() ?? '';
    seen.add(name);
    return { $ref: `#/$defs/${name}` };
  }
  const { nullable, example: _example, examples: _examples, discriminator: _discriminator, ...rest } = value;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, translate(item, seen)]));
  return nullable === true ? { anyOf: [{ type: 'null' }, schema] } : schema;
}

const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes: false });
ajv.addFormat('uri', /^https?:\/\/\S+$/);
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
for (const name of ['int64', 'int32', 'email', 'repo.nwo', 'binary', 'ssh-url', 'timestamp', 'uuid', 'uri-template'])
  ajv.addFormat(name, true);

const validators = new Map<string, ValidateFunction>();

function validatorOf(key: string, schema: Json): ValidateFunction {
  const known = validators.get(key);
  if (known !== undefined) return known;
  const seen = new Set<string>();
  const root = translate(schema, seen);
  const definitions: Record<string, Json> = {};
  // A set that grows while it is walked: the transitive closure.
  for (const name of seen) definitions[name] = translate(at(`#/components/schemas/${name}`), seen);
  const compiled = ajv.compile({ $defs: definitions, allOf: [root] });
  validators.set(key, compiled);
  return compiled;
}

function check(key: string, schema: Json, value: unknown, what: string): string | undefined {
  const validate = validatorOf(key, schema);
  return validate(value) ? undefined : `${what}: ${ajv.errorsText(validate.errors)}`;
}

/** One operation of the REST API, by method and path template, such as `GET /repos/{owner}/{repo}/pulls/{pull_number}`. */
export interface Operation {
  readonly name: string;
  /** The path's parameters, when the path is this operation's. */
  match(method: string, path: string): Readonly<Record<string, string>> | undefined;
  /** What is wrong with a request, by GitHub's description; undefined when nothing is. */
  checkRequest(parameters: Readonly<Record<string, string>>, query: URLSearchParams, body: unknown): string | undefined;
  /** What is wrong with an answer. Statuses that the description leaves out must carry a basic error. */
  checkResponse(status: number, body: unknown): string | undefined;
}

/** The operation called `name`; throws when GitHub's description has none of that name. */
export function operation(name: string): Operation {
  const [method = '', template = ''] = name.split(' ');
  const pointer = `#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`;
  const definition = resolved(at(pointer));
  const names = [...template.matchAll(/\{([^}]+)\}/g)].map((found) => found[1] ?? '');
  const pattern = new RegExp(`^${template.replace(/\{[^}]+\}/g, '([^/]+)')}$`);
  const parameters = ((definition.parameters ?? []) as readonly Json[]).map(resolved);
  return {
    name,
    match(requestMethod, path) {
      const found = requestMethod === method ? pattern.exec(path) : null;
      return found === null
        ? undefined
        : Object.fromEntries(names.map((parameter, index) => [parameter, decodeURIComponent(found[index + 1] ?? '')]));
    },
    checkRequest(pathParameters, query, body) {
      const known = new Set(parameters.map((parameter) => `${String(parameter.in)} ${String(parameter.name)}`));
      const unknown = [...query.keys()].find((key) => !known.has(`query ${key}`));
      if (unknown !== undefined) return `${name}: no query parameter ${unknown}`;
      for (const parameter of parameters) {
        const parameterName = String(parameter.name);
        const raw = parameter.in === 'path' ? pathParameters[parameterName] : (query.get(parameterName) ?? undefined);
        if (raw === undefined) {
          if (parameter.required === true) return `${name}: ${parameterName} is missing`;
          continue;
        }
        const schema = resolved(parameter.schema);
        const typed = ['integer', 'number'].includes(String(schema.type))
          ? Number(raw)
          : schema.type === 'boolean'
            ? raw === 'true'
            : raw;
        const wrong = check(`${name} ${parameterName}`, schema, typed, `${name} ${parameterName}`);
        if (wrong !== undefined) return wrong;
      }
      const requestBody = definition.requestBody;
      if (requestBody === undefined) return body === undefined ? undefined : `${name}: takes no body`;
      const content = resolved(resolved(requestBody).content);
      return check(`${name} request`, resolved(content['application/json']).schema ?? {}, body, `${name} request`);
    },
    checkResponse(status, body) {
      const responses = resolved(definition.responses);
      const response = responses[String(status)];
      if (response === undefined && status < 400) return `${name}: ${status} is not an answer of it`;
      const content = response === undefined ? undefined : resolved(response).content;
      if (response !== undefined && content === undefined)
        return body === undefined ? undefined : `${name} ${status}: answers without a body`;
      const schema =
        content === undefined
          ? at('#/components/schemas/basic-error')
          : (resolved(resolved(content)['application/json']).schema ?? {});
      return check(`${name} ${status}`, schema, body, `${name} ${status}`);
    },
  };
}

/** An example of GitHub's own, to build answers from: `components.examples.<name>.value`. */
export function example(name: string): Readonly<Record<string, unknown>> {
  return structuredClone(resolved(at(`#/components/examples/${name}`)).value) as Record<string, unknown>;
}

/** A webhook's payload by GitHub's own description, such as `pull-request-synchronize`. */
export interface Webhook {
  /** A payload with what the description requires and little more, to be filled with what matters. */
  readonly sample: Readonly<Record<string, unknown>>;
  /** What is wrong with a payload; undefined when nothing is. */
  check(payload: unknown): string | undefined;
}

/** The webhook called `name`; throws when GitHub's description has none of that name. */
export function webhook(name: string): Webhook {
  const post = resolved(resolved(at(`#/x-webhooks/${name}`)).post);
  const schema = resolved(resolved(resolved(resolved(post.requestBody).content)['application/json']).schema);
  return {
    sample: sampleOf(schema, 0) as Readonly<Record<string, unknown>>,
    check: (payload) => check(`webhook ${name}`, schema, payload, name),
  };
}

const samplesByFormat: Readonly<Record<string, string>> = {
  uri: 'https://github.com/acme/models',
  'date-time': '2026-01-01T00:00:00Z',
  email: 'a@example.com',
};

/** Parts that GitHub always sends, though the description calls them optional or nullable. */
const alwaysSent = ['repository', 'head_repository', 'sender', 'owner'];

/** The least value that fits a schema. */
function sampleOf(value: Json, depth: number, sent = false): Json {
  if (depth > 40) throw new Error('a description that contains itself');
  const schema = resolved(value);
  const inner = (part: Json | undefined, key = '') => sampleOf(part ?? {}, depth + 1, alwaysSent.includes(key));
  const choices = schema.enum as readonly Json[] | undefined;
  if (choices?.[0] !== undefined) return choices[0];
  if (schema.nullable === true && !sent) return null;
  if (Array.isArray(schema.allOf)) {
    const parts = (schema.allOf as readonly Json[]).map((one) => inner(one));
    return parts.every(isObject) ? Object.assign({}, ...parts) : (parts[0] ?? null);
  }
  const either = (schema.oneOf ?? schema.anyOf) as readonly Json[] | undefined;
  if (either !== undefined && schema.properties === undefined) return inner(either[0]);
  switch (schema.type) {
    case 'string':
      return samplesByFormat[String(schema.format)] ?? '0'.repeat(Number(schema.minLength ?? 0));
    case 'integer':
    case 'number':
      return Number(schema.minimum ?? 1);
    case 'boolean':
      return false;
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => inner(schema.items));
    default: {
      const properties = resolved(schema.properties ?? {});
      const required = (schema.required ?? []) as readonly string[];
      const keys = [...new Set([...required, ...alwaysSent.filter((key) => properties[key] !== undefined)])];
      return Object.fromEntries(keys.map((key) => [key, inner(properties[key], key)]));
    }
  }
}
