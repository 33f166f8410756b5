// Shows openapi.json as a page. Text goes in as text, never as markup.
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function element(name, attributes, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

function resolved(schema, all, seen = []) {
  if (Array.isArray(schema)) return schema.map((one) => resolved(one, all, seen));
  if (schema === null || typeof schema !== 'object') return schema;
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop();
    return seen.includes(name) ? { $ref: name } : resolved(all[name], all, [...seen, name]);
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value, all, seen)]));
}

function shape(title, content, all) {
  const schema = content?.['application/json']?.schema;
  if (!schema) return [];
  const text = JSON.stringify(resolved(schema, all), null, 2);
  return [element('h3', { textContent: title }), element('pre', { tabIndex: 0 }, element('code', { textContent: text }))];
}

function operation(path, method, one, all) {
  const head = element(
    'summary',
    {},
    element('span', { className: 'method', textContent: method.toUpperCase() }),
    element('code', { textContent: path }),
  );
  const body = [element('p', { textContent: one.description ?? one.summary ?? '' })];
  body.push(...shape('Body', one.requestBody?.content, all));
  for (const [status, answer] of Object.entries(one.responses ?? {})) {
    if (status !== 'default' && status !== '422') body.push(...shape(`Answer ${status}`, answer.content, all));
  }
  return element('details', {}, head, ...body);
}

const answer = await fetch('/openapi.json');
const api = await answer.json();
const groups = new Map();
for (const [path, methods] of Object.entries(api.paths)) {
  for (const method of METHODS.filter((name) => name in methods)) {
    const one = methods[method];
    const tag = one.tags?.[0] ?? 'other';
    if (!groups.has(tag)) groups.set(tag, []);
    groups.get(tag).push(operation(path, method, one, api.components.schemas));
  }
}
const sections = [...groups].map(([tag, operations]) =>
  element('section', {}, element('h2', { textContent: tag }), ...operations),
);
document.getElementById('operations').replaceChildren(...sections);
