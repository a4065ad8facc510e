import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

import { cloud } from './cloud';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A customer's endpoint on this machine. */
export interface Receiver {
  url: string;
  received: Received[];
  /** What it answers from now on; at a path, if one is given, and everywhere else otherwise. */
  answer: (status: number, body?: string, path?: string) => void;
  close: () => void;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers = new Map<string, { status: number; body: string }>();
  const server = createServer(
    { cert: readFileSync(cloud.certificate), key: readFileSync(cloud.certificateKey) },
    (request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        received.push({ path: request.url ?? '', headers: request.headers, body });
        const answer = answers.get(request.url ?? '') ?? answers.get('');
        response.writeHead(answer?.status ?? 204).end(answer?.body);
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}/feedback`,
    received,
    answer: (status, body = '', path = '') => void answers.set(path, { status, body }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
