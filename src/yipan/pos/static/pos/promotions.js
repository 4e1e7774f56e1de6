// What promotions give to the lines of a ticket. The same rule as foundation/promotions.py, in
// whole minor units; both are tried with the same cases. Nothing is read here but what is given.
//
// A line that one promotion has touched is left alone by the others, but a gift takes nothing
// from a line. Promotions come in the order of their priority, the highest first, then by code.

const matches = (line, promotion) => line.quantity > 0 && (
  (!promotion.skus.length && !promotion.categories.length)
  || promotion.skus.includes(line.sku)
  || promotion.categories.some((branch) => line.category === branch || line.category.startsWith(`${branch}/`)));

const compare = (one, other) => other.priority - one.priority || (one.code < other.code ? -1 : one.code > other.code ? 1 : 0);

export function applyPromotions(lines, promotions) {
  const discounts = [];
  const gifts = [];
  const taken = new Set();
  for (const promotion of [...promotions].sort(compare)) {
    const places = lines.map((_, place) => place).filter((place) => matches(lines[place], promotion));
    if (promotion.kind === "gift") {
      const gift = findGift(lines, places, promotion);
      if (gift) gifts.push(gift);
      continue;
    }
    const free = places.filter((place) => !taken.has(place));
    for (const discount of GIVERS[promotion.kind]?.(lines, free, promotion) ?? []) {
      taken.add(discount.line);
      if (discount.discount_minor > 0) discounts.push({ ...discount, promotion: promotion.code });
    }
  }
  return { discounts: discounts.sort((one, other) => one.line - other.line), gifts };
}

const countUnits = (lines, places) => places.reduce((all, place) => all + lines[place].quantity, 0);

function findGift(lines, places, { code, buy_quantity: buy, gift_sku: sku, gift_quantity: each }) {
  const quantity = Math.floor(countUnits(lines, places) / buy) * each;
  return quantity > 0 ? { sku, quantity, promotion: code } : null;
}

const GIVERS = {
  // Half a minor unit is rounded up.
  percent: (lines, places, { percent }) => places.map((place) => ({
    line: place,
    discount_minor: Math.floor((lines[place].quantity * lines[place].price_minor * percent * 2 + 100) / 200),
  })),

  amount: (lines, places, { amount_minor: amount }) => places.map((place) => ({
    line: place,
    discount_minor: Math.min(amount, lines[place].price_minor) * lines[place].quantity,
  })),

  // Of each n units n - m are free: the cheapest of all, the later line first where prices are equal.
  n_for_m: (lines, places, { buy_quantity: buy, pay_quantity: pay }) => {
    let free = Math.floor(countUnits(lines, places) / buy) * (buy - pay);
    if (free <= 0) return [];
    const cheapest = [...places].sort((one, other) => lines[one].price_minor - lines[other].price_minor || other - one);
    const given = new Map();
    for (const place of cheapest) {
      const units = Math.min(free, lines[place].quantity);
      given.set(place, units * lines[place].price_minor);
      free -= units;
    }
    return places.map((place) => ({ line: place, discount_minor: given.get(place) ?? 0 }));
  },
};

// Those that hold at a store on a business date (year-month-day, both ends included).
export function chooseValid(promotions, { site, region, day }) {
  return promotions.filter((each) => each.is_active
    && (!each.valid_from || each.valid_from <= day) && (!each.valid_to || day <= each.valid_to)
    && ((!each.sites.length && !each.regions.length) || each.sites.includes(site) || (region !== "" && each.regions.includes(region))));
}
