import os from 'node:os';
import path from 'node:path';

/** The folder that measurements are kept in: `EDGE_READY_CACHE`, or one in the platform's folder for caches. */
export function cacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = os.homedir(),
): string {
  const { EDGE_READY_CACHE: own, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (own !== undefined && own !== '') return path.resolve(own);
  const platformFolder =
    platform === 'win32' && local
      ? local
      : xdg || path.join(home, ...(platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']));
  return path.join(platformFolder, 'edge-ready-gate', 'measurements');
}
