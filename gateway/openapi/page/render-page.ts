/** The page at `/docs`: the whole document as HTML, so that it works without any script. */
import { setImmediate } from 'node:timers/promises';
import type { OpenApiDocument } from '../openapi-shape.ts';
import { type Html, html, inline, prose } from './html.ts';
import { renderOperation } from './render-operation.ts';
import { membersOf, typeOf } from './render-schema.ts';

/** The page as text; made with pauses in which frames go on. */
export async function renderPage(document: OpenApiDocument): Promise<string> {
  const { info, tags } = document;
  const subjects: Html[] = [];
  for (const { name, description } of tags) {
    await setImmediate();
    subjects.push(renderSubject(document, name, description));
  }
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API · ${info.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/docs.css">
<script type="module" src="docs/docs.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<nav aria-label="Subjects">
<p class="name"><a href="#content">${info.title}</a></p>
<label class="filter" hidden>Find <input type="search" placeholder="path or words" autocomplete="off"></label>
<ul>${tags.map(({ name }) => html`<li><a href="#${anchorOf(name)}">${name}</a></li>`)}
<li><a href="#problems">Problems</a></li><li><a href="#schemas">Schemas</a></li></ul>
<p class="links"><a href="openapi.json">openapi.json</a><br><a href="docs/grafana-dashboard.json" download>Grafana dashboard</a><br><a href="./">Dashboard</a></p>
</nav>
<main id="content" tabindex="-1">
<h1>${info.title}</h1>
<p class="version">API, version ${info.version}</p>
${prose(info.description)}
${subjects}
<p class="nothing" role="status" hidden>Nothing here has these words.</p>
${renderProblems(document)}
${renderSchemas(document)}
</main>
</body>
</html>
`;
  return page.html;
}

function renderSubject({ paths }: OpenApiDocument, name: string, description: string): Html {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(name))
      .map(([method, operation]) => renderOperation(method, path, operation)),
  );
  return html`<section aria-labelledby="${anchorOf(name)}"><h2 id="${anchorOf(name)}">${name}</h2>${prose(description)}${operations}</section>`;
}

function renderProblems(document: OpenApiDocument): Html {
  const problems = document['x-problems'] as { code: string; status: number; hint?: string }[];
  const rows = problems.map(
    ({ code, status, hint }) =>
      html`<tr><td><code>${code}</code></td><td>${status}</td><td>${inline(hint)}</td></tr>`,
  );
  return html`<section class="extra" aria-labelledby="problems"><h2 id="problems">Problems</h2>
<p>Every code that a failure can have, with its status and what a person can do about it.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="problems"><table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">What to do</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function renderSchemas({ components }: OpenApiDocument): Html {
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      html`<details class="operation"><summary><code class="path">${name}</code></summary><div class="body" id="schema-${name}">${prose(
        schema.description as string | undefined,
      )}${membersOf(schema) ?? html`<p class="type">${typeOf(schema)}</p>`}</div></details>`,
  );
  return html`<section class="extra" aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>${schemas}</section>`;
}

function anchorOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}
