// Returns the elements below root (and root itself) that match and were not given to this purpose yet.
export function once(root, selector, purpose) {
  const mark = `started${purpose}`;
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) found.unshift(root);
  return found.filter((element) => {
    if (element.dataset[mark]) return false;
    element.dataset[mark] = "1";
    return true;
  });
}

// A text of the page in the user's language; the layout writes them into <template id="texts" data-…>.
export function text(name) {
  return document.getElementById("texts")?.dataset[name] ?? "";
}
