import { readFileSync } from 'node:fs';
import { markdownTable } from 'markdown-table';
import { parse } from 'yaml';
import * as z from 'zod';
import { withMarkedSection } from '../../src/targets/marked-section.ts';

const port = z.object({ description: z.string(), default: z.string().optional() });
const actionSchema = z.object({
  description: z.string(),
  inputs: z.record(z.string(), port).default({}),
  outputs: z.record(z.string(), port).default({}),
});

const actions = [
  { title: 'org/edge-ready-gate', file: 'action.yml' },
  { title: 'org/edge-ready-gate/report', file: 'report/action.yml' },
];

/** docs/reference-action.md: inputs and outputs of both actions, from their `action.yml`. */
export function actionReference(): string {
  return `<!-- Written by npm run docs from action.yml and report/action.yml. -->
# Reference: the actions

How they are put together in a workflow: [Workflows](workflows.md).

${actions.map(({ title, file }) => section(title, actionSchema.parse(parse(readFileSync(file, 'utf8'))))).join('\n\n')}
`;
}

/** A text with the table of the action's inputs between its marks made anew, as the README has it. @throws RangeError when the marks are missing */
export function withInputs(text: string): string {
  const { inputs } = actionSchema.parse(parse(readFileSync('action.yml', 'utf8')));
  return withMarkedSection(text, 'inputs', `\n${table('input', inputs)}\n`);
}

function section(title: string, { description, inputs, outputs }: z.infer<typeof actionSchema>): string {
  return `## ${title}

${description}

${table('input', inputs)}

${table('output', outputs)}`;
}

function table(what: string, ports: Readonly<Record<string, z.infer<typeof port>>>): string {
  const rows = Object.entries(ports).map(([name, { description }]) => [
    `\`${name}\``,
    description.trim().replaceAll('|', '\\|').replaceAll('\n', '<br>'),
  ]);
  return markdownTable([[what, 'what it does'], ...rows], { alignDelimiters: false });
}
