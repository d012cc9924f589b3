import * as z from 'zod';
import { splitTargets } from '../config/targets.ts';
import { withForwardSlashes } from '../config/windows-path.ts';
import { UserError } from '../errors.ts';
import { isBranchName } from '../history/branch.ts';
import { defaultHistoryBranch } from '../history/files.ts';
import type { FailOn } from '../judge/exit-code.ts';
import { type Recipe, recipeSchema } from '../optimize/recipe.ts';
import { type NeededJob, readNeeds } from './needs-context.ts';

/** `auto`: the only leg of its job comments when something changed; `always`: also when nothing did, and a matrix leg keeps a comment of its own; `never`: nobody does. */
export type CommentMode = 'auto' | 'always' | 'never';

/**
 * Which leg of which job this is. `index`, `total` and `jobId` are null where the runner does not tell; `matrix` is the leg's own values as JSON, `{}` without a matrix.
 * `job` is no name of one job: a reusable workflow that is called twice has the same in both. `jobId` is: the REST interface's id of this job in this attempt.
 */
export interface Leg {
  readonly job: string;
  readonly jobId: number | null;
  /** The runner's name of the step (`GITHUB_ACTION`), which tells two gates in one job apart. */
  readonly step: string;
  readonly index: number | null;
  readonly total: number | null;
  readonly matrix: string;
}

/** What `action.yml` takes, read and checked. */
export interface GateInputs {
  readonly targets: readonly string[];
  readonly configPath: string | null;
  /** Globs; none means all models. */
  readonly models: readonly string[];
  readonly base: string | null;
  readonly recipe: Recipe | null;
  readonly comment: CommentMode;
  readonly failOn: FailOn;
  readonly upload: boolean;
  /** Whether measurements of earlier runs are used, and this one's kept. */
  readonly cache: boolean;
  /** The data branch of the history; null where none is kept. */
  readonly history: string | null;
  readonly token: string;
  readonly key: string | null;
  readonly leg: Leg;
}

/** What `report/action.yml` takes, read and checked. */
export interface ReportInputs {
  readonly comment: CommentMode;
  readonly failOn: FailOn;
  readonly upload: boolean;
  /** The data branch of the history; null where none is kept. */
  readonly history: string | null;
  /** The jobs that must have reported; none where the workflow does not say. */
  readonly needs: readonly NeededJob[];
  readonly token: string;
  readonly key: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const text = z
  .string()
  .trim()
  .transform((value) => (value === '' ? null : value));
const count = z
  .string()
  .trim()
  .regex(/^\d*$/, 'must be a whole number')
  .transform((value) => (value === '' ? null : Number(value)));
const matrix = z
  .string()
  .trim()
  .max(10_000)
  .transform((value) => (value === '' || value === 'null' ? '{}' : compactJson(value)));
const key = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$|^$/,
    'must be at most 60 letters, digits, `.`, `_` or `-`, such as `keyword-spotting`',
  )
  .transform((value) => (value === '' ? null : value));

const history = z
  .string()
  .trim()
  .transform((value) => (value === 'true' ? defaultHistoryBranch : value === '' || value === 'false' ? null : value))
  .refine((value) => value === null || isBranchName(value), {
    error: 'must be `true`, `false` or the name of a branch, such as `edge-ready-history`',
  });

/** JSON without its line breaks, so that the same values are the same text; what is not JSON stays as it is. */
function compactJson(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value));
  } catch {
    return value;
  }
}

function lines(value: string): readonly string[] {
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ');
}

function choice<const T extends readonly [string, ...string[]]>(values: T) {
  return z
    .string()
    .trim()
    .transform((value) => (value === '' ? values[0] : value))
    .pipe(z.enum(values, { error: (issue) => `must be one of ${quoted(values)}, not \`${String(issue.input)}\`` }));
}

const published = {
  comment: choice(['auto', 'always', 'never']),
  'fail-on': choice(['fail', 'warn', 'never']),
  'github-token': z.string().trim(),
  history,
  key,
  upload: choice(['true', 'false']).transform((value) => value === 'true'),
};

/** A workflow is the same file on all systems. */
const separators = {
  error: ({ input }: { readonly input?: unknown }) =>
    `must have \`/\` between folders, on Windows too: \`${withForwardSlashes(String(input).trim())}\``,
};
const hasGitSeparators = (value: string | null) => value === null || withForwardSlashes(value) === undefined;

const gateSchema = z.object({
  ...published,
  cache: choice(['true', 'false']).transform((value) => value === 'true'),
  target: z.string().transform(splitTargets),
  config: text.refine(hasGitSeparators, separators),
  models: z.string().refine(hasGitSeparators, separators).transform(lines),
  base: text,
  recipe: z
    .string()
    .trim()
    .transform((value) => (value === '' ? null : value))
    .pipe(recipeSchema.nullable()),
  'job-index': count,
  'job-total': count,
  'job-id': count,
  'job-matrix': matrix,
});

const needs = z
  .string()
  .transform(readNeeds)
  .refine((jobs): jobs is readonly NeededJob[] => jobs !== null, { error: `must be \`$\{{ toJSON(needs) }}\`` });

const reportSchema = z.object({ ...published, needs });

/** The inputs of the action from the `INPUT_*` variables that the runner sets; `UserError` names the first wrong one. */
export function readGateInputs(environment: Environment): GateInputs {
  const values = read(gateSchema, environment);
  return {
    targets: values.target,
    configPath: values.config,
    models: values.models,
    base: values.base,
    recipe: values.recipe,
    comment: values.comment,
    failOn: values['fail-on'],
    upload: values.upload,
    cache: values.cache,
    history: values.history,
    token: values['github-token'],
    key: values.key,
    leg: {
      job: (environment.GITHUB_JOB ?? '').slice(0, 200),
      jobId: values['job-id'],
      step: (environment.GITHUB_ACTION ?? '').slice(0, 200),
      index: values['job-index'],
      total: values['job-total'],
      matrix: values['job-matrix'],
    },
  };
}

/** The inputs of the report action; as `readGateInputs`. */
export function readReportInputs(environment: Environment): ReportInputs {
  const values = read(reportSchema, environment);
  return {
    comment: values.comment,
    failOn: values['fail-on'],
    upload: values.upload,
    history: values.history,
    needs: values.needs,
    token: values['github-token'],
    key: values.key,
  };
}

function read<T extends z.ZodObject>(schema: T, environment: Environment): z.infer<T> {
  const raw = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, environment[`INPUT_${name.toUpperCase()}`] ?? '']),
  );
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const message = issue?.message ?? 'is wrong';
  throw new UserError(`Input \`${String(issue?.path[0])}\` ${message}${message.endsWith('?') ? '' : '.'}`);
}
