// Loaded before the command: ends it with the signal END_WITH at its END_AT-th call that changes the disk, and notes in
// the file CALLS how many there were.
const fs = require('node:fs');

let calls = 0;
for (const name of ['mkdirSync', 'writeFileSync', 'linkSync', 'renameSync', 'rmSync', 'rmdirSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    calls += 1;
    if (calls === Number(process.env.END_AT)) process.kill(process.pid, process.env.END_WITH);
    return original(...args);
  };
}
const { writeSync, openSync } = fs;
process.on('exit', () => writeSync(openSync(process.env.CALLS, 'w'), String(calls)));
