/** VLANs that follow one another. */
export interface VlanRun {
  readonly first: number;
  readonly last: number;
}

/**
 * VLANs as runs, in which the kernel and `bridge` take them, too: a trunk of all of them is one, not 4094.
 *
 * @param vlans Ascending.
 */
export function vlanRuns(vlans: readonly number[]): VlanRun[] {
  const runs: VlanRun[] = [];
  for (const vlan of vlans) {
    const run = runs.at(-1);
    if (run !== undefined && run.last + 1 === vlan) runs[runs.length - 1] = { first: run.first, last: vlan };
    else runs.push({ first: vlan, last: vlan });
  }
  return runs;
}
