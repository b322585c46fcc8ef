/**
 * The form of addressRules.ts for pages and workers, where `family` and `localAddress` are refused by name like the
 * options of hopRules.browser.ts.
 */
export const familyProblem = (_value: unknown): string | undefined => undefined;

export const localAddressProblem = familyProblem;

export const addressContradiction = familyProblem;
