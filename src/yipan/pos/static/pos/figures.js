// Amounts as people read them: minor units in, tabular digits out.

const places = new Map();

export function digitsOf(currency) {
  if (!places.has(currency)) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    places.set(currency, format.resolvedOptions().maximumFractionDigits);
  }
  return places.get(currency);
}

export function writeAmount(minor, currency) {
  const digits = digitsOf(currency);
  return new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(minor / 10 ** digits).replace("-", "−");
}

// What was keyed as an amount, in minor units; null when it is none.
export function readAmount(text, currency) {
  const cleaned = text.replaceAll(",", "").trim();
  const amount = Number(cleaned || "0");
  if (!Number.isFinite(amount) || amount < 0) return null;
  return Math.round(amount * 10 ** digitsOf(currency));
}

export const writeCount = (number) => String(number).replace("-", "−");

const SIGNS = { CNY: "¥", EUR: "€", GBP: "£", HKD: "HK$", JPY: "JP¥", USD: "$" };
export const signOf = (currency) => SIGNS[currency] ?? currency;

// 3 s, 5 min, 2 h: how old something is, in the shortest words there are.
export function writeAge(milliseconds) {
  const seconds = Math.max(Math.round(milliseconds / 1000), 0);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
