import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { FastifyRequest } from 'fastify';

export interface Upload extends AsyncDisposable {
  /** The text fields of the form. */
  readonly fields: ReadonlyMap<string, string>;
  /** Opens the file of the form, from its beginning; undefined where it has none. */
  readonly openFile: (() => Readable) | undefined;
}

export type UploadOutcome =
  | { readonly kind: 'taken'; readonly upload: Upload }
  /** The form is cut off, or not one at all. */
  | { readonly kind: 'malformed'; readonly message: string };

/**
 * Takes an upload in a temporary file: fields may come after the file, and a slow client must not hold a transaction
 * open. The file goes with the scope. What is too large is thrown as the HTTP server does.
 */
export async function takeUpload(request: FastifyRequest): Promise<UploadOutcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'laurel-upload-'));
  const file = path.join(folder, 'file');
  const fields = new Map<string, string>();
  let hasFile = false;
  try {
    // Who has gone before the form is read is not noticed by its parser, which would wait without end.
    if (request.raw.destroyed) throw new Error('it was cut off');
    for await (const part of request.parts()) {
      if (part.type === 'field') fields.set(part.fieldname, String(part.value));
      else {
        hasFile = true;
        await pipeline(part.file, createWriteStream(file));
      }
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const message = formProblem(error);
    if (message === undefined) throw error;
    return { kind: 'malformed', message };
  }
  const upload: Upload = {
    fields,
    openFile: hasFile ? () => createReadStream(file) : undefined,
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
  return { kind: 'taken', upload };
}

/** What is wrong with a form; undefined for what is no fault of the form. */
function formProblem(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // The parser of forms throws bare errors; those of the HTTP server and of the disk have a code.
  if (!('code' in error)) return error.message;
  switch (error.code) {
    case 'FST_FILES_LIMIT':
      return 'it has more than one file';
    case 'FST_FIELDS_LIMIT':
      return 'it has more than 20 fields';
    case 'FST_MP_PREMATURE_CLOSE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
    case 'ECONNRESET':
      return 'it was cut off';
    default:
      return undefined;
  }
}
