/** One operation for people. */
import type {
  DescribedAnswer,
  DescribedContent,
  DescribedOperation,
  DescribedParameter,
} from '../openapi-shape.ts';
import { curlOf } from './curl.ts';
import { type Html, html, inline, prose } from './html.ts';
import { membersOf, typeOf } from './render-schema.ts';

/** An operation as a box that opens. Its id stands inside, so that a link to it opens the box. */
export function renderOperation(method: string, path: string, operation: DescribedOperation): Html {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const socket = operation['x-websocket'];
  const verb = socket === undefined ? method : 'ws';
  const role = operation['x-role'];
  return html`<details class="operation" data-text="${`${path} ${summary}`.toLowerCase()}">
<summary><span class="method ${verb}">${verb.toUpperCase()}</span> <code class="path">${breakable(path)}</code> <span class="summary">${summary}</span></summary>
<div class="body" id="${operationId}">
${prose(description)}
<p class="role">${role === 'anyone' ? 'For anyone.' : role === 'viewer' ? 'For viewers and admins.' : 'For admins.'} <a href="#${operationId}">Link</a></p>
${parametersOf(parameters)}
${Object.entries(requestBody?.content ?? {}).map(([type, content]) => bodyOf(type, content))}
${socket === undefined ? undefined : html`<h4>Messages to the gateway</h4>${contentOf(socket.client)}<h4>Messages to the client</h4>${contentOf(socket.server)}`}
<h4>Answers</h4>
${answersOf(responses)}
${socket === undefined ? html`<h4>Try it</h4><pre><code>${curlOf(method, path, operation)}</code></pre>` : undefined}
</div>
</details>`;
}

/** Long paths break after a slash. */
function breakable(path: string): Html[] {
  return path.split(/(?<=\/)/).map((part) => html`${part}<wbr>`);
}

function parametersOf(parameters: readonly DescribedParameter[]): Html | undefined {
  if (parameters.length === 0) return undefined;
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      html`<dt><code>${name}</code> <span class="place">${place}</span>${
        required ? html` <span class="required">required</span>` : undefined
      }</dt><dd><p class="type">${typeOf(schema)}</p><p>${inline(description)}</p></dd>`,
  );
  return html`<h4>Parameters</h4><dl class="members">${rows}</dl>`;
}

function bodyOf(type: string, content: DescribedContent): Html {
  return html`<h4>Body <span class="place">${type}</span></h4>${contentOf(content)}`;
}

function contentOf({ schema, examples = {} }: DescribedContent): Html {
  const shown = Object.entries(examples).map(
    ([name, { value }]) =>
      html`<figure><figcaption>${name}</figcaption><pre><code>${JSON.stringify(value, null, 2)}</code></pre></figure>`,
  );
  if (schema === undefined) return html`${shown}`;
  const members = membersOf(schema);
  return html`${members ?? html`<p class="type">${typeOf(schema)}</p>`}${shown}`;
}

function answersOf(responses: Record<string, DescribedAnswer>): Html {
  const rows = Object.entries(responses)
    .filter(([status]) => status !== 'default')
    .map(([status, { description, headers = {}, content = {} }]) => {
      const isProblem = 'application/problem+json' in content;
      const bodies = isProblem ? [] : Object.entries(content).map(([type, body]) => answerBody(type, body));
      const told = Object.entries(headers).map(
        ([name, header]) => html`<dt><code>${name}</code></dt><dd>${inline(header.description)}</dd>`,
      );
      const list = told.length === 0 ? undefined : html`<dl class="members">${told}</dl>`;
      return html`<dt><span class="status s${status[0]}">${status}</span></dt><dd><p>${inline(description)}</p>${bodies}${list}</dd>`;
    });
  return html`<dl class="answers">${rows}</dl>`;
}

function answerBody(type: string, { schema }: DescribedContent): Html {
  return html`<p class="type">${type}${schema === undefined ? undefined : html`: ${typeOf(schema)}`}</p>${schema && membersOf(schema)}`;
}
