import { z } from 'zod';

import { csvForm } from '../../testing/hub-server.ts';
import type { HubAnswer, HubClient } from '../../testing/hub-server.ts';

const bagAnswer = z.object({
  data: z.object({
    id: z.number(),
    name: z.string(),
    fields: z.array(z.string()),
    primaryKey: z.object({ name: z.string() }).nullable(),
  }),
});
const item = z.object({ id: z.number(), itemKey: z.string(), value: z.string() });
const listAnswer = z.object({ data: z.array(item), metaData: z.object({ totalCount: z.number() }) });
const bagsAnswer = z.object({
  data: z.array(z.object({ name: z.string() })),
  metaData: z.object({ totalCount: z.number() }),
});
const refusal = z.object({ errors: z.array(z.object({ field: z.string(), message: z.string() })) });

export interface TestCatalog {
  readonly id: number;
  readonly name: string;
  readonly path: string;
}

let made = 0;

/** A catalog of the test's own; with a CSV file, its rows by their column `key`. */
export async function makeCatalog(client: HubClient, csv?: string): Promise<TestCatalog> {
  const name = `catalog${++made}`;
  const { id } = bagAnswer.parse((await client.send('POST', '/catalogs/bags', { json: { name } })).json).data;
  const path = `/catalogs/bags/${id}`;
  if (csv !== undefined) {
    const { text } = await upload(client, path, csv);
    if (text !== 'true') throw new Error(text);
  }
  return { id, name, path };
}

export async function upload(
  client: HubClient,
  path: string,
  csv: string | Buffer,
  itemKey = 'key',
): Promise<HubAnswer> {
  return await client.send('POST', `${path}/items/upload`, csvForm(itemKey, csv));
}

/** What is told of a catalog: its columns and key column. */
export async function catalogOf(
  client: HubClient,
  path: string,
): Promise<{ readonly columns: readonly string[]; readonly keyColumn: string | undefined }> {
  const { fields, primaryKey } = bagAnswer.parse((await client.send('GET', path)).json).data;
  return { columns: fields, keyColumn: primaryKey?.name };
}

/** The items of an answer, in their order, with their values as they are stored. */
export function itemsOf(answer: HubAnswer): { id: number; key: string; value: unknown }[] {
  return listAnswer
    .parse(answer.json)
    .data.map(({ id, itemKey, value }) => ({ id, key: itemKey, value: JSON.parse(value) as unknown }));
}

/** The item of an answer that has one. */
export function itemOf(answer: HubAnswer): { id: number; key: string; value: unknown } {
  const { id, itemKey, value } = z.object({ data: item }).parse(answer.json).data;
  return { id, key: itemKey, value: JSON.parse(value) as unknown };
}

/** The values of all items of a catalog of up to 1,000, by key. */
export async function valuesOf(client: HubClient, path: string): Promise<Record<string, unknown>> {
  const items = itemsOf(await client.send('GET', `${path}/items?limit=1000`));
  return Object.fromEntries(items.map(({ key, value }) => [key, value]));
}

/** The keys of a page of items, and how many items there are on all pages. */
export function pageOf(answer: HubAnswer): [keys: string[], total: number] {
  return [itemsOf(answer).map(({ key }) => key), listAnswer.parse(answer.json).metaData.totalCount];
}

/** The names of a page of catalogs, and how many catalogs there are on all pages. */
export function namesOf(answer: HubAnswer): [names: string[], total: number] {
  const { data, metaData } = bagsAnswer.parse(answer.json);
  return [data.map(({ name }) => name), metaData.totalCount];
}

/** What was refused: each field with its message. */
export function errorsOf(answer: HubAnswer): { field: string; message: string }[] {
  return refusal.parse(answer.json).errors;
}
