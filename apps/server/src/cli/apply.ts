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
    for (const { field, message } of list(answer.body, 'errors')) terminal.error(`  ${field}: ${message}`);
    return false;
  }
  for (const { kind = '', name = '', outcome = '', id } of list(answer.body, 'results')) {
    terminal.line(
      `  ${outcome.padEnd(9)} ${kind} ${terminal.strong(name)}${id === undefined ? '' : terminal.dim(` ${id}`)}`,
    );
  }
  return true;
}

/** The members of a list in an answer, as texts. */
function list(body: unknown, name: string): Record<string, string | undefined>[] {
  const items: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => {
    const members = typeof item === 'object' && item !== null ? Object.entries(item) : [];
    return Object.fromEntries(
      members.map(([key, value]) => [key, typeof value === 'string' ? value : undefined]),
    );
  });
}
