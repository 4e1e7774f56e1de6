// Quantities as people say them: "3 case", "2.5 kg" or "1.5 斤" become smallest units when the
// field is left, exactly or not at all. The server reads the same. A field carries what it may be
// written in as `data-units`, itself or its line.

function readUnits(units, text) {
  const [, number, unit] = /^([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*(\D*)$/.exec(text.normalize("NFKC").toLowerCase().trim()) ?? [];
  const quantity = Number((Number(number) * units[unit?.trim()]).toFixed(6));
  return Number.isSafeInteger(quantity) ? quantity : NaN;
}

document.addEventListener("change", ({ target: field }) => {
  const units = field.matches("input[data-units], [data-units] [data-quantity]") && field.closest("[data-units]").dataset.units;
  const quantity = units ? readUnits(JSON.parse(units), field.value) : NaN;
  if (Number.isNaN(quantity) || field.value === String(quantity)) return;
  field.value = String(quantity);
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
