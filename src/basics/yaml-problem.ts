import { messageOf } from '../errors.ts';

/** What the YAML parser says of a text, on one line; where it ran out of stack, that is because the text is nested too deeply. */
export function yamlProblem(error: unknown): string {
  const message = typeof error === 'string' ? error : messageOf(error);
  if (message.startsWith('Maximum call stack')) return 'it is nested too deeply';
  return message.split('\n')[0] ?? message;
}
