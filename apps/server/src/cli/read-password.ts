import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

export type PasswordRead =
  | { readonly kind: 'read'; readonly password: string }
  | { readonly kind: 'none'; readonly message: string };

/** Asks for a password; `label` says for which. */
export type ReadPassword = (label: string) => Promise<PasswordRead>;

/**
 * Reads a password from a terminal, where it is typed twice and not shown, or from a pipe or file, whose first line it
 * is. Prompts go to `output`.
 */
export function passwordReader(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  output: NodeJS.WritableStream,
): ReadPassword {
  return async (label) => {
    if (input.isTTY !== true) {
      const [password = ''] = (await text(input)).split(/\r?\n/, 1);
      return password === ''
        ? { kind: 'none', message: 'Standard input holds no password: give it in its first line.' }
        : { kind: 'read', password };
    }
    const password = await typed(input, output, label);
    if (password === undefined) return { kind: 'none', message: 'Nothing was changed.' };
    const again = await typed(input, output, 'Again');
    return password === again
      ? { kind: 'read', password }
      : { kind: 'none', message: 'The two are not the same. Nothing was changed.' };
  };
}

/** A line from a terminal; undefined at Ctrl+C and Ctrl+D. The editor of the line echoes into nowhere. */
async function typed(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  prompt: string,
): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const editor = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  output.write(`${prompt}: `);
  try {
    return await new Promise((resolve) => {
      editor.once('close', () => resolve(undefined));
      editor.once('line', resolve);
    });
  } finally {
    editor.close();
    output.write('\n');
  }
}
