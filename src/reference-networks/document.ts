import { markdownTable } from 'markdown-table';
import { formatPercent, formatValue } from '../basics/format.ts';
import { graphMacs } from '../graph/macs.ts';
import { graphParameters } from '../graph/parameters.ts';
import { referenceModel } from './reference-model.ts';
import { referenceNetworks } from './reference-networks.ts';

/** docs/reference-networks.md: what there is to compare with, and where it comes from. */
export function referenceNetworksDocument(): string {
  const rows = [...referenceNetworks].map(([name, { title, task, accuracy }]) => {
    const { graph } = referenceModel(name);
    return [
      `\`${name}\``,
      title,
      task,
      formatValue(graphParameters(graph), 'count'),
      formatValue(graphMacs(graph), 'count'),
      `${formatPercent(accuracy.value)} ${accuracy.metric}`,
    ];
  });
  const sources = [...referenceNetworks].map(([name, { source }]) => `- \`${name}\`: ${source}.`);
  return `<!-- Made by npm run docs from src/reference-networks. -->
# Public networks to compare with

Each is a list of operators in int8 whose weights say nothing; the gate measures it with its own engine on any target that loads \`.tflite\`. RAM and latency come within 10 % of the files that MLPerf Tiny ships
(\`test/reference-networks\`). The accuracy is the published one, of the quality target for MLPerf Tiny and of the float model for the others, and was not measured here.

\`edge-ready compare kws.onnx --with mlperf-tiny/keyword-spotting --target nucleo-l4r5zi\` shows a model beside one, and \`reference: mlperf-tiny/keyword-spotting\` under \`models:\` puts a line into the comment.

${markdownTable([['Name', 'Network', 'Task', 'Parameters', 'MACs', 'Published accuracy'], ...rows], { align: ['l', 'l', 'l', 'r', 'r', 'l'] })}

## Sources

${sources.join('\n')}
`;
}
