/**
 * A peer that speaks TLS and answers the ClientHello with an alert: which of them say that the two will never agree,
 * and which may pass, directly, through a tunnel and through a dispatcher.
 */
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocketOptions } from '../../src/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { dial } from '../support/dial.js';
import { type TlsAlerter, tlsAlerter } from '../support/tlsAlerter.js';

/** RFC 8446 §6, RFC 5246 §7.2 (100), and 41 of SSL 3.0. */
const FINAL: readonly [number, string][] = [
  [40, 'handshake_failure'],
  [41, 'no_certificate'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [116, 'certificate_required'],
  [120, 'no_application_protocol'],
];
const PASSING: readonly [number, string][] = [
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [22, 'record_overflow'],
  [47, 'illegal_parameter'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [109, 'missing_extension'],
  [112, 'unrecognized_name'],
  // Known to no standard.
  [99, 'unassigned'],
];

let alert = 0;
let peer: TlsAlerter;
let proxy: ConnectProxy;
const agent = new Agent();

beforeAll(async () => {
  peer = await tlsAlerter(() => alert);
  proxy = await ConnectProxy.start();
});
afterAll(() => Promise.all([peer?.stop(), proxy?.stop(), agent.destroy()]));

/** A dispatcher may go through a proxy of its own, so which hop refused is not known there. */
const ROUTES: readonly [string, 'server' | undefined, () => WebSocketOptions][] = [
  ['directly', 'server', () => ({})],
  ['through a tunnel', 'server', () => ({ proxy: `http://127.0.0.1:${proxy.port}` })],
  ['through a dispatcher', undefined, () => ({ dispatcher: agent })],
];

/** Dials until the failure is final, or twice; with the number of ClientHellos that the peer got. */
async function refused(number: number, options: WebSocketOptions) {
  alert = number;
  const before = peer.hellos;
  const outcome = await dial(`wss://localhost:${peer.port}/`, options);
  return { ...outcome, hellos: peer.hellos - before };
}

describe.each(ROUTES)('%s', (_, hop, options) => {
  it.each(FINAL)('%i, %s, is final', async (number) => {
    const { error, dials, hellos } = await refused(number, options());
    expect(error).toMatchObject({ name: 'ConnectionError', hop, final: true, alert: number });
    expect(error?.message).toMatch(/^TLS failed: /);
    expect({ dials, hellos }).toEqual({ dials: 1, hellos: 1 });
  });

  it.each(PASSING)('%i, %s, may pass', async (number) => {
    const { error, dials, hellos } = await refused(number, options());
    expect(error).toMatchObject({ name: 'ConnectionError', hop, final: false, alert: undefined });
    expect({ dials, hellos }).toEqual({ dials: 2, hellos: 2 });
  });
});

describe('the TLS hop to a proxy', () => {
  it('is refused as finally, and the error names the hop', async () => {
    alert = 116;
    const before = peer.hellos;
    const options = { proxy: `https://localhost:${peer.port}` };
    const { error, dials } = await dial('ws://example.test/', options);
    expect(error).toMatchObject({ name: 'ConnectionError', hop: 'proxy', final: true, alert: 116 });
    expect({ dials, hellos: peer.hellos - before }).toEqual({ dials: 1, hellos: 1 });
  });

  it('may pass after 80, internal_error', async () => {
    alert = 80;
    const { error, dials } = await dial('ws://example.test/', { proxy: `https://localhost:${peer.port}` });
    expect(error).toMatchObject({ name: 'ConnectionError', hop: 'proxy', final: false });
    expect(dials).toBe(2);
  });
});
