/** The filter of the page, and boxes that open for links to them. Everything else works without. */

const field = document.querySelector('input[type="search"]');
const operations = [...document.querySelectorAll('details[data-text]')];
const sections = [...document.querySelectorAll('main > section')];
const nothing = document.querySelector('.nothing');

function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const operation of operations) {
    operation.hidden = !words.every((word) => operation.dataset.text.includes(word));
  }
  for (const section of sections) {
    const isExtra = section.classList.contains('extra');
    section.hidden =
      words.length > 0 && (isExtra || section.querySelector('details[data-text]:not([hidden])') === null);
  }
  nothing.hidden = sections.some((section) => !section.hidden);
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const box = target?.closest('details');
  if (box === null || box === undefined) return;
  box.open = true;
  box.scrollIntoView();
}

document.querySelector('.filter').hidden = false;
field.addEventListener('input', filter);
addEventListener('hashchange', openTarget);
openTarget();
