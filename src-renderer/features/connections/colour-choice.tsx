import { useId } from 'react'
import styles from './connections.module.css'

/** Tokens that a connection can have as the colour of its band. */
const colours: readonly (readonly [string | null, string])[] = [
  [null, 'automatic'],
  ['accent', 'teal'],
  ['info', 'blue'],
  ['good', 'green'],
  ['warn', 'amber'],
  ['p4', 'orange'],
  ['bad', 'red'],
  ['number', 'violet'],
]

export function ColourChoice(props: { readonly value: string | null; readonly onChange: (value: string | null) => void }) {
  const name = useId()
  return (
    <fieldset className={styles.colours}>
      <legend className="muted">Colour of its band</legend>
      {colours.map(([token, word]) => (
        <label key={word} title={word}>
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={props.value === token}
            onChange={() => props.onChange(token)}
          />
          <span
            className={styles.colour}
            style={{ '--swatch': `var(--${token ?? 'line-strong'})` } as React.CSSProperties}
            aria-hidden
          />
          <span className="visually-hidden">{word}</span>
        </label>
      ))}
    </fieldset>
  )
}
