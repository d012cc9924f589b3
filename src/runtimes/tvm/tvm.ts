import { makeTool } from '../tools/make-tool.ts';
import { installPythonTool } from '../tools/python-tool.ts';
import packages from './tvm-packages.json' with { type: 'json' };

/** The version that is run; another version would give other figures for the same model. */
export const tvmVersion = '0.27.0.post1';

/** Apache TVM with the readers of models that it needs: our own copy from PyPI, pinned by the sha256 of its files. It is given a Python file to run. */
export const tvm = makeTool({
  id: 'tvm',
  title: 'Apache TVM',
  howToGet: 'Install Python 3.10 to 3.13 where the gate runs, so that it can install TVM itself.',
  locators: [
    installPythonTool({
      name: 'apache-tvm',
      version: tvmVersion,
      hashes: packages,
      python: { from: [3, 10], to: [3, 13] },
    }),
  ],
});
