import { rankWithin } from './accept.ts';
import { customOptions, optionOf } from './custom-options.ts';
import type { Kernel, Node } from './kernel.ts';
import type { Suppression } from './non-max-suppression.ts';
import { decreasing, suppress } from './non-max-suppression.ts';
import { float32, input, output, refuse } from './refuse.ts';

/**
 * TFLite_Detection_PostProcess in float32: boxes from anchors and encodings, then the best of those that do not overlap.
 * Outputs: boxes (ymin, xmin, ymax, xmax), classes, scores, their number.
 */
export const detectionPostprocess: Kernel = (node) => {
  const [encodings, predictions, anchors] = [input(node, 0), input(node, 1), input(node, 2)];
  rankWithin(node, encodings, 3, 3);
  rankWithin(node, predictions, 3, 3);
  rankWithin(node, anchors, 2, 2);
  const plan = planOf(node, encodings.shape[1] ?? 0, predictions.shape[2] ?? 0);
  const width = encodings.shape[2] ?? 4;
  if (encodings.shape[0] !== 1 || width < 4 || predictions.shape[1] !== plan.boxes) {
    refuse(node, 'its inputs are not one batch of equally many boxes and scores');
  }
  const encoded = float32(node, encodings);
  const scores = float32(node, predictions);
  const anchored = float32(node, anchors);
  const to = [0, 1, 2, 3].map((index) => float32(node, output(node, index)));
  const [boxesOut, classesOut, scoresOut, countOut] = to as [Float32Array, Float32Array, Float32Array, Float32Array];
  const write = (place: number, boxes: Float32Array, { box, label, score }: Detection) => {
    boxesOut.set(boxes.subarray(4 * box, 4 * box + 4), 4 * place);
    classesOut[place] = label;
    scoresOut[place] = score;
  };
  if (boxesOut.length < 4 * plan.mostDetections) refuse(node, 'its outputs are too small for the detections');
  return () => {
    const boxes = decodeBoxes(encoded, anchored, width, plan);
    if (!boxes.every((_, index) => index % 4 > 1 || (boxes[index] as number) < (boxes[index + 2] as number))) {
      refuse(node, 'a box has no area');
    }
    if (plan.regular) {
      const found = detectByClass(boxes, scores, plan);
      for (const values of [boxesOut, classesOut, scoresOut]) values.fill(0);
      found.forEach((detection, place) => {
        write(place, boxes, detection);
      });
      countOut[0] = found.length;
    } else {
      const found = detectByBox(boxes, scores, plan);
      found.forEach((detection, place) => {
        // With several classes a box the device leaves gaps; so does this.
        const slot = plan.classesPerBox * place + (place % plan.classesPerBox);
        if (slot < scoresOut.length) write(slot, boxes, detection);
      });
      countOut[0] = found.length;
    }
  };
};

interface Plan extends Suppression {
  readonly boxes: number;
  readonly classes: number;
  /** Scores per box, a background class before the others included. */
  readonly columns: number;
  readonly regular: boolean;
  readonly mostDetections: number;
  readonly mostPerClass: number;
  readonly classesPerBox: number;
  /** By which encodings are divided: y, x, height, width. */
  readonly scales: readonly [number, number, number, number];
}

interface Detection {
  readonly box: number;
  readonly label: number;
  readonly score: number;
}

function planOf(node: Node, boxes: number, columns: number): Plan {
  const options = customOptions(node);
  const option = (name: string, fallback?: number) => optionOf(node, options, name, fallback);
  const classes = option('num_classes');
  if (columns < classes || columns > classes + 1) refuse(node, `${columns} scores a box do not fit ${classes} classes`);
  const mostOverlap = Math.fround(option('nms_iou_threshold'));
  if (!(mostOverlap > 0 && mostOverlap <= 1)) refuse(node, `the overlap ${mostOverlap} is not above 0 and at most 1`);
  const classesPerBox = Math.min(option('max_classes_per_detection'), classes);
  const mostPerClass = option('detections_per_class', 100);
  if (classesPerBox < 1 || mostPerClass < 1) refuse(node, 'it may keep no class or no detection at all');
  return {
    boxes,
    classes,
    columns,
    regular: option('use_regular_nms', 0) !== 0,
    mostDetections: option('max_detections'),
    mostPerClass,
    classesPerBox,
    leastScore: Math.fround(option('nms_score_threshold')),
    mostOverlap,
    scales: [option('y_scale'), option('x_scale'), option('h_scale'), option('w_scale')],
  };
}

/** Corners of the boxes: (ymin, xmin, ymax, xmax). Centres and halves are rounded to single precision once each. */
function decodeBoxes(encoded: Float32Array, anchors: Float32Array, width: number, plan: Plan): Float32Array {
  const corners = new Float32Array(4 * plan.boxes);
  const [scaleY, scaleX, scaleHeight, scaleWidth] = plan.scales;
  for (let box = 0; box < plan.boxes; box += 1) {
    const [y = 0, x = 0, h = 0, w = 0] = encoded.subarray(box * width, box * width + 4);
    const [anchorY = 0, anchorX = 0, anchorHeight = 0, anchorWidth = 0] = anchors.subarray(4 * box, 4 * box + 4);
    const centerY = Math.fround((y / scaleY) * anchorHeight + anchorY);
    const centerX = Math.fround((x / scaleX) * anchorWidth + anchorX);
    const halfHeight = Math.fround(0.5 * Math.exp(h / scaleHeight) * anchorHeight);
    const halfWidth = Math.fround(0.5 * Math.exp(w / scaleWidth) * anchorWidth);
    corners.set([centerY - halfHeight, centerX - halfWidth, centerY + halfHeight, centerX + halfWidth], 4 * box);
  }
  return corners;
}

/** Suppression within each class, the best of all classes kept. */
function detectByClass(boxes: Float32Array, scores: Float32Array, plan: Plan): readonly Detection[] {
  const background = plan.columns - plan.classes;
  let best: readonly Detection[] = [];
  for (let label = 0; label < plan.classes; label += 1) {
    const column = Float32Array.from(
      { length: plan.boxes },
      (_, box) => scores[box * plan.columns + label + background] as number,
    );
    const kept = suppress(boxes, column, plan.mostPerClass, plan);
    const all = [...best, ...kept.map((box): Detection => ({ box, label, score: column[box] as number }))];
    best = decreasing(all.map(({ score }) => score))
      .slice(0, plan.mostDetections)
      .map((index) => all[index] as Detection);
  }
  return best;
}

/** Suppression by the best score of each box, whose best classes are kept. */
function detectByBox(boxes: Float32Array, scores: Float32Array, plan: Plan): readonly Detection[] {
  const background = plan.columns - plan.classes;
  const rows = Array.from({ length: plan.boxes }, (_, box) =>
    scores.subarray(box * plan.columns + background, (box + 1) * plan.columns),
  );
  const labels = rows.map((row) => decreasing(row).slice(0, plan.classesPerBox));
  const best = Float32Array.from(rows, (row, box) => row[labels[box]?.[0] ?? 0] as number);
  return suppress(boxes, best, plan.mostDetections, plan).flatMap((box) =>
    (labels[box] ?? []).map((label): Detection => ({ box, label, score: rows[box]?.[label] ?? 0 })),
  );
}
