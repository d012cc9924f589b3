/**
 * How far every estimator is from published measurements, on models that it was not fitted on; writes docs/estimates.md:
 *   node scripts/run-ts.mjs bench/estimates.ts
 * With names of sections only those are printed and nothing is written: `bench/estimates.ts cortex-m`.
 * A section is a file of bench/estimates/ that exports a function of its name: `cortex-m.ts` exports `cortexM`.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { markdownTable } from 'markdown-table';
import type { EstimateRow } from './estimates/row.ts';

const wanted = process.argv.slice(2).filter((argument) => !argument.endsWith('.ts'));
const sections = readdirSync(path.resolve('bench', 'estimates'))
  .filter((file) => /^[a-z0-9-]+\.ts$/.test(file))
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => wanted.length === 0 || wanted.includes(name));

const rows: EstimateRow[] = [];
const failed: string[] = [];
for (const name of sections) {
  try {
    const module = (await import(`./estimates/${name}.ts`)) as Readonly<Record<string, unknown>>;
    const section = module[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    // Files beside the sections hold what several of them use.
    if (typeof section !== 'function') continue;
    console.log(`\n${name}`);
    const result: unknown = await section();
    if (Array.isArray(result)) rows.push(...(result as readonly EstimateRow[]));
  } catch (error) {
    failed.push(name);
    console.error(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
  }
}
console.log(`\n${table(rows)}`);
if (failed.length > 0) process.exitCode = 1;
if (wanted.length === 0) writeFileSync('docs/estimates.md', documentation(rows));

function documentation(all: readonly EstimateRow[]): string {
  return `<!-- Written by bench/estimates.ts. -->
# How far estimates are off

Every estimate of the gate against published measurements, on models and boards that its coefficients were not taken from.
What was left out is in the last column. The mean error is what a Measurement shows beside the number.
Half of the estimates are at most as far off as the median, nine in ten as far as the 90th percentile.
The rank correlation (Spearman) says how well models or boards are put in order, 1 being without a mistake.

${table(all)}

## TensorFlow Lite Micro on Cortex-M

- **Three networks on two boards that nobody had looked at** (raws-labs/tigris-bench 50f599c) came after the rest. What the boards' files said before, from other boards of their cores: on the STM32F446 8.4 % off in the mean (8.7, 12.5 and 4.0 %, all too high), on the STM32H753 20.5 % (33, 4 and 25 %, too high: the only run of a Cortex-M7 known until then is of another network, with no clock stated). The arenas were right to the byte in all three (22,692, 15,828 and 2,980 bytes). The files have been mended since; the rows above leave each network out.
- **Weights in external flash** decide on the RP2350: its dense network was 50 % too short, as its flash is read at less than half the speed that its bus allows.
- **Tables that came last and were never fitted** (bench/estimates/held-out.json): MobileNet V1 on an i.MX RT1050, by the file of the i.MX RT1060, is 8 % off, as are at most the four networks of the MCX N947.
- **Networks in floating point on an RP2350** were 41 and 51 % too short where they have convolutions and 113 % too long where they are dense. Two things were missing. The reference kernel goes through all filters for each position, and what the 16 KiB of the chip's cache don't hold is fetched each time. And a line that follows the last one within 64 cycles needs no new command and address, 16 clocks of the bus rather than 36. With both, no number of which is from these runs, the four networks are 6, 18, 19 and 25 % too long.
- **Left out**: person detection on an MCX N947 in shanemmattner/embedded-agent-bridge, published once with 26.3 million cycles and once with 11.5 million, 1.6 for each multiply-accumulate, which these kernels don't reach on any core without MVE.

## Application cores

- **What is fitted**: four costs of a core for each of floating point and integers, and one factor for each board. ncnn has costs of its own for what it alone does: Winograd's algorithm (whose products are counted as its code chooses tiles), columns of larger kernels, passes between int32, float and int8, launches.
- **How**: relative least squares; where a core's runs say little, a cost is drawn to that of the other 64-bit cores. How strongly is chosen by what is best for the other cores. A family that is left out is left out on every core. Which costs there are was chosen by ncnn's sources and the errors of the 13 networks of its table on the boards of this project; the other boards came later.
- **Rows that were taken out**: YOLOv4-tiny with ncnn, whose weights are zeros in that table, so that all 2535 boxes pass its threshold and it mostly sorts and suppresses them; YOLOv4-tiny in int8 with Synaptics' TensorFlow Lite, which is 2.6 times slower than in floats, as that version computed its leaky ReLU one by one (LiteRT 2.3.0 does not). Synaptics' float runs on the SL1640 are float16 (\`--allow_fp16\`), which they had been counted wrongly for.
- **What stays above 20 %**: int8 on the Cortex-A73 (a Kirin 970 takes twice as long as a Khadas VIM3 for MobileNet and VGG-16 and as long for GoogLeNet, the SL1680's own tables have the same MobileNetV2 at 12.3, 18.6 and 18.7 ms, and hard swish in integers, which XNNPACK leaves to LiteRT's one thread, is told by one family) and on the Cortex-A76 (boards with an RK3588 are up to 2 times apart at the same clock, and only five families were run in int8). NVIDIA's Carmel was measured on one board, with eight threads. MLPerf Tiny compiled by LEIP is not what LiteRT or ONNX Runtime would take: its integers are no faster than its floats.
- **Never fitted** (bench/estimates/held-out.json): YOLO11 in TensorFlow Lite from Python, which runs on one thread, on a Raspberry Pi 5 and two Jetson Orin: 9 to 21 % too short, the larger the network the more. NXP's tables of the i.MX 8M Plus and the i.MX 93 are of TensorFlow Lite 2.10 and 2.11, when XNNPACK took no integers unless it was built to (tensorflow fc3ace6), so that these ran in the interpreter's own kernels: it took 1.3 to 3.8 times as long as is estimated for LiteRT with XNNPACK on the Cortex-A53, and 1.1 to 2.3 times on the Cortex-A55, but for the autoencoder, whose 270 kB of weights nearly fit its caches and which took 0.4 of what is estimated. They say nothing of today's LiteRT, and were not fitted; whoever runs such a release should measure.
- **ONNX Runtime** was measured in two networks only; what is said of it is what holds for the other libraries.
- **A board that was not measured** is 12 to 57 % off, for boards of the same core and clock differ by up to 1.8 times. One measurement mends most of that: with the board's factor the networks are 8 to 26 % off.

## Memory of LiteRT

A process holds the library, the model mapped from its file, and what is private: XNNPACK's copy of the constants, its pointers to the rows of each window (8 bytes each, more than the constants in networks with large images or kernels), activations, and a few kilobytes for each operator.
Copies and pointers are counted by its sources, the rest is four coefficients. Depthwise windows of more than 25 taps become convolutions of one channel each, padded like all others: 6.4 kB for each channel of a 7 by 7 window in int8, most of the memory of a network that has them.
What is still far off are a recurrent network that XNNPACK takes in seven parts, single operators near the size of a page, and the tables of detection's post-processing.
Measured on x64: Arm's kernels compute other numbers of filters at once.

## NPUs of NXP

- **i.MX 8M Plus with the VX delegate**: the NPU moves bytes rather than multiplies. What is fitted is what a byte costs that does not stay on the chip, and a launch; multiply-accumulates are counted at the 2.3 TOPS of its fact sheet. How much stays on the chip (32 KiB) was chosen by the error, so that the board states 15 %, not the 8 % of the row. NXP has taken the figures out of its model zoo since; they are in its history. Tengine's runs are of another compiler and of models with one scale per tensor, which this NPU multiplies faster: what it says of them is up to 2.2 times too long.
- **MCX N947 with eIQ Neutron**: starting an operator takes 73 µs, more than most of them compute, so that a network of few large operators is estimated best. That is the one coefficient; that a multiply-accumulate fills up four channels and four filters, and a depthwise one uses a quarter of the multipliers, is assumed. NXP publishes no list of what this NPU takes: what its examples show is counted on it, the rest on the CPU.
- **Its core without the NPU** was estimated before those runs were found, and is 4.7 % off.

## GAP9

NE16's stages are counted as DORY does it, the cluster by what GreenWaves' simulator printed, and one coefficient is fitted: 2510 cycles for each operator. The submissions run with weights of 5 to 7 bits, and are estimated so; a model of yours is taken to have 8. The same cycles hold at both clocks (65,000, 176,000, 228,000 and 416,000 at 370 as at 240 MHz).

## STM32 with ST's runtime

- **Latency** is 12 % off, and the Cortex-M33 16 %. ST's kernels are closed, so a core and a release have one factor each, on what CMSIS-NN would execute. Releases 9 and 10 do not fit one factor: on a Cortex-M7 they take 0.67 of release 8's time for the dense network of MLPerf Tiny, 0.74 for keyword spotting, 0.79 for the residual network, 0.80 to 0.93 for MobileNets. It is not how ST builds its submissions: the residual network takes 11.4 million cycles in the submission and 11.5 in the model zoo. A factor for submissions alone would bring all to 9 %, and would be the networks' under another name; it was left out. What costs MobileNets their share is not published.
- **Networks of under 0.1 million multiply-accumulates** are estimated 35 to 45 % too short. All four are of one board and of families of their own; a fixed cost fitted to them would be tested on nothing. They are shown with 40 %.
- **Activations, releases 9 and 10**: seven published sizes, up to 48 % above what the rules of releases 7 and 8 give, among them of networks whose published size was smaller with release 8. The allocator has changed, and these rows do not say to what: MobileNet V1 of full width takes 155 KiB more than the input and output of its largest step, of half the width 157 KiB less. What they have in common was not found, and nothing was fitted.
- **Activations on the STM32N6** follow rules, found on the 19 networks: largest first, into banks of 448 KiB of the NPU, then the CPU's 1 MiB, then across; used is what each bank holds up to its highest byte; a maximum pooling takes a convolution's result as it comes. Thirteen are exact. MobileNet V1 of a quarter of the width takes as much as that of half, for no reason that is known.
${failed.length === 0 ? '' : `\nSections that failed and are missing above: ${failed.join(', ')}.\n`}`;
}

function table(all: readonly EstimateRow[]): string {
  const header = ['runtime', 'board', 'metric', 'N', 'mean error', 'median', '90 %', 'rank correlation', 'how'];
  const body = all.map((row) => [
    row.runtime,
    row.board,
    row.metric,
    `${row.n}`,
    percent(row.meanError),
    percent(row.medianError),
    percent(row.p90Error),
    Number.isNaN(row.spearman) ? '' : row.spearman.toFixed(3),
    row.how,
  ]);
  return markdownTable([header, ...body], { align: ['l', 'l', 'l', 'r', 'r', 'r', 'r', 'r', 'l'] });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
