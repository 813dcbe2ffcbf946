/** Sizes that both sides rely on. */
export const previewCharsMax = 400
export const headersShownMax = 8
export const detailCharsMax = 262_144
export const noticesMax = 200
export const fieldsMax = 16
export const fieldCharsMax = 200
export const auditMax = 1_000
/** Scans, exports and imports at once. */
export const jobsMax = 16
