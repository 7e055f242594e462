// Short names of a block's rows: the form repeats 「受給者1人あたり給付月額（…）」 22 times (src/handout/names.rs).

/** How many rows must share the words before the bracket to become a group. */
const GROUP_FROM = 3;
/** Said once in the heading of the block, not in every label. */
const PER_USER = "受給者1人あたり";

/** Each row's {group, label, inChart, anywhere}, in the order of the indicators. */
export function rowNames(indicators) {
  const parts = indicators.map((indicator) => /^([^（]+)（(.+)）$/.exec(indicator.name));
  const counts = new Map();
  for (const part of parts) if (part) counts.set(part[1], (counts.get(part[1]) ?? 0) + 1);
  const groups = [...counts].filter(([, count]) => count >= GROUP_FROM).map(([group]) => group);
  return indicators.map((indicator, index) => {
    const part = parts[index];
    if (!part || !groups.includes(part[1])) {
      return { group: null, label: indicator.name, inChart: indicator.name, anywhere: indicator.name };
    }
    const [, group, label] = part;
    const measure = group.startsWith(PER_USER) ? group.slice(PER_USER.length) : group;
    const inChart = groups.length > 1 ? `${label}　${measure}` : label;
    return { group, label, inChart, anywhere: `${label}　${measure}` };
  });
}
