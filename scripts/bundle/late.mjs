// Names of other parts, read where they are used and not when the module is loaded.
import ts from 'typescript';

/**
 * The module without its imports of these names, and every mention of one replaced: what `import` promises, a name
 * that stands for what the other module calls so, kept for a module that is not there yet.
 * @param {string} code
 * @param {(from: string, name: string) => string | undefined} find an expression for what is to be late
 * @returns {string}
 */
export function late(code, find) {
  const file = ts.createSourceFile('module.js', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @type {[begin: number, end: number, text: string][]} */
  const edits = [];
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    const kept = bindings.elements.filter((element) => {
      const name = (element.propertyName ?? element.name).text;
      const expression = find(/** @type {ts.StringLiteral} */ (statement.moduleSpecifier).text, name);
      if (expression) names.set(element.name.text, expression);
      return !expression;
    });
    if (kept.length === bindings.elements.length) continue;
    const text = kept.map((element) => element.getText()).join(', ');
    const from = statement.moduleSpecifier.getText();
    edits.push([statement.getStart(), statement.end, text && `import { ${text} } from ${from};`]);
  }
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node) && names.has(node.text)) replace(node);
    ts.forEachChild(node, visit);
  };
  /** @param {ts.Identifier} node */
  const replace = (node) => {
    const { parent, text } = node;
    const expression = names.get(text) ?? '';
    const edit = (/** @type {string} */ by) => edits.push([node.getStart(), node.end, by]);
    if (ts.isShorthandPropertyAssignment(parent)) edit(`${text}: ${expression}`);
    else if (ts.isBindingElement(parent) && parent.propertyName === node) return;
    else if ('name' in parent && parent.name === node) {
      if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent))
        throw new Error(`${text} is declared a second time: ${parent.getText()}`);
      // The name of a property.
    } else if (!ts.findAncestor(node, (around) => ts.isFunctionLike(around)))
      throw new Error(`${text} of another part is read when the module is loaded: ${parent.getText()}`);
    // A function is called without a `this`, as if it stood there by its own name.
    else edit(ts.isCallExpression(parent) && parent.expression === node ? `(0, ${expression})` : expression);
  };
  visit(file);
  return edits
    .sort(([a], [b]) => b - a)
    .reduce((text, [begin, end, by]) => text.slice(0, begin) + by + text.slice(end), code);
}
