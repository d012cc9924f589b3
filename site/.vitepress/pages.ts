/** A page of docs/ by its file's name without `.md`. */
export interface Page {
  readonly text: string;
  readonly page: string;
}

/** The documentation in the order in which one would read it. Every file of docs/ is in one of these groups. */
export const groups: readonly { readonly text: string; readonly pages: readonly Page[] }[] = [
  {
    text: 'Begin',
    pages: [
      { text: 'The first five minutes', page: 'getting-started' },
      { text: 'Tutorial', page: 'tutorial' },
    ],
  },
  {
    text: 'Use',
    pages: [
      { text: 'Configuration', page: 'configuration' },
      { text: 'Workflows', page: 'workflows' },
      { text: 'Other CI systems', page: 'other-ci' },
      { text: 'The comment', page: 'comment' },
      { text: 'The report', page: 'report' },
      { text: 'What changed in a model', page: 'model-diff' },
      { text: 'History', page: 'history' },
      { text: 'Optimising', page: 'optimising' },
      { text: 'Schedules', page: 'schedules' },
      { text: 'Measured on the device', page: 'devices' },
      { text: 'Reference networks', page: 'reference-networks' },
    ],
  },
  {
    text: 'Trust',
    pages: [
      { text: 'How each number is obtained', page: 'numbers' },
      { text: 'How far estimates are off', page: 'estimates' },
      { text: 'Benchmarks', page: 'benchmarks' },
      { text: 'Beside the comments of others', page: 'comment-compared' },
      { text: 'Threat model', page: 'threat-model' },
      { text: 'When GitHub does not answer', page: 'faults' },
    ],
  },
  {
    text: 'Reference',
    pages: [
      { text: 'edge-ready.yml', page: 'reference-configuration' },
      { text: 'The command line', page: 'reference-commands' },
      { text: 'The actions', page: 'reference-action' },
      { text: 'report.json', page: 'reference-report' },
      { text: 'Boards', page: 'targets' },
      { text: 'Runtimes', page: 'runtimes' },
      { text: 'Kernels of TensorFlow Lite Micro', page: 'tflm-support' },
    ],
  },
  {
    text: 'Extend',
    pages: [
      { text: 'Architecture', page: 'architecture' },
      { text: 'Adding a board', page: 'adding-a-board' },
      { text: 'Adding a runtime', page: 'adding-a-runtime' },
    ],
  },
];
