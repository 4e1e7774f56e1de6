// The stage under the fingers: arrows step, space plays, and the big screen shows nothing else.

const READING_MS_MIN = 2600;
const READING_MS_PER_LETTER = 38;

let isPlaying = false;
let timer = 0;

const stage = () => document.querySelector("[data-lab]");
const find = (name) => stage()?.querySelector(`[data-lab-${name}]`);

// A step just shown may not listen yet to clicks: ask for the next one by its address.
function go(button) {
  if (!button || button.disabled) return false;
  window.htmx.ajax("GET", button.getAttribute("hx-get"), { target: "#lab", swap: "outerHTML" });
  return true;
}

function show() {
  const button = find("play");
  if (!button) return;
  button.setAttribute("aria-pressed", String(isPlaying));
  find("play-word").hidden = isPlaying;
  find("pause-word").hidden = !isPlaying;
}

// The longer the sentence, the longer it stands.
function plan() {
  clearTimeout(timer);
  if (!isPlaying) return;
  const letters = stage()?.querySelector(".lab-text")?.textContent.length ?? 0;
  timer = setTimeout(step, READING_MS_MIN + letters * READING_MS_PER_LETTER);
}

function step() {
  if (!go(find("next"))) {
    isPlaying = false;
    show();
  }
}

function toggle() {
  isPlaying = !isPlaying;
  show();
  if (isPlaying) step();
  plan();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-lab-play]")) toggle();
  const full = event.target.closest("[data-lab-full]");
  if (full && stage()) {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.querySelector("#content").requestFullscreen?.();
  }
});

document.addEventListener("keydown", (event) => {
  if (!stage() || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, dialog, summary")) return;
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    go(find(event.key === "ArrowRight" ? "next" : "previous"));
    event.preventDefault();
  } else if (event.key === " " && !event.target.closest("button, a")) {
    toggle();
    event.preventDefault();
  } else if (event.key === "Home" || event.key === "End") {
    const buttons = stage().querySelectorAll(".lab-steps button");
    go(buttons[event.key === "Home" ? 0 : buttons.length - 1]);
    event.preventDefault();
  }
});

// A step that was shown is what the address says, and what the keyboard goes on from.
document.addEventListener("htmx:afterSettle", () => {
  if (!stage()) return;
  show();
  plan();
  const at = find("at")?.textContent.split("/")[0].trim();
  const address = new URL(window.location.href);
  if (at) address.searchParams.set("step", String(Number(at) - 1));
  address.searchParams.delete("again");
  window.history.replaceState(null, "", address);
});
