// Which columns a list shows: chosen per list, kept on this device, the first always there.

const KEY = `yipan_columns ${location.pathname}`;
const panel = document.querySelector("[data-columns]");
const tables = document.querySelectorAll("table[data-list]");

function readHidden() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Set(Array.isArray(kept) ? kept : []);
  } catch {
    return new Set();
  }
}

// A column is known by its words, so that one added later does not take another's place.
function nameOf(head) {
  const words = head.cloneNode(true);
  for (const part of words.querySelectorAll("input, svg, .sub")) part.remove();
  return words.textContent.trim();
}

function show(hidden) {
  const table = document.querySelector("table[data-list]");
  const heads = [...(table?.tHead?.rows[0]?.cells ?? [])];
  heads.forEach((head, place) => {
    const isHidden = place > 0 && hidden.has(nameOf(head));
    for (const row of table.rows) if (row.cells.length === heads.length) row.cells[place].hidden = isHidden;
  });
}

function offer(hidden) {
  const heads = [...(tables[0].tHead?.rows[0]?.cells ?? [])];
  const simple = heads.every((head) => head.colSpan === 1) && tables[0].tHead.rows.length === 1;
  const names = heads.slice(1).map(nameOf).filter(Boolean);
  if (!simple || names.length < 3) return;
  for (const name of names) {
    const label = document.createElement("label");
    label.className = "menu-item";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = !hidden.has(name);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(name);
      else hidden.add(name);
      try { localStorage.setItem(KEY, JSON.stringify([...hidden])); } catch { /* only until the next page */ }
      show(hidden);
    });
    label.append(box, name);
    panel.append(label);
  }
  panel.hidden = false;
  show(hidden);
  document.body.addEventListener("htmx:afterSettle", () => show(hidden));
}

if (panel && tables.length === 1) offer(readHidden());
