// What all charts share: a plain tree of SVG elements (so that charts are tested without a browser), the patterns and
// dashes of a series, and how wide a text is. The rules are the handout's (sheet-templates/chiiki-bunseki/chart.typ):
// fill, dash, marker and a direct label carry the meaning, so that a grey copy can be read; colour only helps.

/** Own area's blue: --color-primitive-blue-900 of the design tokens. */
export const BLUE = "#0017c1";
const GREY = { ink: "#1e1e1e", faint: "#cdcdcd", mid: "#505050" };
export { GREY };

/** An element of the tree. */
export function el(name, attributes = {}, ...children) {
  return { name, attributes, children: children.flat(Infinity).filter((child) => child !== null && child !== undefined) };
}

/** Series patterns: 0 own, 1 prefecture, 2 nation, 3… others in turn, as chart.typ draws them. */
export function patterns(roles) {
  let others = 0;
  return roles.map((role) => {
    if (role === "own") return 0;
    if (role === "prefecture") return 1;
    if (role === "nation") return 2;
    others += 1;
    return 3 + ((others - 1) % 5);
  });
}

export const EDGES = [BLUE, "#505050", "#000000", "#3c3c3c", "#3c3c3c", "#3c3c3c", "#3c3c3c", "#3c3c3c"];

/** Line of a series: colour, thickness, dash. */
export const STROKES = [
  { stroke: BLUE, "stroke-width": 3 },
  { stroke: "#646464", "stroke-width": 2, "stroke-dasharray": "7 4" },
  { stroke: "#000000", "stroke-width": 1.8, "stroke-dasharray": "1.5 3.5" },
  { stroke: "#464646", "stroke-width": 1.5, "stroke-dasharray": "8 3 1.5 3" },
  { stroke: "#464646", "stroke-width": 1.5, "stroke-dasharray": "4 2" },
  { stroke: "#464646", "stroke-width": 1.5, "stroke-dasharray": "10 6" },
  { stroke: "#787878", "stroke-width": 1.5 },
  { stroke: "#787878", "stroke-width": 1.5, "stroke-dasharray": "1.5 2" },
];

const TILE = 7;
const up = `M0 ${TILE} L${TILE} 0 M-1 1 L1 -1 M${TILE - 1} ${TILE + 1} L${TILE + 1} ${TILE - 1}`;
const down = `M0 0 L${TILE} ${TILE} M-1 ${TILE - 1} L1 ${TILE + 1} M${TILE - 1} -1 L${TILE + 1} 1`;
const TILES = {
  1: { ground: "#ebebeb", path: up },
  3: { ground: "#ffffff", dot: true },
  4: { ground: "#ffffff", path: `M0 ${TILE / 2} H${TILE}` },
  5: { ground: "#ffffff", path: `${up} ${down}` },
  7: { ground: "#ffffff", path: `M${TILE / 2} 0 V${TILE}` },
  below: { ground: "#ffffff", path: up },
};

/** `<defs>` of the tiles a chart uses. `id` must be unique on the page. */
export function tiles(id, used) {
  const wanted = [...new Set(used)].filter((pattern) => TILES[pattern]);
  return el(
    "defs",
    {},
    wanted.map((pattern) => {
      const tile = TILES[pattern];
      return el(
        "pattern",
        { id: `${id}-${pattern}`, width: TILE, height: TILE, patternUnits: "userSpaceOnUse" },
        el("rect", { width: TILE, height: TILE, fill: tile.ground }),
        tile.dot
          ? el("circle", { cx: TILE / 2, cy: TILE / 2, r: 1.3, fill: "#3c3c3c" })
          : el("path", { d: tile.path, stroke: "#505050", "stroke-width": 1.1, fill: "none" }),
      );
    }),
  );
}

/** The fill of a bar. */
export function fill(id, pattern) {
  if (pattern === 0) return BLUE;
  if (pattern === 2) return "#ffffff";
  if (pattern === 6) return "#969696";
  return `url(#${id}-${pattern})`;
}

/** The mark of a series on a line. A part-year is hollow. */
export function marker(pattern, x, y, part = false, r = 4) {
  const edge = EDGES[pattern];
  const hollow = part || pattern === 2 || pattern === 6 || pattern === 7;
  const common = { fill: hollow ? "#ffffff" : edge, stroke: edge, "stroke-width": 1.4 };
  const polygon = (points) =>
    el("polygon", { ...common, points: points.map(([dx, dy]) => `${round(x + dx * r)},${round(y + dy * r)}`).join(" ") });
  switch (pattern) {
    case 0:
    case 2:
      return el("circle", { ...common, cx: round(x), cy: round(y), r });
    case 3:
      return polygon([[0, -1], [1, 1], [-1, 1]]);
    case 4:
    case 6:
      return polygon([[0, -1], [1, 0], [0, 1], [-1, 0]]);
    case 5:
      return polygon([[-1, -1], [1, -1], [0, 1]]);
    default:
      return el("rect", { ...common, x: round(x - r), y: round(y - r), width: 2 * r, height: 2 * r });
  }
}

/** Half a tenth of a pixel is enough for anybody. */
export function round(value) {
  return Math.round(value * 10) / 10;
}

/** A line of text whose middle lies at y. `anchor`: start, middle or end. */
export function words(x, y, size, text, { anchor = "start", bold = false, colour = GREY.ink, halo = false } = {}) {
  return el(
    "text",
    {
      x: round(x),
      y: round(y + size * 0.36),
      "font-size": size,
      "text-anchor": anchor,
      fill: colour,
      ...(bold ? { "font-weight": 700 } : {}),
      // White around a label that lies over lines.
      ...(halo ? { stroke: "#ffffff", "stroke-width": 4, "paint-order": "stroke", "stroke-linejoin": "round" } : {}),
    },
    text,
  );
}

export function line(x1, y1, x2, y2, attributes) {
  return el("line", { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2), ...attributes });
}

/** About how wide a text is: letters 0.6 em (the widest digits of the usual fonts), all else an em. */
export function widthOf(text, size) {
  let em = 0;
  for (const letter of String(text)) em += letter.codePointAt(0) < 0x80 ? 0.6 : 1;
  return em * size;
}

/** A text cut into lines of at most `width`, for labels (any letter may end a line but closing brackets). */
export function wrap(text, size, width) {
  const lines = [];
  let current = "";
  for (const letter of String(text)) {
    if (current !== "" && widthOf(current + letter, size) > width && !"）」、。ー".includes(letter)) {
      lines.push(current);
      current = "";
    }
    current += letter;
  }
  lines.push(current);
  return lines;
}

/** The whole drawing, with the words a screen reader says. */
export function svg(width, height, alt, ...children) {
  return el(
    "svg",
    {
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      width: round(width),
      height: round(height),
      role: "img",
      "aria-label": alt,
      class: "chart",
    },
    ...children,
  );
}
