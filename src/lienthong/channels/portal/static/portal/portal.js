// On a wide screen there is room for the filters: show them opened.
if (window.matchMedia("(min-width: 48.0625em)").matches) {
  for (const panel of document.querySelectorAll("details.portal-filters")) panel.open = true;
}
