import type { PageApp } from "../model/page-data.js";
import type { MapNode } from "../model/size-map.js";
import { figuresOf } from "../render/figures.js";
import {
  isCompared,
  lastOf,
  layersByKey,
  parentOf,
  shownSide,
  valueOf,
  type LayerSides,
  type Measure,
  type Place,
  type ShownSide,
} from "./nodes.js";
import { heaviestRequirements, type Requirement } from "./requirements.js";
import { search, type Found } from "./search.js";

/** What is known of an app, and stays. */
export interface Facts extends PageApp {
  readonly side: ShownSide;
  readonly compared: boolean;
  readonly layers: ReadonlyMap<string, LayerSides>;
  readonly requirements: readonly Requirement[];
  /** The most that the slug may weigh, its allowance taken off; null if no limit was judged. */
  readonly limit: number | null;
}

/** What the reader chose. */
export interface State {
  readonly measure: Measure;
  /** Down to the node that fills the map. */
  readonly place: Place;
  readonly selected: Place | null;
  readonly query: string;
  readonly found: Found | null;
}

/** What the reader can do; each leads to another state. */
export interface Actions {
  measure(measure: Measure): void;
  /** Fills the map with a node, if there is something in it. */
  zoom(place: Place): void;
  /** Selects a node; null selects nothing. */
  select(place: Place | null): void;
  /** Selects a node, and zooms so that it is one of the map's outermost rectangles. */
  reveal(place: Place): void;
  /** The same, and leads the reader to what is known of it. */
  look(place: Place): void;
  search(query: string): void;
}

/** A part of the page that shows the state. */
export interface View {
  readonly element: HTMLElement;
  render(state: State): void;
}

export function factsOf(app: PageApp): Facts {
  const { report } = app;
  const { limit, allowance } = figuresOf(report);
  return {
    ...app,
    side: shownSide(report),
    compared: isCompared(report),
    layers: layersByKey(report),
    requirements: heaviestRequirements(report),
    limit: limit === null ? null : limit - allowance,
  };
}

export function startOf({ map }: Facts): State {
  return { measure: "compressed", place: [map], selected: null, query: "", found: null };
}

/** How nodes are valued in a state. */
export function valuer({ side }: Facts, { measure }: Pick<State, "measure">): (node: MapNode) => number {
  return (node) => valueOf(node, measure, side);
}

/**
 * The actions, which keep the state.
 * @param tell is told of each new one
 * @param lead leads the reader to what is known of what is selected
 */
export function actionsOn(facts: Facts, tell: (state: State) => void, lead: () => void): Actions {
  let state = startOf(facts);
  const set = (change: Partial<State>): void => {
    state = { ...state, ...change };
    tell(state);
  };
  const zoomed = (place: Place): Place => {
    const node = lastOf(place);
    return node === lastOf(state.place) || (node.children ?? []).length === 0 ? state.place : place;
  };
  const reveal = (place: Place): void => {
    set({ selected: place, place: zoomed(parentOf(place)) });
  };
  return {
    measure: (measure) => {
      // What is folded together differs from measure to measure.
      const [root, ...others] = state.place;
      const folded = others.findIndex(({ kind }) => kind === "rest");
      set({ measure, place: [root, ...(folded === -1 ? others : others.slice(0, folded))] });
    },
    zoom: (place) => {
      set({ place: zoomed(place) });
    },
    select: (selected) => {
      set({ selected });
    },
    reveal,
    look: (place) => {
      reveal(place);
      lead();
    },
    search: (query) => {
      set({ query, found: search(facts.map, query) });
    },
  };
}
