import { sha256 } from '../basics/sha256.ts';
import { type DutyCycle, operationOf } from '../energy/duty-cycle.ts';
import { graphMacs } from '../graph/macs.ts';
import { graphParameters } from '../graph/parameters.ts';
import type { Finding, Measurement } from '../measurement/measurement.ts';
import type { Model } from '../optimize/model.ts';
import { type AppliedRecipe, committed, recipeText } from '../optimize/recipe.ts';
import { accelerationOf } from '../runtimes/acceleration.ts';
import { noEstimate } from '../runtimes/estimate/no-estimate.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Estimate } from '../runtimes/runtime.ts';
import type { Target } from '../targets/target.ts';

/** The Measurement of a model, whose shapes are inferred, that its target does not load, with the reason. */
export function unloadedMeasurement(model: Model, target: Target, reason: string, dutyCycle?: DutyCycle): Measurement {
  const nothing = noEstimate(reason, [
    ...notesAsFindings(model),
    { code: 'format-not-loaded', severity: 'error', message: `${reason} ${whatToDo(model, target)}` },
  ]);
  return joinMeasurement(
    model,
    target,
    { artifact: model, recipe: committed, dutyCycle },
    {
      ...nothing,
      accuracy: null,
      findings: [...nothing.findings],
      unavailable: { ...nothing.unavailable, accuracy: reason },
    },
  );
}

/** What helps a model that its target does not load: another runtime of the board that does, or to say where it ships to. */
function whatToDo({ format }: Model, { board, runtime }: Target): string {
  const others = Object.keys(board.runtimes).filter((id) => id !== runtime && runtimeOf(id).loads.includes(format));
  const elsewhere = 'say in edge-ready.yml with "targets:" where it ships to';
  if (others.length === 0) return `Change the model, or ${elsewhere}.`;
  return `On this board ${others.map((id) => `${board.id}/${id}`).join(', ')} ${others.length === 1 ? 'loads' : 'load'} .${format}: name ${others.length === 1 ? 'that' : 'one of them'} as the target, or ${elsewhere}.`;
}

/** Parts of the file that were kept without being understood are told, not hidden. */
export function notesAsFindings(model: Model): readonly Finding[] {
  return model.graph.notes.map((message) => ({ code: 'not-understood', severity: 'info', message }));
}

type Known = Omit<Estimate, 'unavailable'> & Pick<Measurement, 'accuracy' | 'unavailable' | 'findings'>;

/** The bytes that ship, and what made them. */
interface Shipped {
  readonly artifact: { readonly format: string; readonly bytes: Uint8Array };
  readonly recipe: AppliedRecipe;
  /** The compiler that decided which unit runs what, where it ran. */
  readonly placedBy?: string | undefined;
  readonly dutyCycle?: DutyCycle | undefined;
}

/** A Measurement of what is known of a model, whose shapes are inferred, on a target. */
export function joinMeasurement(
  model: Model,
  target: Target,
  { artifact, recipe, placedBy, dutyCycle }: Shipped,
  known: Known,
): Measurement {
  const { unavailable, ...acceleration } = accelerationOf(known.layers, target, placedBy);
  const { unavailable: unknown, findings, ...operation } = operationOf(known, target.board, dutyCycle);
  return {
    schemaVersion: 1,
    model: {
      path: model.path,
      format: model.format,
      bytes: model.bytes.byteLength,
      sha256: sha256(model.bytes),
      parameters: graphParameters(model.graph),
      macs: graphMacs(model.graph),
      operators: model.graph.operators.length,
    },
    target: { id: target.id, board: target.board.id, runtime: target.runtime },
    artifact: {
      format: artifact.format,
      bytes: artifact.bytes.byteLength,
      sha256: sha256(artifact.bytes),
      recipe: recipeText(recipe),
    },
    deployable: known.deployable,
    peakRam: known.peakRam,
    flash: known.flash,
    dataMemory: known.dataMemory ?? null,
    weightMemory: known.weightMemory ?? null,
    latency: known.latency,
    energy: known.energy,
    accuracy: known.accuracy,
    ...acceleration,
    ...(dutyCycle === undefined ? {} : { dutyCycle }),
    ...operation,
    unavailable: shortened({ ...ownMemories(known), ...known.unavailable, ...unavailable, ...unknown }),
    memory: known.memory,
    parts: { peakRam: [...known.parts.peakRam], flash: [...known.parts.flash] },
    layers: [...known.layers],
    findings: [...known.findings, ...leftOut(target), ...findings].map(inBounds),
  };
}

/** What the board has and no figure is of: a person would take the figures to be with it. */
function leftOut({ board, runtime }: Target): readonly Finding[] {
  if (board.runtimes[runtime]?.accelerator !== undefined) return [];
  const { notModelled: message } = board;
  if (message !== undefined) return [{ code: 'accelerator-not-modelled', severity: 'info', message }];
  const others = Object.entries(board.runtimes).filter(([, { accelerator }]) => accelerator !== undefined);
  if (others.length === 0) return [];
  const targets = others.map(([id]) => `${board.id}/${id}`).join(', ');
  const unit = others[0]?.[1].accelerator?.id ?? '';
  return [
    {
      code: 'accelerator-idle',
      severity: 'info',
      message: `With ${runtime} all of it runs on the CPU; the accelerator of ${board.title} (${unit}) is used by ${targets}.`,
    },
  ];
}

/** A finding no longer than a report has room for: it names operators, whose names may be as long as a file. */
function inBounds(finding: Finding): Finding {
  const { where, message } = finding;
  if (message.length <= 2000 && (where === undefined || where.length <= 400)) return finding;
  return {
    ...finding,
    ...(where === undefined ? {} : { where: where.slice(0, 400) }),
    message: message.slice(0, 2000),
  };
}

/** Reasons as long as a report has room for, as above. */
function shortened(reasons: Measurement['unavailable']): Measurement['unavailable'] {
  return Object.fromEntries(Object.entries(reasons).map(([metric, reason]) => [metric, reason.slice(0, 1000)]));
}

/** Why a target's figures are without memories that only an accelerator has. */
function ownMemories({ dataMemory, weightMemory }: Known): Measurement['unavailable'] {
  const reason = 'the model is in no memory of an accelerator alone';
  return {
    ...(dataMemory === undefined ? { dataMemory: reason } : {}),
    ...(weightMemory === undefined ? { weightMemory: reason } : {}),
  };
}
