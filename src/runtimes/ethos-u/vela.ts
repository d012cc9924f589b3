import { makeTool } from '../tools/make-tool.ts';
import { onPath } from '../tools/on-path.ts';
import { installPythonTool } from '../tools/python-tool.ts';
import packages from './vela-packages.json' with { type: 'json' };

/** The version that is run; another version would give other figures for the same model. */
export const velaVersion = '5.2.0';

/** Arm's compiler for Ethos-U: an installed one of this version, else our own copy from PyPI, pinned by the sha256 of its files as `pip-compile --generate-hashes` lists them. */
export const vela = makeTool({
  id: 'vela',
  title: 'Arm Vela',
  howToGet: `Install Python 3.10 to 3.13 where the gate runs, so that it can install Vela itself, or run "pip install ethos-u-vela==${velaVersion}".`,
  locators: [
    onPath({
      names: ['vela'],
      readVersion: (printed) => /^(\d+\.\d+\.\d+)\S*$/m.exec(printed)?.[1],
      accepts: { version: (version) => version === velaVersion, words: `version ${velaVersion}` },
    }),
    installPythonTool({
      name: 'ethos-u-vela',
      version: velaVersion,
      hashes: packages,
      module: 'ethosu.vela',
      python: { from: [3, 10], to: [3, 13] },
    }),
  ],
});
