/** Icons by script: the sprite is made of icons.txt, and each page knows where it is. */

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite, as `{% icon %}` draws it. Decoration only. */
export function icon(name: string): SVGSVGElement {
  const sprite = document.querySelector<HTMLMetaElement>('meta[name="icon-sprite"]')?.content ?? "";
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("width", "20");
  drawing.setAttribute("height", "20");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  drawing.append(use);
  return drawing;
}
