import { UserError } from '../../errors.ts';
import type { Target } from '../../targets/target.ts';
import systems from './systems.json' with { type: 'json' };

/** A generation of Ethos-U. */
export type Family = 'u55' | 'u65' | 'u85';

/** A memory as the NPU sees it; see systems.json for the units. */
export interface NpuMemory {
  readonly clockScale: number;
  readonly burstLength: number;
  readonly readLatency: number;
  readonly writeLatency: number;
  readonly maxReads: number;
  readonly maxWrites: number;
  readonly portsUsed?: number;
}

/** An NPU in its system: what Vela is told, and what our own model computes with. */
export interface NpuConfiguration {
  /** As Vela calls it: `ethos-u55-128`. */
  readonly accelerator: string;
  readonly family: Family;
  /** Multiply-accumulates of 8 bits a cycle. */
  readonly macs: number;
  readonly clockHz: number;
  /** `shared`: feature maps in SRAM, weights in the other memory. `dedicated`: SRAM is a cache of `cacheBytes`, all else lies in the other memory. */
  readonly memoryMode: 'shared' | 'dedicated';
  readonly cacheBytes?: number;
  readonly sram: NpuMemory;
  /** Where weights, and in `dedicated` mode larger feature maps, are read from. */
  readonly weights: NpuMemory & { readonly kind: string };
}

const sizes: Readonly<Record<Family, readonly number[]>> = {
  u55: [32, 64, 128, 256],
  u65: [256, 512],
  u85: [128, 256, 512, 1024, 2048],
};

/**
 * The configuration of an accelerator in Arm's reference system for its family.
 * `clockHz`, `cacheBytes` and `weightClockScale` are the board's own, where known.
 * @throws UserError when there is no such accelerator.
 */
export function npuConfiguration(
  accelerator: string,
  own: { readonly clockHz?: number; readonly cacheBytes?: number; readonly weightClockScale?: number } = {},
): NpuConfiguration {
  const [, family, macs] = /^ethos-(u55|u65|u85)-(\d+)$/.exec(accelerator) ?? [];
  if (!isFamily(family) || !sizes[family].includes(Number(macs))) {
    const known = Object.entries(sizes).flatMap(([name, counts]) => counts.map((count) => `ethos-${name}-${count}`));
    throw new UserError(`There is no accelerator "${accelerator}"; known are ${known.join(', ')}.`);
  }
  const system = systems[family];
  const cacheBytes = own.cacheBytes ?? ('cacheBytes' in system ? system.cacheBytes : undefined);
  return {
    accelerator,
    family,
    macs: Number(macs),
    clockHz: own.clockHz ?? system.coreClockHz,
    memoryMode: system.memoryMode === 'shared' ? 'shared' : 'dedicated',
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
    sram: system.sram,
    weights: { ...system.weights, clockScale: own.weightClockScale ?? system.weights.clockScale },
  };
}

function isFamily(text: string | undefined): text is Family {
  return text === 'u55' || text === 'u65' || text === 'u85';
}

/** The configuration of a target's board. @throws UserError when the board names no accelerator that Vela knows. */
export function configurationOf({ board }: Target): NpuConfiguration {
  const runtime = board.runtimes['ethos-u'];
  if (runtime?.accelerator === undefined) {
    throw new UserError(
      `Board "${board.id}" does not say which Ethos-U it has; give runtimes.ethos-u an accelerator, such as { id: ethos-u55-128, source: … }.`,
    );
  }
  const { id, clockHz } = runtime.accelerator;
  const { cacheBytes, weightClockScale } = runtime.coefficients ?? {};
  return npuConfiguration(id, {
    ...(clockHz === undefined ? {} : { clockHz: clockHz.value }),
    ...(cacheBytes === undefined ? {} : { cacheBytes: cacheBytes.value }),
    ...(weightClockScale === undefined ? {} : { weightClockScale: weightClockScale.value }),
  });
}

/** The names that `velaIni` gives its sections. */
export const iniNames = { system: 'Board', memory: 'Board' } as const;

/** A system configuration file for Vela that says of this NPU's memories what the configuration says. */
export function velaIni({ clockHz, memoryMode, cacheBytes, sram, weights }: NpuConfiguration): string {
  const lines = (name: string, memory: NpuMemory): readonly string[] => [
    `${name}_clock_scale=${memory.clockScale}`,
    ...(memory.portsUsed === undefined ? [] : [`${name}_ports_used=${memory.portsUsed}`]),
    `${name}_burst_length=${memory.burstLength}`,
    `${name}_read_latency=${memory.readLatency}`,
    `${name}_write_latency=${memory.writeLatency}`,
    `${name}_max_reads=${memory.maxReads}`,
    `${name}_max_writes=${memory.maxWrites}`,
  ];
  return `${[
    `[System_Config.${iniNames.system}]`,
    `core_clock=${clockHz}`,
    'axi0_port=Sram',
    `axi1_port=${weights.kind}`,
    ...lines('Sram', sram),
    ...lines(weights.kind, weights),
    `[Memory_Mode.${iniNames.memory}]`,
    'const_mem_area=Axi1',
    `arena_mem_area=${memoryMode === 'shared' ? 'Axi0' : 'Axi1'}`,
    'cache_mem_area=Axi0',
    ...(cacheBytes === undefined ? [] : [`arena_cache_size=${cacheBytes}`]),
  ].join('\n')}\n`;
}
