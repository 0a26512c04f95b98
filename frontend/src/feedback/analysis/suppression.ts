/**
 * Which cells of a table must not be published: those under five, and as many others as it takes that no
 * total, and no other table of the same submissions, gives them away.
 */

/** The smallest count that is published. */
export const LEAST = 5;

export interface Cell {
  readonly row: string;
  readonly value: string;
  /** null: left out. */
  readonly count: number | null;
}

export interface Table {
  readonly question: string;
  readonly title: string;
  readonly cells: readonly Cell[];
}

/**
 * Parts that add up to a known whole. `spare` is the last of them, "no answer": unlike another part it may be
 * shown when it is nobody.
 */
export function hideParts(counts: readonly number[], spare: number): readonly boolean[] {
  const all = [...counts, spare];
  const hidden = all.map((count, at) => isSmall(count, at === counts.length));
  for (;;) {
    const out = all.filter((_count, at) => hidden[at] === true);
    if (out.length === 0 || (out.length > 1 && sum(out) >= LEAST)) return hidden;
    const next = smallest(all.flatMap((count, at) => (hidden[at] === true || count === 0 ? [] : [{ at, count }])));
    if (next === undefined) return hidden.map(() => true);
    hidden[next.at] = true;
  }
}

/** Several answers each: `counts` of `n` who answered. Few who did not choose something are as telling as few who did. */
export function hideChoices(counts: readonly number[], n: number): readonly boolean[] {
  const hidden = counts.map((count) => count < LEAST || n - count < LEAST);
  // Everyone chose something, so that all the others together bound a single one that is left out.
  if (hidden.filter((one) => one).length === 1) {
    const next = smallest(counts.flatMap((count, at) => (hidden[at] === true ? [] : [{ at, count }])));
    if (next !== undefined) hidden[next.at] = true;
  }
  return hidden;
}

/**
 * Two questions set against each other. The last row and the last column are "no answer", so that rows and
 * columns add up to the two questions' own tables, of which `rows` and `columns` say what they leave out.
 */
export function hideGrid(
  counts: readonly (readonly number[])[],
  rows: readonly boolean[],
  columns: readonly boolean[],
): readonly (readonly boolean[])[] {
  const [height, width] = [rows.length, columns.length];
  const count = (row: number, column: number): number => counts[row]?.[column] ?? 0;
  const hidden = counts.map((line, row) =>
    line.map(
      (one, column) =>
        isSmall(one, row === height - 1 || column === width - 1) || rows[row] === true || columns[column] === true,
    ),
  );
  const isHidden = (row: number, column: number): boolean => hidden[row]?.[column] === true;
  /** Hides the smallest shown cell among these: one of nobody only where there is no other, and `least` allows it. */
  const hideOne = (places: readonly (readonly [number, number])[], least: 0 | 1): boolean => {
    const open = places.filter(([row, column]) => !isHidden(row, column) && count(row, column) >= least);
    const people = open.filter(([row, column]) => count(row, column) > 0);
    const shown = people.length > 0 ? people : open;
    const next = smallest(shown.map(([row, column], at) => ({ at, count: count(row, column) })));
    const [row, column] = shown[next?.at ?? -1] ?? [-1, -1];
    const line = hidden[row];
    if (line === undefined) return false;
    line[column] = true;
    return true;
  };
  const rowOf = (row: number): [number, number][] => columns.map((_one, column) => [row, column]);
  const columnOf = (column: number): [number, number][] => rows.map((_one, row) => [row, column]);
  const lines = [
    ...rows.map((isOut, row) => ({ isOut, places: rowOf(row) })),
    ...columns.map((isOut, column) => ({ isOut, places: columnOf(column) })),
  ];
  for (let changed = true; changed; ) {
    changed = false;
    for (const { isOut, places } of lines) {
      const out = places.filter(([row, column]) => isHidden(row, column)).map(([row, column]) => count(row, column));
      // A cell of nobody makes no sum larger: it goes only where another would stand alone.
      if (!isOut && out.length === 1) changed = hideOne(places, 0) || changed;
      else if (!isOut && out.length > 0 && sum(out) < LEAST) changed = hideOne(places, 1) || changed;
    }
    if (changed) continue;
    changed = bridges(hidden, rows, columns).some(([row, column]) => hideOne([...rowOf(row), ...columnOf(column)], 0));
  }
  return hidden;
}

/**
 * Hidden cells that the sums of rows and columns give away together. With rows and columns as the corners of a
 * graph and each hidden cell as an edge, a cell is free to be more or less exactly if it is on a circle
 * (Gusfield, "A graph theoretic approach to statistical data security", SIAM J. Comput. 17, 1988).
 */
export function bridges(
  hidden: readonly (readonly boolean[])[],
  rows: readonly boolean[],
  columns: readonly boolean[],
): readonly (readonly [number, number])[] {
  const [height, width] = [rows.length, columns.length];
  // A total that is left out too is an edge to one more corner: the sum of its line is then unknown.
  const edges: [number, number][] = [];
  hidden.forEach((line, row) => {
    line.forEach((isOut, column) => {
      if (isOut) edges.push([row, height + 1 + column]);
    });
  });
  const inner = edges.length;
  rows.forEach((isOut, row) => {
    if (isOut) edges.push([row, height + 1 + width]);
  });
  columns.forEach((isOut, column) => {
    if (isOut) edges.push([height, height + 1 + column]);
  });
  const found: [number, number][] = [];
  for (let at = 0; at < inner; at++) {
    const [from, to] = edges[at] ?? [0, 0];
    if (!isReached(edges, at, from, to)) found.push([from, to - height - 1]);
  }
  return found;
}

function isReached(edges: readonly (readonly [number, number])[], without: number, from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const corner of seen) {
    edges.forEach(([one, other], at) => {
      if (at === without) return;
      if (one === corner) seen.add(other);
      else if (other === corner) seen.add(one);
    });
  }
  return seen.has(to);
}

/** Nobody without an answer is no secret; of an answer, that nobody gave it may be one. */
function isSmall(count: number, isSpare: boolean): boolean {
  return count < LEAST && !(isSpare && count === 0);
}

function smallest(among: readonly { readonly at: number; readonly count: number }[]): { at: number } | undefined {
  return among.length === 0 ? undefined : among.reduce((one, other) => (other.count < one.count ? other : one));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((so, count) => so + count, 0);
}
