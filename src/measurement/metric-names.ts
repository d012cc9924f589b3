/** The metrics that budgets are about, as they are called in JSON. */
export const metricNames = [
  'peakRam',
  'flash',
  'dataMemory',
  'weightMemory',
  'latency',
  'energy',
  'accuracy',
  'accelerated',
  'averagePower',
  'duty',
  'batteryLife',
] as const;
export type MetricName = (typeof metricNames)[number];
