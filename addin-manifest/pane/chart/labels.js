// Labels that never lie over one another (src/handout/chart/labels.rs).

/** Moves label middles apart by at least `gap`, as little as possible, inside 0…height while they fit. */
export function spread(wanted, gap, height) {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b] || a - b);
  // Groups of touching labels, each with its members and the middle they want together.
  const groups = [];
  for (const index of order) {
    groups.push({ members: [index], middle: wanted[index] });
    while (groups.length > 1) {
      const [above, below] = groups.slice(-2);
      const need = ((above.members.length + below.members.length) * gap) / 2;
      if (below.middle - above.middle >= need) break;
      const members = [...above.members, ...below.members];
      const middle = members.reduce((sum, member) => sum + wanted[member], 0) / members.length;
      groups.splice(-2, 2, { members, middle });
    }
  }
  const placed = groups.flatMap(({ members, middle }) =>
    members.map((index, k) => ({ index, y: middle - ((members.length - 1) * gap) / 2 + gap * k })),
  );
  // Push back in from the foot, then from the head, which wins when there is no room for all.
  let limit = height;
  for (const label of [...placed].reverse()) {
    label.y = Math.min(label.y, limit);
    limit = label.y - gap;
  }
  limit = 0;
  for (const label of placed) {
    label.y = Math.max(label.y, limit);
    limit = label.y + gap;
  }
  return placed.sort((a, b) => a.index - b.index).map((label) => label.y);
}

const meets = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const within = (a, b) => a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;
export { meets };

/**
 * A box for each label beside its point ({x, y, w, h}), the first ones first; null when every place is taken. No box
 * meets another, a marker or the edge; only the first one, the own area's, may cover markers when there is no other
 * way. Places off the `lines` are tried before places across them.
 */
export function beside(points, marker, plot, lines) {
  const markers = points.map(({ x, y }) => ({ x: x - marker, y: y - marker, w: 2 * marker, h: 2 * marker }));
  const taken = [];
  return points.map(({ x, y, w, h }, index) => {
    const corner = (left, top) => ({ x: left, y: top, w, h });
    const places = [marker + 2, marker + 7].flatMap((d) => [
      corner(x + d, y - h / 2),
      corner(x - d - w, y - h / 2),
      corner(x - w / 2, y - d - h),
      corner(x - w / 2, y + d),
      corner(x + d * 0.7, y - d * 0.7 - h),
      corner(x + d * 0.7, y + d * 0.7),
      corner(x - d * 0.7 - w, y - d * 0.7 - h),
      corner(x - d * 0.7 - w, y + d * 0.7),
    ]);
    const inside = places.filter((place) => within(place, plot) && !taken.some((other) => meets(other, place)));
    let free = inside.filter((place) => !markers.some((other) => meets(other, place)));
    if (index === 0 && free.length === 0) free = inside;
    const place = free.find((one) => !lines.some((other) => meets(other, one))) ?? free[0] ?? null;
    if (place) taken.push(place);
    return place;
  });
}
