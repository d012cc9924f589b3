// The project's own YAML files go into a bundle as JSON text: they are written to be read by people, and reading them as YAML takes longer than all the rest of a start.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';

/** The JSON that says the same as a YAML text. @throws where JSON can't say it */
export function yamlAsJson(text, file) {
  const content = parse(text);
  const json = JSON.stringify(content);
  if (!isDeepStrictEqual(JSON.parse(json), content)) throw new Error(`${file} holds what JSON can't say`);
  return json;
}

export const yamlForEsbuild = {
  name: 'yaml-data',
  setup(build) {
    build.onLoad({ filter: /\.yml$/ }, ({ path: file }) => ({
      contents: yamlAsJson(readFileSync(file, 'utf8'), path.basename(file)),
      loader: 'text',
    }));
  },
};
