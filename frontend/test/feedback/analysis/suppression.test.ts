import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { refusalOf } from "../../../src/feedback/analysis/publication";
import { bridges, hideChoices, hideGrid, hideParts, LEAST } from "../../../src/feedback/analysis/suppression";

const counts = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 8 });

describe("what may be published at all", () => {
  it("is neither of a few, nor of all but a few", () => {
    expect(refusalOf(LEAST, LEAST)).toBeUndefined();
    expect(refusalOf(40, 4)).toBe("tooFewAll");
    expect(refusalOf(40, 35)).toBeUndefined();
    expect(refusalOf(40, 36)).toBe("nearlyAll");
    expect(refusalOf(40, 39)).toBe("nearlyAll");
    expect(refusalOf(40, 40)).toBeUndefined();
  });
});

describe("parts of a known whole", () => {
  it("leaves out what is under five, and one more that the total would give it away by", () => {
    expect(hideParts([40, 3, 12], 0)).toEqual([false, true, true, false]);
  });

  it("leaves nothing out that is large enough", () => {
    expect(hideParts([40, 5, 12], 0)).toEqual([false, false, false, false]);
  });

  it("never leaves out one alone, nor so few that their sum is under five", () => {
    fc.assert(
      fc.property(counts, fc.nat({ max: 12 }), (values, spare) => {
        const all = [...values, spare];
        const hidden = hideParts(values, spare);
        const out = all.filter((_one, at) => hidden[at]);
        all.forEach((one, at) => {
          if (one < LEAST && !(at === values.length && one === 0)) expect(hidden[at]).toBe(true);
        });
        if (out.length > 0 && out.length < all.length) {
          expect(out.length).toBeGreaterThan(1);
          expect(out.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(LEAST);
        }
      }),
    );
  });
});

describe("several answers each", () => {
  it("leaves out few who chose something, and few who did not", () => {
    expect(hideChoices([98, 50, 3], 100)).toEqual([true, false, true]);
  });

  it("never leaves out a single one, which the others would bound", () => {
    expect(hideChoices([60, 30, 3], 100)).toEqual([false, true, true]);
  });
});

describe("two questions set against each other", () => {
  it("leaves no hidden cell that the sums give away", () => {
    const size = fc.integer({ min: 2, max: 5 });
    fc.assert(
      fc.property(
        size.chain((height) =>
          size.chain((width) =>
            fc.array(fc.array(fc.nat({ max: 14 }), { minLength: width, maxLength: width }), { minLength: height, maxLength: height }),
          ),
        ),
        (grid) => {
          const sums = grid.map((line) => line.reduce((sum, one) => sum + one, 0));
          const below = (grid[0] ?? []).map((_one, column) => grid.reduce((sum, line) => sum + (line[column] ?? 0), 0));
          const rows = hideParts(sums.slice(0, -1), sums.at(-1) ?? 0);
          const columns = hideParts(below.slice(0, -1), below.at(-1) ?? 0);
          const hidden = hideGrid(grid, rows, columns);
          const given = bridges(hidden, rows, columns);
          expect(hidden.flat().every((one) => one) ? [] : given).toEqual([]);
          grid.forEach((line, row) => {
            line.forEach((count, column) => {
              const isSpare = row === grid.length - 1 || column === line.length - 1;
              if (count < LEAST && !(isSpare && count === 0)) expect(hidden[row]?.[column]).toBe(true);
            });
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it("hides nobody beside somebody, where the sum of their column would give them away", () => {
    const grid = [
      [0, 0, 2, 3, 0],
      [0, 5, 5, 0, 0],
      [7, 0, 3, 0, 5],
    ];
    const [rows, columns] = [[false, false, false], [false, true, false, true, false]];
    expect(bridges(hideGrid(grid, rows, columns), rows, columns)).toEqual([]);
  });

  it("hides as many more as it takes: one small cell takes three others with it", () => {
    const grid = [
      [20, 3, 0],
      [15, 30, 0],
      [0, 0, 0],
    ];
    const hidden = hideGrid(grid, [false, false, false], [false, false, false]);
    expect(hidden).toEqual([
      [true, true, false],
      [true, true, false],
      [false, false, false],
    ]);
  });
});
