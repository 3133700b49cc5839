import { dataKey } from '@laurel/inserts';
import type { DataAnswers } from '@laurel/inserts';
import nunjucks from 'nunjucks';

/** The parts of nunjucks' parser that a tag needs; it has no types of its own. */
interface Parser {
  nextToken(): { readonly value: string };
  parsePrimary(noPostfix?: boolean): { readonly value: unknown };
  parseSignature(tolerant: boolean | null, noParens: boolean): { readonly children: readonly unknown[] };
  parseUntilBlocks(...names: string[]): unknown;
  advanceAfterBlockEnd(name?: string): void;
}

interface Nodes {
  readonly CallExtension: new (
    tag: object,
    method: string,
    args: unknown,
    bodies: readonly unknown[],
  ) => unknown;
  readonly NodeList: new (line: number, column: number, children: readonly unknown[]) => unknown;
  readonly Literal: new (line: number, column: number, value: unknown) => unknown;
}

interface Context {
  readonly ctx: Record<string, unknown>;
}

/** `{% customer x %}`. */
class CustomerTag {
  readonly tags = ['customer'];
  readonly #escape: (text: string) => string;

  constructor(escape: (text: string) => string) {
    this.#escape = escape;
  }

  parse(parser: Parser, nodes: Nodes): unknown {
    const tag = parser.nextToken();
    const { value } = parser.parsePrimary(true);
    parser.advanceAfterBlockEnd(tag.value);
    return new nodes.CallExtension(
      this,
      'run',
      new nodes.NodeList(0, 0, [new nodes.Literal(0, 0, value)]),
      [],
    );
  }

  run({ ctx }: Context, name: string): unknown {
    const customer = ctx['customer'];
    return this.#escape(customer instanceof Object ? String(Reflect.get(customer, name)) : '');
  }
}

/** `{% catalogitem.NAME(key) %}…{% endcatalogitem %}`. */
class CatalogItemTag {
  readonly tags = ['catalogitem'];
  readonly #catalog: DataAnswers;

  constructor(catalog: DataAnswers) {
    this.#catalog = catalog;
  }

  parse(parser: Parser, nodes: Nodes): unknown {
    const tag = parser.nextToken();
    parser.nextToken();
    const name = new nodes.Literal(0, 0, parser.nextToken().value);
    const args = parser.parseSignature(null, false);
    parser.advanceAfterBlockEnd(tag.value);
    const body = parser.parseUntilBlocks('endcatalogitem');
    parser.advanceAfterBlockEnd();
    return new nodes.CallExtension(this, 'run', new nodes.NodeList(0, 0, [name, ...args.children]), [body]);
  }

  run({ ctx }: Context, catalog: string, item: string, body: () => string): string {
    const answer = this.#catalog.get(dataKey({ kind: 'catalog-item', catalog, item }));
    const row = answer?.kind === 'found' && answer.value instanceof Object ? answer.value : {};
    ctx['catalog_result'] = { get: (name: string): unknown => Reflect.get(row, name) };
    return body();
  }
}

/**
 * nunjucks doing what we do: the two inserts of the body are tags of its own, so that it looks the catalog item up, and
 * every value is escaped, by a filter that the template must not forget.
 */
export function nunjucksWithTags(
  body: string,
  catalog: DataAnswers,
  escape: (text: string) => string,
): (context: object) => string {
  const environment = new nunjucks.Environment(null, { autoescape: false });
  environment.addFilter('json', escape);
  environment.addExtension('customer', new CustomerTag(escape));
  environment.addExtension('catalogitem', new CatalogItemTag(catalog));
  const escaping = body.replaceAll(/\s*\}\}/g, '|json }}');
  const template = new nunjucks.Template(escaping, environment, '', true);
  return (context) => template.render(context);
}
