import { describe, expect, jest, test } from '@jest/globals';
import { TokenizerError } from '../../src/errors.js';
import { type ChatMessage, loadChatTemplate } from '../../src/text/chat.js';

const chat_template =
  "{{ bos_token }}{% for m in messages %}{% if m.role not in ['user', 'assistant'] %}{{ raise_exception('no such role: ' + m.role) }}{% endif %}" +
  '<|{{ m.role }}|>{{ m.content | trim }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}' +
  '{% if tools %}[{{ tools | length }}]{% endif %}';
const config = { chat_template, bos_token: '<s>', eos_token: { content: '</s>' } };
const hi: ChatMessage[] = [{ role: 'user', content: ' Hi ' }];

describe('loadChatTemplate', () => {
  test('renders messages with the special tokens of the configuration', async () => {
    const template = (await loadChatTemplate(config))!;
    expect(template.render(hi)).toBe('<s><|user|>Hi</s><|assistant|>');
    expect(
      template.render([...hi, { role: 'assistant', content: 'Yes?' }], { addGenerationPrompt: false }),
    ).toBe('<s><|user|>Hi</s><|assistant|>Yes?</s>');
    expect(template.render(hi, { variables: { tools: [1, 2], eos_token: '!' } })).toBe(
      '<s><|user|>Hi!<|assistant|>[2]',
    );
  });

  test('by name, where there are several', async () => {
    const several = {
      ...config,
      chat_template: [
        { name: 'default', template: 'D' },
        { name: 'rag', template: 'R' },
      ],
    };
    expect((await loadChatTemplate(several))!.render([])).toBe('D');
    expect((await loadChatTemplate(several, { name: 'rag' }))!.render([])).toBe('R');
    await expect(loadChatTemplate(several, { name: 'x' })).rejects.toThrow(
      /no chat template named "x"; there are default, rag/,
    );
  });

  test('none for a base model', async () => {
    expect(await loadChatTemplate({})).toBeUndefined();
  });

  test('a template that does not compile, and messages that it refuses', async () => {
    await expect(loadChatTemplate({ chat_template: '{% for %}' })).rejects.toThrow(TokenizerError);
    const template = (await loadChatTemplate(config))!;
    const refused = () => template.render([{ role: 'system', content: '' }]);
    expect(refused).toThrow(TokenizerError);
    expect(refused).toThrow(/no such role: system/);
  });

  test('a library given by the caller is used', async () => {
    const render = jest.fn((_: Record<string, unknown>) => 'rendered');
    class Template {
      render = render;
    }
    const template = await loadChatTemplate(config, { jinja: { Template } });
    expect(template!.render(hi)).toBe('rendered');
    expect(render).toHaveBeenCalledWith({
      bos_token: '<s>',
      eos_token: '</s>',
      messages: hi,
      add_generation_prompt: true,
    });
  });
});
