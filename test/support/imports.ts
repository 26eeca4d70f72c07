import path from 'node:path';

/** Which files each file imports, by path below the sources; a file that imports none has an empty list. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** `import … from`, `export … from`, `import '…'`, `import('…')`, of types too; only ours are relative or virtual. */
const specifier = /\b(?:from|import)\s*\(?\s*'((?:\.|virtual:)[^']*)'/g;

/**
 * The imports of `files`, text by path, with those of types. A virtual module stands for the files that `virtual` says
 * it is made of. Throws where a file that is imported is not among them.
 */
export function importsOf(
  files: ReadonlyMap<string, string>,
  virtual: Readonly<Record<string, readonly string[]>>,
): Imports {
  const found = new Map<string, readonly string[]>();
  for (const [file, text] of files) {
    const imported = [...text.matchAll(specifier)].flatMap(([, name]) => {
      if (name!.startsWith('virtual:')) {
        if (!virtual[name!]) throw new Error(`${file} imports ${name}, which is not known`);
        return virtual[name!]!;
      }
      const target = path.posix.join(path.posix.dirname(file), name!).replace(/\.js$/, '.ts');
      if (!files.has(target)) throw new Error(`${file} imports ${name}, which is not there`);
      return [target];
    });
    found.set(file, [...new Set(imported)]);
  }
  return found;
}

/** A circle of imports, first file last too, for every file on which one closes; none where there is no circle. */
export function importCircles(imports: Imports): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]) => {
    const start = way.indexOf(file);
    if (start >= 0) circles.push([...way.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}

/** Every file that `file` imports, itself or through others. */
export function reachedFrom(file: string, imports: Imports): Set<string> {
  const reached = new Set([file]);
  // A set goes on to what is added to it on the way.
  for (const one of reached) for (const next of imports.get(one) ?? []) reached.add(next);
  return reached;
}

/**
 * The imports that leave a folder for one that it may not know, each as `from -> to`. `allowed` says, by the start of a
 * path, the starts of what may be imported beside it; the longest start that fits a file counts, and one that fits none
 * is told of.
 */
export function strayImports(imports: Imports, allowed: Readonly<Record<string, readonly string[]>>): string[] {
  const areas = Object.keys(allowed).sort((a, b) => b.length - a.length);
  return [...imports].flatMap(([file, imported]) => {
    const area = areas.find((start) => file.startsWith(start));
    if (area === undefined) return [`${file} is in no folder of the table`];
    const starts = [area, ...allowed[area]!];
    return imported
      .filter((target) => !starts.some((start) => target.startsWith(start)))
      .map((target) => `${file} -> ${target}`);
  });
}
