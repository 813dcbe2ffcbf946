export const groupProperties: Readonly<Record<string, string>>
