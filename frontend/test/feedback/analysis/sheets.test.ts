import { crc32 as nodeCrc } from "node:zlib";
import { describe, expect, it } from "vitest";

import { csv, xlsx } from "../../../src/feedback/analysis/sheets";
import { crc32, zip } from "../../../src/feedback/analysis/zip";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("CSV", () => {
  it("takes no text for a formula, and leaves numbers alone", () => {
    const rows = [["=1+1", "+49", "-3", "@x", "-cmd", "\tx", "|x", 7, "plain"]];
    expect(text(csv({ name: "rows", rows }))).toBe(`'=1+1,+49,-3,'@x,'-cmd,"\tx",'|x,7,plain\r\n`.replace("+49", "'+49"));
  });

  it("lets no formula begin where another program sees a new cell", () => {
    const said = (value: string): string => text(csv({ name: "rows", rows: [[value]] })).trimEnd();
    expect(said("hello;=1+1")).toBe(`"hello;'=1+1"`);
    expect(said("hello\n=1+1\n - a point")).toBe(`"hello\n'=1+1\n '- a point"`);
    expect(said('hello; "=1+1"')).toBe(`"hello; ""'=1+1"""`);
    expect(said("\t=1")).toBe(`"\t'=1"`);
    expect(said("hello\t＝1")).toBe(`"hello\t'＝1"`);
    // Where nobody sees one, texts stay as they are.
    expect(said("a=b, -c; 3")).toBe(`"a=b, -c; 3"`);
  });

  it("ends also with texts that are nothing but spaces and ends of lines", () => {
    // Looked at anew from each space, they would take hours.
    const rows = ["\n ".repeat(500_000), " ".repeat(1_000_000), '\n"'.repeat(500_000)].map((one) => [one]);
    expect(csv({ name: "rows", rows }).length).toBeGreaterThan(3_000_000);
  });

  it("quotes what would end a cell", () => {
    expect(text(csv({ name: "rows", rows: [['say "no", or\nnot']] }))).toBe('"say ""no"", or\nnot"\r\n');
  });
});

describe("XLSX", () => {
  it("keeps texts as texts, also those that no XML may hold", () => {
    const made = text(xlsx([{ name: "a<b", rows: [["=SUM(A1)", 3, "<&\u0000\ud800"]] }]));
    expect(made).toContain('<c t="inlineStr"><is><t xml:space="preserve">=SUM(A1)</t></is></c><c><v>3</v></c>');
    expect(made).toContain("&lt;&amp;\ufffd\ufffd");
    expect(made).not.toContain("<f>");
  });
});

describe("ZIP", () => {
  it("has the checksum of everybody else", () => {
    const data = new TextEncoder().encode("What was said");
    expect(crc32(data)).toBe(nodeCrc(data));
  });

  it("ends with how many files there are and where their list begins", () => {
    const made = zip([{ name: "a.txt", content: new TextEncoder().encode("one") }]);
    const end = new DataView(made.buffer, made.length - 22);
    expect([end.getUint32(0, true), end.getUint16(10, true)]).toEqual([0x06054b50, 1]);
    expect(new DataView(made.buffer).getUint32(end.getUint32(16, true), true)).toBe(0x02014b50);
  });
});
