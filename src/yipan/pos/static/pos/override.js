// What a second person has to approve (主管授权), and how: by a code or badge and a reason. The
// code is checked against a hash the register keeps, so that it works without a network.

import { find, page, text } from "./view.js";

const isSupervisor = () => page.dataset.mayOverride === "1";
// Only a store where one person works lets whoever sells approve their own work.
const mayApproveAlone = (setup) => isSupervisor() && setup.values.may_approve_alone;
const isOther = (each) => each.username !== page.dataset.person;

// Returns what of a ticket needs approval, or "" when nothing does.
export function needsApproval(draft, setup) {
  if (draft.approval) return "";
  const limit = setup.values.discount_limit_percent;
  const isDeep = (line) => line.quantity > 0 && !line.is_gift
    && line.keyed_minor * 100 > limit * line.quantity * line.price_minor;
  if (draft.lines.some(isDeep)) return "deep";
  if (draft.hasReturn && !draft.receipt) return "receiptless";
  if (draft.hasReturn && draft.receiptState !== "known") return "unchecked";
  if (draft.hasReturn && page.dataset.mayRefund !== "1") return "refund";
  return "";
}

// Ask for a second person. Returns {by, reason}, or null when nobody approved.
export async function askForApproval(setup, what) {
  const dialog = find("override");
  const form = dialog.querySelector("form");
  form.reset();
  find("override-what").textContent = text(what);
  find("override-wrong").hidden = true;
  const mayAlone = mayApproveAlone(setup);
  find("override-nobody").hidden = mayAlone || setup.values.supervisors.some(isOther);
  find("override-code").hidden = !isSupervisor();
  form.elements.code.closest("label").hidden = mayAlone;
  form.elements.code.required = !mayAlone;
  dialog.showModal();
  (mayAlone ? form.elements.reason : form.elements.code).focus();
  return new Promise((resolve) => {
    let answer = null;
    const submit = async (event) => {
      event.preventDefault();
      const by = mayAlone ? page.dataset.person : await findPerson(setup.values.supervisors, form.elements.code.value);
      const reason = form.elements.reason.value.trim();
      if (by && reason) {
        answer = { by, reason };
        dialog.close();
      } else {
        find("override-wrong").hidden = false;
        form.elements.code.value = "";
      }
    };
    form.addEventListener("submit", submit);
    find("override-leave").onclick = () => dialog.close();
    dialog.addEventListener("close", () => {
      form.removeEventListener("submit", submit);
      resolve(answer);
    }, { once: true });
  });
}

// Whose code it is: never the one who sells, for then nobody would have looked.
async function findPerson(supervisors, code) {
  for (const each of supervisors.filter(isOther)) {
    if ((await deriveDigest(code.trim(), each)) === each.digest) return each.username;
  }
  return "";
}

async function deriveDigest(code, { salt, iterations }) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveBits"]);
  const saltBytes = new Uint8Array(salt.match(/../g).map((pair) => parseInt(pair, 16)));
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: saltBytes, iterations }, key, 256);
  return [...new Uint8Array(bits)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
