// Lists under the keyboard: j and k go, Enter opens, x selects, / searches, n turns the page.

const TYPING = "input, textarea, select, [contenteditable]";
const rows = () => [...document.querySelectorAll("table[data-list] tbody tr")];

function isTyping(event) {
  return event.target.matches?.(TYPING) || document.querySelector("dialog[open]");
}

function go(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  all[at]?.classList.remove("is-current");
  all[at]?.removeAttribute("aria-current");
  next.classList.add("is-current");
  next.setAttribute("aria-current", "true");
  next.scrollIntoView({ block: "nearest" });
}

const actions = {
  j: () => go(1),
  k: () => go(-1),
  Enter: () => {
    const row = document.querySelector("tr.is-current");
    (row?.querySelector("a[data-open]") ?? row?.querySelector("a[href]"))?.click();
    return Boolean(row);
  },
  x: () => document.querySelector("tr.is-current input[type=checkbox]")?.click(),
  n: () => document.querySelector("a[data-next-page]")?.click(),
  "/": () => document.querySelector("[data-list-search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const onLink = event.key === "Enter" && event.target.closest?.("a, button, summary");
  const act = actions[event.key];
  if (!act || onLink) return;
  if (act() !== false) event.preventDefault();
});

// A click anywhere in a row opens it, unless something in the row was meant.
document.addEventListener("click", (event) => {
  const row = event.target.closest("table[data-list] tbody tr");
  if (!row || event.target.closest("a, button, input, label, summary, select")) return;
  if (String(window.getSelection())) return;
  row.querySelector("a[data-open]")?.click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("table[data-list] thead input[type=checkbox]")) {
    for (const box of document.querySelectorAll("table[data-list] tbody input[type=checkbox]")) {
      box.checked = event.target.checked;
      box.closest("tr").classList.toggle("is-selected", box.checked);
    }
  } else if (event.target.matches("table[data-list] tbody input[type=checkbox]")) {
    event.target.closest("tr").classList.toggle("is-selected", event.target.checked);
  }
});

// A table that fits into its place needs no scrolling of its own: then its head stays with the page.
// What follows from it changes sizes again, so it is told a frame later.
const fitting = new ResizeObserver((entries) => {
  const wraps = new Set(entries.map(({ target }) => target.closest(".table-wrap")));
  requestAnimationFrame(() => {
    for (const wrap of wraps) wrap.dataset.fits = String(wrap.scrollWidth <= wrap.clientWidth);
  });
});

function watch(root) {
  for (const table of root.querySelectorAll(".table-wrap > .table")) {
    fitting.observe(table);
    fitting.observe(table.parentElement);
  }
}

watch(document);
document.addEventListener("htmx:load", (event) => watch(event.target.parentElement ?? document));
