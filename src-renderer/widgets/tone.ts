/** What a mark says beside its words; each is a colour token. */
export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'muted' | 'accent'
