import { expect, test } from 'vitest';
import { EventParser } from './stream';

test('tells an event once it is whole, however it is cut', () => {
  const text = ': hello\nretry: 1000\n\nid: a.1\nevent: selection\ndata: {"x":1}\n\n';
  for (let cut = 0; cut <= text.length; cut++) {
    const parser = new EventParser();
    const events = [...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))];
    expect(events).toEqual([{ id: 'a.1', event: 'selection', data: '{"x":1}' }]);
  }
});

test('joins several lines of data and keeps the last id', () => {
  const parser = new EventParser();
  parser.push('id: 7\ndata: a\n\n');
  expect(parser.push('data: b\ndata: c\n\n')).toEqual([{ id: '7', event: 'message', data: 'b\nc' }]);
});

test('a heartbeat is no event', () => {
  expect(new EventParser().push(':\n\n')).toEqual([]);
});
