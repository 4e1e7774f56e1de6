// The editor of an order's lines: sums, cases, and a search that never needs the mouse.

const form = document.querySelector("[data-order]");
const body = document.getElementById("order-lines");
const hits = document.getElementById("goods-hits");
const search = document.querySelector("[data-goods-search]");
const write = new Intl.NumberFormat("en");
const writeAmount = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const readWhole = (field) => (/^\d{1,15}$/.test(field.value.trim()) ? Number(field.value) : NaN);
const readAmount = (field) => Number(field.value.trim().replaceAll(",", ""));

function showLine(line) {
  const size = Number(line.dataset.caseSize);
  const quantity = readWhole(line.querySelector("[data-quantity]"));
  // Goods that are only moved have no cost here.
  const cost = line.querySelector("[data-cost]");
  const amount = cost ? quantity * readAmount(cost) : NaN;
  if (cost) line.querySelector("[data-amount]").textContent = Number.isFinite(amount) ? writeAmount.format(amount) : "–";
  const cases = line.querySelector("[data-cases]");
  if (cases) {
    const rest = quantity % size;
    cases.textContent = Number.isNaN(quantity) ? "–" : write.format(Math.floor(quantity / size));
    line.querySelector("[data-rest]").textContent = rest ? ` + ${rest}` : "";
  }
  return { quantity, amount };
}

function showAll() {
  const lines = [...body.querySelectorAll("[data-line]")];
  const sums = lines.map(showLine);
  const add = (name) => sums.reduce((sum, each) => sum + (each[name] || 0), 0);
  form.querySelector("[data-total-lines]").textContent = write.format(lines.length);
  form.querySelector("[data-total-units]").textContent = write.format(add("quantity"));
  const value = form.querySelector("[data-total-value]");
  if (value) value.textContent = writeAmount.format(add("amount"));
  form.querySelector("[data-order-empty]").hidden = lines.length > 0;
}

form.addEventListener("input", showAll);
form.addEventListener("click", (event) => {
  const remove = event.target.closest("[data-remove]");
  const step = event.target.closest("[data-case]");
  if (remove) {
    remove.closest("[data-line]").remove();
    search.focus();
  }
  if (step) {
    const line = step.closest("[data-line]");
    const field = line.querySelector("[data-quantity]");
    const size = Number(line.dataset.caseSize);
    const quantity = readWhole(field) || 0;
    const cases = step.dataset.case === "1" ? Math.floor(quantity / size) + 1 : Math.ceil(quantity / size) - 1;
    field.value = String(Math.max(cases * size, size));
  }
  if (remove || step) showAll();
});

// A product that is there already is not added twice: its quantity gets the focus.
document.addEventListener("htmx:beforeRequest", (event) => {
  const code = event.target.dataset?.hit;
  if (!code) return;
  const known = body.querySelector(`input[name="sku"][value="${CSS.escape(code)}"]`);
  if (!known) return;
  event.preventDefault();
  close();
  known.closest("[data-line]").querySelector("[data-quantity]").select();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target === body) {
    close();
    showAll();
    body.lastElementChild?.querySelector("[data-quantity]").select();
  }
  if (event.target === hits) hits.querySelector(".order-hit")?.classList.add("is-first");
});

function close() {
  hits.replaceChildren();
  search.value = "";
}
search.addEventListener("keydown", (event) => {
  const first = hits.querySelector(".order-hit");
  if (event.key === "Enter") {
    event.preventDefault();
    first?.click();
  } else if (event.key === "ArrowDown" && first) {
    event.preventDefault();
    first.focus();
  } else if (event.key === "Escape") {
    close();
  }
});
hits.addEventListener("keydown", (event) => {
  const all = [...hits.querySelectorAll(".order-hit")];
  const at = all.indexOf(document.activeElement);
  if (event.key === "ArrowDown") all[Math.min(at + 1, all.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (at > 0 ? all[at - 1] : search).focus();
  else if (event.key === "Escape") { close(); search.focus(); }
  else return;
  event.preventDefault();
});
// Enter in a line goes on to the search, and does not send the order.
body.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    search.focus();
  }
});
showAll();
