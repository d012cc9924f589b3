import { concreteShape, tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import type { Limits } from './limits.ts';

/** Data as the accelerator has them: channels of rows and columns. */
export interface Picture {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** A tensor of batch 1 with up to two spatial axes; a line of numbers counts as rows of one column. `undefined` for others. */
export function pictureOf(graph: Graph, id: TensorId | null | undefined): Picture | undefined {
  const shape = id === null || id === undefined ? undefined : concreteShape(tensorAt(graph, id).shape);
  if (shape === undefined || shape.length < 2 || shape.length > 4 || shape[0] !== 1) return undefined;
  const channels = shape.at(-1) ?? 1;
  const [height = 1, width = 1] = shape.slice(1, -1);
  return height === 1 ? { rows: width, columns: 1, channels } : { rows: height, columns: width, channels };
}

/** Passes over all processors that so many channels need. */
export const passesOf = (channels: number, { processors }: Limits) => Math.ceil(channels / processors);

/** Bytes of data memory that a picture takes, four channels to a word, and those in the one instance that has most of it. */
export function dataBytes({ rows, columns, channels }: Picture, limits: Limits) {
  const word = limits.processorsPerMemory;
  return {
    all: rows * columns * word * Math.ceil(channels / word),
    instance: rows * columns * word * passesOf(channels, limits),
  };
}

/** True where the input of a network fits: as other data, or channel by channel, each in an instance of its own. */
export function inputFits(picture: Picture, limits: Limits): boolean {
  const { rows, columns, channels } = picture;
  const instances = limits.processors / limits.processorsPerMemory;
  const byChannel = channels <= instances && rows * columns <= limits.dataInstanceBytes;
  return byChannel || dataBytes(picture, limits).instance <= limits.dataInstanceBytes;
}
