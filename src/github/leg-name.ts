import { createHash } from 'node:crypto';
import { isRecord } from '../basics/records.ts';
import { slug } from './context.ts';
import type { Leg } from './inputs.ts';

/** Legs' artifacts start with this; the report job lists them by it. */
export function shardPrefix(key: string): string {
  return `edge-ready-${key}-`;
}

/**
 * The artifact that a leg's shard is uploaded as: its targets, made safe and short, and a digest of what tells this leg in this attempt from any other.
 * What an earlier attempt uploaded stays, and whether its names may be used again depends on which jobs are re-run (gitea#38857 tried it out), so that no name is.
 */
export function shardName(key: string, targets: readonly string[], leg: Leg, attempt: number): string {
  const { job, jobId, step, index, matrix } = leg;
  return `${shardPrefix(key)}${legName(targets, '{}')}-${digest(JSON.stringify([targets, job, jobId, step, index, matrix, attempt]))}`;
}

/** The artifact that a leg's optimised models are uploaded as; that of a later attempt ends in its number. */
export function modelsName(key: string, targets: readonly string[], matrix: string, attempt: number): string {
  return `optimised-models-${key}-${legName(targets, matrix)}${attemptSuffix(attempt)}`;
}

/** Behind the names of what people download: nothing at the first attempt, `-2` at the second. */
export function attemptSuffix(attempt: number): string {
  return attempt > 1 ? `-${attempt}` : '';
}

/** A leg's targets as one name; what a name cannot tell apart (other characters, other matrix values) becomes a digest at its end. */
export function legName(targets: readonly string[], matrix: string): string {
  const text = targets.join('+') || 'default';
  const readable = slug(text);
  const exact = readable === text && matrixIsOnly(matrix, text);
  return exact ? readable : `${readable}-${digest(`${text}\n${matrix}`)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** True when the matrix says nothing beyond the target: `{}` or `{"target":"nano33"}`. */
function matrixIsOnly(matrix: string, target: string): boolean {
  try {
    const values: unknown = JSON.parse(matrix);
    return isRecord(values) && Object.values(values).every((value) => value === target);
  } catch {
    return false;
  }
}

/** True for a leg of a matrix with others: they must not write one comment. Where the runner does not tell how many there are, any matrix counts. */
export function isOneOfMany(leg: Leg): boolean {
  return leg.total === null ? leg.matrix !== '{}' : leg.total > 1;
}
