import type { Finding } from '../../measurement/measurement.ts';
import type { Estimate } from '../runtime.ts';

/** The estimate of a model that does not run at all: no numbers, each for the same reason. */
export function noEstimate(why: string, findings: readonly Finding[]): Estimate {
  return {
    deployable: false,
    peakRam: null,
    flash: null,
    latency: null,
    energy: null,
    unavailable: { peakRam: why, flash: why, latency: why, energy: why },
    memory: null,
    parts: { peakRam: [], flash: [] },
    layers: [],
    findings,
  };
}
