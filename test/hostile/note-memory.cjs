// Loaded before the command: notes in the file MEMORY how much of it was taken at the most, in kilobytes.
const { openSync, writeSync } = require('node:fs');

process.on('exit', () => writeSync(openSync(process.env.MEMORY, 'w'), String(process.resourceUsage().maxRSS)));
