import { useId, useState } from 'react'
import type { SampleShopView } from '../../../src-main/contract/views/cluster.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useLatest } from '../../bridge/use-stream.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { openPlace } from '../../places/tabs.ts'
import { Button } from '../../widgets/button.tsx'
import { formatCount, formatDuration } from '../../widgets/format.ts'
import { Card } from '../../widgets/layout.tsx'
import { Status } from '../../widgets/marks.tsx'
import { FailureText, Skeleton, useNow } from '../../widgets/states.tsx'
import { rateAt, rateStep, shopRates } from './shop-rate.ts'
import styles from './overview.module.css'

/** One button that makes traffic of every kind, and removes it again. */
export function SampleShopCard({ connection }: { readonly connection: string }) {
  const { data, failure } = useLatest('sampleShop.watch', { connection })
  return (
    <Card title="Sample shop" aside={<ShopState shop={data} />}>
      <div className={styles.shop}>
        {data === undefined && failure === undefined && <Skeleton lines={4} />}
        {data === undefined && failure !== undefined && <FailureText failure={failure} />}
        {data !== undefined && <Shop connection={connection} shop={data} />}
      </div>
    </Card>
  )
}

const tones = { absent: 'muted', starting: 'info', running: 'good', stopping: 'warn' } as const
const words = { absent: 'not running', starting: 'starting…', running: 'running', stopping: 'removing…' } as const

const ShopState = ({ shop }: { readonly shop: SampleShopView | undefined }) =>
  shop === undefined ? null : (
    <span className="muted" role="status">
      <Status tone={tones[shop.state]}>{words[shop.state]}</Status>
    </span>
  )

function Shop({ connection, shop }: { readonly connection: string; readonly shop: SampleShopView }) {
  const [chosenRate, setRate] = useState(shop.ordersPerSecond)
  const [failure, setFailure] = useState<Failure | undefined>()
  const readOnly = useReadOnlyReason(connection)
  const isAbsent = shop.state === 'absent'
  const isMoving = shop.state === 'starting' || shop.state === 'stopping'
  const attempt = async (work: Promise<unknown>) => {
    setFailure(undefined)
    await work.catch((error: unknown) => setFailure(failureOf(error)))
  }
  const press = () =>
    attempt(
      isAbsent
        ? bridge.call('sampleShop.start', { connection, ordersPerSecond: chosenRate })
        : bridge.call('sampleShop.stop', { connection }),
    )
  const read = (isReading: boolean) => void attempt(bridge.call('sampleShop.read', { connection, isReading }))
  const change = (ordersPerSecond: number) => {
    setRate(ordersPerSecond)
    if (!isAbsent) void attempt(bridge.call('sampleShop.rate', { connection, ordersPerSecond }))
  }
  const shownFailure = failure ?? shop.failure ?? undefined
  return (
    <>
      {isAbsent ? <Promised /> : <Running connection={connection} shop={shop} onRead={read} />}
      {shownFailure !== undefined && <FailureText failure={shownFailure} />}
      <div className={styles.shopFoot}>
        <Rate ordersPerSecond={isAbsent ? chosenRate : shop.ordersPerSecond} onChange={change} />
        <Button
          tone={isAbsent ? 'primary' : 'plain'}
          disabled={isMoving}
          disabledReason={readOnly}
          title={isAbsent ? undefined : 'Deletes its topics and groups'}
          onClick={() => void press()}
        >
          {isAbsent ? 'Start the sample shop' : 'Stop and remove it'}
        </Button>
      </div>
      {readOnly !== undefined && <p className="muted">{readOnly}</p>}
    </>
  )
}

const Promised = () => (
  <p className="muted">
    Something to look at within seconds: orders as JSON, Avro payments written in transactions (some aborted), a compacted profile
    topic, MessagePack, plain text and headers. Of its two consumer groups, <em>fulfilment</em> falls behind until a second member
    comes to help. The same button removes all of it.
  </p>
)

function Running(props: {
  readonly connection: string
  readonly shop: SampleShopView
  readonly onRead: (isReading: boolean) => void
}) {
  const { connection, shop, onRead } = props
  const nowMs = useNow(1_000)
  return (
    <>
      <p>
        <strong className={styles.produced}>{formatCount(shop.recordsProduced)}</strong> records produced
        {shop.startedAtMs !== null && (
          <span className="faint"> in {formatDuration(Math.max(0, Math.floor((nowMs - shop.startedAtMs) / 1_000) * 1_000))}</span>
        )}
      </p>
      <Links
        label="Topics"
        names={shop.topics}
        open={topic => openPlace({ kind: 'topic', connection, topic, view: 'messages' })}
      />
      <Links label="Groups" names={shop.groups} open={group => openPlace({ kind: 'group', connection, group })} />
      <div className={styles.links}>
        <span className="muted">Readers</span>
        <span>
          {shop.isReading ? 'members of both groups' : 'paused: they have left their groups'}{' '}
          <button
            type="button"
            className={styles.link}
            disabled={shop.state !== 'running'}
            title={shop.isReading ? 'They leave their groups, so that offsets can be reset' : 'They join their groups again'}
            onClick={() => onRead(!shop.isReading)}
          >
            {shop.isReading ? 'pause them' : 'let them join again'}
          </button>
        </span>
      </div>
    </>
  )
}

const Links = (props: { readonly label: string; readonly names: readonly string[]; readonly open: (name: string) => void }) => (
  <div className={styles.links}>
    <span className="muted">{props.label}</span>
    <span className={styles.linkList}>
      {props.names.map(name => (
        <button key={name} type="button" className={styles.link} onClick={() => props.open(name)}>
          {name}
        </button>
      ))}
    </span>
  </div>
)

function Rate(props: { readonly ordersPerSecond: number; readonly onChange: (ordersPerSecond: number) => void }) {
  const id = useId()
  const text = `${formatCount(props.ordersPerSecond)} orders/s`
  return (
    <div className={styles.rate}>
      <label htmlFor={id} className="visually-hidden">
        Orders per second
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={shopRates.length - 1}
        value={rateStep(props.ordersPerSecond)}
        aria-valuetext={text}
        onChange={event => props.onChange(rateAt(event.target.valueAsNumber))}
      />
      <span className="muted">{text}</span>
    </div>
  )
}
