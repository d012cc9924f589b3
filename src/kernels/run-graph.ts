import { UserError } from '../errors.ts';
import { tensorAt, tensorBytes } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { mostRunWork } from '../graph/refuse-endless.ts';
import { graphWork } from '../graph/work.ts';
import type { FastMemory, FloatRounding } from './fast/memory.ts';
import { openFastMemory } from './fast/memory.ts';
import { prepareFast } from './fast/registry.ts';
import type { Node, Subgraph } from './kernel.ts';
import { endOfInvocation } from './kernel.ts';
import { kernelOf } from './registry.ts';
import { makeResources } from './resources.ts';
import type { TypedArray, Value } from './values.ts';
import { makeValue } from './values.ts';

/** A model that is ready to run, in the arithmetic of TensorFlow Lite Micro with CMSIS-NN. */
export interface Interpreter {
  /** The main graph's inputs and outputs, in its order; their `values` are those of the last run and stay the same arrays. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /**
   * One invocation: `inputs` in the graph's order, with as many elements as each has; gives copies of the outputs.
   * State (variable tensors, resource variables, what kernels keep) goes on from the last invocation.
   * @throws UserError when an input is missing or has another length or type of elements, and when loops turn too often
   */
  readonly run: (inputs: readonly TypedArray[]) => readonly TypedArray[];
  /** Puts all state back to what it was when the interpreter was opened. */
  readonly reset: () => void;
  /** A tensor of the main graph; `undefined` for one that no operator touches. After a run its `values` are those that the run gave it. */
  readonly valueOf: (id: TensorId) => Value | undefined;
}

/** How a model is run. */
export interface InterpreterOptions {
  /** Whether WebAssembly takes the place of the plain kernels where it can, with the same results; it does unless told not to. */
  readonly fast?: boolean;
  /** How WebAssembly rounds sums of floats; as the device does unless told otherwise. `single` is for statistics of float models, in which the last bits do not matter. */
  readonly floats?: FloatRounding;
}

/** What computed tensors may take: every one has an array of its own here. Far above what any device runs, and what a runner has. */
const largestTensorBytes = 2 ** 31;

/**
 * Prepares every operator of a TensorFlow Lite graph once.
 * @throws UserError when an operator has no kernel or its kernel does not accept it (names the operator and its place), and when the tensors take too much memory
 */
export function openInterpreter(graph: Graph, options: InterpreterOptions = {}): Interpreter {
  const fastMemory = options.fast === false ? undefined : openFastMemory(options.floats ?? 'device');
  const resources = makeResources();
  const resets: (() => void)[] = [resources.reset];
  const graphs = [graph, ...graph.subgraphs];
  const bytes = graphs
    .flatMap(({ tensors }) => tensors)
    .reduce((sum, tensor) => sum + (tensor.data === undefined ? (tensorBytes(tensor) ?? 0) : 0), 0);
  if (bytes > largestTensorBytes) {
    throw new UserError(
      `The model's tensors take ${bytes} bytes; the gate runs models of at most ${largestTensorBytes}.`,
    );
  }
  const opened = new Map<number, Prepared | 'opening'>();
  const mostWork = mostRunWork(graph);
  let worked = 0;

  const open = (index: number): Prepared => {
    const known = opened.get(index);
    if (known === 'opening') throw new UserError(`Subgraph ${index} runs itself; remove the recursion.`);
    if (known !== undefined) return known;
    const part = graphs[index];
    if (part === undefined) throw new UserError(`An operator runs subgraph ${index}, which the model does not have.`);
    opened.set(index, 'opening');
    const subgraph = prepare(part, index, {
      subgraph: open,
      resources,
      onReset: (action) => void resets.push(action),
      fastMemory,
      onWork: (work) => {
        worked += work;
        if (worked <= mostWork) return;
        throw new UserError(
          `One inference takes more than the work of ${mostWork.toExponential(1)} multiply-accumulates, which is what the gate does for a model with so few weights; check its loops, which may have no end, and its paddings.`,
        );
      },
    });
    opened.set(index, subgraph);
    return subgraph;
  };

  const main = open(0);
  return {
    inputs: main.inputs,
    outputs: main.outputs,
    run(inputs) {
      for (const [position, value] of main.inputs.entries()) assign(value, inputs[position]);
      worked = 0;
      try {
        main.run();
      } catch (error) {
        if (error !== endOfInvocation) throw error;
      }
      return main.outputs.map((value) => value.values.slice());
    },
    reset() {
      for (const action of resets) action();
    },
    valueOf: main.valueOf,
  };
}

