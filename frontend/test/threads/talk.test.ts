/** What a conversation shows: the same for everybody, whatever came first, and nobody's act for another. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { randomBytes, toHex } from "../../src/crypto/bytes";
import { type Item, Talk } from "../../src/threads/talk";
import { type Message } from "../../src/threads/timeline";
import { type Body } from "../../src/wire/body";
import { type Role } from "../../src/wire/roster";
import { NOW } from "../people";

const ROLES: Readonly<Record<string, Role>> = { anna: "owner", boris: "member", mallory: "member", gast: "guest" };

/** A transcript under way: each message gets the next place. */
class Script {
  readonly messages: Message[] = [];

  say(sender: string, body: Body, changes: Partial<Message> = {}): Message {
    const seq = this.messages.length + 1;
    const message: Message = {
      seq,
      hash: randomBytes(32),
      sender,
      at: NOW + 1_000 * seq,
      key: `${sender}/${seq}`,
      role: ROLES[sender],
      body,
      missing: undefined,
      ...changes,
    };
    this.messages.push(message);
    return message;
  }

  text(sender: string, text: string): Message {
    return this.say(sender, { kind: "text", text });
  }

  shown(): Talk {
    const talk = new Talk();
    talk.add(this.messages);
    return talk;
  }

  item(of: Message): Item {
    const found = this.shown().find(toHex(of.hash));
    if (found === undefined) throw new Error("not shown");
    return found;
  }
}

describe("edits", () => {
  it("by the author replace the words and keep those before", () => {
    const script = new Script();
    const said = script.text("boris", "one");
    script.say("boris", { kind: "edit", target: said.hash, text: "two", mentions: ["anna"] });
    script.say("boris", { kind: "edit", target: said.hash, text: "three" });
    const item = script.item(said);
    expect(item.text).toBe("three");
    expect(item.mentions).toEqual([]);
    expect(item.versions).toEqual([
      { text: "one", at: NOW + 1_000 },
      { text: "two", at: NOW + 2_000 },
    ]);
    expect(item.editedAt).toBe(NOW + 3_000);
    expect(script.shown().items).toHaveLength(1);
  });

  it("by anybody else change nothing, owners included", () => {
    const script = new Script();
    const said = script.text("boris", "one");
    for (const other of ["mallory", "anna"]) {
      script.say(other, { kind: "edit", target: said.hash, text: "forged" });
    }
    expect(script.item(said)).toMatchObject({ text: "one", versions: [], editedAt: undefined });
  });

  it("of what comes later, of nothing, or of a deleted message change nothing", () => {
    const script = new Script();
    const early = script.say("boris", { kind: "edit", target: randomBytes(32), text: "early" });
    const said = script.text("boris", "one");
    // A hash can't be known before its message; a server that swapped places would have to be believed.
    script.messages[0] = { ...early, body: { kind: "edit", target: said.hash, text: "early" } };
    expect(script.item(said).text).toBe("one");
    script.say("boris", { kind: "deletion", target: said.hash });
    script.say("boris", { kind: "edit", target: said.hash, text: "back" });
    expect(script.item(said)).toMatchObject({ kind: "deleted", text: "", versions: [] });
  });

  it("of a file replace the words beside it", () => {
    const script = new Script();
    const said = script.say("boris", {
      kind: "file", blob: "x", key: randomBytes(32), name: "map.png", mediaType: "image/png",
      size: 10, sha256: randomBytes(32), text: "the old map",
    });
    script.say("boris", { kind: "edit", target: said.hash, text: "the new map" });
    expect(script.item(said)).toMatchObject({ kind: "file", text: "the new map", file: { name: "map.png" } });
  });
});

describe("deletions", () => {
  it("by the author or an owner leave a tombstone without a word of it", () => {
    for (const by of ["boris", "anna"]) {
      const script = new Script();
      const said = script.text("boris", "secret");
      script.say("boris", { kind: "edit", target: said.hash, text: "secret too" });
      script.say("mallory", { kind: "reaction", target: said.hash, emoji: "👍", isSet: true });
      script.say(by, { kind: "deletion", target: said.hash });
      const item = script.item(said);
      expect(item).toMatchObject({ kind: "deleted", deletedBy: by, sender: "boris", reactions: [] });
      expect(JSON.stringify(item)).not.toContain("secret");
    }
  });

  it("by a stranger, or a guest, change nothing", () => {
    const script = new Script();
    const said = script.text("boris", "stays");
    for (const by of ["mallory", "gast"]) script.say(by, { kind: "deletion", target: said.hash });
    expect(script.item(said)).toMatchObject({ kind: "text", text: "stays" });
  });

  it("count by the role that the sender had then", () => {
    const script = new Script();
    const said = script.text("boris", "stays");
    script.say("anna", { kind: "deletion", target: said.hash }, { role: "observer" });
    expect(script.item(said).kind).toBe("text");
  });

  it("leave a destroyed message as it is", () => {
    const script = new Script();
    const said = script.say("boris", { kind: "text", text: "" }, {
      sender: undefined, role: undefined, body: undefined, missing: "destroyed",
    });
    script.say("anna", { kind: "deletion", target: said.hash });
    expect(script.item(said).kind).toBe("destroyed");
  });
});

