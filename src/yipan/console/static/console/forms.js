// What somebody typed is not lost: a form whose step was refused is filled in again, in the dialog
// it stood in, with the refusal above it. It is kept in this tab alone, until the next page.

const KEY = "yipan_typed";
const FIELDS = "input:not([type=password], [type=file], [type=hidden]), select, textarea";

const pathOf = (address) => new URL(address, location.href).pathname;
const hiddenOf = (form) =>
  [...form.querySelectorAll("input[type=hidden][name]")]
    .filter((field) => field.name !== "csrfmiddlewaretoken")
    .map((field) => `${field.name}=${field.value}`)
    .join("&");
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches(FIELDS));

function keep(form, submitter) {
  const typed = fieldsOf(form).map((field) => [field.name, field.value, Boolean(field.checked)]);
  const action = pathOf(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "");
  const kept = { at: location.pathname, action, hidden: hiddenOf(form), typed };
  try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* then it is typed again */ }
}

function take() {
  try {
    const kept = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return kept ? JSON.parse(kept) : null;
  } catch {
    return null;
  }
}

function fillIn(form, typed) {
  const fields = fieldsOf(form);
  typed.forEach(([name, value, checked], place) => {
    const field = fields[place]?.name === name ? fields[place] : null;
    if (!field) return;
    if (field.type === "checkbox" || field.type === "radio") field.checked = checked && field.value === value;
    else field.value = value;
  });
}

const kept = take();
const refusal = document.querySelector("#notices .tone-bad");
if (kept && refusal && kept.at === location.pathname) {
  const form = [...document.forms].find(
    (it) => it.getAttribute("method") === "post" && pathOf(it.getAttribute("action") ?? "") === kept.action && hiddenOf(it) === kept.hidden,
  );
  if (form) {
    fillIn(form, kept.typed);
    const dialog = form.closest("dialog");
    if (dialog) {
      dialog.querySelector(".dialog-body")?.prepend(refusal.cloneNode(true));
      dialog.showModal();
    }
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const isPost = form.getAttribute("method") === "post" && event.submitter?.getAttribute("formmethod") !== "dialog";
  if (isPost && !event.defaultPrevented && !form.matches("[data-preference]")) keep(form, event.submitter);
});
