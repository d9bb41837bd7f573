/**
 * Where struct xt_conntrack_mtinfo3 (linux/netfilter/xt_conntrack.h) says what is looked at, and which states it may be
 * in. Its numbers are in the order of this machine.
 */
const whatAt = 146;
const statesAt = 150;

/** XT_CONNTRACK_STATE: the state, and nothing else. */
const stateOnly = 1;

/** XT_CONNTRACK_STATE_, in the order in which iptables prints them. */
const states = [
  [0x001, "INVALID"],
  [0x008, "NEW"],
  [0x004, "RELATED"],
  [0x002, "ESTABLISHED"],
  [0x100, "UNTRACKED"],
  [0x040, "SNAT"],
  [0x080, "DNAT"],
] as const;

/** The states that the extension `conntrack` looks for, as iptables prints them; undefined where it does anything else. */
export function connectionStates(info: Uint8Array): string | undefined {
  const [low, high] = info.subarray(statesAt, statesAt + 2);
  if (low === undefined || high === undefined) return undefined;
  const found = low | (high << 8);
  const isElsewhere = info.some((byte, index) => {
    if (index === whatAt) return byte !== stateOnly;
    return byte !== 0 && index !== statesAt && index !== statesAt + 1;
  });
  const known = states.reduce((bits, [bit]) => bits | bit, 0);
  if (isElsewhere || (found & ~known) !== 0) return undefined;
  return states.flatMap(([bit, name]) => ((found & bit) === 0 ? [] : name)).join(",");
}
