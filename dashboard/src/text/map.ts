import type { ClusterNode } from '../api/types';

export interface Dot {
  node: ClusterNode;
  x: number;
  y: number;
}

export interface Region {
  name: string;
  x: number;
  y: number;
  radius: number;
  dots: Dot[];
}

const NODE_SPACE = 58;

/**
 * Where regions and nodes are drawn: regions on an ellipse in the order of their names, the nodes of
 * a region on a circle in it. The configuration knows no places on earth, so this map shows who is
 * with whom and how well they hear each other, not geography.
 */
export function arranged(nodes: ClusterNode[], width: number, height: number): Region[] {
  const names = [...new Set(nodes.map((node) => node.region))].sort();
  const sizes = names.map((name) => {
    const count = nodes.filter((node) => node.region === name).length;
    return count === 1 ? NODE_SPACE : NODE_SPACE + (count * NODE_SPACE) / Math.PI;
  });
  const most = Math.max(NODE_SPACE, ...sizes);
  return names.map((name, index) => {
    const turn = (index / names.length) * 2 * Math.PI - Math.PI / 2;
    const x = names.length === 1 ? width / 2 : width / 2 + Math.cos(turn) * (width / 2 - most - 20);
    const y = names.length === 1 ? height / 2 : height / 2 + Math.sin(turn) * (height / 2 - most - 20);
    const members = nodes.filter((node) => node.region === name);
    const around = members.length === 1 ? 0 : (sizes[index] ?? most) - NODE_SPACE;
    return {
      name,
      x,
      y,
      radius: sizes[index] ?? most,
      dots: members.map((node, at) => {
        const angle = (at / members.length) * 2 * Math.PI + Math.PI;
        return { node, x: x + Math.cos(angle) * around, y: y + Math.sin(angle) * around };
      }),
    };
  });
}
