/** A QR code as a drawing. */

import encodeQR from "qr";

const SVG = "http://www.w3.org/2000/svg";
const QUIET_ZONE = 4;

/** Dark squares on a light ground, whatever the theme: cameras expect that. */
export function drawQr(text: string, ecc: "low" | "medium" = "medium"): SVGElement {
  const rows = encodeQR(text, "raw", { ecc, border: QUIET_ZONE });
  const path = document.createElementNS(SVG, "path");
  const squares = rows.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  path.setAttribute("d", squares.join(""));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.append(path);
  return svg;
}
