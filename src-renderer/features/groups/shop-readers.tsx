import { useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useLatest } from '../../bridge/use-stream.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { Button } from '../../widgets/button.tsx'
import { Banner, FailureText } from '../../widgets/states.tsx'

export interface ShopReaders {
  /** Undefined: the group is not one of a sample shop that runs. */
  readonly isReading: boolean | undefined
  readonly failure: Failure | undefined
  readonly isChanging: boolean
  readonly change: (isReading: boolean) => void
}

/** Whether the members of the group are those of the sample shop, which can be asked to leave for a while. */
export function useShopReaders(connection: string, group: string): ShopReaders {
  const { data: shop } = useLatest('sampleShop.watch', { connection })
  const [state, setState] = useState<{ failure: Failure | undefined; isChanging: boolean }>(atRest)
  const change = async (isReading: boolean) => {
    setState({ failure: undefined, isChanging: true })
    try {
      await bridge.call('sampleShop.read', { connection, isReading })
      setState(atRest)
    } catch (error) {
      setState({ failure: failureOf(error), isChanging: false })
    }
  }
  const isOfShop = shop?.state === 'running' && shop.groups.includes(group)
  return { ...state, isReading: isOfShop ? shop.isReading : undefined, change: isReading => void change(isReading) }
}

const atRest = { failure: undefined, isChanging: false }

export const ShopSwitch = ({ shop }: { readonly shop: ShopReaders }) => (
  <>
    {shop.failure !== undefined && <FailureText failure={shop.failure} />}
    <Button disabled={shop.isChanging} onClick={() => shop.change(shop.isReading !== true)}>
      {shop.isReading === true ? 'Pause the shop’s consumers' : 'Let them join again'}
    </Button>
  </>
)

/** Above a group of the shop whose members are gone because somebody asked them to. */
export function PausedShopBanner(props: { readonly connection: string; readonly group: string }) {
  const shop = useShopReaders(props.connection, props.group)
  if (shop.isReading !== false) return null
  return (
    <Banner tone="info" actions={<ShopSwitch shop={shop} />}>
      The sample shop’s consumers have left this group, and its offsets can be reset. Orders still come in.
    </Banner>
  )
}
