// What scripts that write tables into the documentation share.
import path from 'node:path';

import prettier from 'prettier';

/** The text of a Markdown file with each table between its two comments: `<!-- name -->` and `<!-- end of name -->`. */
export function fillTables(text, tables) {
  return Object.entries(tables).reduce((filled, [name, table]) => {
    const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    if (!filled.includes(start)) return filled;
    return filled.replace(new RegExp(`${start}[\\s\\S]*${end}`), () => `${start}\n\n${table}\n\n${end}`);
  }, text);
}

/** `text` as prettier would have it in the file `target`. */
export async function formatted(text, target) {
  return prettier.format(text, { ...(await prettier.resolveConfig(target)), filepath: path.resolve(target) });
}
