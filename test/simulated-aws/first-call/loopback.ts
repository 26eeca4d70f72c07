import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server on loopback answers a request with. */
export interface Response {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** A server on loopback that answers as something of AWS would. */
export class Loopback {
  private constructor(private readonly server: Server) {}

  static async start(answer: (message: IncomingMessage) => Promise<Response>): Promise<Loopback> {
    const server = createServer((message, response) => {
      void answer(message).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
    });
    // A worker that has other work would close a connection in the moment in which the client uses it again.
    server.keepAliveTimeout = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Loopback(server);
  }

  /** Its address, without a path. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** The whole body of a request. */
export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
