import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A workflow that a page tells people to paste; `name` says where it stands. */
export interface DocumentedWorkflow {
  readonly name: string;
  readonly text: string;
}

const job = `jobs:
  job:
    runs-on: ubuntu-latest
`;
const nothing = `${job}    steps:
      - run: 'true'
`;
const reading = `permissions:
  contents: read
`;

/**
 * Every YAML block of README.md and docs/ that is a workflow or a part of one, whole: a list of steps gets a job around it, triggers get a job, and so on.
 * Blocks that are configurations, boards or data begin with their own keys.
 * @throws Error for a block that is none of these, so that none is left out unseen
 */
export function documentedWorkflows(): readonly DocumentedWorkflow[] {
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...readdirSync('docs').map((name) => `docs/${name}`)];
  return pages.filter((page) => page.endsWith('.md')).flatMap(workflowsOf);
}

function workflowsOf(page: string): readonly DocumentedWorkflow[] {
  const blocks = [...textOf(page).matchAll(/^( *)```ya?ml\n([\s\S]*?)^ *```/gm)];
  return blocks.flatMap(([, indent = '', block = ''], index) => {
    const text = whole(block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), page);
    return text === undefined ? [] : [{ name: `${page.replace(/[^a-z]+/gi, '-')}-${index + 1}`, text }];
  });
}

function textOf(page: string): string {
  try {
    return readFileSync(page, 'utf8');
  } catch {
    return '';
  }
}

/** The block as a workflow; undefined when it is something else. */
function whole(block: string, page: string): string | undefined {
  const content = parse(block) as unknown;
  if (Array.isArray(content)) {
    const isSteps = content.every((step: unknown) => isRecord(step) && ('uses' in step || 'run' in step));
    if (!isSteps) throw new Error(`${page}: a list that is no steps:\n${block}`);
    return `name: Steps\non: pull_request\n${reading}${job}    steps:\n${block.replace(/^(?=.)/gm, '      ')}`;
  }
  if (!isRecord(content)) throw new Error(`${page}: a YAML block that is no document:\n${block}`);
  const keys = Object.keys(content);
  if (keys.includes('jobs')) return block;
  if (keys.includes('on')) return `name: Triggers\n${block}${keys.includes('permissions') ? '' : reading}${nothing}`;
  if (keys.some((key) => ownKeys.has(key)) || isOthers(content)) return undefined;
  throw new Error(`${page}: a YAML block that is neither a workflow nor one of ours (${keys.join(', ')})`);
}

/** First keys of the documents that are the gate's own: configurations, parts of them, boards. */
const ownKeys: ReadonlySet<string> = new Set(['version', 'targets', 'models', 'budgets', 'schedule', 'id', 'core']);

/** Another CI system's file: Azure's name a `pool`, and every job of GitLab's has its `script`. */
function isOthers(content: Readonly<Record<string, unknown>>): boolean {
  return 'pool' in content || Object.values(content).every((job) => isRecord(job) && 'script' in job);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
