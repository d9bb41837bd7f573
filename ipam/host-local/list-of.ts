/** How many names a message has at most. */
const mostNames = 10;

/** Names for a message: the first ones, and how many more there are. */
export function listOf(names: readonly string[]): string {
  const first = names.slice(0, mostNames).join(", ");
  return names.length > mostNames ? `${first} and ${names.length - mostNames} more` : first;
}
