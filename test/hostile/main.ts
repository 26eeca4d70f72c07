// `npm run fuzz`: as many made-up answers, projects, plans and states as are asked for.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const help = `npm run fuzz -- [options] [number]

  number           so many answers, and half as many projects, plans and states each [10000]
  --seed NUMBER    begin with this seed; a failure prints its own [one that is drawn]
  --help           show this help
`;

function main(): number {
  const { values, positionals } = parseArgs({
    options: { seed: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const number = Number(positionals[0] ?? 10_000);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (positionals.length > 1 || !Number.isSafeInteger(number) || number < 1 || !Number.isSafeInteger(seed)) {
    console.error(help);
    return 2;
  }
  console.log(`${number} answers, from seed ${seed}.`);
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'hostile', 'test/hostile/fuzz.test.ts'],
    { stdio: 'inherit', env: { ...process.env, FUZZ_RUNS: String(number), FUZZ_SEED: String(seed) } },
  );
  return status ?? 1;
}

process.exitCode = main();
