#include "api/docs_page.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace alforis::api {

namespace {

constexpr std::string_view k_style = R"css(
:root{color-scheme:light dark;--bg:#fbfbfa;--fg:#1d2125;--dim:#667;--line:#d9dbe0;--box:#fff;--accent:#2456a6;
--bad:#b3261e;--good:#1c7a3f}
@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e4e6ea;--dim:#9aa3ad;--line:#333a42;--box:#1c2127;
--accent:#7fb0ff;--bad:#ff8a80;--good:#6fd08c}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1rem;background:var(--bg);color:var(--fg);
font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.5rem;margin:.3rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem;text-transform:capitalize}
h3{font-size:.95rem;margin:.9rem 0 .3rem}
code,pre,textarea,.path{font-family:ui-monospace,monospace;font-size:.87rem}
details{background:var(--box);border:1px solid var(--line);border-radius:6px;margin:.3rem 0}
summary{cursor:pointer;padding:.45rem .7rem;display:flex;gap:.7rem;align-items:baseline;flex-wrap:wrap}
summary .method{font-weight:700;min-width:4rem;color:var(--accent)}summary .about{color:var(--dim)}
summary .role{margin-left:auto;color:var(--dim);font-size:.8rem}
.inside{padding:0 .9rem .9rem;border-top:1px solid var(--line)}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;
border-bottom:1px solid var(--line)}
input,textarea,button,select{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);
border-radius:4px;padding:.3rem .5rem}
textarea{width:100%;min-height:9rem}button{background:var(--accent);color:var(--bg);border:0;padding:.4rem .9rem;
cursor:pointer}
pre{background:var(--bg);border:1px solid var(--line);border-radius:4px;padding:.6rem;overflow:auto;max-height:30rem;
white-space:pre-wrap;word-break:break-word}
form{display:flex;gap:.5rem;flex-wrap:wrap;align-items:center}.dim{color:var(--dim)}.bad{color:var(--bad)}
.good{color:var(--good)}
.gone{text-decoration:line-through}#filter{width:100%;margin-top:.8rem}
)css";

constexpr std::string_view k_script = R"js(
'use strict';
const loginPath = document.body.dataset.login;
let token = '';
let doc = null;

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'class') node.className = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== undefined && child !== null));
  return node;
}

function resolve(thing) {
  while (thing && thing.$ref) {
    const {$ref, ...rest} = thing;
    const target = $ref.slice(2).split('/').reduce((at, key) => at[key], doc);
    thing = {...target, ...rest};
  }
  return thing;
}

// A body to start from: what is required, else the first few members.
function sample(schema, depth = 0) {
  schema = resolve(schema) || {};
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return sample(schema.anyOf[0], depth + 1);
  if (schema.type === 'object') {
    const wanted = schema.required || (depth === 0 ? Object.keys(schema.properties || {}).slice(0, 4) : []);
    return Object.fromEntries(wanted.map(name => [name, sample((schema.properties || {})[name], depth + 1)]));
  }
  if (schema.type === 'array') return [];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum || 0;
  if (schema.type === 'boolean') return true;
  return '';
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

function typeName(schema) {
  schema = schema || {};
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' | ');
  if (schema.type === 'array') return typeName(schema.items) + '[]';
  const name = [].concat(schema.type || 'any').join(' | ');
  return schema.format ? name + ' (' + schema.format + ')' : name;
}

function schemaBlock(title, schema) {
  return el('details', {}, el('summary', {}, title + ': ' + typeName(schema)),
    el('div', {class: 'inside'}, el('pre', {}, JSON.stringify(resolve(schema), null, 2))));
}

function parametersTable(parameters, inputs) {
  const rows = parameters.map(parameter => {
    const input = el('input', {'aria-label': parameter.name, placeholder: parameter.example || '', size: 28});
    inputs.push({parameter, input});
    return el('tr', {}, el('td', {}, el('code', {}, parameter.name), parameter.required ? ' *' : ''),
      el('td', {class: 'dim'}, parameter.in), el('td', {}, typeName(parameter.schema)), el('td', {}, input),
      el('td', {class: 'dim'}, parameter.description || ''));
  });
  return rows.length ? el('table', {}, el('tbody', {}, ...rows)) : el('p', {class: 'dim'}, 'No parameters.');
}

