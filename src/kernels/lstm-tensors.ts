import type { Value } from './values.ts';

/** One gate's tensors. */
export interface GateTensors {
  readonly inputWeights: Value;
  readonly recurrentWeights: Value;
  readonly bias: Value;
}

/** What both arithmetics need of the operator. */
export interface LstmTensors {
  readonly sequence: Value;
  readonly hidden: Value;
  readonly cell: Value;
  readonly result: Value;
  readonly inputGate: GateTensors;
  readonly forgetGate: GateTensors;
  readonly cellGate: GateTensors;
  readonly outputGate: GateTensors;
  readonly batches: number;
  readonly steps: number;
  readonly depth: number;
  readonly units: number;
  /** Whether time is the outermost axis; then all batches take a step together. */
  readonly timeMajor: boolean;
  /** What the file has the cell gate passed through; the kernels know tanh, and differ in what they do with another. */
  readonly cellActivation: 'tanh' | 'other';
  /** The cell's greatest magnitude; 0 is none for float. */
  readonly cellClip: number;
}

/** Calls `step` for every step of every batch in time's order, with where its input and output start, and which batch it is. */
export function forEachStep(
  tensors: Pick<LstmTensors, 'batches' | 'steps' | 'depth' | 'units' | 'timeMajor'>,
  step: (batch: number, time: number, inputAt: number, outputAt: number) => void,
): void {
  const { batches, steps, depth, units, timeMajor } = tensors;
  for (let batch = 0; batch < batches; batch++) {
    for (let time = 0; time < steps; time++) {
      const place = timeMajor ? time * batches + batch : batch * steps + time;
      step(batch, time, place * depth, place * units);
    }
  }
}
