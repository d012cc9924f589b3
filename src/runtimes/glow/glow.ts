import { makeTool } from '../tools/make-tool.ts';
import { onPath } from '../tools/on-path.ts';

/** Glow's compiler of bundles. It says no version of its own, only that of the LLVM that it was built with. */
export const modelCompiler = makeTool({
  id: 'model-compiler',
  title: 'Glow model-compiler',
  howToGet:
    "Put Glow's model-compiler on PATH of a self-hosted runner: from NXP's eIQ Glow installer, or built from pytorch/glow, which is archived.",
  locators: [
    onPath({
      names: ['model-compiler'],
      versionArguments: ['-version'],
      readVersion: (printed) => {
        const llvm = /LLVM version (\d+(?:\.\d+)+)/.exec(printed)?.[1];
        return llvm === undefined ? undefined : `with LLVM ${llvm}`;
      },
    }),
  ],
});
