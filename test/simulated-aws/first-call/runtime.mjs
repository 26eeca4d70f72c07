// Runs the handler of an unpacked function as Lambda's runtime would: in a process of its own, an event at a time.
//
//   node runtime.mjs FOLDER HANDLER [ISSUER ADDRESS]
//
// What it asks of ISSUER goes to ADDRESS, as if that were its name in DNS and its certificate.
import { Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

// What it waits for is answered by this machine, which has other work too.
const patience = 8;
const { setTimeout: wait } = globalThis;
const { timeout } = AbortSignal;
globalThis.setTimeout = (then, milliseconds, ...rest) => wait(then, milliseconds * patience, ...rest);
AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds * patience);

const [folder, handlerName, issuer, address] = process.argv.slice(2);

if (issuer) {
  const toIssuer = globalThis.fetch;
  globalThis.fetch = (url, options) => {
    if (!String(url).startsWith(issuer)) throw new Error(`there is no way to ${url} but to ${issuer}`);
    return toIssuer(String(url).replace(issuer, address), options);
  };
}

const dot = handlerName.lastIndexOf('.');
const module = await import(pathToFileURL(path.join(folder, `${handlerName.slice(0, dot)}.mjs`)));
const handler = module[handlerName.slice(dot + 1)];

// An event a line, and a line for each answer.
const channel = new Socket({ fd: 3 });
const send = (message) => channel.write(`${JSON.stringify(message)}\n`);
const lines = createInterface({ input: channel });
// Whoever started it has ended.
lines.on('close', () => process.exit());
lines.on('line', async (line) => {
  const { id, event, context } = JSON.parse(line);
  try {
    send({ id, answer: { result: (await handler(event, context)) ?? null } });
  } catch (error) {
    send({ id, answer: { error: { errorType: error?.name, errorMessage: error?.message } } });
  }
});
send({ ready: true });
