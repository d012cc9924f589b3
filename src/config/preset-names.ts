/** The use cases that have a preset of budgets, as `use-case` names them. */
export const useCases = ['keyword-spotting', 'gesture', 'environmental-sensing', 'predictive-maintenance'] as const;
export type UseCase = (typeof useCases)[number];

/** The classes of models that have a preset of budgets, as `class` names them. */
export const modelClasses = ['edge-ready'] as const;
export type ModelClass = (typeof modelClasses)[number];