function request(path, method, inputs, body, type) {
  const headers = {};
  const query = new URLSearchParams();
  for (const {parameter, input} of inputs) {
    if (input.value === '') continue;
    if (parameter.in === 'path') path = path.replace('{' + parameter.name + '}', encodeURIComponent(input.value));
    if (parameter.in === 'query') query.append(parameter.name, input.value);
    if (parameter.in === 'header') headers[parameter.name] = input.value;
  }
  if (token) headers.Authorization = 'Bearer ' + token;
  if (body && body.value.trim()) headers['Content-Type'] = type;
  const url = path + (String(query) ? '?' + query : '');
  return [url, {method: method.toUpperCase(), headers, body: headers['Content-Type'] ? body.value : undefined}];
}

async function send(path, method, inputs, body, type, output) {
  const [url, options] = request(path, method, inputs, body, type);
  output.replaceChildren(el('p', {class: 'dim'}, options.method + ' ' + url + ' …'));
  try {
    const started = performance.now();
    const answer = await fetch(url, options);
    const text = await answer.text();
    const took = Math.round(performance.now() - started);
    const headers = [...answer.headers].map(([name, value]) => name + ': ' + value).join('\n');
    output.replaceChildren(
      el('p', {}, options.method + ' ' + url + ' ', el('strong', {class: answer.ok ? 'good' : 'bad'},
        answer.status + ' ' + answer.statusText), el('span', {class: 'dim'}, ' in ' + took + ' ms')),
      el('pre', {}, headers), text ? el('pre', {}, pretty(text)) : el('p', {class: 'dim'}, 'No body.'));
  } catch (error) {
    output.replaceChildren(el('p', {class: 'bad'}, String(error)));
  }
}

function tryIt(path, method, operation, inputs) {
  const content = operation.requestBody ? operation.requestBody.content : {};
  const type = Object.keys(content)[0];
  let body = null;
  if (type) {
    const examples = Object.values(content[type].examples || {});
    const start = examples.length ? examples[0].value : type.includes('json') ? sample(content[type].schema) : '';
    body = el('textarea', {'aria-label': 'body', spellcheck: 'false'});
    body.value = typeof start === 'string' ? start : JSON.stringify(start, null, 2);
  }
  const output = el('div', {role: 'status'});
  const button = el('button', {type: 'button', onclick: () => send(path, method, inputs, body, type, output)}, 'Send');
  return el('div', {}, type ? el('h3', {}, 'Body (' + type + ')') : null, body, el('p', {}, button), output);
}

function answersTable(operation) {
  const lines = answer => answer.description.split('\n').map(line => el('div', {}, line.replace(/^- /, '')));
  const rows = Object.entries(operation.responses).map(([status, answer]) =>
    el('tr', {}, el('td', {}, el('code', {}, status)), el('td', {}, ...lines(resolve(answer)))));
  return el('table', {}, el('tbody', {}, ...rows));
}

function fill(box, path, method, operation) {
  const inputs = [];
  const parameters = (operation.parameters || []).map(resolve);
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))[1];
  const answers = success.content ? Object.values(success.content) : [];
  const bodies = operation.requestBody ? Object.values(operation.requestBody.content) : [];
  const examples = answers.flatMap(content => Object.values(content.examples || {}));
  box.replaceChildren(
    operation.description ? el('p', {}, operation.description) : '',
    el('h3', {}, 'Parameters'), parametersTable(parameters, inputs),
    tryIt(path, method, operation, inputs),
    el('h3', {}, 'Schemas'),
    ...bodies.slice(0, 1).filter(content => content.schema).map(content => schemaBlock('Request', content.schema)),
    ...answers.filter(content => content.schema).map(content => schemaBlock('Answer', content.schema)),
    ...examples.map(example => el('pre', {}, JSON.stringify(example.value, null, 2))),
    el('h3', {}, 'Answers'), answersTable(operation));
}

