import { readFileSync } from 'node:fs';

let known: boolean | undefined;

/** Whether this process runs on glibc, which onnxruntime-node's binaries for Linux need; Alpine has musl. */
export function hasGlibc(): boolean {
  known ??= glibcIn(librariesOfThisProcess()) ?? reportNamesGlibc();
  return known;
}

/** What the libraries that a process has loaded say, as `/proc/PID/maps` lists them; `undefined` when none of them is a C library. */
export function glibcIn(maps: string): boolean | undefined {
  if (/\/(ld-musl-|libc\.musl-)/.test(maps)) return false;
  return /\/(libc\.so\.6|libc-2\.\d+\.so)\s*$/m.test(maps) ? true : undefined;
}

function librariesOfThisProcess(): string {
  try {
    return readFileSync('/proc/self/maps', 'utf8');
  } catch {
    return '';
  }
}

/** Node's diagnostic report names the version of glibc that it runs with; on musl the field is absent. Making one takes tens of milliseconds. */
function reportNamesGlibc(): boolean {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}
