import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { beforeAll, describe, expect, inject, it } from 'vitest';

import { lambdaRuntimes } from '../../src/aws/lambda-runtimes.js';
import { packagesOf } from '../../src/render/packages.js';
import { pipelineImages } from '../../src/render/pipeline-tools.js';
import { writeFiles } from '../support/files.js';
import {
  functionSources,
  runIn,
  sourcesInRecord,
  sourcesInTerraform,
  unnoticed,
  withTerraform,
  writeSources,
  type Mutation,
} from '../support/functions.js';
import { scratchFolder } from '../support/scratch.js';

const engines = ['mysql', 'postgresql'] as const;
type Engine = (typeof engines)[number];

const sources = new Map(
  engines.map((engine) => [engine, functionSources(['functions-python', 'site', `site-${engine}`])]),
);

function projectOf(engine: Engine, changed: Record<string, string> = {}) {
  return writeSources(sources.get(engine)!, changed);
}

/** Runs Python in a folder, where nothing is compiled beside the sources and no package comes from the network. */
function python(folder: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const inherited = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PIP_NO_INDEX: '1', SITE_URL: '' };
  return runIn(folder, 'python3', args, { ...inherited, ...env });
}

/** Runs the tests of a module there, of a class in it, or one of them. */
const test = (folder: string, name: string) =>
  python(path.join(folder, 'tests/functions'), ['-m', 'unittest', `test_${name}`]);

/** How many tests ran, as unittest says at its end. */
const ran = (stderr: string) => Number(/^Ran (\d+) tests? in /m.exec(stderr)?.[1]);

const built = new Map<Engine, string>();

beforeAll(async () => {
  if (!inject('python')) return;
  for (const engine of engines) {
    const folder = projectOf(engine);
    const build = await python(folder, ['functions/build.py', '--without-packages']);
    if (build.status !== 0) throw new Error(build.stderr);
    built.set(engine, folder);
  }
});

