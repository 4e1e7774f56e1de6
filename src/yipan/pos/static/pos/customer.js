// The customer's window: draws what the register of the same till tells.

import { signOf, writeAmount, writeCount } from "./figures.js";

const page = document.querySelector("[data-display]");
const find = (name) => page.querySelector(`[data-${name}]`);
const channel = new BroadcastChannel(`yipan-display-${page.dataset.till}`);

function make(tag, content) {
  const part = document.createElement(tag);
  part.textContent = content;
  return part;
}

channel.addEventListener("message", ({ data }) => {
  if (data.isAsking) return;
  find("lines").replaceChildren(...data.lines.slice(-8).map((line) => {
    const row = make("li", "");
    row.append(make("span", line.name), make("span", `× ${writeCount(line.quantity)}`), make("span", writeAmount(line.amount, data.currency)));
    return row;
  }));
  find("welcome").hidden = data.isDone || data.lines.length > 0;
  find("thanks").hidden = !data.isDone;
  find("total").textContent = `${signOf(data.currency)} ${writeAmount(data.total, data.currency)}`;
  find("change-row").hidden = !data.isDone || !data.change;
  find("change").textContent = `${signOf(data.currency)} ${writeAmount(data.change ?? 0, data.currency)}`;
});
channel.postMessage({ isAsking: true });
