import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { classes } from './classes.ts'
import styles from './controls.module.css'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'> {
  readonly tone?: 'plain' | 'primary' | 'danger' | 'quiet'
  /** A reason disables the button and is its tooltip. */
  readonly disabledReason?: string | undefined
  readonly isPressed?: boolean
  readonly submits?: boolean
}

const tones = { plain: undefined, primary: styles.primary, danger: styles.danger, quiet: styles.quiet }

export function Button({ tone = 'plain', disabledReason, isPressed, submits = false, className, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={submits ? 'submit' : 'button'}
      className={classes(styles.button, tones[tone], isPressed === true && styles.pressed, className)}
      {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
      {...(disabledReason === undefined ? {} : { disabled: true, title: disabledReason })}
    />
  )
}

/** A button with a picture only: `label` is its name and tooltip. */
export function IconButton({
  label,
  tone = 'quiet',
  className,
  ...rest
}: Omit<ButtonProps, 'children'> & { readonly label: string; readonly children: ReactNode }) {
  return <Button title={label} {...rest} tone={tone} aria-label={label} className={classes(styles.icon, className)} />
}
