import type { NpuConfiguration, NpuMemory } from '../configuration.ts';
import architectures from './architectures.json' with { type: 'json' };
import type { Block } from './block.ts';
import { findBlockU55 } from './block-u55.ts';
import type { U55Unit } from './block-u55-cost.ts';
import { findBlockU85 } from './block-u85.ts';
import type { U85Unit } from './block-u85-search.ts';
import type { Timing } from './multipliers.ts';
import type { NpuOperation } from './npu-operation.ts';
import type { Channel } from './transfer.ts';

/** An NPU as our model computes with it. */
export interface Unit {
  readonly timing: Timing;
  readonly sram: Channel;
  /** The memory that weights are read from. */
  readonly store: Channel;
  readonly findBlock: (operation: NpuOperation) => Block | undefined;
}

/** The compute unit, buses and memories of a configuration. */
export function unitOf({ family, macs, sram, weights }: NpuConfiguration): Unit {
  const { busBytes } = architectures[family];
  if (family === 'u85') {
    const unit: U85Unit = architectures.u85.units[String(macs) as keyof typeof architectures.u85.units];
    const timing = { isU85: true, cores: unit.cores, macs, output: unit.output, activation: [] };
    return {
      sram: limited(sram, busBytes, unit.readBuffers),
      store: limited(weights, busBytes, unit.readBuffers),
      timing,
      findBlock: (operation) => findBlockU85(operation, unit),
    };
  }
  const unit: U55Unit = architectures.u55.units[String(macs) as keyof typeof architectures.u55.units];
  const timing = { isU85: false, cores: unit.cores, macs, output: unit.output, activation: unit.activation };
  return {
    sram: even(sram, busBytes),
    store: even(weights, busBytes),
    timing,
    findBlock: (operation) => findBlockU55(operation, unit),
  };
}

/** A memory whose whole width every use reaches. */
function even(memory: NpuMemory, busBytes: number): Channel {
  const rate = busBytes * memory.clockScale * (memory.portsUsed ?? 1);
  const { readLatency, writeLatency, burstLength } = memory;
  const rates = {
    inputRate: rate,
    streamRate: rate,
    writeRate: rate,
    weightRate: rate,
    scaleRate: rate,
    moveRate: rate,
  };
  return { bytesPerCycle: rate, ...rates, readLatency, writeLatency, burstLength };
}

/** A memory behind the channels of an Ethos-U85: `ChannelBW` of Vela's performance estimation. Four fifths of what could be under way is. */
function limited(memory: NpuMemory, busBytes: number, readBuffers: readonly number[]): Channel {
  const whole = even(memory, busBytes);
  const burstWords = Math.max(Math.floor(memory.burstLength / 16), 1);
  const reach = (requests: number, latency: number): number =>
    Math.min(whole.bytesPerCycle, ((memory.burstLength * requests) / latency) * 0.8);
  const read = (buffer: number): number =>
    reach(
      Math.min((readBuffers[buffer] ?? 0) / burstWords, memory.maxReads * (memory.portsUsed ?? 1) * 0.8),
      memory.readLatency,
    );
  return {
    ...whole,
    moveRate: read(0),
    streamRate: read(1),
    weightRate: read(2),
    inputRate: read(4),
    scaleRate: read(5),
    writeRate: reach(memory.maxWrites * (memory.portsUsed ?? 1) * 0.8, memory.writeLatency),
  };
}
