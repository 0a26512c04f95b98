// @vitest-environment happy-dom
/** A form being filled in: steps, answers kept, words of errors, and controls that work by keyboard. */

import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";

import { FILL_NAMES, Filling, type FillWords, FormView, type Kept, numberInField, plainNumber, REVIEW } from "../../../src/feedback/fill";
import { readDefinition } from "../../../src/feedback/logic";

const words = Object.fromEntries(FILL_NAMES.map((name) => [name, `${name} {name}{number}{count}{place}{limit}`])) as FillWords;
const text = (en: string, ar = ""): Record<string, string> => (ar === "" ? { en } : { en, ar });
const base = { hint: {}, visible: null };
const question = { ...base, sealed: false, required: false, constraint: null, default: null };

const definition = readDefinition(
  JSON.stringify({
    format: 1,
    languages: ["en", "ar"],
    title: text("Water", "الماء"),
    intro: text("Hello"),
    thanks: text("Thanks"),
    quotas: [],
    steps: [
      {
        id: "s1",
        title: text("You"),
        visible: null,
        items: [
          { ...question, id: "name", type: "short_text", max_length: 10, label: text("Name", "الاسم"), required: true },
          { ...question, id: "hurt", type: "yes_no", label: text("Hurt, {name}?") },
        ],
      },
      {
        id: "s2",
        title: text("Harm"),
        visible: { question: "hurt", op: "equals", value: true },
        items: [
          { ...question, id: "count", type: "number", integer: true, min: "1", max: "9", unit: {}, label: text("How many"), sealed: true },
        ],
      },
      {
        id: "s3",
        title: text("Last"),
        visible: null,
        items: [
          { ...question, id: "order", type: "ranking", label: text("Order"), choices: ["a", "b", "c"].map((id) => ({ id, label: text(id.toUpperCase()) })) },
        ],
      },
    ],
  }),
);

function filling(): Filling {
  return new Filling(definition, "en", () => "2026-11-23");
}

test("a step that is not asked is passed over, and what was typed there is kept", () => {
  const form = filling();
  form.type("name", "Sara");
  expect(form.progress).toEqual({ number: 1, count: 3 });
  form.type("hurt", true);
  expect(form.following).toBe("s2");
  form.at = "s2";
  form.type("count", "3");
  form.type("hurt", false);
  expect(form.steps.map((step) => step.id)).toEqual(["s1", "s3"]);
  expect(form.evaluation.answers).not.toHaveProperty("count");
  expect(form.typedOf("count")).toBe("3");
});

test("what is kept comes back where it was, in its language", () => {
  const form = filling();
  form.type("name", "Sara");
  form.language = "ar";
  form.at = "s3";
  const again = new Filling(definition, "en", () => "2026-11-23", JSON.parse(JSON.stringify(form.kept)) as Kept);
  expect([again.language, again.at, again.typedOf("name")]).toEqual(["ar", "s3", "Sara"]);
});

test.each([
  ["12", "en", "12"],
  ["1 200,50", "en", "1200.5"],
  ["٣٫٥", "ar", "3.5"],
  ["۴۲", "fa", "42"],
  ["-0", "en", "0"],
  ["007", "en", "7"],
  ["about 3", "en", "about 3"],
  // What a comma or a point means is the language's to say, unless there are both or several.
  ["1,500", "en", "1500"],
  ["1.500", "en", "1.5"],
  ["1,500", "fr", "1.5"],
  ["1.500", "de", "1500"],
  ["3,5", "en", "3.5"],
  ["3.5", "de", "3.5"],
  ["0,500", "en", "0.5"],
  ["1,234.5", "de", "1234.5"],
  ["1.234,5", "en", "1234.5"],
  ["-1,234,567", "de", "-1234567"],
  ["12,34,567.25", "hi", "1234567.25"],
  ["١٬٥٠٠", "ar", "1500"],
  ["١،٥٠٠", "ar", "1500"],
  ["٢,٥", "ar", "2.5"],
  ["1.2.3", "en", "1.2.3"],
  ["1,2,3", "en", "1,2,3"],
  ["1.23,456.7", "en", "1.23,456.7"],
  ["1,5,", "en", "1,5,"],
  ["5.", "en", "5"],
  ["1,500", "not a language", "1500"],
])("the number %j in %s is read as %j", (typed, language, meant) => {
  expect(plainNumber(typed, language)).toBe(meant);
});

