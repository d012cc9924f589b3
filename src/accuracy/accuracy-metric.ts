/** What is taken on an evaluation set: the share of samples whose label is among the model's one or five highest outputs. */
export const accuracyMetrics = ['top-1', 'top-5'] as const;
export type AccuracyMetric = (typeof accuracyMetrics)[number];