function operationBlock(path, method, operation) {
  const box = el('div', {class: 'inside'});
  const block = el('details', {id: operation.operationId},
    el('summary', {}, el('span', {class: 'method'}, method.toUpperCase()),
      el('span', {class: operation.deprecated ? 'path gone' : 'path'}, path),
      el('span', {class: 'about'}, operation.summary || ''),
      el('span', {class: 'role'}, operation['x-access'] || '')), box);
  block.addEventListener('toggle', () => {
    if (block.open && !box.hasChildNodes()) fill(box, path, method, operation);
  });
  block.dataset.text = (method + ' ' + path + ' ' + (operation.summary || '')).toLowerCase();
  return block;
}

function show() {
  const list = document.getElementById('operations');
  const byTag = new Map((doc.tags || []).map(tag => [tag.name, []]));
  for (const [path, operations] of Object.entries(doc.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = (operation.tags || [''])[0];
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push(operationBlock(path, method, operation));
    }
  }
  const sections = [...byTag].map(([tag, blocks]) => el('section', {}, el('h2', {}, tag || 'other'), ...blocks));
  list.replaceChildren(...sections);
  if (location.hash) {
    const wanted = document.getElementById(location.hash.slice(1));
    if (wanted) { wanted.open = true; wanted.scrollIntoView(); }
  }
}

document.getElementById('filter').addEventListener('input', event => {
  const wanted = event.target.value.toLowerCase();
  for (const block of document.querySelectorAll('#operations section > details')) {
    block.hidden = !block.dataset.text.includes(wanted);
  }
  for (const section of document.querySelectorAll('#operations section')) {
    section.hidden = ![...section.querySelectorAll(':scope > details')].some(block => !block.hidden);
  }
});

document.getElementById('login').addEventListener('submit', async event => {
  event.preventDefault();
  const state = document.getElementById('state');
  const form = new FormData(event.target);
  try {
    const answer = await fetch(loginPath, {method: 'POST', headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({email: form.get('email'), password: form.get('password')})});
    const document_ = await answer.json();
    token = answer.ok ? document_.access_token : '';
    state.textContent = answer.ok ? 'Logged in as ' + form.get('email') + '.' : document_.detail;
    state.className = answer.ok ? 'good' : 'bad';
    if (answer.ok) event.target.elements.password.value = '';
  } catch (error) {
    state.textContent = String(error);
    state.className = 'bad';
  }
});

fetch('/openapi.json').then(answer => answer.json()).then(loaded => { doc = loaded; show(); }).catch(error => {
  document.getElementById('operations').replaceChildren(el('p', {class: 'bad'}, String(error)));
});
)js";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

/// `'sha256-…'` as policies name inline text (CSP Level 3 §2.3.1).
std::string source_hash(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return "'sha256-" + std::string(reinterpret_cast<const char*>(base64.data())) + "'";
}

}  // namespace

DocsPage make_docs_page(std::string_view title, std::string_view login_path) {
  const std::string name = escape(title);
  std::string html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">";
  html +=
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" + name + " API</title><style>";
  html += k_style;
  html += "</style></head><body data-login=\"" + escape(login_path) + "\"><header><h1>" + name + " API</h1>";
  html += R"(<p class="dim">OpenAPI: <a href="/openapi.json">/openapi.json</a></p>
<form id="login"><label>E-mail <input name="email" type="email" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Log in</button><span id="state" class="dim" role="status">Not logged in.</span></form>
<input id="filter" type="search" placeholder="Filter operations" aria-label="Filter operations"></header>
<main id="operations"><p class="dim">Loading …</p></main><script>)";
  html += k_script;
  html += "</script></body></html>\n";
  DocsPage page;
  page.html = std::make_shared<SharedBody>(std::move(html));
  page.policy = "default-src 'none'; script-src " + source_hash(k_script) + "; style-src " + source_hash(k_style) +
                "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return page;
}

}  // namespace alforis::api
