import type { TensorId } from '../../graph/graph.ts';
import type { LayerShape } from './cycles.ts';
import type { Limits } from './limits.ts';
import type { Picture } from './pictures.ts';

/** What the accelerator runs at once. */
export interface HardwareLayer {
  /** Indices of its operators, in order. */
  readonly operators: readonly number[];
  readonly inputs: readonly TensorId[];
  readonly output: TensorId;
  readonly input: Picture;
  readonly shape: LayerShape;
  /** Numbers of a filter for one input channel, and whether outputs have a bias; `undefined` without weights. */
  readonly filter: { readonly area: number; readonly hasBias: boolean } | undefined;
}

/** A layer, or in half a sentence why the accelerator has none for an operator. */
export type Made = HardwareLayer | { readonly refusal: string };

/** Makes an operator's layer of what is its own; `area` is the numbers of a filter for one input channel. */
export type Make = (own: Partial<LayerShape>, area?: number) => HardwareLayer;

/** The refusal of a picture with more channels than the accelerator has room for. */
export function tooWide({ channels }: Picture, limits: Limits): { readonly refusal: string } | undefined {
  return channels <= limits.channels
    ? undefined
    : { refusal: `has ${channels} channels; ${limits.channels} are the most` };
}
