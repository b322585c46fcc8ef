/**
 * What the server does with what is allowed: the checks are judged against it.
 *
 * Owns: the first connections of an examination. Must not know: the checks.
 */
import { Bench, messagesOf, type Shared } from './bench.js';
import type { Profile } from './facts.js';
import { NotApplicable } from './verdict.js';
import { OPCODE } from './wire.js';

const NOTHING: Profile = {
  refusal: undefined,
  pongs: false,
  refusesText: undefined,
  refusesBinary: undefined,
  echoes: false,
};

/** How long an echo may take for the server to count as one that echoes, in ms. */
const ECHO_WITHIN = 500;

/** Gets to know the server. */
export async function profileOf(shared: Shared): Promise<Profile> {
  const bench = new Bench(shared);
  try {
    const wire = await bench.open();
    const pongs = (await bench.ping(wire)) && !wire.isOver;
    const known = new Bench(shared, { ...NOTHING, pongs });
    try {
      const text = await messageOf(known, OPCODE.text, shared.settings.message);
      const binary = await messageOf(known, OPCODE.binary, Buffer.from(shared.settings.message));
      const echoes = shared.settings.echo ?? text.echoed;
      return { ...NOTHING, pongs, refusesText: text.refusal, refusesBinary: binary.refusal, echoes };
    } finally {
      known.end();
    }
  } catch (error) {
    if (!(error instanceof NotApplicable)) throw error;
    return { ...NOTHING, refusal: error.message };
  } finally {
    bench.end();
  }
}

async function messageOf(bench: Bench, opcode: number, data: Uint8Array | string) {
  const wire = await bench.open();
  const wanted = Buffer.from(data);
  wire.send(opcode, wanted);
  const isEcho = (): true | undefined =>
    messagesOf(wire).some((message) => message.opcode === opcode && message.data.equals(wanted)) || undefined;
  const ms = Math.min(ECHO_WITHIN, bench.settings.timeout);
  const asksForEcho = bench.settings.echo === undefined && opcode === OPCODE.text;
  const echoed =
    asksForEcho &&
    (await wire.until(() => isEcho() ?? (wire.isOver || undefined), { ms, signal: bench.signal }));
  const { result, got } = await bench.survives(wire, true);
  return { refusal: result === 'pass' ? undefined : got, echoed: echoed === true && isEcho() === true };
}
