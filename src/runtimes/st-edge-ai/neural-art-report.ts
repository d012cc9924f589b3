import { parseLibrary, type StLibrary, summaryBytes } from './report.ts';

/** What `stedgeai` says of a network that it compiled for the Neural-ART NPU. All in bytes. */
export interface NeuralArtReport {
  /** Memory pools that hold something. */
  readonly pools: readonly MemoryPool[];
  readonly epochs: Epochs;
  readonly library?: StLibrary;
}

/** A memory of the pool description that ST's compiler was given. */
export interface MemoryPool {
  readonly name: string;
  readonly weights: number;
  readonly activations: number;
}

/** An epoch is what runs between two synchronisations of NPU and CPU: on the NPU, on both (hybrid) or in software on the CPU. */
export interface Epochs {
  readonly hardware: number;
  readonly hybrid: number;
  readonly software: number;
  /** What the epochs that are not the NPU's alone do: `Softmax`, `DequantizeLinear`. */
  readonly operators: readonly string[];
}

const listed = 100;

/**
 * Reads what the Neural-ART compiler prints of memory pools and epochs, as ST documents it
 * (stneuralart_getting_started, "Outputs of the generate command") and as releases 2.0 to 3.0 print it in published projects.
 * Pools are printed with three decimals of kB or MB; where the summary of the whole has all digits, the largest pool takes the difference.
 * @throws Error when pools or epochs are missing
 */
export function parseNeuralArt(text: string): NeuralArtReport {
  const library = parseLibrary(text);
  const pools = toTheByte(poolsOf(text), text).filter(({ weights, activations }) => weights + activations > 0);
  if (pools.length === 0) throw new Error("stedgeai's report does not say which memory pools are used");
  return { pools, epochs: epochsOf(text), ...(library === undefined ? {} : { library }) };
}

function poolsOf(text: string): readonly MemoryPool[] {
  const size = '([\\d.,]{1,20})\\s+(B|kB|MB|GB)';
  const line = new RegExp(
    `^\\s*(\\w{1,100})\\s+\\[0x[\\dA-Fa-f]+ - 0x[\\dA-Fa-f]+\\]:.{1,120}-- weights:\\s+${size}.{1,40}activations:\\s+${size}`,
    'gm',
  );
  return [...text.matchAll(line)].map(([, name = '', weights, weightUnit, activations, activationUnit]) => ({
    name,
    weights: bytesOf(weights, weightUnit),
    activations: bytesOf(activations, activationUnit),
  }));
}

/** ST's kB are 1024 bytes. */
const units: Readonly<Record<string, number>> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
const bytesOf = (digits = '0', unit = 'B'): number =>
  Math.round(Number(digits.replaceAll(',', '')) * (units[unit] ?? 1));

/** The pools with what rounding took from each kind put back into its largest, when the summary's sum differs by no more than rounding can. */
function toTheByte(pools: readonly MemoryPool[], text: string): readonly MemoryPool[] {
  return (['weights', 'activations'] as const).reduce((each: readonly MemoryPool[], kind) => {
    const exact = summaryBytes(text, kind === 'weights' ? 'weights (ro)' : 'activations (rw)');
    const missing = (exact ?? 0) - each.reduce((sum, pool) => sum + pool[kind], 0);
    const largest = Math.max(...each.map((pool) => pool[kind]));
    if (exact === undefined || Math.abs(missing) > 0.001 * 1024 ** 2 * each.length) return each;
    const at = each.findIndex((pool) => pool[kind] === largest);
    return each.map((pool, index) => (index === at ? { ...pool, [kind]: pool[kind] + missing } : pool));
  }, pools);
}

function epochsOf(text: string): Epochs {
  const count = (pattern: RegExp): number | undefined => {
    const found = pattern.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const total = count(/^\s*Total number of epochs:?\s+(\d{1,9})\b/m);
  const software =
    count(/^>> pure software \(SW\) epochs\s+(\d{1,9})\b/m) ?? count(/of which (\d{1,9}) implemented in software/);
  if (total === undefined || software === undefined || software > total) {
    throw new Error("stedgeai's report does not say how many epochs run in software");
  }
  const hybrid = Math.min(total - software, count(/^>> hybrid epochs .{1,60}\)\s+(\d{1,9})\b/m) ?? 0);
  // `| epoch_56 |  SW  | Softmax |`, and before release 3 `epoch 56     -SW-   (      Softmax       )`.
  const rows = text.matchAll(
    /^\s*\|?\s*epoch[ _]\d+\s*(?:\||\s)\s*-?(\w[\w/+]*)-?\s*(?:\||\()\s*([^|()\n]{1,200}?)\s*(?:\||\))\s*$/gm,
  );
  const operators = [...rows].flatMap(([, unit = '', details = '']) => (/^(HW|EC)$/.test(unit) ? [] : [details]));
  return { hardware: total - software - hybrid, hybrid, software, operators: [...new Set(operators)].slice(0, listed) };
}
