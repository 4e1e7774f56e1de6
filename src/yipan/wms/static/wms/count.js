// Counting at the dock: a switch for damaged goods that lasts for one scan, and the last scan.

const condition = document.querySelector("[data-condition]");
const damaged = document.querySelector("[data-damaged]");
const last = document.querySelector("[data-last]");

function choose(isDamaged) {
  condition.value = isDamaged ? "damaged" : "sound";
  damaged.setAttribute("aria-pressed", String(isDamaged));
}
damaged.addEventListener("click", () => choose(condition.value !== "damaged"));

// After an answer the next scan is sound again, unless the answer says otherwise.
document.addEventListener("htmx:beforeRequest", (event) => {
  const field = event.target.querySelector?.("[data-scan]");
  if (field) last.textContent = field.value;
});
document.addEventListener("htmx:afterSwap", () => {
  const mark = document.querySelector("[data-is-damaged]");
  choose(mark?.dataset.isDamaged === "1");
  const field = document.querySelector("[data-scan]");
  if (field) field.value = "";
});
