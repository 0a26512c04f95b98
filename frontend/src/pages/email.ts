/** The page behind the link to a new address: the token goes from the fragment into the form, and out of sight. */

const field = document.querySelector<HTMLInputElement>("[data-with-token] input[name=token]");
const token = window.location.hash.slice(1);
if (token !== "") history.replaceState(null, "", window.location.pathname);
if (field !== null) field.value = decodeURIComponent(token);