describe.skipIf(!inject('python')).each(engines)('the function in Python of a project with %s', (engine) => {
  const files = sources.get(engine)!;

  it('is of templates without an expression, in lines that end where an editor does', () => {
    for (const [file, text] of files) {
      expect(text.includes('{{'), file).toBe(false);
      expect(text, file).toMatch(/[^\n]\n$/);
      const limit = file.endsWith('.py') ? 110 : 130;
      for (const line of text.split('\n')) {
        expect(line.length, `${file}: ${line}`).toBeLessThanOrEqual(limit);
        expect(line, file).not.toMatch(/\s$|\t/);
      }
    }
  });

  it('imports the clients of AWS and the driver in one place each, and nothing else that Python does not bring', async () => {
    const script = `
import ast, json, sys
from pathlib import Path

own = {path.stem for path in Path(".").rglob("*.py")}
found = {}
for path in sorted(Path(".").rglob("*.py")):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - own:
            found.setdefault(path.as_posix(), set()).add(name)
print(json.dumps({"found": {file: sorted(names) for file, names in found.items()},
                  "shadowed": sorted(own & set(sys.stdlib_module_names))}))
`;
    const { stdout, stderr } = await python(built.get(engine)!, ['-c', script]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      found: {
        'functions/app/driver.py': [engine === 'mysql' ? 'pymysql' : 'pg8000'],
        'functions/app/index.py': ['boto3', 'botocore'],
      },
      shadowed: [],
    });
  });

  it('passes its own tests, which leave nothing beside the sources', async () => {
    const folder = scratchFolder();
    cpSync(built.get(engine)!, folder, { recursive: true });
    // As in a project's repository, whose .gitignore has these lines.
    cpSync('templates/functions-python/_parts/git-ignored.hbs', path.join(folder, '.gitignore'));
    const git = (...command: string[]) => execFileSync('git', command, { cwd: folder, encoding: 'utf8' });
    git('init', '--quiet');
    git('add', '.');
    const before = git('status', '--porcelain');
    expect(before).toContain('functions/build.json');
    // As a reader runs them, who has set nothing.
    const run = (tests: string) =>
      python(folder, ['-m', 'unittest', 'discover', '--start-directory', tests], { PYTHONDONTWRITEBYTECODE: '' });
    const { status, stderr } = await run('tests/functions');
    expect(status, stderr).toBe(0);
    expect(ran(stderr)).toBeGreaterThan(50);
    // Without "(skipped=1)".
    expect(stderr).toMatch(/^OK$/m);
    await run('tests/integration');
    expect(git('status', '--porcelain')).toBe(before);
    // Python compiles the tests, unless it is told not to, and nothing of what is deployed.
    const ignored = git('status', '--porcelain', '--ignored').match(/(?<=^!! ).*$/gm);
    expect(ignored).toEqual(['tests/functions/__pycache__/', 'tests/integration/__pycache__/']);
  });

  it('is packed by build.py as the generator packs it', async () => {
    const odd = {
      'functions/app/lib/größe.txt': '1',
      'functions/app/lib/\u{1F600}.txt': '2',
      'functions/app/lib/\uFB01.txt': '3',
      'functions/app/Zeta.txt': '',
      'functions/app/lib/.hidden': '\n',
      'functions/app/.cache/index.py': '\n',
      'functions/other-one/index.py': '1\n',
      'functions/Other/index.py': '1\n',
    };
    // Beside the generator's, what Python leaves.
    const compiled = {
      'functions/app/__pycache__/index.cpython-313.pyc': 'x',
      'functions/app/lib/old.pyc': 'x',
      'functions/app/packages/__pycache__/index.nbi': 'x',
    };
    // What only looks like it.
    const lookalikes = { 'functions/app/lib.pyc/part.py': 'x', 'functions/app/lib/__pycache__': 'x' };
    for (const [folder, more] of [
      [scratchFolder(), {}],
      [scratchFolder(), odd],
    ] as const) {
      const project = new Map<string, string>([...files, ...Object.entries(more)]);
      writeFiles(project, folder);
      const { status, stderr } = await python(folder, ['functions/build.py', '--without-packages'], {
        TZ: 'Asia/Kolkata',
      });
      expect(status, stderr).toBe(0);
      for (const [file, content] of packagesOf(project)) {
        expect(readFileSync(path.join(folder, file)).equals(Buffer.from(content)), file).toBe(true);
      }
      writeFiles(new Map(Object.entries(compiled)), folder);
      const check = await python(folder, ['functions/build.py', '--check']);
      expect(check.status, check.stderr).toBe(0);
      expect(sourcesInRecord(folder, 'app')).toBe(sourcesInTerraform(folder, 'app', 'python'));

      writeFiles(new Map(Object.entries(lookalikes)), folder);
      await python(folder, ['functions/build.py', '--without-packages']);
      expect(sourcesInRecord(folder, 'app')).toBe(sourcesInTerraform(folder, 'app', 'python'));
    }
  });

  it('pins each wheel that it needs by one hash', () => {
    const text = files.get('functions/app/requirements.txt')!;
    const pins = text
      .replaceAll('\\\n', '')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    for (const pin of pins) expect(pin).toMatch(/^[A-Za-z0-9-]+==[\w.]+ +--hash=sha256:[0-9a-f]{64}$/);
    expect(pins.map((pin) => pin.split('==')[0])).toEqual(
      engine === 'mysql' ? ['PyMySQL'] : ['asn1crypto', 'pg8000', 'python-dateutil', 'scramp', 'six'],
    );
  });
});

