import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** A tarball as npm packs it, files in the folder `package` unless their names say otherwise. */
export function tarball(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name.startsWith('/') || name.startsWith('..') ? name : `package/${name}`, 0);
    header.write(Buffer.byteLength(content).toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    return [header, Buffer.from(content), Buffer.alloc((512 - (Buffer.byteLength(content) % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** The hash of a tarball as a registry's `dist.integrity` has it. */
export const integrityOf = (content: Uint8Array): string =>
  `sha512-${createHash('sha512').update(content).digest('base64')}`;

/** An `npm` that is found first. Call `restore` when done. */
export interface FakeNpm {
  /** What it was called with, a line each. */
  readonly calls: () => readonly string[];
  readonly restore: () => void;
}

/** Puts an `npm` into a folder that leaves `delivers` as a tarball, or runs a shell script as the real one may end. */
export function installFakeNpm(
  folder: string,
  does: { readonly delivers: Buffer } | { readonly script: string },
): FakeNpm {
  const bin = path.join(folder, 'bin');
  const log = path.join(folder, 'calls');
  mkdirSync(bin, { recursive: true });
  if ('delivers' in does) writeFileSync(path.join(folder, 'content.tgz'), does.delivers);
  const script = 'script' in does ? does.script : `cp "${folder}/content.tgz" delivered-1.0.0.tgz`;
  writeFileSync(path.join(bin, 'npm'), `#!/bin/sh\necho "$@" >> "${log}"\n${script}\n`);
  chmodSync(path.join(bin, 'npm'), 0o755);
  const before = process.env.PATH;
  process.env.PATH = `${bin}${path.delimiter}${before}`;
  return {
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    restore: () => {
      process.env.PATH = before;
    },
  };
}
