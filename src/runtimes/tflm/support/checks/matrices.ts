import { intAttribute } from '../../../../graph/access.ts';
import { extents } from '../words.ts';
import { type OwnRules, ownRule, product, shapeOf } from './own-rule.ts';

/** Rules about the extents of matrices. */
export const matrixRules: OwnRules = {
  'matrix-extents': ownRule(
    'unsupported-shape',
    'needs equal inner extents, batches that are equal or 1, and an `output` of the size and dimensions of the product',
    (place) => {
      const [left, right, output] = ['left', 'right', 'output'].map((name) => shapeOf(place, name));
      if (!left || !right || !output) return undefined;
      const rank = Math.max(left.length, right.length);
      const extended = (shape: readonly number[]) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
      const turned = (shape: readonly number[], isTurned: boolean) =>
        isTurned ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;
      const a = turned(extended(left), intAttribute(place.operator, 'adj_x', 0) === 1);
      const b = turned(extended(right), intAttribute(place.operator, 'adj_y', 0) === 1);
      const batches = a.slice(0, -2).map((extent, axis) => (extent === 1 ? (b[axis] ?? 1) : extent));
      const fits =
        a.at(-1) === b.at(-2) &&
        batches.every((extent, axis) => b[axis] === extent || b[axis] === 1) &&
        output.length >= rank &&
        product(output) === product([...batches, a.at(-2) ?? 1, b.at(-1) ?? 1]);
      return fits ? undefined : `shapes are ${extents(left)}, ${extents(right)} and ${extents(output)}`;
    },
  ),
  'embedding-extents': ownRule(
    'unsupported-shape',
    'needs in `output` at least the dimensions of `table`, and room for a row for each of `indices`',
    (place) => {
      const [indices, table, output] = ['indices', 'table', 'output'].map((name) => shapeOf(place, name));
      if (!indices || !table || !output) return undefined;
      const written = [indices[0] ?? 1, ...table.slice(1), ...output.slice(table.length)];
      const fits = output.length >= table.length && product(written) <= product(output);
      return fits ? undefined : `shapes are ${extents(output)}, ${extents(table)} and ${extents(indices)}`;
    },
  ),
  'svdf-extents': ownRule(
    'unsupported-shape',
    'needs filters that are a multiple of its rank, and `timeWeights`, `bias`, `state` and `output` that go with them',
    (place) => {
      const names = ['input', 'featureWeights', 'timeWeights', 'state', 'output'];
      const [input, features, time, state, output] = names.map((name) => shapeOf(place, name));
      const rank = intAttribute(place.operator, 'rank', 0);
      if (!input || !features || !time || !state || !output) return undefined;
      const [filters = 0, memory = 0] = [features[0], time[1]];
      if (rank < 1 || filters % rank !== 0) return `the rank is ${rank}, for ${filters} filters`;
      const wanted = {
        featureWeights: [filters, input[1]],
        timeWeights: [filters, memory],
        state: [input[0], memory * filters],
        output: [input[0], filters / rank],
        bias: [filters / rank],
      };
      const other = Object.entries(wanted).find(([name, shape]) => {
        const found = shapeOf(place, name);
        return found !== undefined && shape.some((extent, axis) => extent !== found[axis]);
      });
      return other === undefined ? undefined : `\`${other[0]}\` is ${extents(shapeOf(place, other[0]) ?? [])}`;
    },
  ),
  'lstm-extents': ownRule(
    'unsupported-shape',
    'needs weights and biases of the units that `outputState` has, states for every batch, and `output` for every step',
    (place) => {
      const [input, state, output] = ['input', 'outputState', 'output'].map((name) => shapeOf(place, name));
      if (!input || !state || !output) return undefined;
      const units = state[1];
      const batches = input[intAttribute(place.operator, 'time_major', 0) === 1 ? 1 : 0];
      if (units === undefined || batches === undefined) return `\`outputState\` is ${extents(state)}`;
      const wanted = [
        ...gates.map((gate) => [`inputTo${gate}`, [units, input[2]]] as const),
        ...gates.map((gate) => [`recurrentTo${gate}`, [units, units]] as const),
        ...gates.map((gate) => [`${gate.toLowerCase()}Bias`, [units]] as const),
        ['output', [input[0], input[1], units]] as const,
      ];
      const other = wanted.find(([name, shape]) => {
        const found = shapeOf(place, name);
        return found !== undefined && extents(found) !== extents(shape.map((extent) => extent ?? 0));
      });
      if (other !== undefined) return `\`${other[0]}\` is ${extents(shapeOf(place, other[0]) ?? [])}`;
      const states = ['outputState', 'cellState'].find((name) => {
        const found = shapeOf(place, name);
        return found !== undefined && product(found) !== batches * units;
      });
      return states === undefined ? undefined : `\`${states}\` is ${extents(shapeOf(place, states) ?? [])}`;
    },
  ),
};

const gates = ['Input', 'Forget', 'Cell', 'Output'] as const;