/** What all subgraphs of a model have in common. */
interface Shared extends Pick<Node, 'subgraph' | 'resources' | 'onReset'> {
  readonly fastMemory: FastMemory | undefined;
  /** Hears what a graph is about to do each time that it runs. @throws UserError when it is too much for one invocation */
  readonly onWork: (work: number) => void;
}

interface Prepared extends Subgraph, Pick<Interpreter, 'valueOf'> {}

/** Makes a graph's tensors and prepares its operators. */
function prepare(graph: Graph, index: number, { fastMemory, onWork, ...shared }: Shared): Prepared {
  const values = new Map<TensorId, Value>();
  const valueAt = (id: TensorId, where: string): Value => {
    const known = values.get(id);
    if (known !== undefined) return known;
    const tensor = tensorAt(graph, id);
    const value = makeValue(tensor);
    if (value === undefined) {
      throw new UserError(
        `${where}: tensor "${tensor.name}" has no fixed shape or a type (${tensor.dtype}) that cannot be computed.`,
      );
    }
    if (tensor.variable === true) {
      // What the interpreter fills variable tensors with: the zero point for int8, zero bytes otherwise (MicroInterpreterGraph).
      const clear = () => void fill(value.values, tensor.dtype === 'int8' ? value.zeroPoint : 0);
      clear();
      shared.onReset(clear);
    }
    values.set(id, value);
    return value;
  };

  const place = index === 0 ? '' : ` of subgraph ${index}`;
  const steps = graph.operators.map((operator, position) => {
    const where = `operator ${position} (${operator.type})${place}`;
    const kernel = kernelOf(operator);
    if (kernel === undefined) {
      throw new UserError(`${where} has no kernel for microcontrollers; replace it in the model.`);
    }
    const all = (ids: readonly (TensorId | null)[]) => ids.map((id) => (id === null ? undefined : valueAt(id, where)));
    const node = {
      operator,
      where,
      inputs: all(operator.inputs),
      outputs: all(operator.outputs),
      intermediates: all(operator.intermediates ?? []),
      ...shared,
    };
    // The plain kernel is prepared in any case: it refuses what the device does.
    const plain = kernel(node);
    return (fastMemory && prepareFast(node, fastMemory)) ?? plain;
  });
  const work = graphWork(graph);
  const named = place === '' ? 'The graph' : `Subgraph ${index}`;
  return {
    inputs: graph.inputs.map((id) => valueAt(id, `${named}'s inputs`)),
    outputs: graph.outputs.map((id) => valueAt(id, `${named}'s outputs`)),
    run() {
      onWork(work);
      for (const step of steps) step();
    },
    valueOf: (id) => values.get(id),
  };
}

function assign(value: Value, given: TypedArray | undefined): void {
  const expected = value.values;
  if (given === undefined) throw new UserError(`Input "${value.name}" is missing.`);
  if (given.length !== expected.length || given.constructor !== expected.constructor) {
    throw new UserError(
      `Input "${value.name}" needs ${expected.length} ${value.dtype} elements and got ${given.length} of ${given.constructor.name}.`,
    );
  }
  (expected as Int8Array).set(given as Int8Array);
}

function fill(values: TypedArray, element: number): void {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) values.fill(BigInt(element));
  else values.fill(element);
}
