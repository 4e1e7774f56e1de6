// The stage under the fingers: arrows step, space plays. On a big screen a title comes first, and one
// story follows the other without leaving the full screen.

const READING_MS_MIN = 2600;
const READING_MS_PER_LETTER = 38;
// One Chinese character says as much as three letters.
const READING_MS_PER_CHARACTER = 115;
const COVER_MS = 6000;
const RESTING_MS = 3000;

let isPlaying = false;
let timer = 0;
let resting = 0;

const stage = () => document.querySelector("[data-lab]");
const find = (name) => stage()?.querySelector(`[data-lab-${name}]`);
const wall = () => document.querySelector("[data-lab-show]");
const isCovered = () => wall()?.classList.contains("is-covered") ?? false;

// A step just shown may not listen yet to clicks: ask for the next one by its address.
function go(button) {
  if (!button || button.disabled) return false;
  window.htmx.ajax("GET", button.getAttribute("hx-get"), { target: "#lab", swap: "outerHTML" });
  return true;
}

function goToStory(address) {
  window.htmx.ajax("GET", address, { target: "#lab-show", select: "#lab-show", swap: "outerHTML" });
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
  const text = stage()?.querySelector(".lab-text")?.textContent.trim() ?? "";
  const pace = document.documentElement.lang.startsWith("zh") ? READING_MS_PER_CHARACTER : READING_MS_PER_LETTER;
  timer = setTimeout(step, isCovered() ? COVER_MS : READING_MS_MIN + text.length * pace);
}

function cover(isShown) {
  wall().classList.toggle("is-covered", isShown);
  tellAddress();
  plan();
  // What was carried is seen when the curtain opens, not behind it.
  if (!isShown) stage()?.querySelector(".lab-picture")?.setCurrentTime(0);
}

// One step on; on a big screen from the title to the story, and from its end to the next one.
function advance() {
  if (isCovered()) cover(false);
  else if (go(find("next"))) return true;
  else if (wall()) goToStory(wall().dataset.labAfter);
  else return false;
  return true;
}

function retreat() {
  if (isCovered()) goToStory(wall().dataset.labBefore);
  else if (!go(find("previous")) && wall()) cover(true);
}

function step() {
  if (!advance()) {
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

function fill() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}

// What is asked of the whole page, by key.
const KEYS = {
  w: () => document.querySelector("[data-lab-wall]")?.click(),
  f: () => wall() && fill(),
  Escape: () => document.fullscreenElement || document.querySelector("[data-lab-leave]")?.click(),
  PageDown: () => wall() && goToStory(wall().dataset.labAfter),
  PageUp: () => wall() && goToStory(wall().dataset.labBefore),
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-lab-play]")) toggle();
  if (event.target.closest("[data-lab-full]")) fill();
  const begin = event.target.closest("[data-lab-begin]");
  if (begin) {
    isPlaying = begin.dataset.labBegin === "play";
    show();
    advance();
  }
  const other = event.target.closest("[data-lab-go]");
  if (other && wall() && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    goToStory(other.getAttribute("href"));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, dialog, summary")) return;
  if (KEYS[event.key]) {
    if (KEYS[event.key]() && event.key.startsWith("Page")) event.preventDefault();
    return;
  }
  if (!stage()) return;
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    if (event.key === "ArrowRight") advance();
    else retreat();
    event.preventDefault();
  } else if (event.key === " " && !event.target.closest("button, a")) {
    toggle();
    event.preventDefault();
  } else if (event.key === "Home" || event.key === "End") {
    const buttons = stage().querySelectorAll(".lab-steps button");
    if (isCovered()) cover(false);
    go(buttons[event.key === "Home" ? 0 : buttons.length - 1]);
    event.preventDefault();
  }
});

// Nobody moves: the pointer and the tools make room for the story.
function rest() {
  document.body.classList.remove("is-resting");
  clearTimeout(resting);
  if (wall()) resting = setTimeout(() => document.body.classList.add("is-resting"), RESTING_MS);
}
for (const each of ["pointermove", "keydown", "click"]) document.addEventListener(each, rest);

// A step that was shown is what the address says, and what the keyboard goes on from.
function tellAddress() {
  const at = find("at")?.textContent.split("/")[0].trim();
  const address = new URL(wall()?.dataset.labShow ?? window.location.href, window.location.href);
  if (isCovered()) address.searchParams.delete("step");
  else if (at) address.searchParams.set("step", String(Number(at) - 1));
  address.searchParams.delete("again");
  window.history.replaceState(null, "", address);
}

document.addEventListener("htmx:afterSettle", () => {
  if (!stage()) return;
  show();
  plan();
  tellAddress();
});
