import { FORMAT } from './definition.ts';

interface Upgrader {
  /** The format that it takes. */
  readonly from: string;
  /** The format that it makes: the `from` of the next one, and of the last one the present format. */
  readonly to: string;
  upgrade(document: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/** In order of date; there is none yet, since the present format is the first. */
const UPGRADERS: readonly Upgrader[] = [];

/** Brings a stored definition to the present format. Throws on a format that this version does not know. */
export function upgradeDefinition(document: unknown): unknown {
  if (typeof document !== 'object' || document === null) return document;
  let current: Record<string, unknown> = { ...document };
  while (current['format'] !== FORMAT) {
    const upgrader = UPGRADERS.find(({ from }) => from === current['format']);
    if (upgrader === undefined) {
      throw new Error(
        `a workflow definition has the format ${String(current['format'])}, which this version does not know`,
      );
    }
    current = { ...upgrader.upgrade(current), format: upgrader.to };
  }
  return current;
}
