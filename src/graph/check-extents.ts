import { UserError } from '../errors.ts';
import { concreteShape } from './access.ts';
import type { Graph } from './graph.ts';

/** Elements of a tensor: 2^32, 16 GiB of float32, is more memory than any board here has. */
export const mostElements = 2 ** 32;

/**
 * Checks that every tensor could be: extents are whole and not negative, and elements within the limit that files are held to. What follows from
 * shapes in a file (windows larger than what they slide over, factors that multiply) need not be.
 * @throws UserError naming the first tensor that could not
 */
export function checkExtents({ tensors, subgraphs }: Graph): void {
  for (const { name, shape } of tensors) {
    const extents = concreteShape(shape);
    if (extents === undefined) continue;
    const elements = extents.reduce((product, extent) => product * extent, 1);
    if (extents.every((extent) => Number.isSafeInteger(extent) && extent >= 0) && elements <= mostElements) {
      continue;
    }
    throw new UserError(
      `The tensor "${name.slice(0, 200)}" would have the shape [${extents.slice(0, 16).join(', ')}], which none can have here: extents are whole numbers from 0, and elements at most ${mostElements}; check the model's shapes and attributes.`,
    );
  }
  subgraphs.forEach(checkExtents);
}
