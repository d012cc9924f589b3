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
