import { Component } from 'react'
import type { ReactNode } from 'react'
import { Button } from '../widgets/button.tsx'
import { EmptyState } from '../widgets/states.tsx'

interface State {
  readonly error: Error | undefined
}

/** A mistake of ours in one tab ends that tab alone. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <EmptyState
        title="This tab met a mistake in Brokerbench"
        actions={<Button onClick={() => this.setState({ error: undefined })}>Show it again</Button>}
      >
        {error.message}
      </EmptyState>
    )
  }
}
