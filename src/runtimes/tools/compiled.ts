import { messageOf, UserError } from '../../errors.ts';
import type { Finding } from '../../measurement/measurement.ts';

/**
 * What `read` makes of the report of a tool that ended well. `tool` is its name with its version.
 * @throws UserError when it cannot be read: the release prints another one than those that are known
 */
export function readReport<Report>(tool: string, read: () => Report): Report {
  try {
    return read();
  } catch (error) {
    throw new UserError(
      `${tool} ran, but what it reports cannot be read: ${messageOf(error)}. Use another release, or take it off PATH to have an estimate; and please report this release.`.slice(
        0,
        2000,
      ),
    );
  }
}

/** What an estimate says that its compiler has now decided: that it is missing, what it would refuse, and what fits. */
const decided: ReadonlySet<string> = new Set(['compiler-missing', 'does-not-fit', 'unsupported-operator']);

/** What remains of an estimate's findings once the target's compiler has taken the model. */
export const undecided = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ code }) => !decided.has(code));
