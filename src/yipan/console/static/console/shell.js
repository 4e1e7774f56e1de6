// The frame under the fingers: menus that close, choices that take effect at once, the drawer.

const root = document.documentElement;

// A menu closes when the eye goes elsewhere, and on Escape, which gives the focus back.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  root.removeAttribute("data-rail-open");
});
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const items = [...menu.querySelectorAll(".menu-item")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
});

// Theme, density and rail change where they stand; the server only remembers them.
const ATTRIBUTES = { theme: "data-theme", density: "data-density", rail: "data-rail" };
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-preference]") || !button || !ATTRIBUTES[button.name]) return;
  event.preventDefault();
  const body = new FormData(form, button);
  if (button.name === "theme" && button.value === "system") root.removeAttribute("data-theme");
  else root.setAttribute(ATTRIBUTES[button.name], button.value);
  for (const item of form.querySelectorAll(`[name="${button.name}"]`)) {
    if (item === button) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
  if (button.name === "rail") {
    button.value = button.value === "narrow" ? "wide" : "narrow";
    button.removeAttribute("aria-current");
  }
  document.dispatchEvent(new CustomEvent("yipan:appearance"));
  fetch(form.action, { method: "POST", body, redirect: "manual" });
});

// A long rail opens where the reader is.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest" });

// The rail is a drawer on small screens.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-rail-open-button]")) root.setAttribute("data-rail-open", "");
  else if (event.target.closest("[data-rail-close]")) root.removeAttribute("data-rail-open");
});

// A field that filters sends its form as soon as it changes; without script there is a button.
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-auto]");
  if (form) form.requestSubmit();
});

// A form that may not be sent twice: its button waits for the answer.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // The attribute, since a field called `method` would stand in the way of the property.
  if (event.defaultPrevented || form.getAttribute("method") !== "post" || form.matches("[data-again]")) return;
  const button = event.submitter;
  // A dialog that is left sends nothing: its button is there when it opens again.
  if (button && button.getAttribute("formmethod") !== "dialog") setTimeout(() => { button.setAttribute("disabled", ""); button.setAttribute("aria-busy", "true"); }, 0);
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});

// Dialogs by name: <button data-dialog="id">.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.closest("[data-keys-open]")) document.getElementById("keys")?.showModal();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

// Numbers and codes that people carry elsewhere: <button data-copy="text">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add("good");
  setTimeout(() => button.classList.remove("good"), 1200);
});

// Two views of one thing: <button data-toggle="#id">, which says whether it is pressed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle]");
  if (!button) return;
  const pressed = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(pressed));
  for (const part of document.querySelectorAll(button.dataset.toggle)) part.hidden = !part.hidden;
});

// A fragment that could not be had is said at the top of the page, never swallowed.
const speaksChinese = root.lang.startsWith("zh");
function tellFailure(text) {
  const place = document.getElementById("notices");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "notice tone-bad";
  note.dataset.failed = "";
  note.setAttribute("role", "alert");
  note.textContent = text;
  place.replaceChildren(note);
}
document.addEventListener("htmx:responseError", (event) => {
  const text = speaksChinese ? "未成功，请重试。" : "That did not work. Try again.";
  tellFailure(`${text} (${event.detail.xhr.status})`);
});
document.addEventListener("htmx:sendError", () => {
  tellFailure(speaksChinese ? "网络不通，本页暂不更新。" : "No network. This page shows what was last known.");
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) document.querySelector("#notices [data-failed]")?.remove();
});

// A part of the page that is asked for anew gives the focus back to what had it. A page with a
// scan box looks after its focus by itself.
const quote = (text) => `"${CSS.escape(text)}"`;
function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const form = element.closest("form[action]");
  const within = form ? `form[action=${quote(form.getAttribute("action"))}] ` : "";
  const marks = ["name", "value", "href"].filter((it) => element.hasAttribute(it) && !(it === "value" && element.matches("input, select, textarea")));
  return `${within}${element.localName}${marks.map((it) => `[${it}=${quote(element.getAttribute(it))}]`).join("")}`;
}
let focused = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const active = document.activeElement;
  const isWithin = event.detail.target?.contains(active) && active !== document.body;
  focused = isWithin && !document.querySelector("[data-scan]") ? nameOf(active) : null;
});
document.addEventListener("htmx:afterSettle", () => {
  if (focused && document.activeElement === document.body) document.querySelector(focused)?.focus();
  focused = null;
});

// On a guided tour, what the stop speaks of is framed and brought into view. A list that is empty
// has no table: then the page itself is framed.
const stop = document.querySelector("[data-tour-target]")?.dataset.tourTarget;
const mark = stop ? document.querySelector(stop) ?? document.querySelector("main") : null;
if (mark) {
  mark.classList.add("tour-mark");
  const { top } = mark.getBoundingClientRect();
  if (top > innerHeight - 80) mark.scrollIntoView({ block: "nearest" });
}
