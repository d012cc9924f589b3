import { layerLabel } from './layer-label.ts';

/** Where an operator is, for people: `operator 3 CONV_2D "conv_1"`, at most 400 characters. */
export function operatorPlace({ type, name }: { readonly type: string; readonly name: string }, index: number): string {
  const label = layerLabel(name);
  return `operator ${index} ${type}${label === '' ? '' : ` "${label}"`}`.slice(0, 400);
}
