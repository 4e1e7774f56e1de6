// Counting at the dock: what is said of the next scan (damaged, wrong), and the last scan.

const condition = document.querySelector("[data-condition]");
const buttons = [...document.querySelectorAll("[data-choose]")];
const last = document.querySelector("[data-last]");
// What becomes of returned goods stays chosen; damaged and wrong count for one scan.
const stays = condition.hasAttribute("data-stays");

function choose(value) {
  condition.value = value;
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.choose === value));
  }
}
for (const button of buttons) {
  button.addEventListener("click", () => {
    choose(condition.value === button.dataset.choose ? "" : button.dataset.choose);
  });
}

document.addEventListener("yipan:scanned", (event) => {
  last.textContent = event.detail.code;
  if (!stays) choose("");
});
document.addEventListener("htmx:afterSwap", () => {
  const mark = document.querySelector("[data-is-damaged]");
  if (mark?.dataset.isDamaged === "1") choose("damaged");
});

// A picture is sent as soon as it is taken.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-photo]")) event.target.form.requestSubmit();
});
