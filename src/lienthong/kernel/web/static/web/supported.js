// Runs before the page is drawn, so that what needs scripts does not jump; inline code is forbidden by our policy.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
