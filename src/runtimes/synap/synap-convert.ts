import { makeTool } from '../tools/make-tool.ts';
import { onPath } from '../tools/on-path.ts';

const readVersion = (printed: string): string | undefined => /\b(\d+\.\d+\.\d+)\b/.exec(printed)?.[1];

/** The converter of the SyNAP toolkit: the program itself, or `synap`, the name under which Synaptics' documentation starts its container. */
export const synapConvert = makeTool({
  id: 'synap',
  title: 'SyNAP toolkit',
  howToGet:
    "Put the SyNAP toolkit's synap_convert on PATH of a self-hosted runner, or a script named synap that starts its container with the current folder mounted.",
  locators: [
    onPath({ names: ['synap_convert'], readVersion }),
    async () => {
      const found = await onPath({ names: ['synap'], versionArguments: ['version'], readVersion })();
      return found.found ? { ...found, prefix: ['convert'] } : found;
    },
  ],
});
