import { expect, it } from 'vitest';
import { describeWithReference } from '../support/reference.ts';
import { compareWithReference, referenceRuns } from '../support/tflm-outputs.ts';

describeWithReference('what TensorFlow Lite Micro itself computed', () => {
  it.each(referenceRuns().filter(({ outputs }) => Object.values(outputs).some((list) => list.length > 0)))(
    '$file',
    (run) => {
      expect(compareWithReference(run).filter(({ equal }) => !equal)).toEqual([]);
    },
  );
});
