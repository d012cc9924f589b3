import { messageOf } from '../../errors.ts';
import { runInFolder } from './run-in-folder.ts';
import type { Located, Tool, ToolRequest, ToolRun } from './tool.ts';

/** What an adapter says of its tool; the rest is the same for all. */
export interface ToolDescription {
  readonly id: string;
  readonly title: string;
  readonly howToGet: string;
  /** Ways to find it, tried in this order; the first that finds it is taken. The reason of the last is told when none does. */
  readonly locators: readonly (() => Promise<Located>)[];
}

/** A tool from its description. It is looked for when it is first asked for, once a process. */
export function makeTool({ id, title, howToGet, locators }: ToolDescription): Tool {
  let located: Promise<Located> | undefined;
  const locate = (): Promise<Located> => {
    located ??= firstFound(locators, title);
    return located;
  };
  return {
    id,
    title,
    howToGet,
    locate,
    version: async () => {
      const place = await locate();
      return place.found ? place.version : undefined;
    },
    run: async (request: ToolRequest): Promise<ToolRun> => {
      const place = await locate();
      if (!place.found) return { status: 'not-found', reason: place.reason };
      return runInFolder(place, request);
    },
  };
}

async function firstFound(locators: ToolDescription['locators'], title: string): Promise<Located> {
  let last: Located = { found: false, reason: `${title} is not on this machine.` };
  for (const locator of locators) {
    last = await locator().catch((error: unknown) => ({
      found: false as const,
      reason: `${title} could not be looked for: ${messageOf(error)}`,
    }));
    if (last.found) return last;
  }
  return last;
}
