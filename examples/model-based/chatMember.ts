/**
 * A member of a chat, as one might write it around the client: it asks for the lines that it has missed each time the
 * connection opens, and keeps all lines in order.
 *
 * It stands for your own class. In a project of your own: import from 'recker'.
 */
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';

export interface Line {
  /** From 1, without a gap. */
  readonly number: number;
  readonly text: string;
}

export class ChatMember {
  readonly lines: Line[] = [];
  readonly socket: ReckerWebSocket;

  constructor(options: WebSocketOptions = {}) {
    this.socket = new ReckerWebSocket('wss://chat.example.com/room', options);
    this.socket.on('open', () => void this.socket.sendJSON({ after: this.lines.length }));
    this.socket.on('message', ({ data }) => this.lines.push(JSON.parse(String(data)) as Line));
    this.socket.on('error', () => {});
  }
}
