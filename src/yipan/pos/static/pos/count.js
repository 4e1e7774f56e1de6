// Counting a transfer: a switch for damaged goods that lasts for one scan, and the last scan.

const condition = document.querySelector("[data-condition]");
const damaged = document.querySelector("[data-damaged]");
const last = document.querySelector("[data-last]");

function choose(isDamaged) {
  condition.value = isDamaged ? "damaged" : "sound";
  damaged.setAttribute("aria-pressed", String(isDamaged));
}
damaged.addEventListener("click", () => choose(condition.value !== "damaged"));

// The switch lasts for one scan; an answer may turn it on again. Scans may wait in line.
document.addEventListener("yipan:scanned", (event) => {
  last.textContent = event.detail.code;
  choose(false);
});
document.addEventListener("htmx:afterSwap", () => {
  const mark = document.querySelector("[data-is-damaged]");
  if (mark?.dataset.isDamaged === "1") choose(true);
});
