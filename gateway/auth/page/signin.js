/** Signs in with the token of the form, or of the address after `#`, which browsers send to no server. */
const form = document.querySelector('form');
const error = document.querySelector('#error');

/** The page of the dashboard that asked for the sign-in; browsers keep it over the redirect. */
const page = location.hash.startsWith('#/') ? location.hash : '';

async function signIn(token) {
  error.textContent = '';
  const response = await fetch('api/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (response.ok) {
    location.replace(`./${page}`);
    return;
  }
  const problem = await response.json().catch(() => ({}));
  error.textContent = problem.error ?? 'That did not work';
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn(form.elements.token.value.trim());
});

const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token !== null) {
  history.replaceState(null, '', location.pathname);
  void signIn(token);
}
