/** Code size against the two whole images that were measured: `node scripts/run-ts.mjs bench/tflm-flash.ts`. */
import facts from '../src/runtimes/tflm/flash.json' with { type: 'json' };
import { operatorFacts } from '../src/runtimes/tflm/operator-facts.ts';
import { percent } from './tflm-reference.ts';

const alone = (type: string, registration: 'all' | 'int8'): number => {
  const code = operatorFacts(type)?.code ?? 0;
  return typeof code === 'number' ? code : code[registration];
};
for (const image of facts.images) {
  const registration = image.registration === 'int8' ? 'int8' : 'all';
  const sum = image.operators.reduce((bytes, type) => bytes + alone(type, registration), 0);
  const share = (image.bytes - facts.interpreter) / sum;
  const other = facts.kernelShare[registration === 'all' ? 'int8' : 'all'];
  const predicted = facts.interpreter + other * sum;
  console.log(
    `${registration}: image ${image.bytes}, kernels alone ${sum}, share ${share.toFixed(3)}; with the other image's share ${Math.round(predicted)} (${percent(predicted / image.bytes - 1)})`,
  );
}
