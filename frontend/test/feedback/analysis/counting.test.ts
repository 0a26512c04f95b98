import { describe, expect, it } from "vitest";

import { binNumbers } from "../../../src/feedback/analysis/bins";
import { type Definition, mergeQuestions, type Question } from "../../../src/feedback/analysis/questions";
import { choose, given, readFilter, type Row } from "../../../src/feedback/analysis/records";
import { cross, firstDay, periodsOf, tally, trend } from "../../../src/feedback/analysis/tally";

const words = { yes: "Yes", no: "No", other: "Other" };

function choices(...ids: string[]): { id: string; label: { en: string } }[] {
  return ids.map((id) => ({ id, label: { en: id.toUpperCase() } }));
}

const first: Definition = {
  languages: ["en", "ar"],
  steps: [
    {
      items: [
        { id: "road", type: "single_choice", label: { en: "Which road?", ar: "أي طريق؟" }, choices: choices("a", "b") },
        { id: "safe", type: "yes_no", label: { en: "Safe?" }, sealed: true },
        { id: "why", type: "section", label: { en: "Now you" } },
      ],
    },
  ],
};
const second: Definition = {
  languages: ["en"],
  steps: [
    {
      items: [
        { id: "road", type: "single_choice", label: { en: "Which road?" }, choices: choices("a", "b", "c"), other: true },
        { id: "safe", type: "yes_no", label: { en: "Is it safe?" }, sealed: true },
      ],
    },
  ],
};

const questions = mergeQuestions(
  [
    { number: 1, definition: first },
    { number: 2, definition: second },
  ],
  "en",
  words,
);
const [road, safe, oldRoad] = questions as [Question, Question, Question];

function row(version: number, answers: Record<string, unknown>, about: Partial<Row> = {}): Row {
  const rest = { receivedOn: "2026-11-02", language: "en", state: "new" as const, urgency: 3, category: "", rating: 0 };
  return { id: crypto.randomUUID(), version, ...rest, answers, ...about };
}

describe("versions", () => {
  it("are one question where they ask the same, with the newest words", () => {
    expect([safe.key, safe.label, [...safe.versions]]).toEqual(["safe", "Is it safe?", [2, 1]]);
  });

  it("are two where their choices differ", () => {
    expect([road.key, oldRoad.key]).toEqual(["road", "road~2"]);
    expect(road.choices.map((one) => one.id)).toEqual(["a", "b", "c", "other"]);
  });

  it("are in the language of the reader where there is one", () => {
    expect(mergeQuestions([{ number: 1, definition: first }], "ar", words)[0]?.label).toBe("أي طريق؟");
  });
});

describe("counting", () => {
  const rows = [
    row(2, { road: { choice: "a" }, safe: true }),
    row(2, { road: { other: "the old one" }, safe: false }, { receivedOn: "2026-11-08", language: "ar" }),
    row(2, { road: { choice: "forged" }, safe: "yes" }),
    row(1, { road: { choice: "a" } }, { receivedOn: "2026-11-23" }),
  ];

  it("counts each version's answers for its own question", () => {
    const counted = tally(road, rows);
    expect([counted.asked, counted.answered, counted.count("a"), counted.count("other")]).toEqual([3, 2, 1, 1]);
    expect(tally(oldRoad, rows).count("a")).toBe(1);
  });

  it("counts nothing that the question does not offer", () => {
    expect(given(road, { road: { choice: "forged" } })).toEqual([]);
    expect(given(safe, { safe: "true" })).toEqual([]);
  });

  it("sets two against each other, of those who answered both", () => {
    expect(cross(road, safe, rows)).toEqual({ counts: [[1, 0], [0, 0], [0, 0], [0, 1]], n: 2 });
  });

  it("follows weeks, also those in which nothing came", () => {
    const weeks = periodsOf(rows.map((one) => one.receivedOn), "week");
    expect(weeks).toEqual(["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]);
    expect(trend(rows, weeks, "week")).toEqual([3, 0, 0, 1]);
    expect(firstDay("2026-11-08", "month")).toBe("2026-11-01");
  });

  it("chooses by the address, and by open questions alone", () => {
    const by = (text: string): number => choose(rows, readFilter(new URLSearchParams(text)), questions).length;
    expect(by("")).toBe(4);
    expect(by("language=ar")).toBe(1);
    expect(by("since=2026-11-03&until=2026-11-10")).toBe(1);
    expect(by("where=road:a")).toBe(2);
    expect(by("where=safe:true")).toBe(0);
    expect(by("version=1")).toBe(1);
  });
});

describe("ranges of numbers", () => {
  it("are whole numbers where all are", () => {
    const found = binNumbers(["3", "1", "2", "2"]);
    expect(found?.bins).toEqual([
      { label: "1", count: 1 },
      { label: "2", count: 2 },
      { label: "3", count: 1 },
    ]);
    expect([found?.least, found?.median, found?.mean, found?.most]).toEqual(["1", "2", "2", "3"]);
  });

  it("have round edges, below zero too", () => {
    const found = binNumbers(["-12", "0", "95"]);
    expect(found?.bins.map((one) => one.label)).toEqual(["-20–-1", "0–19", "20–39", "40–59", "60–79", "80–99"]);
  });

  it("are exact where computers are not", () => {
    const found = binNumbers(["0.1", "0.2", "0.3"]);
    expect(found?.median).toBe("0.2");
    expect(found?.bins.reduce((sum, one) => sum + one.count, 0)).toBe(3);
  });

  it("take no text for a number", () => {
    expect(binNumbers(["abc", ""])).toBeUndefined();
  });
});
