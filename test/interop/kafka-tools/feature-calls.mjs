// Of a cluster with static voters and kraft.version 0, in order: what `kafka-features` says and does on the way up.
const idsAndAddresses = [
  [/\b[A-Za-z0-9_-]{22}\b/g, '<id>'],
  [/127\.0\.0\.1:\d+|localhost:\d+/g, '<address>'],
]
/** Stack traces, and the oldest metadata.version: ours is the first with directories of replicas. */
const masks = [
  ...idsAndAddresses,
  [/Epoch: \d+/g, ''],
  [/^\s+at .*$/gm, ''],
  [/Local controller \d+/g, 'Local controller <id>'],
  [/(Feature: metadata\.version\s+SupportedMinVersion:) \S+/g, '$1 <first>'],
]
const features = (name, args, more = {}) => ({
  name: `features: ${name}`,
  args: `features --bootstrap-server {b} ${args}`,
  masks,
  hasStaticVoters: true,
  ...more,
})
const refused = { mayFail: true }

export const featureCalls = [
  features('describe kraft.version 0', 'describe'),
  features('a dry run', 'upgrade --feature kraft.version=1 --dry-run'),
  features('the dry run changed nothing', 'describe'),
  features('kraft.version 2', 'upgrade --feature kraft.version=2', refused),
  features('kraft.version 1', 'upgrade --feature kraft.version=1'),
  features('kraft.version 1 again', 'upgrade --feature kraft.version=1'),
  features('kraft.version back to 0', 'downgrade --feature kraft.version=0', refused),
  features('describe kraft.version 1', 'describe'),
  {
    name: 'features: the voters have directories',
    args: 'metadata-quorum --bootstrap-server {b} describe --status',
    masks: [...idsAndAddresses, [/: +-?\d+$/gm, ': 0']],
    hasStaticVoters: true,
    compare: 'stdout',
  },
  features('metadata.version as it is', 'upgrade --metadata 4.3-IV0'),
  features('a release as it is', 'upgrade --release-version 4.3-IV0'),
  features('metadata.version back, which would lose records', 'downgrade --metadata 4.2-IV1', refused),
  features('the same, unsafe', 'downgrade --metadata 4.2-IV1 --unsafe', refused),
  features('metadata.version of nobody', 'upgrade --metadata 99.0', refused),
  features('an unknown feature', 'upgrade --feature nobody.version=1', refused),
  features('two of which one is refused', 'upgrade --feature transaction.version=9 --feature group.version=1', refused),
  features('a downgrade as an upgrade', 'upgrade --feature transaction.version=1', refused),
  features('a downgrade', 'downgrade --feature transaction.version=1'),
  features('up again', 'upgrade --feature transaction.version=2'),
  features('switched off', 'disable --feature streams.version'),
  features('switched on', 'upgrade --feature streams.version=1'),
  features('describe at the end', 'describe'),
]