describe.skipIf(!inject('python'))('the version of Python', () => {
  it('is the same in the function, its packages and its pipelines', () => {
    const found = (file: string, pattern: RegExp) =>
      pattern.exec(readFileSync(`templates/functions-python/${file}`, 'utf8'))?.[1];
    const version = /^python(3\.\d+)$/.exec(lambdaRuntimes.python.name)![1];
    expect(found('functions/build.py.hbs', /^LAMBDA_PYTHON = "(.*)"$/m)).toBe(version);
    expect(found('_parts/github-function-steps.hbs', /^ +python-version: "(.*)"$/m)).toBe(version);
    expect(/^python:([\d.]+)-alpine@/.exec(pipelineImages.python)?.[1]).toBe(version);
  });
});

describe.skipIf(!inject('python'))('functions/app/index.py', () => {
  const environment = {
    DATA_BUCKET: 'the-bucket',
    DB_HOST: 'the-host',
    DB_NAME: 'app',
    DB_PORT: '5432',
    DB_SECRET_ARN: 'arn:secret',
  };

  /** Requests to the function as it is deployed, where modules that look like the SDK stand in for it. */
  async function requests(engine: Engine, env: NodeJS.ProcessEnv) {
    const folder = projectOf(engine, {
      'sdk/boto3.py': `
import datetime, json, sys

class Client:
    def __init__(self, service, config):
        print(json.dumps({"client": service, **config.options}), file=sys.stderr)

    def list_objects_v2(self, **request):
        print(json.dumps({"call": "list_objects_v2", **request}), file=sys.stderr)
        modified = datetime.datetime(2031, 5, 6, tzinfo=datetime.timezone.utc)
        return {"Contents": [{"Key": "a", "Size": 1, "LastModified": modified}], "IsTruncated": True}

    def get_secret_value(self, **request):
        raise RuntimeError("not to be called")

def client(service, config):
    return Client(service, config)
`,
      'sdk/botocore/__init__.py': '',
      'sdk/botocore/config.py': 'class Config:\n    def __init__(self, **options):\n        self.options = options\n',
      'request.py': `
import json, types
from index import handler

context = types.SimpleNamespace(aws_request_id="request-1")
for path in ("/health", "/", "/db"):
    event = {"httpMethod": "GET", "path": path, "queryStringParameters": {"limit": "1"}}
    response = handler(event, context)
    print(json.dumps({"path": path, "status": response["statusCode"], "body": json.loads(response["body"])}))
`,
    });
    // Without the packages of the machine, of which one may be a driver.
    const args = [
      '-I',
      '-S',
      '-c',
      `import sys; sys.path[:0] = ["functions/app", "sdk"]; exec(open("request.py").read())`,
    ];
    const { status, stdout, stderr } = await python(folder, args, env);
    expect(status, stderr).toBe(0);
    const lines = (text: string) =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, any>);
    const printed = lines(stdout);
    return {
      answers: printed.filter((line) => 'body' in line),
      log: printed.filter((line) => 'level' in line),
      calls: lines(stderr),
    };
  }

  it.each(engines)('hands the clients to the handler with their limits, with %s', async (engine) => {
    const { answers, calls } = await requests(engine, environment);
    expect(answers.map(({ path: of, status }) => [of, status])).toEqual([
      ['/health', 200],
      ['/', 200],
      ['/db', 501],
    ]);
    expect(answers[1]!.body).toEqual({
      objects: [{ key: 'a', size: 1, lastModified: '2031-05-06T00:00:00Z' }],
      next: 'a',
    });
    expect(answers[2]!.body.error).toContain('python3 functions/build.py');
    const [s3, secrets, list, ...others] = calls;
    expect(others).toEqual([]);
    expect(list).toEqual({ call: 'list_objects_v2', Bucket: 'the-bucket', Prefix: '', StartAfter: '', MaxKeys: 1 });
    const longest = ({ retries, connect_timeout, read_timeout }: Record<string, any>, addresses = 1) =>
      retries.total_max_attempts * (addresses * connect_timeout + read_timeout) + 2 * (retries.total_max_attempts - 1);
    // Lambda gives up after 25 seconds; each of two logins at the database takes 5 at most.
    expect(s3!.client).toBe('s3');
    // https://aws.amazon.com/about-aws/whats-new/2023/08/amazon-s3-multivalue-answer-response-dns-queries/
    expect(longest(s3!, 8)).toBeLessThan(25);
    expect(secrets!.client).toBe('secretsmanager');
    expect(2 * longest(secrets!) + 2 * 5).toBeLessThanOrEqual(25);
  });

  it('answers with a request id where it is not configured', async () => {
    const unset = Object.fromEntries(Object.keys(environment).map((name) => [name, '']));
    const { answers, log } = await requests('mysql', unset);
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 500]);
    expect(answers[1]!.body).toEqual({ error: 'internal error', requestId: 'request-1' });
    expect(log).toHaveLength(2);
    for (const name of Object.keys(environment)) expect(log[0]!.message).toContain(`${name} is not set`);
  });
});

