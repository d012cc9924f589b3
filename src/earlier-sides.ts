import { sha256 } from './basics/sha256.ts';
import { gateVersion } from './basics/version.ts';
import { earlierCommit } from './changes/earlier-commit.ts';
import { readContent } from './changes/lfs.ts';
import type { Change } from './changes/list-changes.ts';
import type { Repository } from './changes/repository.ts';
import { findFileAt } from './changes/tree.ts';
import type { ModelSettings } from './config/config.ts';
import { problemWords } from './errors.ts';
import { formatLimits } from './formats/limits.ts';
import { type HistoryLine, metricOf } from './history/line.ts';
import type { Series } from './history/series.ts';
import { type Budget, sinceOf } from './judge/budget.ts';
import type { Earlier, Earliers } from './judge/earlier.ts';
import { type Readable, readingOf } from './judge/reading.ts';
import { type MetricName, metricNames } from './measurement/metric-names.ts';
import type { Measurer } from './sides/measurer.ts';
import type { Target } from './targets/target.ts';

/** A model on a target whose budgets refer to something earlier than the base. */
export interface EarlierRequest {
  readonly repository: Repository;
  readonly measurer: Measurer;
  readonly change: Change;
  readonly target: Target;
  readonly settings: ModelSettings;
  readonly budgets: readonly Budget[];
  /** What is recorded of the model on the target. */
  readonly series: Series;
}

/**
 * What the model was at every tag and commit that a budget refers to: as it was recorded then by this version of the gate, else measured now from what git has,
 * else as another version of the gate recorded it, which is said. Never throws: what can't be had says why.
 */
export async function earlierSides(request: EarlierRequest): Promise<Earliers> {
  const references = new Set(request.budgets.flatMap(({ limit }) => sinceOf(limit) ?? []));
  const sides: [string, Earlier][] = [];
  for (const since of references) sides.push([since, await earlierSide(since, request)]);
  return Object.fromEntries(sides);
}

async function earlierSide(since: string, request: EarlierRequest): Promise<Earlier> {
  const { repository, change, series, measurer, target, settings } = request;
  try {
    const commit = await earlierCommit(repository, since);
    if ('reason' in commit) return recordedElsewhere(since, commit.reason, request);
    const { sha } = commit;
    const file = await fileAt(repository, sha, change);
    if (file === undefined) return { kind: 'absent' };
    const lines = series.lines.filter(({ targetId }) => targetId === target.id);
    const own = lines.filter((line) => line.gate === gateVersion);
    const line = own.find((each) => each.commit === sha) ?? (await sameModel(repository, file, own));
    const recorded = line === undefined ? undefined : readableOf(line);
    if (recorded !== undefined && hasAll(recorded, since, request)) return { kind: 'known', measurement: recorded };
    try {
      const { measurement, correct } = await measurer.side({ commit: sha, ...file, target, settings });
      const known = { kind: 'known', measurement: readableOf(measurement) } as const;
      return correct === undefined ? known : { ...known, correct };
    } catch (error) {
      return recordedElsewhere(sha, problemWords(error), request);
    }
  } catch (error) {
    return { kind: 'missing', reason: problemWords(error) };
  }
}

/** What was recorded of a commit by whichever version, where nothing better is to be had. */
function recordedElsewhere(commit: string, reason: string, { series, target }: EarlierRequest): Earlier {
  const isId = /^[0-9a-f]{7,64}$/.test(commit);
  const line = series.lines.find((each) => isId && each.commit.startsWith(commit) && each.targetId === target.id);
  if (line === undefined) return { kind: 'missing', reason };
  const other = line.gate === gateVersion ? {} : { caution: `recorded by version ${line.gate} of the gate` };
  return { kind: 'known', measurement: readableOf(line), ...other };
}

async function fileAt(repository: Repository, commit: string, { path, previousPath }: Change) {
  for (const name of previousPath === undefined ? [path] : [path, previousPath]) {
    const file = await findFileAt(repository, commit, name);
    if (file !== undefined) return { path: name, blob: file.blob };
  }
  return undefined;
}

/** A line about the same bytes, as a tag seldom stands at the commit that changed the model. Not for ONNX, whose weights may be in other files. */
async function sameModel(
  repository: Repository,
  { path, blob }: { readonly path: string; readonly blob: string },
  lines: readonly HistoryLine[],
): Promise<HistoryLine | undefined> {
  if (lines.length === 0 || !/\.tflite$/i.test(path)) return undefined;
  const content = await readContent(repository, blob, formatLimits.modelBytes, path);
  if (content.kind !== 'bytes') return undefined;
  const digest = sha256(content.bytes);
  return lines.findLast((line) => line.sha256 === digest);
}

function hasAll(recorded: Readable, since: string, { budgets }: EarlierRequest): boolean {
  const asked = budgets.filter(({ limit }) => sinceOf(limit) === since);
  return asked.every(({ metric }) => !('missing' in readingOf(recorded, metric)));
}

/** What budgets need of a measurement or of a line, without layers. */
function readableOf(from: Readable | HistoryLine): Readable {
  const isLine = 'metrics' in from;
  const metrics = Object.fromEntries(
    metricNames.map((name) => [name, isLine ? metricOf(from, name) : from[name]]),
  ) as Pick<Readable, MetricName>;
  if (isLine) return { ...metrics, model: null, unavailable: {} };
  const { parameters = 0, bytes = 0 } = from.model ?? {};
  return { ...metrics, model: { parameters, bytes }, unavailable: from.unavailable };
}
