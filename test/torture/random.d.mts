export function generator(seed: number): (below: number) => number
