import type { GroupMember } from '../../../../src-main/contract/views/groups.ts'
import type { ResetPlan } from '../../../../src-main/contract/views/resets.ts'
import { plural } from '../../../widgets/format.ts'
import { ShopSwitch, useShopReaders } from '../shop-readers.tsx'
import { Banner } from '../../../widgets/states.tsx'

const namedMax = 8

/** Why an active group takes no offsets from outside, who is in it, and what can be done. */
export function BlockedBanner(props: {
  readonly connection: string
  readonly group: string
  readonly plan: ResetPlan | undefined
  readonly members: readonly GroupMember[]
}) {
  const { plan, members } = props
  const shop = useShopReaders(props.connection, props.group)
  if (plan === undefined || plan.blocked === null) return null
  const named = members.slice(0, namedMax)
  return (
    <Banner tone="warn" actions={shop.isReading === true && <ShopSwitch shop={shop} />}>
      <b>The group is active, so it cannot be reset now.</b> While it has members, the broker takes offsets only from them: they
      would go on from where they are and write over the new ones. Stop {plural(members.length, 'member')}
      {named.map((member, at) => (
        <span key={member.memberId}>
          {at === 0 ? ': ' : ', '}
          <b className="mono">{member.instanceId ?? member.clientId}</b> on {member.host}
        </span>
      ))}
      {members.length > named.length && ` and ${members.length - named.length} more`}. This plan frees itself as soon as the last
      one has left; one that crashed leaves when its session times out.
    </Banner>
  )
}
