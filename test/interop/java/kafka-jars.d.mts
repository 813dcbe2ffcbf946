export function kafkaToolsMissing(): string | undefined
