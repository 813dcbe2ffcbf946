export function violations(acknowledged: readonly string[], sent: ReadonlySet<string>, found: readonly string[]): string[]
