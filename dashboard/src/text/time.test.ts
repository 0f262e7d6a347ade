import { expect, test } from 'vitest';
import { length, milliseconds } from './time';

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [61, '1 min 1 s'],
  [3_600, '1 h'],
  [7_500, '2 h 5 min'],
  [90_000, '1 d 1 h'],
  [-3, '0 s'],
])('%d seconds are %s', (seconds, text) => {
  expect(length(seconds)).toBe(text);
});

test.each([
  [0.42, '0.4 ms'],
  [12.5, '13 ms'],
  [1_500, '1.5 s'],
])('%d ms are %s', (value, text) => {
  expect(milliseconds(value)).toBe(text);
});
