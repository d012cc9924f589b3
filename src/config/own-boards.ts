import { parseRunnableBoard } from '../runtimes/registry.ts';
import type { Config } from './config.ts';

/**
 * The configuration with the boards that its targets name by their files; a file that is not there leaves the target without its board.
 * @throws UserError for mistakes in a board's file
 */
export async function withOwnBoards(
  config: Config | null,
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<Config | null> {
  if (config === null || config.targets.every(({ own }) => own === undefined)) return config;
  const targets = await Promise.all(
    config.targets.map(async (target) => {
      if (target.own === undefined) return target;
      const bytes = await read(target.own.file);
      if (bytes === undefined) return target;
      const board = parseRunnableBoard(new TextDecoder().decode(bytes), target.own.file);
      return { ...target, own: { ...target.own, board } };
    }),
  );
  return { ...config, targets };
}
