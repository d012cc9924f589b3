import { formatPercent } from '../basics/format.ts';
import { contentDigest, numberWords, quantizationWords, tensorWords } from '../diff/tensor-words.ts';
import { stepReader, storedNumbers, type Weights } from '../diff/weight-numbers.ts';

/** `float32 16×1×3×3 [-0.31 to 0.42, mean 0.0021, sd 0.12, 3 % zeros, 1f2e3d4c5b6a7988]`: what there is of weights, in real values, and the digest of their bytes. */
export function weightWords(weights: Weights): string {
  const { tensor, quantization } = weights;
  const scales = quantizationWords(quantization);
  const facts = [...statisticsOf(weights), contentDigest(tensor)];
  return `${tensorWords(tensor)}${scales === '' ? '' : ` ${scales}`} [${facts.join(', ')}]`;
}

function statisticsOf(weights: Weights): readonly string[] {
  const numbers = storedNumbers(weights.tensor);
  if (numbers === undefined || numbers.length === 0) return [];
  const stepsOf = stepReader(weights);
  let [least, most, sum, squares, zeros] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let at = 0; at < numbers.length; at++) {
    const [step, zero] = stepsOf(at);
    const value = ((numbers[at] ?? 0) - zero) * (step || 1);
    if (value < least) least = value;
    if (value > most) most = value;
    sum += value;
    squares += value * value;
    if (value === 0) zeros += 1;
  }
  const mean = sum / numbers.length;
  const deviation = Math.sqrt(Math.max(0, squares / numbers.length - mean * mean));
  return [
    least === most ? `all ${short(least)}` : `${short(least)} to ${short(most)}`,
    ...(numbers.length === 1 || least === most ? [] : [`mean ${short(mean)}`, `sd ${short(deviation)}`]),
    ...(zeros === 0 || least === most ? [] : [`${formatPercent(zeros / numbers.length)} zeros`]),
  ];
}

/** Three significant digits: enough to see a change by, few enough to read. */
function short(value: number): string {
  return numberWords(Number(value.toPrecision(3)));
}
