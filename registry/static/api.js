"use strict";

// validatorUrl null: nothing is sent to a service outside.
window.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api");
  window.SwaggerUIBundle({ url: place.dataset.document, domNode: place, validatorUrl: null, deepLinking: true });
});
