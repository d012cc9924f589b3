/** What is used of `@actions/cache`. Here both throw where it could not do what it was asked. */
export type ActionsCache = Pick<typeof import('@actions/cache'), 'restoreCache' | 'saveCache'>;

/** `@actions/cache`, when this is a workflow that has a cache. Large, so loaded only then. */
export async function actionsCache(): Promise<ActionsCache | undefined> {
  if (process.env.GITHUB_ACTIONS !== 'true' || process.env.ACTIONS_RUNTIME_TOKEN === undefined) return undefined;
  const cache = await import('@actions/cache');
  if (!cache.isFeatureAvailable()) return undefined;
  return {
    restoreCache: (...asked) => thrown(() => cache.restoreCache(...asked)),
    saveCache: (...asked) => thrown(() => cache.saveCache(...asked)),
  };
}

/** What `@actions/cache` 6 prints of a failure that it keeps to itself: warnings, for statuses from 500 errors, for a key that is taken a line. */
const complaint = /^(?:::(?:warning|error)[^:]*::(.*)|(Failed to (?:save|restore).*))/;

/**
 * Runs a task of `@actions/cache` and throws what it would only print: an annotation that says “error” at a check that passed is for nobody.
 * The first complaint is the cause, the others are what came of it.
 */
async function thrown<T>(task: () => Promise<T>): Promise<T> {
  const complaints: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = function print(this: unknown, chunk: string | Uint8Array, ...rest: never[]): boolean {
    const [, annotated, told] = (typeof chunk === 'string' ? complaint.exec(chunk) : null) ?? [];
    const said = annotated ?? told;
    if (said === undefined) return Reflect.apply(write, process.stdout, [chunk, ...rest]) as boolean;
    complaints.push(said.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%'));
    return true;
  };
  try {
    const result = await task();
    if (complaints[0] !== undefined) throw new Error(complaints[0]);
    return result;
  } finally {
    process.stdout.write = write;
  }
}
