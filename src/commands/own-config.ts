import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { defaultConfigPath } from '../config/defaults.ts';
import { parseConfig } from '../config/parse.ts';
import { readUserFile } from './user-file.ts';

/**
 * The configuration as it lies in the working folder: the one that is named, else `edge-ready.yml`, `null` where there is none.
 * @throws UserError when a file that is named is not there, or the file has mistakes
 */
export function readOwnConfig(named: string | undefined): Config | null {
  const file = named ?? defaultConfigPath;
  if (named === undefined && !existsSync(file)) return null;
  return parseConfig(new TextDecoder().decode(readUserFile(file)), file);
}
