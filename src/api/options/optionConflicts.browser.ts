/** The form of optionConflicts.ts for pages and workers, where each of the options that cannot go together is refused by itself. */
export const refuseConflicts = (_checked: unknown): void => {};
