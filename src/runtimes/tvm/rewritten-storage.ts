import { alignUp, type BufferRequest } from '../plan/buffers.ts';
import { fittingPiece } from './storages.ts';
import { workspaceAlignment } from './unified-planner.ts';

/**
 * Bytes of workspace with the unified planner switched off (`tir.usmp.enable=0`): tensors take turns in pieces that are all held from beginning to end,
 * and each kernel takes its working memory behind them for as long as it runs. Requests in the order in which they are first needed.
 * Source: apache/tvm 0.18.0, src/tir/transforms/storage_rewrite.cc and src/tir/analysis/calculate_workspace.cc.
 */
export function rewrittenBytes(tensors: readonly BufferRequest[], scratch: readonly BufferRequest[]): number {
  const pieces: { bytes: number; last: number }[] = [];
  for (const { bytes, first, last } of [...tensors].sort((a, b) => a.first - b.first)) {
    const chosen = fittingPiece(
      pieces.filter((piece) => piece.last < first),
      bytes,
    );
    if (chosen === undefined) pieces.push({ bytes, last });
    else Object.assign(chosen, { bytes: Math.max(chosen.bytes, bytes), last });
  }
  const held = pieces.reduce((sum, { bytes }) => sum + alignUp(bytes, workspaceAlignment), 0);
  return held + scratch.reduce((most, { bytes }) => Math.max(most, alignUp(bytes, workspaceAlignment)), 0);
}
