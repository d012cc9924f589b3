import type { FileSource } from '../data/data-set.ts';
import type { Device } from '../devices/measure-on-device.ts';
import { UserError } from '../errors.ts';
import type { Configs } from './read-configs.ts';

/**
 * What measures models for a target, as the base's configuration says; the head's only for a target that the base does not have.
 * A program is the base commit's too (`source` reads the base first), so that a pull request can't bring another one.
 * @throws UserError when the program is in neither commit
 */
export async function deviceOf(configs: Configs, targetName: string, source: FileSource): Promise<Device | undefined> {
  const find = (side: 'base' | 'head') => configs[side]?.targets.find(({ name }) => name === targetName);
  const said = (find('base') ?? find('head'))?.measureWith;
  if (said === undefined) return undefined;
  if (said.startsWith('https://')) return { kind: 'url', template: said };
  const bytes = await source.read(said);
  if (bytes === undefined)
    throw new UserError(`${said}, which is to measure models for ${targetName}, is in neither commit.`);
  return { kind: 'command', command: { path: said, bytes } };
}