describe.skipIf(process.platform === 'win32' || !inject('python'))('tests/integration', () => {
  /** Runs the tests of what is deployed, where a shell script stands in for terraform. */
  async function integration(script: string, options: { initialized?: boolean } = {}) {
    const { folder, terraform } = withTerraform(built.get('mysql')!, script, options);
    const args = ['-m', 'unittest', 'discover', '--start-directory', 'tests/integration', '--verbose'];
    return python(folder, args, { TERRAFORM: terraform, TF_DATA_DIR: '.terraform' });
  }

  const refusing = `echo 'Reason: Initial configuration of the requested backend "s3"' >&2; exit 1`;

  it.each([
    ['nothing', 'exit 1', { initialized: false }],
    ['an empty state', "echo '{}'", {}],
    ['terraform init -backend=false', refusing, {}],
  ])('are skipped after %s', async (_, script, options) => {
    const { status, stderr } = await integration(script, options);
    expect(status === 0 || status === 5, stderr).toBe(true);
    expect(ran(stderr)).toBe(0);
    expect(stderr).toContain("skipped 'not deployed'");
  });

  it.each([
    ['terraform fails', "echo 'Error: ExpiredToken: the token is expired' >&2; exit 1", 'ExpiredToken'],
    ['outputs are missing', `echo '{"aws_region":{"value":"a"}}'`, 'there is no output application_url, data_bucket'],
  ])('fail, and say why, where %s', async (_, script, why) => {
    const { status, stderr } = await integration(script);
    expect(status).toBe(1);
    expect(stderr).toContain(why);
  });
});

