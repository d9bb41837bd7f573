/** How long a target is tried: LXC_CNI_FUZZ_SECONDS, of which each of the four gets a quarter; 60 when absent. */
export function secondsOf(share: number): number {
  const seconds = Number(process.env.LXC_CNI_FUZZ_SECONDS ?? 60);
  if (!(seconds > 0)) throw new Error("LXC_CNI_FUZZ_SECONDS must be a number above 0");
  return seconds * share;
}

/** CI makes the same choices each time; what is new is for scripts/fuzz to find. */
export const usualSeed: number | undefined = process.env.CI === undefined ? undefined : 20_261_126;
