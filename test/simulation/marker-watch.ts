/** A batch of a transaction, or its marker, as a reader of committed data was given it. */
export interface Shown {
  readonly partition: number
  readonly producerId: number
  readonly offset: number
}

/**
 * TXN-30 as a reader can see it: data of a transaction is given out when the high watermark has passed its marker, not when the leader has it.
 * A marker that only the leader has may go with it, and the transaction is open again at the next one.
 */
export interface MarkerWatch {
  data(batch: Shown & { readonly highWatermark: number }): void
  marker(marker: Shown): void
}

interface Open {
  /** Behind the marker that was seen last: what comes below was judged already, and is read again. */
  readonly from: number
  /** The lowest watermark at which data of the transaction was given out. */
  readonly shownAt: number
}

export function createMarkerWatch(violated: (what: string) => void): MarkerWatch {
  const transactions = new Map<string, Open>()
  const nameOf = ({ partition, producerId }: Shown): string => `producer ${producerId} in partition ${partition}`
  return {
    data(batch) {
      const { from, shownAt } = transactions.get(nameOf(batch)) ?? { from: 0, shownAt: Infinity }
      if (batch.offset < from) return
      transactions.set(nameOf(batch), { from, shownAt: Math.min(shownAt, batch.highWatermark) })
    },
    marker(marker) {
      const { from, shownAt } = transactions.get(nameOf(marker)) ?? { from: 0, shownAt: Infinity }
      if (marker.offset < from) return
      if (shownAt <= marker.offset) {
        violated(
          `${nameOf(marker)}: its transaction was given out as ended at watermark ${shownAt}, and its marker stands at ${marker.offset}`,
        )
      }
      transactions.set(nameOf(marker), { from: marker.offset + 1, shownAt: Infinity })
    },
  }
}
