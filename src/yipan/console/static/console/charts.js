// Charts: <figure data-chart="address of the specification" data-bundle="address of Vega">.
// Drawn when they come into sight; where Vega is missing, the table behind is shown instead.

let loading = null;

function load(address) {
  loading ??= import(address).then(() => fetch(address.replace(/[^/]*$/, "vega-times.json")))
    .then((answer) => (answer.ok ? answer.json() : {}))
    .catch(() => ({}));
  return loading;
}

function showTable(figure) {
  const toggle = document.querySelector(`[data-toggle="#${figure.id}, #${figure.id}-table"]`);
  if (toggle && toggle.getAttribute("aria-pressed") !== "true") toggle.click();
}

async function draw(figure) {
  const place = figure.querySelector("[data-chart-place]") ?? figure;
  try {
    const [answer, times] = await Promise.all([
      fetch(figure.dataset.chart, { headers: { Accept: "application/json" } }),
      load(figure.dataset.bundle),
    ]);
    if (!answer.ok || !window.vegaEmbed) throw new Error(`chart ${answer.status}`);
    const { spec, language, empty } = await answer.json();
    if (!spec) {
      place.textContent = empty;
      place.classList.add("chart-empty");
      figure.dataset.drawn = "";
      return;
    }
    await window.vegaEmbed(place, spec, {
      ast: true,
      actions: false,
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
      renderer: "svg",
      timeFormatLocale: times[language],
    });
    figure.dataset.drawn = "";
  } catch {
    showTable(figure);
  }
}

const watch = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watch.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });

function find(root) {
  for (const figure of root.querySelectorAll("[data-chart]:not([data-drawn])")) watch.observe(figure);
}
find(document);
document.addEventListener("htmx:afterSettle", (event) => find(event.target));
