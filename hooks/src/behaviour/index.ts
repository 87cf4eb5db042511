/** All that is observed beside the catalogue. */

import type { Configuration } from "../catalogue.js";
import type { Behaviour } from "../engine.js";
import { setBounds } from "./common.js";
import { compression } from "./compression.js";
import { exits } from "./exits.js";
import { transforms } from "./transforms.js";

export function behaviours(configuration: Configuration): Behaviour[] {
  setBounds(configuration.limits);
  return [...exits(), ...transforms(), ...compression()];
}
