// Ctrl-K: type, choose with the arrows, open with Enter. The server finds.

const palette = document.getElementById("palette");
const box = palette?.querySelector("input");
const hits = document.getElementById("palette-hits");
const all = () => [...hits.querySelectorAll("[role=option]")];

function choose(hit) {
  for (const other of all()) other.removeAttribute("aria-selected");
  box.removeAttribute("aria-activedescendant");
  if (!hit) return;
  hit.setAttribute("aria-selected", "true");
  hit.id ||= `hit-${all().indexOf(hit)}`;
  box.setAttribute("aria-activedescendant", hit.id);
  hit.scrollIntoView({ block: "nearest" });
}

function open() {
  if (palette.open) return;
  box.value = "";
  palette.showModal();
  box.focus();
  box.dispatchEvent(new Event("palette-open"));
}

if (palette) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
  });
  // Enter waits for the hits of the words that stand there; older answers do not count.
  let shown = null;
  let isOpening = false;
  box.addEventListener("palette-open", () => { shown = null; isOpening = false; });
  box.addEventListener("input", () => { isOpening = false; });
  hits.addEventListener("htmx:afterSwap", (event) => {
    shown = new URL(event.detail.xhr.responseURL).searchParams.get("q") ?? "";
    choose(all()[0]);
    if (isOpening && shown === box.value) all()[0]?.click();
  });
  box.addEventListener("keydown", (event) => {
    const list = all();
    const at = list.findIndex((hit) => hit.getAttribute("aria-selected"));
    if (event.key === "ArrowDown") choose(list[(at + 1) % list.length]);
    else if (event.key === "ArrowUp") choose(list[(at - 1 + list.length) % list.length]);
    else if (event.key === "Enter" && box.value !== shown) isOpening = true;
    else if (event.key === "Enter") list[at]?.click();
    else return;
    event.preventDefault();
  });
}
