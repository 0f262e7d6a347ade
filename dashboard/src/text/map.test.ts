import { expect, test } from 'vitest';
import type { ClusterNode } from '../api/types';
import { arranged } from './map';

const node = (name: string, region: string) => ({ name, region }) as ClusterNode;

test('nodes are drawn in their region, and none outside of the picture', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e'].flatMap((region) => [node(`${region}1`, region), node(`${region}2`, region)]);
  const regions = arranged(nodes, 760, 440);
  expect(regions.map((region) => region.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const region of regions) {
    for (const dot of region.dots) {
      expect(Math.hypot(dot.x - region.x, dot.y - region.y)).toBeLessThan(region.radius);
      expect(dot.x).toBeGreaterThan(0);
      expect(dot.x).toBeLessThan(760);
      expect(dot.y).toBeGreaterThan(0);
      expect(dot.y).toBeLessThan(440);
    }
  }
});

test('a single region stands in the middle', () => {
  expect(arranged([node('a', 'eu')], 760, 440)[0]).toMatchObject({ x: 380, y: 220 });
});
