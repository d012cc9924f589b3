import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { slug } from './context.ts';

/**
 * A folder for what a step puts out: `folder`, or one beside it that ends in the step's name where another step of the job has taken that.
 * Steps are told apart by `GITHUB_ACTION`; outside a runner it is empty, and they are not.
 */
export function claimFolder(folder: string, step: string): string {
  return owns(folder, step) ? folder : `${folder}-${slug(step)}`;
}

/** Keeps two steps of one job from writing over each other's comment. @throws UserError for the second one. */
export function claimComment(key: string, step: string, temporary: string): void {
  if (owns(path.join(temporary, 'edge-ready-comments', key), step)) return;
  throw new UserError(
    `Another step of this job keeps the comment of the key “${key}”, which this one would write over: give each step its own \`key\`, or set \`comment: never\` and let the report action join them.`,
  );
}

/** True for the first step that asks for a folder, and for it alone. */
function owns(folder: string, step: string): boolean {
  if (step === '') return true;
  const file = path.join(folder, '.step');
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(file, step, { flag: 'wx' });
    return true;
  } catch {
    return readFileSync(file, 'utf8') === step;
  }
}
