import type { DataSet, Sample } from './data-set.ts';

/** Bytes of samples that are kept at most. */
const mostBytes = 2 ** 25;

/** A data set that gives the same sample again where it was asked for before, up to 32 MB of them: what is run over and over is read, decoded and bound once. */
export function rememberSamples(data: DataSet): DataSet {
  const known = new Map<number, Sample>();
  let bytes = 0;
  const { release: _, ...rest } = data;
  return {
    ...rest,
    sample: async (index) => {
      const before = known.get(index);
      if (before !== undefined) return before;
      const sample = await data.sample(index);
      bytes += Object.values(sample).reduce((sum, { data }) => sum + data.byteLength, 0);
      if (bytes <= mostBytes) known.set(index, sample);
      return sample;
    },
  };
}
