import { makeTool } from '../tools/make-tool.ts';
import { onPath } from '../tools/on-path.ts';

/** ST's compiler. Releases differ in the code they generate; the one that is installed is the one that ships. */
export const stedgeai = makeTool({
  id: 'stedgeai',
  title: 'ST Edge AI Core',
  howToGet:
    "Install ST Edge AI Core on a self-hosted runner and put stedgeai on PATH; ST's licence does not let the gate fetch it.",
  locators: [
    onPath({ names: ['stedgeai'], readVersion: (printed) => /ST Edge AI Core v(\d+(?:\.\d+)+)/.exec(printed)?.[1] }),
  ],
});
