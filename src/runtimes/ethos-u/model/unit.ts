import type { NpuConfiguration, NpuMemory } from '../configuration.ts';
import architectures from './architectures.json' with { type: 'json' };
import type { Block } from './block.ts';
import { findBlockU55, type U55Unit } from './block-u55.ts';
import { findBlockU85, type U85Unit } from './block-u85.ts';
import type { Channel, Timing } from './cycles.ts';
import type { NpuOperation } from './npu-operation.ts';

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
  const channel = (memory: NpuMemory, busBytes: number): Channel => ({
    bytesPerCycle: busBytes * memory.clockScale * (memory.portsUsed ?? 1),
    readLatency: memory.readLatency,
    writeLatency: memory.writeLatency,
    burstLength: memory.burstLength,
  });
  const { busBytes } = architectures[family];
  const memories = { sram: channel(sram, busBytes), store: channel(weights, busBytes) };
  if (family === 'u85') {
    const unit: U85Unit = architectures.u85.units[String(macs) as keyof typeof architectures.u85.units];
    const timing = { isU85: true, cores: unit.cores, macs, output: unit.output, activation: [] };
    return { ...memories, timing, findBlock: (operation) => findBlockU85(operation, unit) };
  }
  const unit: U55Unit = architectures.u55.units[String(macs) as keyof typeof architectures.u55.units];
  const timing = { isU85: false, cores: unit.cores, macs, output: unit.output, activation: unit.activation };
  return { ...memories, timing, findBlock: (operation) => findBlockU55(operation, unit) };
}
