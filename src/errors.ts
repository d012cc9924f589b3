/**
 * A mistake in something the user controls: a file, the configuration, an argument.
 * Its message is one clear sentence that names the thing and what to do; it is shown without a stack, and the exit code is 2.
 * Everything else that is thrown is a bug and is shown with its stack.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code that Node gives its errors, such as `ENOENT`; undefined of anything else that was thrown. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What went wrong in a sentence for a report: what a user can change as it is, anything else as a bug with its place. */
export function problemWords(error: unknown): string {
  const isBug = error instanceof Error && !(error instanceof UserError);
  return `${messageOf(error)}${isBug ? ` (a bug in the gate${placeOf(error)})` : ''}`.slice(0, 2000);
}

/** The innermost line of the stack, so that a bug can be reported from the comment alone. */
function placeOf(error: Error): string {
  const line = error.stack?.split('\n').find((text) => text.trimStart().startsWith('at '));
  return line === undefined ? '' : `, ${line.trim()}`;
}
