import { tensorBytes } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import { howToFixShapes } from '../../graph/how-to-fix-shapes.ts';
import type { Finding } from '../../measurement/measurement.ts';

/** A warning when tensors have no size before the model runs. */
export function openShapes(graph: Graph): readonly Finding[] {
  const open = graph.operators.flatMap(({ outputs }) =>
    outputs.filter((id) => {
      const tensor = id === null ? undefined : graph.tensors[id];
      return tensor !== undefined && tensorBytes(tensor) === undefined;
    }),
  );
  if (open.length === 0) return [];
  const advice = graph.dialect === 'onnx' ? ` ${howToFixShapes(graph)}` : '';
  const message = `The sizes of ${open.length} tensors are not known before the model runs, so peak RAM and latency leave them out.${advice}`;
  return [{ code: 'open-shapes', severity: 'warning', message }];
}
