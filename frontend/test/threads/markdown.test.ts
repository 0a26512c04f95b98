// @vitest-environment happy-dom
/** Markdown becomes nodes, and nothing that a person writes becomes markup, a request, or a script. */

import { describe, expect, it } from "vitest";

import { plain, render } from "../../src/threads/markdown";

function drawn(text: string, ...names: string[]): HTMLElement {
  const into = document.createElement("div");
  into.append(render(text, names.map((name) => ({ name, isMe: name === "Me" }))));
  return into;
}

describe("what people write", () => {
  it("gets emphasis, lists, quotes and code, each block with a direction of its own", () => {
    const page = drawn("**bold** and *soft*\n\n- one\n- two\n\n> quoted\n\n```js\na < b\n```\n\nمرحبا");
    expect(page.querySelector("strong")?.textContent).toBe("bold");
    expect(page.querySelectorAll("ul > li")).toHaveLength(2);
    expect(page.querySelector("blockquote")?.textContent.trim()).toBe("quoted");
    expect(page.querySelector("pre code")?.textContent).toBe("a < b\n");
    for (const block of page.querySelectorAll("p, pre")) expect(block.getAttribute("dir")).toBe("auto");
  });

  it("stands on the side where its language begins: lists, quotes and tables as a whole", () => {
    const page = drawn("- **مرحبا** Dina\n- two\n\n1. one\n2. اثنان\n\n> مرحبا\n\n| ا | b |\n|--|--|\n| 1 | 2 |\n\n- 1");
    const sides = [...page.querySelectorAll("ul, ol, blockquote, table")].map((one) => one.getAttribute("dir") ?? "");
    expect(sides).toEqual(["rtl", "ltr", "rtl", "rtl", ""]);
  });

  it("keeps its line breaks, and its numbers", () => {
    expect(drawn("one\ntwo").querySelectorAll("br")).toHaveLength(1);
    expect(drawn("4. four\n5. five").querySelector("ol")?.start).toBe(4);
  });

  it("has no headings that the page's outline would take for its own", () => {
    const page = drawn("# Loud");
    expect(page.querySelector("h1")).toBeNull();
    expect(page.querySelector(".said-heading")?.textContent).toBe("Loud");
  });

  it("names people where their names stand, the longest first, and not in code", () => {
    const page = drawn("@Anna Berg and @Me, `@Me`", "Anna", "Anna Berg", "Me");
    expect([...page.querySelectorAll(".mention")].map((one) => one.textContent)).toEqual(["@Anna Berg", "@Me"]);
    expect(page.querySelector(".mention.is-me")?.textContent).toBe("@Me");
  });
});

describe("links", () => {
  it("open apart, send nothing along, and show where they lead", () => {
    const link = drawn("[the plan](https://example.org/a?b=c)").querySelector("a");
    expect(link?.href).toBe("https://example.org/a?b=c");
    expect(link?.rel).toBe("noopener noreferrer");
    expect(link?.target).toBe("_blank");
    expect(link?.textContent).toBe("the plan (https://example.org/a?b=c)");
  });

  it("that are written as addresses are not said twice", () => {
    expect(drawn("see https://example.org/x.").textContent).toBe("see https://example.org/x.");
    expect(drawn("see https://example.org/x.").querySelector("a")?.href).toBe("https://example.org/x");
    expect(drawn("example.org is a name").querySelector("a")).toBeNull();
  });

  it("that pretend to lead elsewhere are found out", () => {
    const link = drawn("[https://bank.example](https://evil.example/)").querySelector("a");
    expect(link?.textContent).toContain("(https://evil.example/)");
  });

  it.each([
    "[x](javascript:alert(1))",
    "[x](  JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](/w/team/threads/)",
    "<javascript:alert(1)>",
    "[x][y]\n\n[y]: blob:https://example.org/1",
  ])("to %s are none", (text) => {
    expect(drawn(text).querySelector("a")).toBeNull();
  });
});

describe("what is hostile", () => {
  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src=https://example.org></iframe>",
    "<a href='javascript:1' onclick='1'>x</a>",
    "![x](https://evil.example/pixel.png)",
    "<style>*{display:none}</style>",
    "`<b>`\n\n    <b>indented</b>",
  ])("%s makes no element that acts or loads", (text) => {
    const page = drawn(text);
    expect(page.querySelector("script, img, iframe, style, object, embed, form, input, b, link, svg")).toBeNull();
    for (const one of page.querySelectorAll("*")) {
      expect([...one.attributes].filter(({ name }) => name.startsWith("on") || name === "style")).toEqual([]);
    }
  });

  it("turns no letters round: marks that force a direction are left out", () => {
    const turned = "invoice_\u202Ecod.exe &#x202E;x `a\u202Db` ![\u202Egnp](https://example.org/)";
    const page = drawn(turned);
    expect(page.textContent).toBe("invoice_cod.exe x ab gnp (https://example.org/)");
    expect(plain(turned)).not.toMatch(/[\u202A-\u202E]/u);
    // Those that people need stay.
    expect(drawn("\u200Fمرحبا \u2068x\u2069").textContent).toBe("\u200Fمرحبا \u2068x\u2069");
  });

  it("a picture is a link to it, which nobody follows unasked", () => {
    const link = drawn("![map](https://example.org/map.png)").querySelector("a");
    expect(link?.textContent).toBe("map (https://example.org/map.png)");
  });

  it("deep nesting and long runs end soon", () => {
    const started = performance.now();
    for (const text of ["> ".repeat(8_000), "[".repeat(16_000), "*a ".repeat(8_000), "`".repeat(16_000), "- ".repeat(8_000)]) {
      drawn(text);
      plain(text);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

it("says a message in one line", () => {
  expect(plain("# One\n\n- **two**\n- three\n\n`four`")).toBe("One two three four");
  expect(plain("x".repeat(500), 20)).toHaveLength(20);
});
