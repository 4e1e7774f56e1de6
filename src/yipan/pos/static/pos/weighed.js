// Barcodes with a value inside: what stands where is written as a pattern by the store, the same
// rule as pos/rules/weighed.py. Figures stand for themselves, A is the article, W a weight in
// grams, P a price in minor units, N pieces, C the check digit, X any figure.

// Returns {barcode, grams, minor or pieces}, or null when no pattern fits.
export function readWeighed(code, patterns) {
  if (!/^\d+$/.test(code)) return null;
  for (const pattern of patterns) {
    const found = fit(code, pattern);
    if (found) return found;
  }
  return null;
}

function fit(code, pattern) {
  if (code.length !== pattern.length) return null;
  const parts = { A: "", W: "", P: "", N: "" };
  let barcode = "";
  for (let place = 0; place < pattern.length; place += 1) {
    const sign = pattern[place];
    const digit = code[place];
    if (sign >= "0" && sign <= "9" && sign !== digit) return null;
    if (sign === "C" && checkDigit(code.slice(0, place)) !== Number(digit)) return null;
    if (sign === "A" || (sign >= "0" && sign <= "9")) barcode += digit;
    if (sign in parts) parts[sign] += digit;
  }
  const found = { barcode };
  if (parts.W) found.grams = Number(parts.W);
  else if (parts.N) found.pieces = Number(parts.N);
  else if (parts.P) found.minor = Number(parts.P);
  return found;
}

function checkDigit(digits) {
  const total = [...digits].reverse().reduce((all, digit, place) => all + Number(digit) * (place % 2 ? 1 : 3), 0);
  return (10 - (total % 10)) % 10;
}
