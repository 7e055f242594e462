//! Labels that never lie over one another.

/// A box in points; `y` counts downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Box2 {
    /// Left
    pub x: f64,
    /// Top
    pub y: f64,
    /// Width
    pub w: f64,
    /// Height
    pub h: f64,
}

impl Box2 {
    /// Whether two boxes share some area.
    pub fn meets(&self, other: &Self) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }

    fn within(&self, outer: &Self) -> bool {
        self.x >= outer.x
            && self.y >= outer.y
            && self.x + self.w <= outer.x + outer.w
            && self.y + self.h <= outer.y + outer.h
    }
}

/// Moves label middles apart by at least `gap` with as little movement as possible, inside `0..=height` as long as
/// they fit. The answer is in the order of `wanted`.
pub fn spread(wanted: &[f64], gap: f64, height: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    let at = |index: usize| wanted.get(index).copied().unwrap_or_default();
    order.sort_by(|a, b| at(*a).total_cmp(&at(*b)).then(a.cmp(b)));
    // Groups of touching labels, each with its members and the middle they want together.
    let mut groups: Vec<(Vec<usize>, f64)> = Vec::new();
    for index in order {
        groups.push((vec![index], at(index)));
        while let [.., (above, above_middle), (below, below_middle)] = groups.as_slice() {
            let need = (above.len() + below.len()) as f64 * gap / 2.0;
            if below_middle - above_middle >= need {
                break;
            }
            let members: Vec<usize> = above.iter().chain(below).copied().collect();
            let middle = members.iter().map(|i| at(*i)).sum::<f64>() / members.len() as f64;
            groups.truncate(groups.len() - 2);
            groups.push((members, middle));
        }
    }
    let mut placed: Vec<(usize, f64)> = Vec::new();
    for (members, middle) in groups {
        let top = middle - (members.len() as f64 - 1.0) * gap / 2.0;
        placed.extend(members.into_iter().enumerate().map(|(k, index)| (index, top + gap * k as f64)));
    }
    // Push back in from the foot, then from the head, which wins when there is no room for all.
    let mut limit = height;
    for (_, y) in placed.iter_mut().rev() {
        *y = y.min(limit);
        limit = *y - gap;
    }
    let mut limit = 0.0;
    for (_, y) in &mut placed {
        *y = y.max(limit);
        limit = *y + gap;
    }
    placed.sort_by_key(|(index, _)| *index);
    placed.into_iter().map(|(_, y)| y).collect()
}

/// Finds a box for each label beside its point (x, y, width, height of the label), the first ones first: right,
/// left, above, below, then the corners, near before far. `None` when every place is taken. No box meets another,
/// a marker or the edge of the plot; only the first one, the own area's, may cover markers when there is no other
/// way. Places off the `lines` are tried before places across them.
pub fn beside(points: &[(f64, f64, f64, f64)], marker: f64, plot: &Box2, lines: &[Box2]) -> Vec<Option<Box2>> {
    let markers: Vec<Box2> = points
        .iter()
        .map(|(x, y, ..)| Box2 { x: x - marker, y: y - marker, w: 2.0 * marker, h: 2.0 * marker })
        .collect();
    let mut taken: Vec<Box2> = Vec::new();
    let mut found = Vec::with_capacity(points.len());
    for (index, (x, y, w, h)) in points.iter().enumerate() {
        let near = [marker + 1.5, marker + 5.0, marker + 9.0];
        let corner = |x, y| Box2 { x, y, w: *w, h: *h };
        let places = near.into_iter().flat_map(|d| {
            [
                corner(x + d, y - h / 2.0),
                corner(x - d - w, y - h / 2.0),
                corner(x - w / 2.0, y - d - h),
                corner(x - w / 2.0, y + d),
                corner(x + d * 0.7, y - d * 0.7 - h),
                corner(x + d * 0.7, y + d * 0.7),
                corner(x - d * 0.7 - w, y - d * 0.7 - h),
                corner(x - d * 0.7 - w, y + d * 0.7),
            ]
        });
        let inside: Vec<Box2> =
            places.filter(|place| place.within(plot) && !taken.iter().any(|t| t.meets(place))).collect();
        let mut free: Vec<Box2> =
            inside.iter().filter(|place| !markers.iter().any(|m| m.meets(place))).copied().collect();
        if index == 0 && free.is_empty() {
            free = inside;
        }
        let clear = free.iter().find(|place| !lines.iter().any(|line| line.meets(place)));
        let free = clear.or(free.first()).copied();
        taken.extend(free);
        found.push(free);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spread_labels_keep_their_distance(wanted in prop::collection::vec(0.0f64..100.0, 0..8)) {
            let placed = spread(&wanted, 11.0, 100.0);
            let mut sorted = placed.clone();
            sorted.sort_by(f64::total_cmp);
            for pair in sorted.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 11.0 - 1e-6, "{placed:?}");
            }
            for y in placed {
                prop_assert!((-1e-6..=100.0 + 1e-6).contains(&y));
            }
        }

        #[test]
        fn labels_beside_points_never_meet(
            points in prop::collection::vec((0.0f64..300.0, 0.0f64..200.0, 10.0f64..80.0), 0..70)
        ) {
            let plot = Box2 { x: 0.0, y: 0.0, w: 300.0, h: 200.0 };
            let points: Vec<_> = points.into_iter().map(|(x, y, w)| (x, y, w, 10.0)).collect();
            let boxes: Vec<Box2> = beside(&points, 2.5, &plot, &[]).into_iter().flatten().collect();
            for (k, one) in boxes.iter().enumerate() {
                prop_assert!(one.within(&plot));
                for other in &boxes[k + 1..] {
                    prop_assert!(!one.meets(other));
                }
            }
        }
    }

    #[test]
    fn labels_far_apart_stay_where_they_are() {
        assert_eq!(spread(&[50.0, 10.0], 11.0, 100.0), [50.0, 10.0]);
    }
}
