/** Signs in with the token of the form, or of the address after `#`, which browsers send to no server. */
const byToken = document.querySelector('#by-token');
const byCode = document.querySelector('#by-code');
const error = document.querySelector('#error');
/** A page of ours, by its path below the gateway: `docs`. */
const NEXT = /^[\w-]+(?:\/[\w.-]+)*$/;
/** Where to go after the sign-in: browsers keep the fragment of the page that asked for it. */
let page = '';

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (response === undefined) throw new Error('The gateway does not answer. Try again in a moment.');
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status !== 429) throw new Error(answer.error ?? 'That did not work');
  const seconds = Number(response.headers.get('retry-after')) || 60;
  throw new Error(`Too many attempts. Try again in ${seconds} seconds.`);
}

async function signIn(token) {
  await post('api/auth/login', { token });
  const next = new URLSearchParams(location.search).get('next') ?? '';
  location.replace(`./${NEXT.test(next) ? next : ''}${page}`);
}

/** Shows a failure where the form is. */
async function attempt(run) {
  error.textContent = '';
  try {
    await run();
  } catch (failure) {
    error.textContent = failure.message;
    byToken.hidden = false;
  }
}

function onForm(form, run) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt(run);
  });
}

onForm(byToken, () => signIn(byToken.elements.token.value.trim()));
onForm(byCode, async () => {
  const code = document.querySelector('#code').textContent;
  byCode.hidden = true;
  const { key } = await post('api/pairings/redeem', { code, name: browserName() });
  await signIn(key);
});
document.querySelector('#show').addEventListener('change', ({ target }) => {
  byToken.elements.token.type = target.checked ? 'text' : 'password';
});

/** For the list of keys. */
function browserName() {
  const { userAgentData, platform } = navigator;
  return `Browser on ${userAgentData?.platform || platform || 'a device'}`.slice(0, 100);
}

/** Also when a link is opened in a tab that shows this page already. */
function readAddress() {
  if (location.hash.startsWith('#/')) page = location.hash;
  const given = new URLSearchParams(location.hash.slice(1));
  const [token, code] = [given.get('token'), given.get('pair')];
  if (token === null && code === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  byCode.hidden = code === null;
  byToken.hidden = code !== null;
  if (code !== null) document.querySelector('#code').textContent = code;
  if (token !== null) void attempt(() => signIn(token.trim()));
}

try {
  document.documentElement.dataset.theme = localStorage.getItem('theme') ?? 'auto';
} catch {
  // A page inside another site's may have no storage.
}
addEventListener('hashchange', readAddress);
readAddress();
