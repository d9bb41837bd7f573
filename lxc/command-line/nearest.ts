/** How many letters may be wrong for a word to be taken for a misspelt one, but for short ones. */
const most = 2;

/**
 * The word that somebody may have meant: the one that it takes the fewest changes to get to, if these are 2 at most, and of
 * no more than half its letters.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const likely = known.filter(({ length }) => Math.abs(length - word.length) <= most);
  const ranked = likely.map((each) => ({ each, changes: changesBetween(word, each) }));
  ranked.sort((a, b) => a.changes - b.changes);
  const [best] = ranked;
  return best !== undefined && best.changes <= Math.min(most, best.each.length / 2) ? best.each : undefined;
}

/**
 * How many letters have to be left out, put in, replaced, or changed for their neighbour to make one word of the other
 * (the distance of Damerau and Levenshtein, in its restricted form).
 */
function changesBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (next[j - 1] ?? 0) + 1,
        (row[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
