import { UserError } from '../../errors.ts';
import type { Shape, Tensor, TensorId } from '../../graph/graph.ts';
import { formatLimits } from '../limits.ts';
import type { OnnxTensorExtras } from './extras.ts';
import { present, tensorExtras } from './extras.ts';
import type { ValueInfoProto } from './messages.ts';
import type { ReadContext } from './read-context.ts';
import { otherKind, readType, statedType } from './types.ts';

/** The tensors of one graph while it is read, by name. */
export interface TensorTable {
  readonly tensors: Tensor[];
  readonly ids: Map<string, TensorId>;
  /** Tensors whose type the file has stated: as input, output or `value_info`. */
  readonly stated: Set<TensorId>;
}

/** An empty table. */
export function tensorTable(): TensorTable {
  return { tensors: [], ids: new Map(), stated: new Set() };
}

/** Adds a tensor of a new name and gives its id. */
export function addTensor(table: TensorTable, tensor: Tensor): TensorId {
  table.ids.set(tensor.name, table.tensors.length);
  return table.tensors.push(tensor) - 1;
}

/** A tensor of which nothing but the name is known. */
export function blankTensor(name: string): Tensor {
  return { name, dtype: 'unknown', shape: undefined };
}

/** Adds to what is kept of a tensor beside its graph fields. */
export function amendExtras(table: TensorTable, id: TensorId, extras: OnnxTensorExtras): void {
  const tensor = table.tensors[id] as Tensor;
  table.tensors[id] = { ...tensor, extras: { ...tensorExtras(tensor), ...extras } };
}

/** True for tensors whose content is in the file: their own dtype and shape hold, whatever else is stated. */
export function isConstantTensor({ data, strings }: Tensor): boolean {
  return data !== undefined || strings !== undefined;
}

/** @throws UserError when a shape passes the limits; names and unknown extents count as 1 */
function checkShape(name: string, shape: Shape | undefined, { label }: ReadContext): void {
  const extents = (shape ?? []).map((extent) => (typeof extent === 'number' ? extent : 1));
  const elements = extents.reduce((product, extent) => product * Math.max(extent, 1), 1);
  if (extents.length > formatLimits.rank || elements > formatLimits.tensorElements) {
    throw new UserError(
      `${label}: tensor ${JSON.stringify(name)} is stated with the impossible shape [${extents.slice(0, 8)}]; export the model again.`,
    );
  }
}

/** Takes over the type that the file states for a tensor, and keeps what dtype and shape do not say. @throws UserError for impossible shapes */
export function stateType(table: TensorTable, id: TensorId, info: ValueInfoProto, context: ReadContext): void {
  const tensor = table.tensors[id] as Tensor;
  const { dtype, shape } = isConstantTensor(tensor) ? tensor : readType(info.type);
  checkShape(tensor.name, shape, context);
  const rest = present<ValueInfoProto>({
    docString: info.docString,
    metadataProps: info.metadataProps,
    unknown: info.unknown,
  });
  const type = statedType(info.type, dtype, shape);
  const kind = otherKind(info.type);
  if (kind !== undefined)
    context.notes.push(
      `The tensor ${JSON.stringify(tensor.name)} is no dense tensor (${kind}); its type is kept as it is.`,
    );
  const extras = present<OnnxTensorExtras>({ ...tensorExtras(tensor), info: rest, type });
  table.tensors[id] = { ...tensor, dtype, shape, ...(extras === undefined ? {} : { extras }) };
  table.stated.add(id);
}
