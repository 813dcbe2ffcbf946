import { describe } from 'vitest'
import { seedTests } from './seed-tests.ts'

/**
 * Each seed: three brokers and their clients, crashes, losses of power, stops, pauses, partitions, cut and slow links and clock jumps; then
 * everything heals. Seeds take turns between the workloads:
 *
 * - journal: idempotent producers with acks=all and consumers. Nothing acknowledged is lost or doubled (PROD-09, IDEM-03), what a consumer
 *   saw never changes, offsets are dense, the high watermark of a broker's run never goes back (REPL-06), one leader per epoch of a
 *   partition (LEAD-01) and of the quorum, and in the end all replicas and metadata logs hold the same bytes;
 * - churn: the same while topics are made and deleted, partitions added, replicas and leaders moved (LEAD-09). A topic that was made stays,
 *   and the journal comes back to all its replicas;
 * - ledger: transactions over several partitions, a reader of committed data, groups that commit offsets. What a transaction wrote is read
 *   as a whole or not at all, as its producer was told (TXN-30), nothing twice, none stays open, a committed offset is not lost (OFF-01).
 *   In every other one the cluster begins with transaction.version 1, and its producers are of before KIP-890;
 * - groups: the journal read by groups of both protocols whose members come, leave and die. A group receives all that was acknowledged and
 *   skips nothing.
 *
 * More with `npm run sim -- --seeds N --from S`.
 */
describe('whole clusters in simulated worlds', () => {
  seedTests(1, 200)
})
