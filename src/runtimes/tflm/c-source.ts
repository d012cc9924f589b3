import type { Graph, Operator } from '../../graph/graph.ts';
import type { Memory } from '../../measurement/measurement.ts';

/** A C source file and its header. */
export interface CSource {
  readonly source: string;
  readonly header: string;
}

/** Where the resolver's method is not the operator's name in camel case (tensorflow/tflite-micro, micro_mutable_op_resolver.h). */
const methods: Readonly<Record<string, string>> = {
  BATCH_MATMUL: 'BatchMatMul',
  CUMSUM: 'CumSum',
  PADV2: 'PadV2',
  UNIDIRECTIONAL_SEQUENCE_LSTM: 'UnidirectionalSequenceLSTM',
  'custom:CIRCULAR_BUFFER': 'CircularBuffer',
  'custom:TFLM_DECODE': 'Decode',
  'custom:TFLite_Detection_PostProcess': 'DetectionPostprocess',
  'custom:ethos-u': 'EthosU',
};

/**
 * A model as C source: its bytes as an aligned array, and a header with the smallest arena that it needs and a macro that registers its operators with a `MicroMutableOpResolver`.
 * `name` is the files' base name; what C's identifiers are made of is made from it.
 */
export function cSource(
  name: string,
  artifact: { readonly bytes: Uint8Array; readonly graph: Graph },
  { arenaRequired }: Pick<Memory, 'arenaRequired'>,
): CSource {
  const identifier = identifierOf(name);
  const upper = identifier.toUpperCase();
  const types = [
    ...new Set([artifact.graph, ...artifact.graph.subgraphs].flatMap(({ operators }) => operators.map(keyOf))),
  ].sort();
  const calls = types.map((type) => `    (resolver).${callOf(type)};`);
  const header = `#ifndef ${upper}_H_
#define ${upper}_H_

#include <stddef.h>
#include <stdint.h>

/** Bytes of the model. */
#define ${upper}_SIZE ${artifact.bytes.byteLength}u

/** Bytes of the smallest arena with which allocation succeeds; align the arena to 16. */
#define ${upper}_ARENA_SIZE ${arenaRequired}u

/** Operators to register: tflite::MicroMutableOpResolver<${upper}_OPERATORS> resolver; ${upper}_REGISTER(resolver); */
#define ${upper}_OPERATORS ${types.length}u
#define ${upper}_REGISTER(resolver) \\
  do { \\
${calls.map((call) => `${call} \\`).join('\n')}
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif
extern const uint8_t ${identifier}[${upper}_SIZE];
#ifdef __cplusplus
}
#endif

#endif
`;
  const source = `#include "${name}.h"

#if defined(__cplusplus)
alignas(16)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
_Alignas(16)
#else
__attribute__((aligned(16)))
#endif
const uint8_t ${identifier}[${upper}_SIZE] = {
${rows(artifact.bytes)}
};
`;
  return { source, header };
}

function keyOf({ domain, type }: Operator): string {
  return domain === '' ? type : `${domain}:${type}`;
}

/** `AddConv2D()`; a custom operator that is the user's own is named in quotes, with the registration that they have to give. */
function callOf(type: string): string {
  const method = Object.hasOwn(methods, type) ? methods[type] : undefined;
  if (method !== undefined) return `Add${method}()`;
  if (type.startsWith('custom:')) {
    const own = type.slice('custom:'.length);
    return `AddCustom(${JSON.stringify(own.replace(/[^ -~]|\?/g, '_'))}, Register_${identifierOf(own)}())`;
  }
  return `Add${type.split('_').map(capitalized).join('')}()`;
}

/** `CONV` is `Conv`, and `2D` stays. */
function capitalized(word: string): string {
  return word === '2D' ? word : `${word.charAt(0)}${word.slice(1).toLowerCase()}`;
}

/** Sixteen bytes a line. */
function rows(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += 16) {
    const row = Array.from(bytes.subarray(start, start + 16), (byte) => `0x${byte.toString(16).padStart(2, '0')},`);
    lines.push(`  ${row.join(' ')}`);
  }
  return lines.join('\n');
}

function identifierOf(name: string): string {
  const identifier = name.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z]/.test(identifier) ? identifier : `model_${identifier}`;
}
