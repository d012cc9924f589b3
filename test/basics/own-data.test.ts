import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ownData } from '../../src/basics/own-data.ts';

const plugin: { readonly yamlAsJson: (text: string, file: string) => string } = await import(
  pathToFileURL(path.resolve('scripts', 'yaml-data.mjs')).href
);
const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yml'));

describe("the project's own data", () => {
  test.each(files)('%s says the same in a bundle', (file) => {
    const text = readFileSync(path.join('src', file), 'utf8');
    const bundled = plugin.yamlAsJson(text, file);
    expect(bundled).not.toBe(text);
    expect(ownData(bundled)).toEqual(parse(text));
    expect(ownData(text)).toEqual(parse(text));
  });

  test.each(['a: .inf', 'a: .nan', 'a: !!set { b }'])('what JSON cannot say is not bundled: %s', (text) => {
    expect(() => plugin.yamlAsJson(text, 'x.yml')).toThrow('x.yml');
  });
});
