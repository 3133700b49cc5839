import { HubClient, messageOf } from './hub-client.ts';
import type { ConnectionOptions } from './main.ts';
import { readDocuments } from './read-documents.ts';
import type { Terminal } from './terminal.ts';

/** `laurel apply FILE…` */
export async function applyCommand(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
  files: readonly string[],
  options: ConnectionOptions,
): Promise<boolean> {
  const key = options.key ?? env['LAUREL_API_KEY'];
  if (key === undefined) {
    terminal.error('An API key of the workspace is needed: give --key or set LAUREL_API_KEY.');
    return false;
  }
  return await applyFiles(terminal, new HubClient(options.url, `Bearer ${key}`), files, env);
}

/** Reads the files, sends them to the server and says what became of each document. */
export async function applyFiles(
  terminal: Terminal,
  client: HubClient,
  files: readonly string[],
  values: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const read = readDocuments(files, values);
  if (read.kind === 'refused') {
    for (const problem of read.problems) terminal.error(problem);
    return false;
  }
  const answer = await client.post('/api/apply', { documents: read.documents });
  if (answer.status !== 200) {
    terminal.error(messageOf(answer));
    for (const error of members(answer.body, 'errors')) {
      const { field = '', message = '' } = textsOf(error);
      terminal.error(`  ${field}: ${message}`);
    }
    return false;
  }
  for (const result of members(answer.body, 'results')) {
    const { kind = '', name = '', outcome = '', id } = textsOf(result);
    const number = id === undefined ? '' : terminal.dim(` ${id}`);
    terminal.line(`  ${outcome.padEnd(9)} ${kind} ${terminal.strong(name)}${number}`);
    for (const note of members(result, 'notes')) terminal.line(`            ${terminal.dim(String(note))}`);
  }
  return true;
}

/** The members of a list in an answer; none where it has no such list. */
function members(body: unknown, name: string): unknown[] {
  const items: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return Array.isArray(items) ? items.map((item: unknown) => item) : [];
}

/** The members of an object that are texts. */
function textsOf(value: unknown): Record<string, string | undefined> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.map(([key, member]) => [key, typeof member === 'string' ? member : undefined]),
  );
}