const mutations: Mutation<Engine>[] = [
  [
    'no second look at the secret',
    'app/database.py',
    'except LoginFailed:\n',
    'except ZeroDivisionError:\n',
    'database',
  ],
  ['the old secret once more', 'app/database.py', '            self._login = None\n', '            pass\n', 'database'],
  ['a secret that is kept for ever', 'app/database.py', '>= SECONDS_TO_KEEP_SECRET', '>= 10**9', 'database'],
  ['a secret that is never kept', 'app/database.py', '>= SECONDS_TO_KEEP_SECRET', '>= 0', 'database'],
  [
    'TLS that is not verified',
    'app/database.py',
    'context = ssl.create_default_context()',
    'context = ssl._create_unverified_context()',
    'database',
  ],
  [
    'a host by any name',
    'app/database.py',
    '    for file in',
    '    context.check_hostname = False\n    for file in',
    'database',
  ],
  ['no certificates of the project', 'app/database.py', 'context.load_verify_locations(file)', 'pass', 'database'],
  [
    'a message that leaks the host',
    'app/errors.py',
    'HttpError(500, "internal error")',
    'HttpError(500, str(error))',
    'requests',
  ],
  [
    'a database that is told',
    'app/database.py',
    'except Unreachable as error:\n            raise unavailable("the database cannot be reached, please try again", 5)',
    'except Unreachable as error:\n            raise unavailable(str(error), 5)',
    'database',
  ],
  [
    'a secret in the log',
    'app/database.py',
    'hint="the secret holds no username and password"',
    'hint=secret',
    'database',
  ],
  ['a connection that stays open', 'app/database.py', 'connection.close()', 'pass', 'database'],
  ['a secret without use', 'app/database.py', 'self._driver.load()', 'pass', 'database'],
  ['a certificate that is not explained', 'app/database.py', ', hint=HOW_TO_TRUST', '', 'database'],
  [
    'health that touches AWS',
    'app/handler.py',
    'return {"status": "ok"}',
    'objects.list()\n        return {"status": "ok"}',
    'requests',
  ],
  ['health that needs settings', 'app/handler.py', 'route is not health and ', '', 'requests'],
  ['any method', 'app/handler.py', 'method not in METHODS', 'False', 'requests'],
  ['HEAD with a body', 'app/handler.py', 'if event.get("httpMethod") == "HEAD"', 'if False', 'requests'],
  ['a query that stays encoded', 'app/handler.py', 'unquote_plus(text, errors="strict")', 'text', 'objects'],
  [
    'a plus that stays',
    'app/handler.py',
    'unquote_plus(text, errors="strict")',
    'unquote_plus(text.replace("+", "%2B"), errors="strict")',
    'objects',
  ],
  ['a query of any bytes', 'app/handler.py', 'errors="strict"', 'errors="replace"', 'objects'],
  ['a silent failure', 'app/handler.py', '            log(\n', '            (lambda *_, **__: None)(\n', 'requests'],
  ['a limit without bound', 'app/objects.py', ' or int(text) > MOST_OBJECTS', '', 'objects'],
  ['a key without bound', 'app/objects.py', 'len(value.encode()) > LONGEST_KEY', 'False', 'objects'],
  ['pages without end', 'app/objects.py', 'page.get("IsTruncated", False) and objects', 'objects', 'objects'],
  ['time of some zone', 'app/objects.py', '.astimezone(timezone.utc)', '.replace(tzinfo=timezone.utc)', 'objects'],
  ['an answer that is kept', 'app/answers.py', '    "Cache-Control": "no-store",\n', '', 'requests'],
  ['no description of the status', 'app/answers.py', '{status} {HTTPStatus(status).phrase}', '{status}', 'requests'],
  ['an unset setting', 'app/settings.py', 'if not value]', 'if False]', 'requests'],
  ['throttling as a fault', 'app/errors.py', 'aws_code(error) in THROTTLED', 'False', 'requests'],
  ['a time-out as a fault', 'app/errors.py', ' or type(error).__name__ in UNREACHABLE', '', 'requests'],
  ['a failure of AWS as a fault', 'app/errors.py', 'is_aws_failing(error) or ', '', 'requests'],
  ['no Retry-After', 'app/errors.py', ', headers={"Retry-After": str(retry_after)}', '', 'database'],
  ['no code of AWS', 'app/errors.py', '"errorCode": code, ', '', 'requests'],
  ['another version of MySQL', 'app/driver.py', 'SELECT VERSION()', 'SELECT 1', 'driver', 'mysql'],
  ['another version of PostgreSQL', 'app/driver.py', 'SHOW server_version', 'SHOW work_mem', 'driver', 'postgresql'],
  ['MySQL in the clear', 'app/driver.py', 'ssl=tls', 'ssl=None', 'driver', 'mysql'],
  ['MySQL that is waited for', 'app/driver.py', '            read_timeout=timeout,\n', '', 'driver', 'mysql'],
  ['a login of MySQL as a fault', 'app/driver.py', 'code in LOGIN_FAILED', 'False', 'driver', 'mysql'],
  ['MySQL that is down as a fault', 'app/driver.py', ' | NO_CONNECTION', '', 'driver', 'mysql'],
  [
    "MySQL's certificate as a connection",
    'app/driver.py',
    'isinstance(getattr(error, "original_exception", None), ssl.SSLError)',
    'False',
    'driver',
    'mysql',
  ],
  ['PostgreSQL in the clear', 'app/driver.py', 'ssl_context=tls', 'ssl_context=None', 'driver', 'postgresql'],
  ['PostgreSQL that is waited for', 'app/driver.py', '            timeout=timeout,\n', '', 'driver', 'postgresql'],
  [
    'a login of PostgreSQL as a fault',
    'app/driver.py',
    'said.get("C") in LOGIN_FAILED',
    'False',
    'driver',
    'postgresql',
  ],
  [
    "PostgreSQL's certificate as a connection",
    'app/driver.py',
    ' or isinstance(error, ssl.SSLError)',
    '',
    'driver',
    'postgresql',
  ],
  [
    'a broken driver as a missing one',
    'app/driver.py',
    'if error.name != "pg8000":\n            raise',
    'pass',
    'driver',
    'postgresql',
  ],
  [
    'a link that is followed',
    'build.py',
    'if child.is_symlink():',
    'if False:',
    'build.Zips.test_hold_no_link_and_nothing_is_written',
  ],
  [
    'what Python compiled',
    'build.py',
    ' or is_compiled',
    '',
    'build.Zips.test_leave_out_what_is_hidden_and_what_python_compiled',
  ],
  [
    'a check that passes',
    'build.py',
    '    elif options.check:\n',
    '    elif False:\n',
    'build.Zips.test_are_the_same_each_time_and_checked_against_the_sources',
  ],
  [
    'a check that fetches',
    'build.py',
    'if not options.check and ',
    'if ',
    'build.Packages.test_are_left_out_where_asked_and_a_check_fetches_nothing',
  ],
  [
    'a check that looks at no packages',
    'build.py',
    'if (folder / VENDOR).is_dir()]',
    'if False]',
    'build.Packages.test_are_fetched_again_for_other_requirements',
  ],
  ['wheels of any bytes', 'build.py', '["--require-hashes", ', '[', 'build.Packages.test_without_a_hash_are_refused'],
  [
    'wheels for a processor',
    'build.py',
    '*PURE_PYTHON]',
    '"--platform", "manylinux_2_17_aarch64"]',
    'build.Packages.test_that_are_not_pure_python_are_refused',
  ],
  [
    'packages that are never fetched again',
    'build.py',
    ' and fetched_for.read_text("utf-8") == requirements.read_text("utf-8")',
    '',
    'build.Packages.test_are_fetched_again_for_other_requirements',
  ],
  [
    'packages of the first function alone',
    'build.py',
    'for folder in unfetched:',
    'for folder in unfetched[:1]:',
    'build.Packages.test_are_fetched_for_each_function_that_pins_some',
  ],
  [
    'files in the order of UTF-16',
    'build.py',
    'for file in files_below(folder))',
    'for file in files_below(folder))\n    names.sort(key=lambda name: name.encode("utf-16-be"))',
    'build.Zips.test_hold_files_in_the_order_in_which_terraform_sorts_them',
  ],
  [
    'a folder that is called like a compiled file',
    'build.py',
    'path.name == "__pycache__" if path.is_dir() else path.name.endswith(".pyc")',
    'path.name == "__pycache__" or path.name.endswith(".pyc")',
    'build.Zips.test_leave_out_what_is_hidden_and_what_python_compiled',
  ],
];

describe.skipIf(!inject('python'))('the tests of the function in Python', () => {
  it('notice each change for the worse', async () => {
    const missed = await unnoticed(
      mutations,
      (engine = 'postgresql') => sources.get(engine)!,
      async (folder, name) => {
        const { status, stderr } = await test(folder, name);
        // A test that fails, and neither a module that cannot be read nor one that is not there.
        const noticed =
          status === 1 && ran(stderr) > 0 && !/SyntaxError|ImportError|NameError|_FailedTest/.test(stderr);
        return { noticed, output: stderr };
      },
    );
    expect(missed).toEqual([]);
  });
});
