import Handlebars from 'handlebars';

/** The helpers that src/render/templates.ts has, by how a template uses them; a template that uses another is refused. */
const helpers = new Set(['hcl', 'times']);
const blockHelpers = new Set(['table']);

/**
 * The JavaScript source of what a template is: a text where it has nothing to fill in, or else a function
 * `(c, r, h) => text` of the view (`c` and `r`: in a loop, `c` with a number is the current item) and the runtime
 * `h` of src/render/templates.ts. Handlebars parses and so decides what is white space to be dropped; the functions
 * need nothing of it when they run.
 *
 * Known are `{{path}}`, `{{helper argument}}`, `if`, `unless`, `each`, `else`, a block helper, `@root`, `@index`,
 * `@first`, `@last`, `{{> partial name=argument}}`, comments and `~`. A partial's lines are taken as they are, never indented.
 * Whatever else Handlebars may know throws with the place, `file` and line.
 * `literal` gives the expression that stands for a text.
 */
export function compileTemplate(source, file, literal = JSON.stringify) {
  const { body } = parse(source, file);
  const code = joined(body, { file, literal, contexts: ['c'] });
  const isText = body.every(({ type }) => type === 'ContentStatement' || type === 'CommentStatement');
  return isText ? code : `(c, r, h) => ${code}`;
}

function parse(source, file) {
  try {
    return Handlebars.parse(source);
  } catch (error) {
    const line = error.lineNumber ?? /on line (\d+)/.exec(error.message)?.[1];
    throw new Error(`${file}:${line}: ${error.message}`, { cause: error });
  }
}

/** What a list of statements gives, as one expression; `scope` says which variables hold the contexts around it. */
function joined(statements, scope) {
  const parts = [];
  let text = '';
  for (const statement of statements) {
    if (statement.type === 'ContentStatement') {
      text += statement.value;
    } else if (statement.type !== 'CommentStatement') {
      if (text !== '') parts.push(scope.literal(text));
      text = '';
      parts.push(expression(statement, scope));
    }
  }
  if (text !== '' || parts.length === 0) parts.push(scope.literal(text));
  return parts.join(' + ');
}

function expression(statement, scope) {
  const { type, hash, program, inverse } = statement;
  if (hash && type !== 'PartialStatement') throw refusal(hash, scope, 'a named argument');
  const params = program?.blockParams ?? inverse?.blockParams;
  if (params) throw refusal(statement, scope, `"as |${params.join(' ')}|"`);
  if (type === 'MustacheStatement') return mustache(statement, scope);
  if (type === 'BlockStatement') return block(statement, scope);
  if (type === 'PartialStatement') return partial(statement, scope);
  throw refusal(statement, scope, `a ${type}`);
}

function mustache({ path, params, escaped, loc }, scope) {
  if (!escaped) throw refusal({ loc }, scope, 'a second spelling of {{ }}, which escapes nothing');
  const helper = helperName(path);
  if (params.length > 0) {
    if (!helpers.has(helper)) throw refusal(path, scope, `the helper "${path.original}"`);
    return `h.${helper}(${params.map((param) => value(param, scope)).join(', ')})`;
  }
  if (helpers.has(helper) || blockHelpers.has(helper)) throw refusal(path, scope, `"${helper}" without what it takes`);
  if (path.type !== 'PathExpression') throw refusal(path, scope, `a ${path.type} in place of a path`);
  return `h.text(${value(path, scope)}, ${JSON.stringify(path.original)})`;
}

function block({ path, params, program, inverse, loc }, scope) {
  const name = helperName(path);
  const body = () => (program ? joined(program.body, scope) : '""');
  const otherwise = () => (inverse ? joined(inverse.body, scope) : '""');
  if (blockHelpers.has(name)) {
    if (params.length > 0 || inverse) throw refusal({ loc }, scope, `"${name}" with an argument or an else`);
    return `h.${name}(${body()})`;
  }
  if (!['if', 'unless', 'each'].includes(name)) throw refusal(path, scope, `the block "${path.original}"`);
  const [subject] = params;
  if (params.length !== 1 || subject.type !== 'PathExpression')
    throw refusal({ loc }, scope, `"${name}" without a path`);
  if (name === 'if') return `(h.is(${value(subject, scope)}) ? ${body()} : ${otherwise()})`;
  if (name === 'unless') return `(h.is(${value(subject, scope)}) ? ${otherwise()} : ${body()})`;
  const depth = scope.contexts.length;
  const inside = { ...scope, contexts: [...scope.contexts, `c${depth}`], depth };
  const item = program ? joined(program.body, inside) : '""';
  const list = `${value(subject, scope)}, ${JSON.stringify(subject.original)}`;
  return `h.each(${list}, (c${depth}, i${depth}, l${depth}) => ${item}, () => ${otherwise()})`;
}

function partial({ name, params, hash, loc }, scope) {
  if (name.type !== 'PathExpression' || params.length > 0)
    throw refusal({ loc }, scope, 'a partial with more than a name and named arguments');
  const named = hash?.pairs.map(({ key, value: given }) => `${JSON.stringify(key)}: ${value(given, scope)}`) ?? [];
  return `h.partial(${[JSON.stringify(name.original), ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : [])].join(', ')})`;
}

/** The name by which a path could be a helper's; `./name` never is. */
function helperName({ type, parts, depth, data, original }) {
  return type === 'PathExpression' && !data && depth === 0 && parts.length === 1 && original === parts[0]
    ? original
    : undefined;
}

/** An argument as an expression. */
function value(node, scope) {
  if (node.type === 'StringLiteral' || node.type === 'NumberLiteral') return JSON.stringify(node.value);
  if (node.type !== 'PathExpression') throw refusal(node, scope, `a ${node.type} as an argument`);
  const { parts, depth, data } = node;
  if (data) return dataVariable(node, scope);
  const context = scope.contexts.at(-1 - depth);
  if (!context) throw refusal(node, scope, `"${node.original}", which leads out of the view,`);
  return context + members(parts, node, scope, context === 'c');
}

function dataVariable(node, scope) {
  const { parts, depth, original } = node;
  const [name, ...rest] = parts;
  if (depth === 0 && name === 'root') return `r${members(rest, node, scope, true)}`;
  const variable = { index: `i${scope.depth}`, first: `!i${scope.depth}`, last: `l${scope.depth}` }[name];
  if (depth > 0 || rest.length > 0 || !variable || scope.depth === undefined)
    throw refusal(node, scope, `"${original}"`);
  return variable;
}

/** What leads from a context along `parts`; on the way, what is not there has no members, as in Handlebars. */
function members(parts, node, scope, isView) {
  return parts
    .map((part, index) => {
      if (part in Object.prototype) throw refusal(node, scope, `"${node.original}", which every object has,`);
      const dot = isView && index === 0 ? '' : '?.';
      if (!/^[A-Za-z_$][\w$]*$/.test(part)) return `${dot}[${JSON.stringify(part)}]`;
      return `${dot || '.'}${part}`;
    })
    .join('');
}

function refusal({ loc }, { file }, what) {
  return new Error(
    `${file}:${loc.start.line}: ${what} is not among what templates may use (scripts/compile-template.mjs)`,
  );
}
