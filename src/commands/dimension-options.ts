import { type Command, InvalidArgumentError } from 'commander';
import { suggestion } from '../basics/nearest.ts';
import { UserError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { dimensionNames } from '../graph/infer-shapes.ts';

/** Sizes of open dimensions, as an option that may be given several times. */
export function dimensionOption(command: Command): Command {
  return command.option(
    '--dimension <name=size>',
    'size of an open dimension of an ONNX model, such as time=49 or, where it has no name, x[1]=49; or what an input of one whole number always is, as sr=16000; may be repeated',
    (text: string, before?: readonly string[]): readonly string[] => {
      if (!/^.+=[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a name, "=" and a whole number.');
      return [...(before ?? []), text];
    },
  );
}

/**
 * The sizes that the options mean for models.
 * @throws UserError for a dimension that none of them leaves open
 */
export function readDimensions(
  texts: readonly string[] = [],
  ...graphs: readonly Graph[]
): Readonly<Record<string, number>> | undefined {
  if (texts.length === 0) return undefined;
  const known = graphs.flatMap(dimensionNames);
  const sizes = texts.map((text) => {
    const at = text.lastIndexOf('=');
    const name = text.slice(0, at);
    if (!known.includes(name)) {
      throw new UserError(
        `--dimension: the model has no open dimension and no input of one whole number "${name}"${suggestion(name, known)}`,
      );
    }
    return [name, Number(text.slice(at + 1))] as const;
  });
  return Object.fromEntries(sizes);
}
