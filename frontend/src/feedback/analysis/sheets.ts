/** Sheets as CSV and as XLSX. What people wrote is never taken for a formula. */

import { type Bytes } from "../../crypto/bytes";
import { zip } from "./zip";

export type Value = string | number;

export interface Sheet {
  /** At most 31 letters, of which none is []:*?/\ (a rule of XLSX). */
  readonly name: string;
  readonly rows: readonly (readonly Value[])[];
}

/** What a spreadsheet would calculate, where a cell begins: also where a program that splits at ; begins one. */
const FORMULA = /(?<=^|[;\t\r\n])((?:"|[^\S\t\r\n])*)(?=[=+\-@|%＝＋－＠])/g;
const FIGURE = /^-?\d+(\.\d+)?$/;
/** XML 1.0 has no place for these, whatever they are written as. */
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const CELL_LIMIT = 32_767;

/** RFC 4180 in UTF-8 with a byte order mark, which spreadsheets need. Wherever a formula could begin, ' is put before it. */
export function csv(sheet: Sheet): Bytes {
  const cell = (value: Value): string => {
    const text = typeof value === "string" && !FIGURE.test(value) ? value.replace(FORMULA, "$1'") : String(value);
    return /[",\r\n;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = sheet.rows.map((row) => row.map(cell).join(","));
  return new TextEncoder().encode(`\ufeff${lines.join("\r\n")}\r\n`);
}

/** ECMA-376, the least of it: texts stand in the cells as texts, and nothing is calculated. */
export function xlsx(sheets: readonly Sheet[]): Bytes {
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packaged = "http://schemas.openxmlformats.org/package/2006";
  const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const numbered = sheets.map((sheet, at) => ({ ...sheet, n: at + 1 }));
  const parts: Record<string, string> = {
    "[Content_Types].xml": `<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/>${numbered.map(({ n }) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${kind}.worksheet+xml"/>`).join("")}</Types>`,
    "_rels/.rels": `<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${relation}"><sheets>${numbered.map(({ name, n }) => `<sheet name="${xml(name)}" sheetId="${n}" r:id="rId${n}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${packaged}/relationships">${numbered.map(({ n }) => `<Relationship Id="rId${n}" Type="${relation}/worksheet" Target="worksheets/sheet${n}.xml"/>`).join("")}</Relationships>`,
  };
  for (const { rows, n } of numbered) {
    parts[`xl/worksheets/sheet${n}.xml`] = `<worksheet xmlns="${main}"><sheetData>${rows.map((row) => `<row>${row.map(xlsxCell).join("")}</row>`).join("")}</sheetData></worksheet>`;
  }
  const encoder = new TextEncoder();
  const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  return zip(Object.entries(parts).map(([name, text]) => ({ name, content: encoder.encode(declaration + text) })));
}

function xlsxCell(value: Value): string {
  if (typeof value === "number") return `<c><v>${value}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${xml(value.slice(0, CELL_LIMIT))}</t></is></c>`;
}

function xml(text: string): string {
  return text
    .replace(UNWRITABLE, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
