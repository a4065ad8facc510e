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
  /** What it answers from now on. */
  answer: (status: number, body?: string) => void;
  close: () => void;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let [status, text] = [204, ''];
  const server = createServer(
    { cert: readFileSync(cloud.certificate), key: readFileSync(cloud.certificateKey) },
    (request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        received.push({ path: request.url ?? '', headers: request.headers, body });
        response.writeHead(status).end(text);
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}/feedback`,
    received,
    answer: (newStatus, newText = '') => ([status, text] = [newStatus, newText]),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
