/** What is not seen, or obeyed by a runner, as an escape that means the same in JSON. */
const unseenInJson = /\p{C}|[\u2028\u2029]|(?<=#)#(?=\[)/gu;

/** A JSON document of several lines, as every `--json` prints it: with nothing in it that a terminal or a workflow's runner obeys. */
export function jsonText(value: unknown): string {
  const lines = JSON.stringify(value, null, 2).split('\n');
  return `${lines.map((line) => line.replace(unseenInJson, escapesOf)).join('\n')}\n`;
}

function escapesOf(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
