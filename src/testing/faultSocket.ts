/**
 * The server's end of one connection.
 *
 * Owns: `ws`'s WebSocket together with its raw socket, and what of it is recorded. Must not know: handshakes, or other
 * connections.
 */
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket } from 'ws';
import type { FaultRecord } from './faultRecord.js';
import { FrameTap } from './frames.js';

/** How live connections behave: shared by all of a server. */
export interface ConnectionFaults {
  echoes: boolean;
  ignoresClose: boolean;
  pongs: boolean;
}

/** `ws`'s WebSocket, with what the server needs in addition. Usable once `watch()` was called. */
export class FaultSocket extends WebSocket {
  raw: Duplex | undefined;
  #tap: FrameTap | undefined;
  #faults: ConnectionFaults | undefined;
  #keepsTcp = false;

  // `ws` calls this itself when the peer's Close arrives.
  override close(code?: number, reason?: string | Buffer): void {
    const ignores = this.#keepsTcp || this.#faults?.ignoresClose === true;
    if (ignores && this.#tap?.close !== undefined) return;
    super.close(code, reason);
  }

  /** Leaves the peer's Close without an answer, and its FIN too. */
  keepTcp(): void {
    this.#keepsTcp = true;
    // `ws` answers a FIN in a listener of its own, and has no option for it.
    this.raw?.removeAllListeners('end');
  }

  /** Records what happens, and applies the faults. */
  watch(raw: Duplex, faults: ConnectionFaults, record: FaultRecord): void {
    const { seen } = record;
    const tap = new FrameTap((frame) => seen.frames.push(frame));
    this.raw = raw;
    this.#faults = faults;
    this.#tap = tap;
    // Before `ws` itself reads, so that a Close is known when `ws` answers it.
    raw.prependListener('data', (bytes: Buffer) => {
      const closedBefore = tap.close !== undefined;
      tap.push(bytes);
      if (tap.close !== undefined && !closedBefore) seen.closes.push(tap.close);
      record.changed();
    });
    this.on('error', () => {});
    this.on('message', (payload: RawData, isBinary: boolean) => {
      // The server keeps `ws`'s default binary type, so this is a Buffer.
      const bytes = payload as Buffer;
      const data = isBinary ? bytes : bytes.toString('utf8');
      seen.messages.push({ data, isBinary, connection: this });
      if (faults.echoes) this.send(data);
      record.changed();
    });
    this.on('ping', (data: Buffer) => {
      seen.pings += 1;
      if (faults.pongs && this.readyState === WebSocket.OPEN) this.pong(data);
      record.changed();
    });
    this.on('pong', () => {
      seen.pongs += 1;
      record.changed();
    });
    this.on('close', () => {
      seen.ended += 1;
      record.changed();
    });
  }
}
