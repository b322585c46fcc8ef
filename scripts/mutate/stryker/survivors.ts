/** Survivors of Stryker's changes, and why the quick tests cannot, or need not, tell them from the source as it is. */
import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

interface Explanation {
  readonly file: string;
  /** Stryker's names of the kinds of change; none: any. */
  readonly kinds?: readonly string[];
  /** How many of them survive, at most. */
  readonly most: number;
  readonly why: string;
}

const MADE_ONCE =
  'The tables are made once in a process, before a change is switched on. test/machine compares them with XState, for seconds, so it is not asked here.';
const FOR_THE_TYPES = 'The branch is for the types: the action runs only where the other one holds.';
const ALWAYS_THERE =
  'The optional chain is for the types, or for a moment that no test has found: the link is there.';

const EXPLANATIONS: readonly Explanation[] = [
  { file: 'src/machine/chartSteps.ts', most: 71, why: MADE_ONCE },
  { file: 'src/machine/writtenTransitions.ts', most: 11, why: MADE_ONCE },
  { file: 'src/machine/xstateInternals.ts', most: 8, why: MADE_ONCE },
  {
    file: 'src/machine/actions.ts',
    kinds: ['ConditionalExpression', 'ObjectLiteral'],
    most: 11,
    why: `${FOR_THE_TYPES} Others are for bytes on their way out, whose tests take seconds (test/faults/uploads.test.ts).`,
  },
  {
    file: 'src/machine/progressMarks.ts',
    kinds: ['EqualityOperator'],
    most: 1,
    why: 'A gap of exactly 50 ms is at the edge of what is measured.',
  },
  {
    file: 'src/machine/progressMarks.ts',
    kinds: ['BooleanLiteral'],
    most: 1,
    why: 'The constructor calls fill() at once, which sets the mark.',
  },
  {
    file: 'src/api/clientCore.ts',
    kinds: ['OptionalChaining', 'ConditionalExpression'],
    most: 6,
    why: `${ALWAYS_THERE} The early returns only save work.`,
  },
  {
    file: 'src/api/ReckerWebSocket.ts',
    most: 10,
    why: 'What a page cannot do, and how a client is shown: tests in browsers, and of inspect() in processes of their own.',
  },
  {
    file: 'src/api/chart/inspection.ts',
    most: 28,
    why: 'The recorder and the viewer use it; their tests (test/recordings, test/inspect) are not asked here.',
  },
  {
    file: 'src/api/events/eventNames.ts',
    most: 10,
    why: 'Warnings are given once in a process: test/api/unheard.test.ts starts one for each.',
  },
];

const used = new Map<Explanation, number>();

/** The explanation of a survivor; each serves for as many as it says. */
export function explanationOf({ fileName, mutatorName }: MutantResult): string | undefined {
  const found = EXPLANATIONS.find(
    (each) =>
      each.file === relative('.', fileName) &&
      (each.kinds?.includes(mutatorName) ?? true) &&
      (used.get(each) ?? 0) < each.most,
  );
  if (found === undefined) return undefined;
  used.set(found, (used.get(found) ?? 0) + 1);
  return found.why;
}

export function unusedExplanations(): readonly string[] {
  return EXPLANATIONS.filter((each) => !used.has(each)).map(({ file, why }) => `${file}: ${why}`);
}
