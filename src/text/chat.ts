// Chat templates: the Jinja program that a checkpoint carries to turn messages into its prompt format.
// @huggingface/jinja is an optional peer, imported when a template is first compiled, so that those who
// only embed do not carry it.
import { TokenizerError } from '../errors.js';
import { isObject, jsonObject, roleTokens } from './file.js';

/** One turn of a conversation, as chat templates take it. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
  /** What else the template reads: `name`, `tool_calls` … */
  readonly [field: string]: unknown;
}

export interface ChatRenderOptions {
  /** End with the opening of the assistant's turn; by default true. */
  readonly addGenerationPrompt?: boolean;
  /** More variables for the template: `tools`, `documents`, `enable_thinking` … */
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface ChatTemplate {
  /**
   * The prompt as text.  It has its special tokens in it: encode it with `addSpecialTokens: false`.
   * @throws TokenizerError where the template refuses the messages
   */
  render(messages: readonly ChatMessage[], options?: ChatRenderOptions): string;
}

/** The part of @huggingface/jinja that is used. */
export interface Jinja {
  readonly Template: new (source: string) => { render(variables: Record<string, unknown>): string };
}

export interface ChatTemplateOptions {
  /** Which one, where a checkpoint has several by name; by default `default`. */
  readonly name?: string;
  /** The library, for where a dynamic import is not allowed (service workers). */
  readonly jinja?: Jinja;
}

/**
 * Compiles the `chat_template` of a tokenizer_config.json.  Newer repositories keep it in a file
 * chat_template.jinja: put its text into that field.
 * @returns undefined where there is none: a base model, which is not for chat
 * @throws TokenizerError on a template that cannot be compiled, or without the library
 */
export async function loadChatTemplate(
  tokenizerConfig: unknown,
  { name = 'default', jinja }: ChatTemplateOptions = {},
): Promise<ChatTemplate | undefined> {
  const config = jsonObject(tokenizerConfig, 'tokenizer_config.json');
  const source = findTemplate(config.chat_template, name);
  if (source === undefined) return undefined;
  const { Template } = jinja ?? (await importJinja());
  const program = attempt('cannot be compiled', () => new Template(source));
  const specials = Object.fromEntries(
    [...roleTokens(config)].map(([role, token]) => [`${role}_token`, token]),
  );
  return {
    render(messages, { addGenerationPrompt = true, variables = {} } = {}) {
      const all = { ...specials, ...variables, messages, add_generation_prompt: addGenerationPrompt };
      return attempt('failed', () => program.render(all));
    },
  };
}

/** One template, or a list of `{ name, template }`. */
function findTemplate(value: unknown, name: string): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const found: unknown = value.find((entry) => isObject(entry) && entry.name === name);
  if (isObject(found) && typeof found.template === 'string') return found.template;
  const names = value.map((entry) => (isObject(entry) ? entry.name : entry));
  throw new TokenizerError(`no chat template named ${JSON.stringify(name)}; there are ${names.join(', ')}`);
}

async function importJinja(): Promise<Jinja> {
  try {
    return await import('@huggingface/jinja');
  } catch (cause) {
    throw new TokenizerError('chat templates need the package @huggingface/jinja; please install it', {
      cause,
    });
  }
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new TokenizerError(`the chat template ${what}: ${(cause as Error).message}`, { cause });
  }
}
