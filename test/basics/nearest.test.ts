import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from '../../src/basics/nearest.ts';

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['recieve', 'receive', 1],
    ['ca', 'abc', 3],
  ])('%s and %s are %i apart', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearest', () => {
  const boards = ['generic-cortex-m4', 'nucleo-l4r5zi', 'esp32-s3', 'raspberry-pi-4'];
  test.each([
    ['nucleo-l4r5iz', 'nucleo-l4r5zi'],
    ['Generic-Cortex-M4', 'generic-cortex-m4'],
    ['esp32', 'esp32-s3'],
    ['raspbery-pi4', 'raspberry-pi-4'],
    ['l4r5', 'nucleo-l4r5zi'],
    ['raspberrypi', 'raspberry-pi-4'],
    ['-', undefined],
    ['toaster', undefined],
    ['', undefined],
  ])('%s means %s', (word, meant) => {
    expect(nearest(word, boards)).toBe(meant);
  });
  test('the first of equals wins', () => {
    expect(nearest('ac', ['ab', 'ad'])).toBe('ab');
  });
});
