/** A small linear congruential generator: the seed makes the plan of faults. */
export function generator(seed) {
  let state = seed
  return below => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}