test.each([
  ["1.500", "en", "1500"],
  ["1,500", "fr", "1500"],
  ["1,5", "fr", "1.5"],
])("a whole number %j in %s is read as %j", (typed, language, meant) => {
  expect(plainNumber(typed, language, true)).toBe(meant);
});

test.each(["en", "fr", "de", "ar-EG", "fa", "hi", "pt-BR", "sw", "so", "ku"])("a number written as %s writes it is read as it was meant", (language) => {
  fc.assert(
    fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), (cents) => {
      const value = cents / 100;
      const written = new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).format(value);
      const plain = plainNumber(written, language);
      expect(Number(plain)).toBe(value === 0 ? 0 : value);
      // Shown again and changed by nothing, it stays what it was.
      expect(plainNumber(numberInField(plain, language), language)).toBe(plain);
    }),
  );
});

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("main");
  document.body.replaceChildren(root);
});

function shown(form = filling()): { form: Filling; view: FormView; changed: ReturnType<typeof vi.fn> } {
  const changed = vi.fn();
  const view = new FormView(root, form, { words: () => words, changed, ending: () => document.createElement("div") });
  view.show();
  return { form, view, changed };
}

function submit(): void {
  root.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
}

function write(id: string, value: string): void {
  const field = root.querySelector<HTMLInputElement>(`#q-${id}`);
  if (field === null) throw new Error(id);
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

test("what is missing is named in a summary that leads to it, and goes once it is mended", () => {
  const { form } = shown();
  submit();
  expect(form.at).toBe("s1");
  const summary = root.querySelector(".fill-summary");
  expect(summary?.textContent).toContain("errAnswer");
  expect(document.activeElement).toBe(summary);
  root.querySelector<HTMLElement>(".fill-summary a")?.click();
  expect(document.activeElement?.id).toBe("q-name");
  write("name", "Sara");
  expect(summary?.hasAttribute("hidden")).toBe(true);
  submit();
  expect(form.at).toBe("s3");
});

test("an earlier answer stands in a later text at once", () => {
  shown();
  write("name", "Sara");
  expect(root.textContent).toContain("Hurt, Sara?");
});

test("another language changes the words and the direction, and loses nothing", () => {
  const { view } = shown();
  write("name", "Sara");
  view.speak("ar");
  expect(root.dir).toBe("rtl");
  expect(root.textContent).toContain("الاسم");
  expect(root.querySelector<HTMLInputElement>("#q-name")?.value).toBe("Sara");
});

test("an order is made with buttons, and said", () => {
  const { form, view } = shown();
  write("name", "Sara");
  view.go("s3");
  root.querySelectorAll<HTMLElement>('[data-move="up"]')[2]?.click();
  expect(form.typedOf("order")).toEqual(["a", "c", "b"]);
  expect(root.querySelector("[aria-live]")?.textContent).toContain("moved");
});

test("from the review a change leads back to the question", () => {
  const { form, view } = shown();
  write("name", "Sara");
  view.go(REVIEW);
  expect(root.textContent).toContain("reviewLead");
  root.querySelector<HTMLElement>(".fill-said-change button")?.click();
  expect(form.at).toBe("s1");
  expect(document.activeElement?.id).toBe("q-name");
});

test("the review sends back to a question that an answer has opened", () => {
  const { form, view } = shown();
  view.go(REVIEW);
  expect(form.at).toBe("s1");
  expect(root.querySelector(".fill-summary")?.textContent).toContain("errAnswer");
});
