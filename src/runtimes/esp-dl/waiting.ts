import type { Finding } from '../../measurement/measurement.ts';
import type { LayerTime } from './latency.ts';
import type { LayerWork } from './layer-work.ts';

/** A share of the time that is worth a word. */
const worthSaying = 0.2;

/** How much of a model's time is spent waiting for filters that no cache holds and that are read again for every output position, where it is much. */
export function waitsForFilters(
  time: LayerTime,
  works: readonly (LayerWork | undefined)[],
  inFlash: boolean,
): readonly Finding[] {
  const known = works.filter((work) => work !== undefined);
  const sum = (of: (work: LayerWork) => number) => known.reduce((all, work) => all + of(work), 0);
  const waits = (work: LayerWork) => time(work, inFlash) - time({ ...work, weightBytes: 0 }, inFlash);
  const [total, waiting] = [sum((work) => time(work, inFlash)), sum(waits)];
  if (total === 0 || waiting < worthSaying * total) return [];
  const waitingLayers = known.filter((work) => waits(work) > 0).length;
  const remedy = inFlash
    ? 'a board with enough PSRAM for activations and weights reads them about three times as fast'
    : 'filters that fit in the cache are read once';
  const message = `${Math.round((100 * waiting) / total)} % of the time goes into waiting for the filters of ${waitingLayers} ${waitingLayers === 1 ? 'layer' : 'layers'}: they exceed the cache, and ESP-DL reads all of them at every output position, from ${inFlash ? 'flash' : 'PSRAM'}; ${remedy}.`;
  return [{ code: 'filters-beyond-cache', severity: 'info', message }];
}
