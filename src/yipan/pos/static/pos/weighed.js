// The label of a scale: prefix and article in seven digits, then a weight in grams or a price.

export function readWeighed(code) {
  if (!/^2\d{12}$/.test(code)) return null;
  const total = [...code.slice(0, 12)].reduce((all, digit, place) => all + Number(digit) * (place % 2 ? 3 : 1), 0);
  if ((10 - (total % 10)) % 10 !== Number(code[12])) return null;
  const value = Number(code.slice(7, 12));
  return { barcode: code.slice(0, 7), [Number(code[1]) < 5 ? "grams" : "minor"]: value };
}
