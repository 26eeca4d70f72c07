import { createHandler } from './handler.mjs';
import { createKeys } from './keys.mjs';
import { createLog } from './log.mjs';
import { readSettings } from './settings.mjs';

const settings = readSettings(process.env);

// Made once for each instance of the function, so that the keys are fetched for many requests.
export const handler = createHandler({ settings, keys: createKeys({ issuer: settings.issuer }), log: createLog() });
