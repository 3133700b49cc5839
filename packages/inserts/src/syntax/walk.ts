import type { Argument, Expression, Statement } from './ast.ts';

/** The expressions directly inside of an expression. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'attribute':
      return [node.target];
    case 'index':
      return [node.target, node.index];
    case 'slice':
      return [node.target, ...present(node.from, node.to)];
    case 'call':
      return values(node.args);
    case 'method':
      return [node.target, node.name, ...values(node.args)];
    case 'list':
      return node.items;
    case 'dict':
      return node.entries.map((entry) => entry.value);
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.test, node.chosen, ...present(node.otherwise)];
    case 'filter':
      return [node.input, ...values(node.args)];
    case 'test':
      return [node.subject, ...values(node.args)];
  }
}

function values(args: readonly Argument[]): Expression[] {
  return args.map((argument) => argument.value);
}

function present(...nodes: readonly (Expression | null)[]): Expression[] {
  return nodes.filter((node) => node !== null);
}

/** The expressions of a statement, without those of its blocks. */
export function expressionsOf(node: Statement): readonly Expression[] {
  switch (node.kind) {
    case 'text':
    case 'do-block':
    case 'autoescape':
    case 'break':
    case 'continue':
    case 'block':
      return [];
    case 'include':
    case 'extends':
    case 'import':
    case 'from-import':
      return [node.path];
    case 'output':
    case 'do':
    case 'ifchanged':
      return [node.value];
    case 'if':
      return node.branches.map((branch) => branch.test);
    case 'for':
      return [node.source];
    case 'set':
    case 'cycle':
      return node.values;
    case 'set-block':
      return present(node.filtered);
    case 'macro':
      return present(...node.parameters.map((parameter) => parameter.fallback));
    case 'call-block':
      return [node.call];
    case 'insert':
      return [...present(node.use.path), ...node.use.args, ...node.use.options.map((option) => option.value)];
  }
}

/** The blocks of a statement. */
export function blocksOf(node: Statement): readonly (readonly Statement[])[] {
  switch (node.kind) {
    case 'if':
      return [
        ...node.branches.map((branch) => branch.body),
        ...(node.otherwise === null ? [] : [node.otherwise]),
      ];
    case 'for':
      return node.otherwise === null ? [node.body] : [node.body, node.otherwise];
    case 'set-block':
    case 'do-block':
    case 'macro':
    case 'call-block':
    case 'ifchanged':
    case 'autoescape':
    case 'block':
      return [node.body];
    case 'insert':
      return node.use.body === null ? [] : [node.use.body];
    case 'text':
    case 'output':
    case 'set':
    case 'do':
    case 'cycle':
    case 'break':
    case 'continue':
    case 'include':
    case 'extends':
    case 'import':
    case 'from-import':
      return [];
  }
}

/** Every statement of a template, outer before inner. */
export function* allStatements(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    for (const block of blocksOf(statement)) yield* allStatements(block);
  }
}

/** An expression and everything inside of it. Keeps its own stack, since chains can be long. */
export function* allWithin(root: Expression): Generator<Expression> {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    pending.push(...childrenOf(node));
  }
}

/** Every expression of a template. */
export function* allExpressions(statements: readonly Statement[]): Generator<Expression> {
  for (const statement of allStatements(statements)) {
    for (const expression of expressionsOf(statement)) yield* allWithin(expression);
  }
}
