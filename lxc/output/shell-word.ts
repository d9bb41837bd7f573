/**
 * A word as a shell takes it for exactly that word: for commands that are shown, so that somebody may run them. Names and
 * paths in them may be of others' making.
 */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_/:.,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
