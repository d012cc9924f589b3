/** What is used of `@actions/cache`. */
export type ActionsCache = Pick<typeof import('@actions/cache'), 'restoreCache' | 'saveCache'>;

/** `@actions/cache`, when this is a workflow that has a cache. Large, so loaded only then. */
export async function actionsCache(): Promise<ActionsCache | undefined> {
  if (process.env.GITHUB_ACTIONS !== 'true' || process.env.ACTIONS_RUNTIME_TOKEN === undefined) return undefined;
  const cache = await import('@actions/cache');
  return cache.isFeatureAvailable() ? cache : undefined;
}
