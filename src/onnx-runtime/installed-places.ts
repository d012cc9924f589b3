import path from 'node:path';

/** Files beside which an installed ONNX Runtime is looked for: the gate's own, then one in the working directory. */
export function installedPlaces(): readonly string[] {
  // In Actions the working directory is the pull request's: code from there would run inside the gate that judges it.
  return process.env.GITHUB_ACTIONS === 'true'
    ? [import.meta.url]
    : [import.meta.url, path.join(process.cwd(), 'any.js')];
}
