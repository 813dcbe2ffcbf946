/** META-01: 1-249 characters of `[a-zA-Z0-9._-]`, but not `.` or `..`. */
export const isTopicName = (name: string): boolean => /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..'
