/** By core and threads: the geometric mean over ncnn's networks (Tencent/ncnn a4d2ea1 benchmark/README.md, the runs with one thread and with all). */
const speedups: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  'cortex-a7': { 2: 1.9, 4: 2.8 },
  'cortex-a53': { 2: 1.6, 4: 2.1 },
  'cortex-a55': { 2: 1.7, 4: 2.25 },
  'cortex-a57': { 4: 3.2 },
  'cortex-a72': { 2: 1.5, 4: 1.85 },
  'cortex-a73': { 2: 1.75, 4: 2.5 },
  'cortex-a76': { 2: 1.5, 4: 1.85 },
  'cortex-a78ae': { 6: 3.9, 12: 5.6 },
  carmel: { 8: 5.2 },
};

/** How much faster so many threads of a core are than one, as the cores' files have it. */
export function threadSpeedup(core: string, threads: number): number {
  return threads === 1 ? 1 : (speedups[core]?.[threads] ?? 1);
}
