/** What src/machine/xstateInternals.ts relies on, with the installed XState. */
import { it } from 'vitest';
import * as xstate from 'xstate';
import { checkXStateInternals } from '../support/xstateInternals.js';

it('XState is inside as the workarounds expect it', () => {
  checkXStateInternals(xstate);
});
