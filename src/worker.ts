import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, runSamples } from './accuracy/threads/run-samples.ts';
import { readTflite } from './formats/tflite/read.ts';
import { openInterpreter } from './kernels/run-graph.ts';

/** A thread of an evaluation: opens the model that it is started with, answers every batch of inputs with its outputs. */
const interpreter = openInterpreter(readTflite(workerData as Uint8Array, 'the model'));
parentPort?.on('message', (batch: Batch) => parentPort?.postMessage(runSamples(interpreter, batch)));
