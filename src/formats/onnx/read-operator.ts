import { UserError } from '../../errors.ts';
import type { Attribute, Graph, Operator, TensorId } from '../../graph/graph.ts';
import { attributeRest, readAttribute } from './attributes.ts';
import { type OnnxOperatorExtras, present } from './extras.ts';
import type { GraphProto, NodeProto } from './messages.ts';
import type { ReadContext } from './read-context.ts';

/** The spelling of the default domain that means the same as `''` (onnx, docs/IR.md, "Operator Sets"). */
const spelledDefaultDomain = 'ai.onnx';

/** The domain as `Operator.domain` has it. */
export function plainDomain(domain: string | undefined): string {
  return domain === undefined || domain === spelledDefaultDomain ? '' : domain;
}

/** An operator's name, and whether the file gives it. */
export interface OperatorName {
  readonly name: string;
  readonly derived: boolean;
}

/**
 * One name per node: its own, or where it has none the name of its first output, or `Type_index` where another node has that.
 * `derived` says which are not in the file.
 */
export function operatorNames(nodes: readonly NodeProto[]): readonly OperatorName[] {
  const taken = new Set(nodes.map(({ name }) => name).filter((name) => name !== undefined && name !== ''));
  return nodes.map((node, index) => {
    if (node.name !== undefined && node.name !== '') return { name: node.name, derived: false };
    const output = (node.output ?? []).find((name) => name !== '');
    let name = output === undefined || taken.has(output) ? `${node.opType ?? ''}_${index}` : output;
    while (taken.has(name)) name += '_';
    taken.add(name);
    return { name, derived: true };
  });
}

/** What an operator needs from the graph around it. */
export interface OperatorScope {
  readonly context: ReadContext;
  readonly tensorOf: (name: string) => TensorId;
  readonly versionOf: (domain: string) => number;
  readonly readNested: (graph: GraphProto) => Graph;
}

/** The operator of a node. @throws UserError when it has no type or an attribute twice */
export function readOperator(node: NodeProto, { name, derived }: OperatorName, scope: OperatorScope): Operator {
  const { label } = scope.context;
  const where = `node ${JSON.stringify(name)}`;
  if (node.opType === undefined || node.opType === '') {
    throw new UserError(`${label}: ${where} has no operator type; export the model again.`);
  }
  const attributes: [string, Attribute][] = [];
  const rests: [string, { proto: object; value: Attribute }][] = [];
  const seen = new Set<string>();
  for (const proto of node.attribute ?? []) {
    const key = proto.name ?? '';
    if (seen.has(key)) {
      throw new UserError(`${label}: ${where} has the attribute ${JSON.stringify(key)} twice; export the model again.`);
    }
    seen.add(key);
    const at = `attribute ${JSON.stringify(key)} of ${where}`;
    const value = readAttribute(proto, at, scope.context, scope.readNested);
    const rest = attributeRest(proto, value);
    attributes.push([key, value]);
    if (rest !== undefined) rests.push([key, { proto: rest, value }]);
  }
  const domain = plainDomain(node.domain);
  const extras = present<OnnxOperatorExtras>({
    derivedName: derived ? name : undefined,
    node: nodeRest(node),
    attributes: rests.length === 0 ? undefined : Object.fromEntries(rests),
  });
  const id = (tensor: string) => (tensor === '' ? null : scope.tensorOf(tensor));
  return {
    name,
    type: node.opType,
    domain,
    version: scope.versionOf(domain),
    inputs: (node.input ?? []).map(id),
    outputs: (node.output ?? []).map(id),
    attributes: Object.fromEntries(attributes),
    ...(extras === undefined ? {} : { extras }),
  };
}

function nodeRest(node: NodeProto): NodeProto | undefined {
  return present<NodeProto>({
    docString: node.docString,
    domain: node.domain === spelledDefaultDomain ? node.domain : undefined,
    overload: node.overload,
    metadataProps: node.metadataProps,
    deviceConfigurations: node.deviceConfigurations,
    unknown: node.unknown,
  });
}
