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
  /** The file of the form; undefined where it has none. */
  open(): Readable | undefined;
}

/**
 * Takes an upload in a temporary file: fields may come after the file, and a slow client must not hold a transaction
 * open. The file goes with the scope.
 */
export async function takeUpload(request: FastifyRequest): Promise<Upload> {
  const folder = await mkdtemp(path.join(tmpdir(), 'laurel-upload-'));
  const file = path.join(folder, 'file');
  const fields = new Map<string, string>();
  let hasFile = false;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') fields.set(part.fieldname, String(part.value));
      else if (hasFile) part.file.resume();
      else {
        hasFile = true;
        await pipeline(part.file, createWriteStream(file));
      }
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    fields,
    open: () => (hasFile ? createReadStream(file) : undefined),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}
