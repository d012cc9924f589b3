import { tryGit } from './git.ts';
import type { Repository } from './repository.ts';

/** The address at which people see the repository, as its remote `origin` tells it: `https://github.com/acme/models`; `undefined` where it tells none. */
export async function webAddress(repository: Repository): Promise<string | undefined> {
  const { code, stdout } = await tryGit(repository.root, ['config', '--get', 'remote.origin.url']);
  return code === 0 ? webAddressOf(stdout.toString('utf8').trim()) : undefined;
}

/** `git@host:owner/name.git`, `ssh://git@host/owner/name` and `https://host/owner/name.git` are all `https://host/owner/name`. */
function webAddressOf(remote: string): string | undefined {
  const match =
    /^(?:https?:\/\/|ssh:\/\/)(?:[^@/\s]+@)?([\w.-]+)(?::\d+)?\/([\w./~-]+?)(?:\.git)?\/?$/.exec(remote) ??
    /^(?:[\w.-]+@)([\w.-]+):(?!\/)([\w./~-]+?)(?:\.git)?\/?$/.exec(remote);
  return match === null ? undefined : `https://${match[1]}/${match[2]}`;
}
