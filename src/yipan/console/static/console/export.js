// A list as a file: all its pages, with the filters, the order and the columns somebody chose.

const PAGES_MAX = 200;
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
// Asked for anew each time: a board that is fetched again brings its own table and button.
const findButton = () => document.querySelector("[data-export]");
const findTables = () => document.querySelectorAll("table[data-list]");

function wordsOf(cell) {
  const copy = cell.cloneNode(true);
  for (const part of copy.querySelectorAll("input, button, select, svg, progress, .visually-hidden, .currency, .unit")) part.remove();
  // A moment is written with its zone, so that a spreadsheet elsewhere means the same.
  for (const time of copy.querySelectorAll("time[datetime]")) time.textContent = time.getAttribute("datetime");
  // People stand in a file by the name they log in with, as in every other file.
  for (const person of copy.querySelectorAll("[data-username]")) person.textContent = person.dataset.username;
  for (const part of copy.querySelectorAll(".sub, br")) part.prepend(" · ");
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function write(cell) {
  const words = wordsOf(cell);
  const figure = words.replace(/,/g, "").replace("\u2212", "-");
  if (cell.classList.contains("number") && /^[+-]?\d+(\.\d+)?$/.test(figure)) return figure.replace("+", "");
  const safe = FORMULA.test(words) ? `'${words}` : words;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function linesOf(table, shown) {
  const whole = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => row.cells.length === shown.length);
  return whole.map((row) => [...row.cells].filter((_, place) => shown[place]).map(write).join(","));
}

async function collect(tables, button) {
  const heads = [...tables[0].tHead.rows[0].cells];
  const shown = heads.map((head) => !head.hidden && wordsOf(head) !== "");
  const lines = [heads.filter((_, place) => shown[place]).map(write).join(","), ...linesOf(tables[0], shown)];
  let next = document.querySelector("a[data-next-page]")?.href;
  for (let page = 1; next && page < PAGES_MAX; page += 1) {
    button.querySelector("span").textContent = String(lines.length - 1);
    const answer = await fetch(next, { redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const other = new DOMParser().parseFromString(await answer.text(), "text/html");
    lines.push(...linesOf(other.querySelector("table[data-list]") ?? document.createElement("table"), shown));
    const address = other.querySelector("a[data-next-page]")?.getAttribute("href");
    next = address ? new URL(address, next).href : "";
  }
  return { text: lines.join("\r\n"), isWhole: !next };
}

function say(text) {
  const note = document.createElement("div");
  note.className = "notice tone-warn";
  note.textContent = text;
  document.getElementById("notices")?.replaceChildren(note);
}

async function save(button) {
  const label = button.querySelector("span");
  const words = label.textContent;
  button.disabled = true;
  try {
    const { text, isWhole } = await collect(findTables(), button);
    const link = document.createElement("a");
    // With the mark, Excel takes UTF-8 for what it is.
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
    const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
    link.download = `${document.querySelector("h1").textContent.trim().replace(/[\\/:*?"<>|\s]+/g, "-")}-${today}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    if (!isWhole) say(button.dataset.textCut);
  } catch {
    say(button.dataset.textFailed);
  }
  label.textContent = words;
  button.disabled = false;
}

function offer() {
  const button = findButton();
  const tables = findTables();
  if (button && tables.length === 1 && tables[0].tHead?.rows.length === 1) button.hidden = false;
}
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-export]");
  if (button && button === findButton()) save(button);
});
document.addEventListener("htmx:afterSwap", offer);
offer();
