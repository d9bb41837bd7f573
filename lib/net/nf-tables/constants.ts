/** Numbers of the kernel's interface to its packet filters, by the headers that define them. */

/** linux/netfilter/nfnetlink.h: NFNL_SUBSYS_NFTABLES */
export const subsystem = 10;

/** linux/netfilter/nfnetlink.h: NFNL_MSG_BATCH_ */
export const Batch = { begin: 16, end: 17 } as const;

/** linux/netfilter/nfnetlink.h: NFNLGRP_NFTABLES, as a bit: whatever happens to rules, chains and tables */
export const eventGroup = 1 << (7 - 1);

/** linux/netfilter/nf_tables.h: NFT_MSG_, behind the number of the subsystem */
export const Nft = {
  getChain: (subsystem << 8) | 4,
  deleteChain: (subsystem << 8) | 5,
  newRule: (subsystem << 8) | 6,
  getRule: (subsystem << 8) | 7,
  deleteRule: (subsystem << 8) | 8,
} as const;

/** linux/netfilter.h: NFPROTO_ */
export const Protocol = { inet: 1, ip: 2, bridge: 7, ip6: 10 } as const;

/** linux/netfilter/nf_tables.h: NFTA_CHAIN_ */
export const NftaChain = { table: 1, name: 3, use: 6 } as const;

/** linux/netfilter/nf_tables.h: NFTA_RULE_ */
export const NftaRule = { table: 1, chain: 2, handle: 3, expressions: 4, userdata: 7 } as const;

/** libnftnl/udata.h: NFTNL_UDATA_RULE_, what nft itself keeps with a rule */
export const Userdata = { comment: 0 } as const;

/** linux/netfilter/nf_tables.h: NFTA_LIST_ELEM, an expression of a rule, and NFTA_EXPR_ in it */
export const listElement = 1;
export const NftaExpression = { name: 1, data: 2 } as const;

/** linux/netfilter/nf_tables.h: NFTA_PAYLOAD_, and NFT_PAYLOAD_, where an offset begins */
export const NftaPayload = { register: 1, base: 2, offset: 3, length: 4 } as const;
export const Base = { link: 0, network: 1 } as const;

/** linux/netfilter/nf_tables.h: NFTA_META_ and NFT_META_ */
export const NftaMeta = { register: 1, key: 2 } as const;
export const Meta = { input: 6, output: 7, protocol: 15 } as const;

/** linux/netfilter/nf_tables.h: NFTA_BITWISE_; a missing operation is a mask and an exclusive or */
export const NftaBitwise = { source: 1, register: 2, length: 3, mask: 4, xor: 5, operation: 6 } as const;
export const maskAndXor = 0;

/** linux/netfilter/nf_tables.h: NFTA_CMP_ and NFT_CMP_ */
export const NftaComparison = { register: 1, operator: 2, data: 3 } as const;
export const Comparison = { equal: 0, different: 1 } as const;

/** linux/netfilter/nf_tables.h: NFTA_IMMEDIATE_; register 0 is the verdict */
export const NftaImmediate = { register: 1, data: 2 } as const;
export const verdictRegister = 0;

/** linux/netfilter/nf_tables.h: NFTA_DATA_ and NFTA_VERDICT_ */
export const NftaData = { value: 1, verdict: 2 } as const;
export const NftaVerdict = { code: 1, chain: 2 } as const;

/** linux/netfilter.h and linux/netfilter/nf_tables.h: NF_ and NFT_ of verdicts, as numbers without a sign */
export const VerdictCode = {
  drop: 0,
  accept: 1,
  return: 0xfffffffb,
  goto: 0xfffffffc,
  jump: 0xfffffffd,
} as const;

/** linux/netfilter/nf_tables_compat.h: NFTA_MATCH_ and NFTA_TARGET_, of extensions of iptables */
export const NftaExtension = { name: 1, revision: 2, info: 3 } as const;
