/** Every way in which a sealed answer would show through something open is found, and nothing else. */

import { describe, expect, it } from "vitest";

import { findLeaks, readDefinition } from "../../src/feedback/logic";
import { load } from "../vectors";

describe("leaks", () => {
  const { leaking, harmless } = load("form_leaks");

  it.each(leaking)("refuses: $name", ({ definition, leaks }) => {
    const found = findLeaks(readDefinition(JSON.stringify(definition)));
    expect(found.map(({ kind, of, sealed }) => [kind, of, sealed].join(" ")).sort()).toEqual(leaks.map((leak) => leak.join(" ")).sort());
  });

  it.each(harmless)("lets pass: $name", ({ definition }) => {
    expect(findLeaks(readDefinition(JSON.stringify(definition)))).toEqual([]);
  });
});
