// A grid under the keyboard: arrows and Enter go, a paste from a spreadsheet fills to the right and down.

const grid = document.querySelector("table[data-grid]");

function find(row, column) {
  return grid?.querySelector(`input[data-row="${row}"][data-column="${column}"]`);
}

function getPlace(cell) {
  return [Number(cell.dataset.row), Number(cell.dataset.column)];
}

const steps = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Enter: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function isWithin(cell, key) {
  if (cell.selectionStart !== cell.selectionEnd) return false;
  if (key === "ArrowLeft") return cell.selectionStart > 0;
  return key === "ArrowRight" && cell.selectionEnd < cell.value.length;
}

grid?.addEventListener("keydown", (event) => {
  const cell = event.target.closest("input[data-row]");
  const step = steps[event.key];
  if (!cell || !step || event.ctrlKey || event.metaKey || isWithin(cell, event.key)) return;
  const [row, column] = getPlace(cell);
  const next = find(row + step[0], column + step[1]);
  event.preventDefault();
  if (next) {
    next.focus();
    next.select();
  }
});

grid?.addEventListener("paste", (event) => {
  const cell = event.target.closest("input[data-row]");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!cell || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  const [row, column] = getPlace(cell);
  const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n");
  lines.forEach((line, down) => {
    line.split("\t").forEach((value, right) => {
      const target = find(row + down, column + right);
      if (target) target.value = value.trim();
    });
  });
});
