// Draws the score chart from its definition; where that fails, shows the drawing that the server makes.
(() => {
  "use strict";
  const NARROW = 560;
  // With ast the expressions are interpreted, so that the page can forbid eval. Level 1 is errors only.
  const OPTIONS = { ast: true, actions: false, renderer: "svg", logLevel: 1 };
  const chart = document.getElementById("chart");
  if (!chart) return;

  function showDrawing() {
    const image = document.createElement("img");
    image.src = chart.dataset.fallback;
    image.alt = chart.dataset.text;
    chart.replaceChildren(image);
  }

  function fitted(definition) {
    // The page has the title in its own heading, and the width that there is.
    const { title, ...spec } = definition;
    spec.width = "container";
    spec.padding = 0;
    if (chart.clientWidth < NARROW) {
      spec.config.axisY.labelLimit = 96;
      spec.config.legend.columns = 2;
    }
    return spec;
  }

  fetch(chart.dataset.spec)
    .then((response) => {
      if (!response.ok) throw new Error(String(response.status));
      return response.json();
    })
    .then((definition) => vegaEmbed(chart, fitted(definition), OPTIONS))
    .catch(showDrawing);
})();
