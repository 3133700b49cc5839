import { readFileSync } from 'node:fs';
import path from 'node:path';

import { documentSchema } from '@laurel/contract';
import type { Document } from '@laurel/contract';
import { isMap, LineCounter, parseAllDocuments } from 'yaml';
import type { Document as YamlDocument } from 'yaml';

export type ReadOutcome =
  | { readonly kind: 'read'; readonly documents: readonly Document[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

type Values = Readonly<Record<string, string | undefined>>;

/**
 * Reads the documents of YAML files. `${NAME}` in a text is replaced by the value of that name; `csvFile` of a
 * catalog by the text of the file, which is looked for beside the YAML file. Every problem is told with file and
 * line.
 */
export function readDocuments(files: readonly string[], values: Values): ReadOutcome {
  const problems: string[] = [];
  const documents = files.flatMap((file) => readFile(file, values, problems));
  if (problems.length > 0) return { kind: 'refused', problems };
  if (documents.length === 0) return { kind: 'refused', problems: ['the files hold no document'] };
  return { kind: 'read', documents };
}

function readFile(file: string, values: Values, problems: string[]): Document[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    problems.push(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((yaml) => {
    if (yaml.errors.length > 0) {
      problems.push(
        ...yaml.errors.map((error) => `${file}:${lines.linePos(error.pos[0]).line} ${error.message}`),
      );
      return [];
    }
    const where = (keys: readonly PropertyKey[]) => `${file}:${lineOf(yaml, lines, keys)}`;
    const complain = (keys: readonly PropertyKey[], message: string): void => {
      problems.push(`${where(keys)} ${message}`);
    };
    const raw = substitute(yaml.toJS({ maxAliasCount: 100 }), values, [], complain);
    const value = withCsv(raw, path.dirname(file), complain);
    if (value === null) return [];
    const outcome = documentSchema.safeParse(value);
    if (outcome.success) return [outcome.data];
    for (const issue of outcome.error.issues) {
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          const keys = [...issue.path, key];
          complain(keys, `${keys.join('.')} is not a known field`);
        }
      } else complain(issue.path, `${issue.path.join('.')}: ${issue.message}`);
    }
    return [];
  });
}

/** The line of a field, or of the nearest thing around it that the file has. */
function lineOf(yaml: YamlDocument.Parsed, lines: LineCounter, keys: readonly PropertyKey[]): number {
  for (let length = keys.length; length > 0; length--) {
    const parent = length === 1 ? yaml.contents : yaml.getIn(keys.slice(0, length - 1), true);
    const key = isMap(parent)
      ? parent.items.find((item) => String(item.key) === String(keys[length - 1]))?.key
      : undefined;
    const start = rangeStart(key) ?? rangeStart(yaml.getIn(keys.slice(0, length), true));
    if (start !== undefined) return lines.linePos(start).line;
  }
  return lines.linePos(rangeStart(yaml.contents) ?? 0).line;
}

function rangeStart(node: unknown): number | undefined {
  const range: unknown =
    typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : undefined;
}

type Complain = (keys: readonly PropertyKey[], message: string) => void;

function substitute(
  value: unknown,
  values: Values,
  keys: readonly PropertyKey[],
  complain: Complain,
): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, name: string) => {
      const replacement = values[name];
      if (replacement === undefined)
        complain(keys, `\${${name}} has no value: set the environment variable ${name}`);
      return replacement ?? whole;
    });
  }
  if (Array.isArray(value))
    return value.map((item: unknown, index) => substitute(item, values, [...keys, index], complain));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, substitute(item, values, [...keys, key], complain)]),
  );
}

function withCsv(value: unknown, folder: string, complain: Complain): unknown {
  if (!isRecord(value) || value['kind'] !== 'Catalog' || !isRecord(value['spec'])) return value;
  const { csvFile, ...spec } = value['spec'];
  if (typeof csvFile !== 'string') return value;
  try {
    return { ...value, spec: { ...spec, csv: readFileSync(path.join(folder, csvFile), 'utf8') } };
  } catch (error) {
    complain(
      ['spec', 'csvFile'],
      `${csvFile} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { ...value, spec: { ...spec, csv: '' } };
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
