/** Two columns, indented; the first is as wide as it has to be, up to `widest`; the second is wrapped to a width of 120. */
export function columns(rows: readonly [string, string][], widest = 30): string {
  const first = Math.min(widest, Math.max(...rows.map(([left]) => left.length)));
  const second = 120 - first - 4;
  return rows
    .map(([left, right]) => {
      const [head, ...rest] = wrap(right, second);
      const indent = ' '.repeat(first + 4);
      const start = left.length > first ? `  ${left}\n${indent}` : `  ${left.padEnd(first)}  `;
      return [`${start}${head}`, ...rest.map((line) => `${indent}${line}`)].join('\n');
    })
    .join('\n');
}

/** The lines of a text, none longer than `width` unless a word is. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
