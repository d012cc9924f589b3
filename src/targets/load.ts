import { parse } from 'yaml';
import type * as z from 'zod';
import { firstMistake } from '../basics/first-mistake.ts';
import { nearest } from '../basics/nearest.ts';
import { ownData } from '../basics/own-data.ts';
import { yamlProblem } from '../basics/yaml-problem.ts';
import { UserError } from '../errors.ts';
import { type Board, boardFileSchema, type Core, coreSchema } from './board.ts';
import { boardTexts, coreTexts } from './registry.ts';
import type { Target } from './target.ts';

/** Ids of the boards that come with the gate, alphabetically. */
export const boardIds: readonly string[] = Object.keys(boardTexts).sort();

/** Files of boards and cores are written by people, or by `calibrate`; the longest here has some 20,000 characters. */
const largestFile = 128 * 1024;

const loaded = new Map<string, Board>();

/**
 * A board by id, with its core; only this board's file is parsed.
 * @throws UserError naming the nearest known board when there is none of that id.
 */
export function loadBoard(id: string): Board {
  const known = loaded.get(id);
  if (known !== undefined) return known;
  const text = Object.hasOwn(boardTexts, id) ? boardTexts[id] : undefined;
  if (text === undefined) throw new UserError(`There is no board "${id}".${boardSuggestion(id)}`);
  const label = `boards/${id}.yml`;
  const board = boardOf(ownData(text), label);
  loaded.set(id, board);
  return board;
}

/** Every board that comes with the gate, by id. Parses all files: to list, not to start with. */
export function loadBoards(): ReadonlyMap<string, Board> {
  return new Map(boardIds.map((id) => [id, loadBoard(id)]));
}

/**
 * A board from the text of its file; `label` names the file in errors.
 * @throws UserError saying what in the file is wrong, also where a number names a source that the file does not list.
 */
export function parseBoard(text: string, label: string): Board {
  if (text.length > largestFile) {
    throw new UserError(`${label} has more than ${largestFile} characters; a board's file is shorter.`);
  }
  let content: unknown;
  try {
    content = parse(text, { logLevel: 'error', prettyErrors: false });
  } catch (error) {
    throw new UserError(`${label} is not valid YAML: ${yamlProblem(error)}`);
  }
  return boardOf(content, label);
}

function boardOf(content: unknown, label: string): Board {
  const file = validate(boardFileSchema, content, label);
  const core = parseCore(file.core, label);
  if (!Object.hasOwn(file.runtimes, file.defaultRuntime)) {
    throw new UserError(`${label}: defaultRuntime "${file.defaultRuntime}" is not among its runtimes.`);
  }
  for (const [runtime, { kernelLibrary }] of Object.entries(file.runtimes)) {
    if (kernelLibrary !== undefined && !Object.hasOwn(core.kernelLibraries, kernelLibrary)) {
      throw new UserError(
        `${label}: runtime ${runtime} names kernels "${kernelLibrary}" that core ${core.id} does not have.`,
      );
    }
  }
  return { ...file, core };
}

/** A core by id, with the kernel libraries of the core that it shares instructions with. `label` names the file that asks for it. */
function parseCore(id: string, label: string): Core {
  const text = Object.hasOwn(coreTexts, id) ? coreTexts[id] : undefined;
  if (text === undefined) {
    throw new UserError(`${label}: there is no core "${id}".${suggestion(id, Object.keys(coreTexts), 'cores')}`);
  }
  const read = validate(coreSchema, ownData(text), `cores/${id}.yml`);
  const plain = read.plainKernels;
  const kernels = plain && parseCore(plain.core, `cores/${id}.yml`).kernelLibraries.reference?.kernels;
  const core = plain === undefined ? read : { ...read, plainKernels: { ...plain, ...(kernels && { kernels }) } };
  if (core.kernelsOf === undefined) return core;
  const { kernelLibraries, sources } = parseCore(core.kernelsOf, `cores/${id}.yml`);
  return {
    ...core,
    kernelLibraries: { ...kernelLibraries, ...core.kernelLibraries },
    sources: { ...sources, ...core.sources },
  };
}

/**
 * The target that a text means: `board`, with the board's default runtime, or `board/runtime`.
 * `name` is what the user calls it, else the text. `available` are the bytes that the user's configuration leaves for the model, else all the board has.
 * @throws UserError naming what is known, when the board or the runtime is not.
 */
export function resolveTarget(
  text: string,
  name: string = text,
  available: { readonly ramBytes?: number; readonly flashBytes?: number } = {},
): Target {
  const [boardId = '', runtimeId, ...rest] = text.trim().split('/');
  if (rest.length > 0) throw new UserError(`Target "${text}" is not of the form board or board/runtime.`);
  return targetOn(loadBoard(boardId), runtimeId === '' ? undefined : runtimeId, name, available);
}

/** A board with one of its runtimes, the default one where none is named. @throws UserError when the board has no such runtime */
export function targetOn(
  board: Board,
  runtimeId: string | undefined,
  name: string,
  available: { readonly ramBytes?: number; readonly flashBytes?: number },
): Target {
  const runtime = runtimeId ?? board.defaultRuntime;
  if (!Object.hasOwn(board.runtimes, runtime)) {
    const runtimes = Object.keys(board.runtimes);
    throw new UserError(
      `Board "${board.id}" has no runtime "${runtime}".${suggestion(runtime, runtimes, 'runtimes of this board')}`,
    );
  }
  return {
    id: `${board.id}/${runtime}`,
    name,
    board,
    runtime,
    ramBytes: available.ramBytes ?? board.ram.value,
    flashBytes: available.flashBytes ?? board.flash.value,
  };
}

/** Those that there are would fill a screen. */
function boardSuggestion(id: string): string {
  const close = nearest(id, boardIds);
  return close === undefined ? ' `edge-ready targets` lists all of them.' : ` Did you mean "${close}"?`;
}

function suggestion(word: string, known: readonly string[], what: string): string {
  const close = nearest(word, known);
  return close === undefined ? ` Known ${what}: ${known.join(', ')}.` : ` Did you mean "${close}"?`;
}

function validate<S extends z.ZodType>(schema: S, content: unknown, label: string): z.infer<S> {
  const result = schema.safeParse(content);
  if (!result.success) throw new UserError(`${label}: ${firstMistake(result.error, 'the file')}`);
  const missing = unlistedSource(content, new Set(Object.keys((result.data as { sources: object }).sources)));
  if (missing !== undefined) throw new UserError(`${label}: source "${missing}" is not listed under "sources".`);
  return result.data;
}

/** The first `source` anywhere in the content that the file does not list. */
function unlistedSource(content: unknown, listed: ReadonlySet<string>): string | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  for (const [key, value] of Object.entries(content)) {
    if (key === 'source' && typeof value === 'string' && !listed.has(value)) return value;
    const missing = key === 'sources' ? undefined : unlistedSource(value, listed);
    if (missing !== undefined) return missing;
  }
  return undefined;
}
