import { bitsOf, formatAddress } from "../../ip/address.ts";
import { formatPrefix, networkOf, type Prefix } from "../../ip/prefix.ts";

/** A rule as nft prints it with its handle. */
export interface PrintedNftRule {
  /** What it says, without its comment. */
  readonly text: string;
  readonly comment: string;
  /** The number by which it is deleted. */
  readonly handle: number;
}

/** Reads the rules that `nft -a list` printed of a chain, or of `chain` where it printed a whole table. */
export function parseNftRules(output: string, chain?: string): PrintedNftRule[] {
  const part = chain === undefined ? output : bodyOf(output, chain);
  return part.split("\n").flatMap((line) => parseNftRule(line) ?? []);
}

/**
 * Reads those rules whose comments begin with a prefix of our own; of `chain` where nft printed a whole table. There may
 * be a thousand others, which are not even looked at.
 */
export function findNftRules(output: string, prefix: string, chain?: string): PrintedNftRule[] {
  const part = chain === undefined ? output : bodyOf(output, chain);
  const mark = `${commentMark}${prefix}`;
  const rules: PrintedNftRule[] = [];
  for (let at = part.indexOf(mark); at >= 0; ) {
    const end = part.indexOf("\n", at);
    const line = part.slice(part.lastIndexOf("\n", at) + 1, end < 0 ? undefined : end);
    const rule = parseNftRule(line);
    if (rule !== undefined) rules.push(rule);
    at = end < 0 ? -1 : part.indexOf(mark, end);
  }
  return rules;
}

/** Reads a line; undefined where it is no rule. */
function parseNftRule(line: string): PrintedNftRule | undefined {
  const handleAt = line.lastIndexOf(handleMark);
  // A table or chain that is being opened has a handle, too.
  if (handleAt < 0 || line.charAt(handleAt - 1) === "{") return undefined;
  const handle = Number(line.slice(handleAt + handleMark.length));
  // What is before a comment holds no quotes but those around names of links, which have no blanks in them.
  const commentAt = line.indexOf(commentMark);
  if (commentAt < 0 || commentAt > handleAt)
    return { text: line.slice(0, handleAt).trim(), comment: "", handle };
  return {
    text: line.slice(0, commentAt).trim(),
    comment: line.slice(commentAt + commentMark.length, handleAt - 1),
    handle,
  };
}

const commentMark = ' comment "';
const handleMark = " # handle ";

/** What is between the braces of a chain. */
function bodyOf(output: string, chain: string): string {
  const start = output.indexOf(`\tchain ${chain} {`);
  return start < 0 ? "" : output.slice(start, output.indexOf("\n\t}\n", start));
}

/** The rule that hides an address, except from its own subnet, as nft takes and prints it. */
export function masqueradeText({ address, length }: Prefix): string {
  return fromTo(formatAddress(address), { address, length });
}

/** The rule that hides a whole subnet, except from itself. */
export function subnetMasqueradeText(subnet: Prefix): string {
  return fromTo(printedNetwork(subnet), subnet);
}

function fromTo(source: string, subnet: Prefix): string {
  const protocol = subnet.address.family === 4 ? "ip" : "ip6";
  return `${protocol} saddr ${source} ${protocol} daddr != ${printedNetwork(subnet)} masquerade`;
}

/** A network of one address is printed as that address. */
function printedNetwork(subnet: Prefix): string {
  const network = networkOf(subnet);
  const isWhole = network.length === bitsOf(network.address.family);
  return isWhole ? formatAddress(network.address) : formatPrefix(network);
}
