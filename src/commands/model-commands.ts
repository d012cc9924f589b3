import { type Command, Option } from 'commander';
import { accuracyMetrics } from '../accuracy/accuracy-metric.ts';
import { numberForms } from '../optimize/recipe.ts';
import { defaultTarget } from '../targets/default-target.ts';
import type { Call } from './call.ts';
import { dimensionOption } from './dimension-options.ts';

/** `edge-ready measure`: its arguments and options. */
export function describeMeasure(program: Command, call: Call): void {
  dutyCycleOptions(modelOptions(program.command('measure <model>')))
    .description('Measure one model on a target: RAM, flash, latency, energy, accuracy, layers, findings.')
    .option('--json', 'print the Measurement as JSON')
    .action(async (model, options) => {
      const { measureCommand } = await import('./measure.ts');
      await measureCommand(model, options, call.output);
    });
}

/** `edge-ready compare`: its arguments and options. */
export function describeCompare(program: Command, call: Call): void {
  dutyCycleOptions(modelOptions(program.command('compare <base-model> [head-model]')))
    .description('Compare two model files on a target.')
    .option(
      '--with <network>',
      'instead of a base model: a public reference network, such as mlperf-tiny/keyword-spotting',
    )
    .option('--json', 'print the Comparison as JSON')
    .option('--html <file>', 'write the comparison with its figures as a page')
    .action(async (base, head, options) => {
      const { compareCommand } = await import('./compare.ts');
      call.exitWith(await compareCommand(base, head, options, call.output));
    });
}

/** `edge-ready inspect`: its arguments and options. */
export function describeInspect(program: Command, call: Call): void {
  program
    .command('inspect <model>')
    .description('Print a model as text, a line per operator; git shows changes of models by it.')
    .option('--textconv', 'for git: never fails, whatever the file holds')
    .action(async (model, options) => {
      const { inspectCommand } = await import('./inspect.ts');
      inspectCommand(model, options, call.output);
    });
}

/** `edge-ready optimize`: its arguments and options. */
export function describeOptimize(program: Command, call: Call): void {
  modelOptions(program.command('optimize <model>'), 'whose targets --target may name and whose budgets --fit keeps')
    .description('Write the model as its target would load it.')
    .requiredOption('--output <file>', "the file to write; .ort for ONNX Runtime's own format")
    .option(
      '--c-source <path>',
      'also write path.c and path.h: the array, its arena and its operators, for microcontrollers',
    )
    .option('--fit', 'look for the recipe that keeps the budgets with the highest accuracy, and show what was tried')
    .option('--html <file>', 'with --fit: write the recipes with their plot as a page')
    .option('--json', 'print the Measurement of what was written as JSON; with --fit, everything that was tried')
    .action(async (model, options) => {
      const { optimizeCommand } = await import('./optimize.ts');
      await optimizeCommand(model, options, call.output);
    });
}

/** `edge-ready sensitivity`: its arguments and options. */
export function describeSensitivity(program: Command, call: Call): void {
  targetOptions(dimensionOption(program.command('sensitivity <model>')))
    .description(
      'Show which operators of a float model lose most when they become integers; on targets that load .tflite.',
    )
    .option('--calibration <file>', 'calibration set: .npz, .csv or a folder of images by class')
    .option('--json', 'print as JSON')
    .action(async (model, options) => {
      const { sensitivityCommand } = await import('./sensitivity.ts');
      await sensitivityCommand(model, options, call.output);
    });
}

/** `edge-ready calibrate`: its arguments and options. */
export function describeCalibrate(program: Command, call: Call): void {
  targetOptions(program.command('calibrate <results>'))
    .description("Fit a board's coefficients to latencies that were measured on it.")
    .option('--output <file>', 'write the board with the fitted coefficients there, as YAML')
    .option('--json', 'print as JSON')
    .action(async (results, options) => {
      const { calibrateCommand } = await import('./calibrate.ts');
      await calibrateCommand(results, options, call.output);
    });
}

/** `edge-ready run`: its arguments and options. */
export function describeRun(program: Command, call: Call): void {
  program
    .command('run <model>')
    .description("Run a .tflite in the device's own arithmetic: arrays in, arrays out.")
    .requiredOption(
      '--input <file>',
      "an .npz with an array per input, by the tensor's name or as arr_0, arr_1 …, or x for the only one",
    )
    .requiredOption('--output <file>', 'the .npz to write, an array per output')
    .option('--steps', "run once for every index of the arrays' first axis, the model's state going on")
    .action(async (model, options) => {
      const { runCommand } = await import('./run.ts');
      runCommand(model, options, call.output);
    });
}

/** `edge-ready targets`: its arguments and options. */
export function describeTargets(program: Command, call: Call): void {
  program
    .command('targets [target]')
    .description('List the boards, or explain one: every number with its source.')
    .option('--fits <model>', 'list only those that run a model, with the RAM and flash that it leaves')
    .option('--config <file>', 'configuration whose targets can be named (default: edge-ready.yml, if there is one)')
    .option('--compile', 'with --fits: ask the compilers of the targets too, as measure does; takes a minute')
    .option('--json', 'print as JSON')
    .action(async (target, options) => {
      if (options.fits !== undefined) {
        const { fitsCommand } = await import('./fits.ts');
        await fitsCommand(options.fits, options, call.output);
        return;
      }
      const { targetsCommand } = await import('./targets.ts');
      await targetsCommand(target, options, call.output);
    });
}

/** What every command on a single model takes. */
function modelOptions(command: Command, ofConfig?: string): Command {
  return targetOptions(dimensionOption(command), ofConfig)
    .option(
      '--recipe <recipe>',
      `what optimisation may do: ${numberForms.join(', ')}, with steps behind it, such as int8+prune-channels=30%`,
      'auto',
    )
    .option('--calibration <file>', 'calibration set: .npz, .csv or a folder of images by class')
    .option('--evaluation <file>', 'labelled evaluation set, for accuracy')
    .addOption(new Option('--metric <metric>', 'accuracy metric').choices(accuracyMetrics).default('top-1'));
}

/** Which target, and whose names of targets count. */
function targetOptions(command: Command, ofWhat = 'whose targets --target may name'): Command {
  return command
    .option(
      '--target <target>',
      'board, board/runtime, or a name from the configuration; edge-ready targets lists the boards',
      defaultTarget,
    )
    .option('--config <file>', `configuration ${ofWhat} (default: edge-ready.yml, if there is one)`);
}

/** How often a model runs: for its average power, and how long a battery lasts. */
function dutyCycleOptions(command: Command): Command {
  return command
    .option('--every <time>', 'how often it runs, such as 1s: gives average power and duty')
    .option(
      '--battery <battery>',
      'with --every: the battery whose days are counted, such as CR2032, 2xAA, lipo-500mAh',
    )
    .option('--sleep <power>', "with --every: what the device takes between inferences, instead of the board's figure");
}
