/** What an expression can look at, told from its text; whatever is in doubt counts as looked at. */
export interface ExpressionNames {
  readonly usesKey: boolean
  readonly usesHeaders: boolean
  /** Fields of the value, when it looks at nothing else of it; null: all of it. */
  readonly valueFields: readonly string[] | null
}

const fieldsMax = 8

export function expressionNames(expression: string): ExpressionNames {
  // An identifier may be written with escapes.
  if (/\\u/i.test(expression)) return { usesKey: true, usesHeaders: true, valueFields: null }
  return {
    usesKey: /(?<![\w$])key(?![\w$])/.test(expression),
    usesHeaders: /(?<![\w$])headers(?![\w$])/.test(expression),
    valueFields: fieldsOfValue(expression),
  }
}

/** Every `value` must stand before a dot and a name that no object has by itself. */
function fieldsOfValue(expression: string): readonly string[] | null {
  const fields = new Set<string>()
  for (const { index } of expression.matchAll(/(?<![\w$])value(?![\w$])/g)) {
    const field = /^value\s*\??\.\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(expression.slice(index))?.[1]
    if (field === undefined || field in Object.prototype) return null
    fields.add(field)
  }
  return fields.size > fieldsMax ? null : [...fields]
}
