/** What a workload asks of the benchmark's server besides WebSocket, by plain HTTP. */
import { get } from 'node:http';

export interface ServerFacts {
  /** Dials since the last cut. */
  readonly total: number;
  /** The most of them within any 100 ms. */
  readonly peak: number;
  /** Frames that idle connections have sent: pings, or what passes for them. */
  readonly beats: number;
}

export function ask(origin: string, path: '/cut' | '/facts'): Promise<ServerFacts> {
  return new Promise((resolve, reject) => {
    get(`${origin.replace('ws:', 'http:')}${path}`, { agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(JSON.parse(body) as ServerFacts));
    }).on('error', reject);
  });
}
