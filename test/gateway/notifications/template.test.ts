import { expect } from 'chai';
import type { Notice } from '#shared/contract/notification.ts';
import { expectTemplate, renderTemplate } from '../../../gateway/notifications/template.ts';

const NOTICE: Notice = {
  id: 'ntc_1',
  notification: 'Phone',
  title: 'Say "hi"\n& <go>',
  message: 'M',
  kind: 'person',
  cameraId: '1',
  camera: 'Front Door',
  at: '2026-05-04T12:00:00.000Z',
  url: 'http://gateway.example/#/events?event=1',
  picture: null,
  happenings: [
    {
      ...{ kind: 'person', label: 'person', score: 0.5, zones: ['Drive', 'Lawn'], answer: null },
      ...{ at: '2026-05-04T12:00:00.000Z', eventId: 'e1', picture: null },
    },
  ],
  more: 2,
};
const JSON_TYPE = 'application/json';

describe('Templates of webhooks', () => {
  it('fill fields into JSON so that it stays JSON, numbers without quotes', () => {
    const template = '{"text": "{{title}} in {{ zones }}", "score": {{score}}, "more": {{more}}}';
    expect(JSON.parse(renderTemplate(template, JSON_TYPE, NOTICE))).to.deep.equal({
      text: 'Say "hi"\n& <go> in Drive, Lawn',
      score: 0.5,
      more: 2,
    });
  });

  it('write null for a number that is not known, and nothing for a text', () => {
    const [first] = NOTICE.happenings;
    const notice = { ...NOTICE, happenings: [{ ...(first as object), score: null }] } as Notice;
    const template = '{"score": {{score}}, "picture": "{{picture}}"}';
    expect(renderTemplate(template, JSON_TYPE, notice)).to.equal('{"score": null, "picture": ""}');
  });

  it('fill in plain text as it is, and forms encoded', () => {
    expect(renderTemplate('{{title}}', 'text/plain', NOTICE)).to.equal(NOTICE.title);
    const form = renderTemplate('text={{title}}', 'application/x-www-form-urlencoded', NOTICE);
    expect(new URLSearchParams(form).get('text')).to.equal(NOTICE.title);
  });

  for (const [what, template, type, words] of [
    ['an unknown field', '{"a": "{{colour}}"}', JSON_TYPE, '{{colour}} is not a field'],
    ['an open brace', 'a {{title', 'text/plain', 'not closed'],
    ['what is not JSON', '{"a": {{title}}}', JSON_TYPE, 'is not JSON'],
  ] as const) {
    it(`are refused with the name of the field for ${what}`, () => {
      expect(() => expectTemplate(template, type))
        .to.throw(words)
        .with.nested.property('field', 'target.template');
    });
  }

  it('pass where all is well', () => {
    expectTemplate('{"a": "{{title}} {{answer}}", "n": {{score}}}', JSON_TYPE);
    expectTemplate('{{camera}}: {{message}}', 'text/plain');
  });
});
