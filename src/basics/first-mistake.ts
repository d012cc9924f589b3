import type * as z from 'zod';

/** The first thing that a schema found wrong with a document, in words: `runtimes.tflm.threads: is missing`. `whole` names the document itself. */
export function firstMistake({ issues }: z.ZodError, whole = 'the document'): string {
  const [issue] = issues;
  const place = issue?.path.map(String).join('.') || whole;
  if (issue === undefined) return `${place}: is wrong`;
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return `${place}: ${isMissing ? 'is missing' : issue.message}`;
}
