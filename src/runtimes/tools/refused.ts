import type { Finding } from '../measurement.ts';
import type { Artifact, Compiled } from '../runtime.ts';

/** What is left of an artifact that the target's compiler, `title`, did not take: a finding that says why, and no numbers. */
export function refusedBy(title: string, artifact: Pick<Artifact, 'bytes' | 'format'>, reason: string): Compiled {
  const why = `${title} does not compile this model`;
  const finding: Finding = { code: 'compiler-refused', severity: 'error', message: `${why}: ${reason}`.slice(0, 2000) };
  return {
    bytes: artifact.bytes,
    format: artifact.format,
    known: {
      deployable: false,
      peakRam: null,
      flash: null,
      latency: null,
      energy: null,
      unavailable: { peakRam: why, flash: why, latency: why, energy: why },
      parts: { peakRam: [], flash: [] },
      layers: [],
      findings: [finding],
    },
  };
}

/** The line in which a program says what was wrong, and what follows it, without the stack that Python may put before it. */
export function reasonIn(printed: string): string {
  const lines = printed
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.findLastIndex((line) => /^[\w.]*(Error|Exception)\b/.test(line));
  const any = telling < 0 ? lines.findIndex((line) => /error/i.test(line) && !/^Traceback/.test(line)) : telling;
  const found = any < 0 ? lines.slice(-1) : lines.slice(any, any + 4);
  return (found.join(' ') || 'It gave no reason.').slice(0, 600);
}
