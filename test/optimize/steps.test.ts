import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../src/data/data-set.ts';
import { folderSource } from '../../src/data/folder-source.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { openModel } from '../../src/measuring/measure.ts';
import { optimize } from '../../src/optimize/optimize.ts';
import { type AppliedRecipe, parseRecipe } from '../../src/optimize/recipe.ts';
import { resolveTarget } from '../../src/targets/load.ts';

const board = resolveTarget('nucleo-l4r5zi/tflm');
const folder = path.resolve('fixtures/digits');
const openFixture = (name: string) => openModel(readFileSync(path.join(folder, 'wider', name)), name);
const calibrationSet = () => readDataSet('calibration.npz', folderSource(folder));
const made = (name: string, recipe: string, calibration?: DataSet) =>
  optimize(
    openFixture(name),
    parseRecipe(recipe) as AppliedRecipe,
    board,
    calibration === undefined ? {} : { calibration },
  );

describe('prune-by', () => {
  it('says what channels were ranked by, and each criterion chooses others', async () => {
    const data = await calibrationSet();
    const files = await Promise.all(
      ['l1', 'l2', 'batch-norm', 'activation'].map(async (criterion) => {
        const { artifact, findings } = await made(
          'digits.onnx',
          `lossless+prune-channels=30%+prune-by=${criterion}`,
          data,
        );
        const [pruned] = findings.filter(({ code }) => code === 'pruned-channels');
        expect(pruned?.message).toMatch(
          new RegExp(`^\\d\\d channels of \\d layers were pruned, ranked by ${criterion}\\.$`),
        );
        expect(artifact.graph.operators.filter(({ type }) => type === 'CONV_2D')).toHaveLength(3);
        return Buffer.from(artifact.bytes).toString('base64');
      }),
    );
    expect(new Set(files).size).toBe(4);
  });

  it('refuses what it has nothing to go by for', async () => {
    await expect(made('digits.onnx', 'int8+prune-channels=30%+prune-by=activation')).rejects.toThrow(
      'Step "prune-by=activation" needs a calibration set.',
    );
    await expect(made('digits-float.tflite', 'int8+prune-channels=30%+prune-by=batch-norm')).rejects.toThrow(
      /needs an .onnx whose batch normalisations/,
    );
  });
});

describe('cluster', () => {
  it('gives each layer the bits that the outputs allow', async () => {
    const data = await calibrationSet();
    const messages = await Promise.all(
      ['20dB', '30dB', '150dB', '150dB+cluster-per=tensor'].map(async (least) => {
        const { findings } = await made('digits.onnx', `int8+levers=none+observer=min-max+cluster=${least}`, data);
        return findings.find(({ code }) => code === 'clustered-weights')?.message ?? '';
      }),
    );
    const reached = messages.slice(0, 2).map((message) => Number(/are (\d+\.\d) dB above/.exec(message)?.[1]));
    expect(reached[0]).toBeGreaterThanOrEqual(20);
    expect(reached[1]).toBeGreaterThanOrEqual(30);
    expect(messages[0]).not.toBe(messages[1]);
    expect(messages[2]).toMatch(/The outputs stay as they are, on calibration\.npz\.$/);
    expect(messages[3]).toBe('No weights share values: any that did would change the outputs too much.');
  });

  it('changes no weights that are not stored smaller for it', async () => {
    const [plain, vain] = await Promise.all(
      ['int8', 'int8+cluster=3bit+encode'].map((recipe) => made('digits.onnx', recipe)),
    );
    expect(vain?.findings.map(({ message }) => message)).toContain(
      'No weights are stored encoded: decoding would cost as much as it saves.',
    );
    expect(Buffer.compare(plain?.artifact.bytes ?? Buffer.of(), vain?.artifact.bytes ?? Buffer.of(1))).toBe(0);
  });

  it('shares values within a layer or within its channels', async () => {
    const valuesOf = async (scope: string) => {
      const { artifact } = await made('digits-float.tflite', `lossless+cluster=2bit+cluster-per=${scope}`);
      const dense = artifact.graph.operators.find(({ type }) => type === 'FULLY_CONNECTED');
      const data = artifact.graph.tensors[dense?.inputs[1] ?? -1]?.data;
      return new Set(new Float32Array(data?.slice().buffer ?? new ArrayBuffer(0))).size;
    };
    expect(await valuesOf('tensor')).toBe(4);
    expect(await valuesOf('channel')).toBeGreaterThan(4);
  });
});