describe("reactions", () => {
  it("are counted once a person, and taken back", () => {
    const script = new Script();
    const said = script.text("boris", "well");
    const react = (by: string, emoji: string, isSet: boolean): void => {
      script.say(by, { kind: "reaction", target: said.hash, emoji, isSet });
    };
    react("anna", "👍", true);
    react("anna", "👍", true);
    react("mallory", "👍", true);
    react("mallory", "❤️", true);
    react("mallory", "❤️", false);
    expect(script.item(said).reactions).toEqual([{ emoji: "👍", people: ["anna", "mallory"] }]);
  });

  it("to nothing show nothing, and words are none", () => {
    const script = new Script();
    script.say("anna", { kind: "reaction", target: randomBytes(32), emoji: "👍", isSet: true });
    const said = script.text("boris", "well");
    for (const emoji of ["no", "1", "<b>", "👍 agreed", ""]) {
      script.say("anna", { kind: "reaction", target: said.hash, emoji, isSet: true });
    }
    for (const emoji of ["🏳️‍🌈", "👍🏽", "🇺🇦", "3️⃣"]) {
      script.say("anna", { kind: "reaction", target: said.hash, emoji, isSet: true });
    }
    expect(script.shown().items).toHaveLength(1);
    expect(script.item(said).reactions.map((one) => one.emoji)).toEqual(["🏳️‍🌈", "👍🏽", "🇺🇦", "3️⃣"]);
  });
});

describe("pins", () => {
  it("stand on those of the epoch, and only what came after its start counts", () => {
    const script = new Script();
    const [one, two, three] = ["one", "two", "three"].map((text) => script.text("boris", text));
    if (one === undefined || two === undefined || three === undefined) throw new Error("nothing said");
    script.say("boris", { kind: "pin", target: one.hash, isSet: true });
    script.say("anna", { kind: "pin", target: two.hash, isSet: true });
    script.say("boris", { kind: "pin", target: one.hash, isSet: false });
    const talk = script.shown();
    expect(talk.pins({ seq: 0, pins: [] })).toEqual([toHex(two.hash)]);
    const after = { seq: 5, pins: [toHex(one.hash), toHex(three.hash)] };
    expect(talk.pins(after)).toEqual([toHex(three.hash)]);
  });

  it("of deleted messages are gone", () => {
    const script = new Script();
    const said = script.text("boris", "one");
    script.say("boris", { kind: "pin", target: said.hash, isSet: true });
    script.say("boris", { kind: "deletion", target: said.hash });
    expect(script.shown().pins({ seq: 0, pins: [] })).toEqual([]);
  });
});

describe("names", () => {
  it("are given by guests, the newest counts, and by nobody else", () => {
    const script = new Script();
    script.say("gast", { kind: "introduction", name: "Gustav" });
    script.say("gast", { kind: "introduction", name: "Gustav G." });
    script.say("mallory", { kind: "introduction", name: "Anna" });
    const talk = script.shown();
    expect(talk.introduced("gast")).toBe("Gustav G.");
    expect(talk.introduced("mallory")).toBeUndefined();
    expect(talk.items.map((item) => item.kind)).toEqual(["introduction", "introduction"]);
  });
});

const people = fc.constantFrom("anna", "boris", "mallory", "gast");
const step = fc.record({
  who: people,
  what: fc.constantFrom("text", "edit", "deletion", "reaction", "pin", "introduction"),
  target: fc.nat(),
  flag: fc.boolean(),
  words: fc.string({ minLength: 1, maxLength: 5 }),
});

function play(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): Script {
  const script = new Script();
  for (const { who, what, target: at, flag, words } of steps) {
    const target = script.messages[at % Math.max(1, script.messages.length)]?.hash ?? randomBytes(32);
    const bodies: Record<string, Body> = {
      text: { kind: "text", text: words },
      edit: { kind: "edit", target, text: words },
      deletion: { kind: "deletion", target },
      reaction: { kind: "reaction", target, emoji: flag ? "👍" : "🎉", isSet: at % 3 > 0 },
      pin: { kind: "pin", target, isSet: flag },
      introduction: { kind: "introduction", name: words },
    };
    script.say(who, bodies[what] ?? { kind: "text", text: words });
  }
  return script;
}

it("is the same whatever the order and the size of the pages, and whatever comes twice", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (steps, dice) => {
      const { messages } = play(steps);
      const whole = new Talk();
      whole.add(messages);
      const parts = new Talk();
      const left = [...messages, ...messages.slice(0, 5)];
      while (left.length > 0) {
        const from = (dice.next().value as number) % left.length;
        const count = 1 + ((dice.next().value as number) % 7);
        parts.add(left.splice(from, count));
        // Looking in between must not fix anything for good.
        expect(parts.items.length).toBeLessThanOrEqual(messages.length);
      }
      expect(parts.items).toEqual(whole.items);
      const before = { seq: Math.floor(messages.length / 2), pins: messages.slice(0, 2).map((one) => toHex(one.hash)) };
      expect(parts.pins(before)).toEqual(whole.pins(before));
      expect(["gast", "anna"].map((one) => parts.introduced(one))).toEqual(
        ["gast", "anna"].map((one) => whole.introduced(one)),
      );
      const seqs = parts.items.map((item) => item.seq);
      expect(seqs).toEqual([...seqs].sort((left, right) => left - right));
    }),
    { numRuns: 200 },
  );
});

it("keeps what did not change the same object, so that it is not drawn again", () => {
  const script = new Script();
  const said = script.text("boris", "one");
  script.text("anna", "two");
  const talk = script.shown();
  const [first, second] = talk.items;
  talk.add([script.say("boris", { kind: "edit", target: said.hash, text: "one!" })]);
  expect(talk.items[0]).not.toBe(first);
  expect(talk.items[1]).toBe(second);
});
