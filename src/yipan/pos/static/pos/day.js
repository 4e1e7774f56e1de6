// The close of a day: what this device has sold and not sent yet stands in the way, and the form
// says which number it gave last, so that the store can see whether it has them all.

import { makePulse } from "./pulse.js";
import { listUnsent } from "./unsent.js";

const place = document.querySelector("[data-unsent]");
const link = document.querySelector("[data-close]");
const form = document.querySelector("form[data-till]");
const cash = document.querySelector("form[data-bridge]");

// Cash goes in or out by the drawer: it opens as that is written down. Where no printer is near,
// people open it by its key.
cash?.addEventListener("submit", () => {
  if (!cash.dataset.bridge) return;
  const sent = { method: "POST", body: makePulse(), mode: "no-cors", credentials: "omit", keepalive: true };
  fetch(cash.dataset.bridge, sent).catch(() => {});
});

const mine = (await listUnsent()).find((each) => each.till === (place ?? form)?.dataset.till);
if (place && mine?.unsent) {
  place.className = "hh-message tone-bad";
  place.querySelector("[data-unsent-text]").textContent = `${mine.unsent} · ${place.dataset.textUnsent}`;
  link.setAttribute("aria-disabled", "true");
  link.addEventListener("click", (event) => event.preventDefault());
}
if (form && mine?.identity) {
  form.elements.device.value = mine.identity.device;
  form.elements.last_sequence.value = mine.identity.last_sequence;
}
