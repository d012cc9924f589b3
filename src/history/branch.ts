import { UserError } from '../errors.ts';
import { isHistoryFile } from './files.ts';

/** Narrower than git's own rules (git-check-ref-format): what can't be an option, an expression or a path that leads elsewhere. */
const branchName = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_-])){0,99}$/;

/** True for a text that can name a data branch. */
export function isBranchName(text: string): boolean {
  return branchName.test(text) && !text.endsWith('.lock');
}

/** The name of a data branch. @throws UserError where it is none */
export function checkBranchName(name: string): string {
  if (isBranchName(name)) return name;
  throw new UserError(
    `${JSON.stringify(name.slice(0, 100))} can't name the history's branch: use letters, digits, "-", "_", "." and "/", such as edge-ready-history.`,
  );
}

/** What is at the top of a branch must be a history, so that nobody's own branch is written to. @throws UserError where it is something else */
export function checkIsHistory(branch: string, names: readonly string[]): void {
  if (names.length === 0 || names.some(isHistoryFile)) return;
  throw new UserError(
    `The branch ${branch} holds other files than a history (${names[0]}): name a branch of its own, which the gate begins itself.`,
  );
}
