/** What a server says of itself, OpenAPI and AsyncAPI, as the page of the reference shows it. */

export interface Shape {
  $ref?: string;
  type?: string;
  description?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Shape[];
  oneOf?: readonly Shape[];
  items?: Shape;
  prefixItems?: readonly Shape[];
  properties?: Readonly<Record<string, Shape>>;
  required?: readonly string[];
  additionalProperties?: boolean | Shape;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
}
export type Shapes = ReadonlyMap<string, Shape>;

interface Content {
  schema: Shape;
}
interface Described {
  summary: string;
  security: readonly Readonly<Record<string, unknown>>[];
  parameters: readonly { name: string; in: string; required?: boolean; description?: string }[];
  requestBody?: { content: Readonly<Record<string, Content>> };
  responses: Readonly<Record<string, { content: Readonly<Record<string, Content>> }>>;
}
export interface OpenApi {
  paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  components: { schemas: Readonly<Record<string, Shape>> };
}
export interface AsyncApi {
  operations: Readonly<Record<string, {
    action: "send" | "receive";
    summary: string;
    messages: readonly { $ref: string }[];
    reply?: { messages: readonly { $ref: string }[] };
  }>>;
  components: {
    messages: Readonly<Record<string, { payload: { $ref: string } }>>;
    schemas: Readonly<Record<string, Shape>>;
  };
}

/** One operation over HTTP. */
export interface Operation {
  id: string;
  method: string;
  path: string;
  summary: string;
  /** By which credentials; none: by anybody. */
  who: readonly string[];
  parameters: Described["parameters"];
  body: Shape | null;
  replies: readonly { type: string; shape: Shape }[];
}
/** One message of the socket, or one command in it. */
export interface Message {
  id: string;
  name: string;
  summary: string;
  answers: readonly string[];
  shape: Shape;
}

export const shapesOf = (document: { components: { schemas: Readonly<Record<string, Shape>> } }): Shapes =>
  new Map(Object.entries(document.components.schemas));

/** Operations in groups by what they are about: the path up to the second word. */
export function operationsOf(document: OpenApi): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    const words = path.split("/").filter((part) => part && !part.startsWith("{"));
    const group = words.slice(0, words[0] === "entries" || words[0] === "doors" ? 2 : 1).join(" / ");
    const found = groups.get(group) ?? [];
    groups.set(group, found);
    for (const [method, described] of Object.entries(item)) found.push(operationOf(path, method, described));
  }
  return groups;
}

function operationOf(path: string, method: string, described: Described): Operation {
  const content = described.responses["200"]?.content ?? {};
  return {
    id: `${method}${path.replaceAll(/[^\w]+/gu, "-")}`,
    method: method.toUpperCase(),
    path,
    summary: described.summary,
    who: described.security.flatMap((one) => Object.keys(one)),
    parameters: described.parameters,
    body: described.requestBody?.content["application/json"]?.schema ?? null,
    replies: Object.entries(content).map(([type, { schema }]) => ({ type, shape: schema })),
  };
}

/** What is said in one direction. */
export function messagesOf(document: AsyncApi, from: "client" | "server"): Message[] {
  const action = from === "client" ? "receive" : "send";
  return Object.values(document.operations).filter((one) => one.action === action).map((one) => {
    const name = last(one.messages[0]?.$ref ?? "");
    const shape = document.components.messages[name]?.payload ?? {};
    return {
      id: `${from}-${name}`, name, summary: one.summary, shape,
      answers: (one.reply?.messages ?? []).map(({ $ref }) => last($ref)),
    };
  });
}

/** Every command that a `do` can carry. */
export function commandsOf(document: AsyncApi): Message[] {
  const schemas = document.components.schemas;
  return (schemas.Command?.oneOf ?? []).map((shape) => {
    const schema = schemas[nameOf(shape) ?? ""] ?? {};
    const name = String(schema.properties?.type?.const ?? "");
    return { id: `command-${name}`, name, summary: schema.description ?? "", shape, answers: [] };
  });
}

/** The name of a shape that is one of the document's own. */
export const nameOf = (shape: Shape): string | null => (shape.$ref ? last(shape.$ref) : null);

/** A type in one line, and the named shapes in it. */
export function typeOf(shape: Shape): { text: string; names: readonly string[] } {
  const name = nameOf(shape);
  if (name) return { text: name, names: [name] };
  if (shape.const !== undefined) return { text: JSON.stringify(shape.const), names: [] };
  if (shape.enum) return { text: shape.enum.map((value) => JSON.stringify(value)).join(" | "), names: [] };
  const options = shape.anyOf ?? shape.oneOf;
  if (options) return joined(options.map(typeOf), " | ");
  if (shape.prefixItems) {
    const all = joined(shape.prefixItems.map(typeOf), ", ");
    return { ...all, text: `[${all.text}]` };
  }
  if (shape.items) {
    const item = typeOf(shape.items);
    return { ...item, text: item.text.includes(" ") ? `(${item.text})[]` : `${item.text}[]` };
  }
  if (shape.type === "object" && typeof shape.additionalProperties === "object") {
    const value = typeOf(shape.additionalProperties);
    return { ...value, text: `{ [key]: ${value.text} }` };
  }
  return { text: (shape.type ?? "any") + limitsOf(shape), names: [] };
}

function limitsOf({ minimum, maximum, maxLength }: Shape): string {
  if (maxLength !== undefined) return ` ≤ ${maxLength}`;
  // Limits that are only those of the number format say nothing to a reader.
  if (minimum !== undefined && maximum !== undefined && maximum < 2 ** 40) return ` ${minimum}–${maximum}`;
  return "";
}

function joined(parts: readonly { text: string; names: readonly string[] }[], by: string) {
  const texts = parts.map(({ text }) => text);
  return { text: [...new Set(texts)].join(by), names: parts.flatMap(({ names }) => names) };
}

/** Whether each word of a search is in one of the texts. */
export function matches(search: string, ...texts: readonly string[]): boolean {
  const all = texts.join(" ").toLowerCase();
  return search.toLowerCase().split(/\s+/u).every((word) => all.includes(word));
}

const last = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1);
